//! One soloist under ptrace(2), with the helpers that it starts: every call is counted, and one is struck.
//!
//! A helper is followed until it executes another program: that one runs untouched.

use std::collections::HashMap;
use std::io;

use super::call::{Blow, Call, Fault};
use super::registers;
use super::sys::{self, Moment, News};

/// The call that was struck.
#[derive(Clone, Copy, Debug)]
pub(super) struct Struck {
    pub(super) number: usize,
    pub(super) call: Call,
    /// A helper made it.
    pub(super) by_helper: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Task {
    /// What the call answers at its exit.
    answers: Option<i32>,
}

/// What is known of a traced soloist.
#[derive(Debug, Default)]
pub(super) struct Trace {
    root: Option<u32>,
    tasks: HashMap<u32, Task>,
    fault: Option<Fault>,
    /// Every call, in the order in which they were entered.
    pub(super) calls: Vec<Call>,
    pub(super) struck: Option<Struck>,
    /// It waits in the kernel's queue for a lock (`F_OFD_SETLKW`).
    pub(super) queues: bool,
    /// It became another program, and is no longer watched.
    pub(super) gone_on: bool,
}

impl Trace {
    /// What is to be done to the soloist with this number.
    pub(super) fn of(root: u32, fault: Option<Fault>) -> Self {
        Self { root: Some(root), fault, ..Self::default() }
    }

    /// Handles a stop of anybody who is traced.
    pub(super) fn on_stop(&mut self, pid: u32, news: News) -> io::Result<()> {
        let News::Stopped { signal, event } = news else { return Ok(()) };
        let is_new = !self.tasks.contains_key(&pid);
        if is_new {
            self.tasks.insert(pid, Task::default());
        }
        let done = match (signal, event) {
            // Its own start: it has executed soloist, or is a child that was just made.
            (libc::SIGTRAP, 0) if is_new && Some(pid) == self.root => {
                sys::follow(pid).and_then(|()| sys::resume(pid, 0))
            }
            (libc::SIGSTOP, 0) if is_new => sys::resume(pid, 0),
            (libc::SIGTRAP, libc::PTRACE_EVENT_EXEC) => {
                self.gone_on |= Some(pid) == self.root;
                self.tasks.remove(&pid);
                sys::detach(pid)
            }
            (libc::SIGTRAP, event) if event != 0 => sys::resume(pid, 0),
            (sys::CALL_STOP, 0) => self.on_call(pid),
            (signal, _) => sys::resume(pid, signal),
        };
        match done {
            // It was killed while it stood there.
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(()),
            other => other,
        }
    }

    /// It is no more.
    pub(super) fn on_end(&mut self, pid: u32) {
        self.tasks.remove(&pid);
    }

    fn on_call(&mut self, pid: u32) -> io::Result<()> {
        match sys::moment(pid)? {
            Moment::Entry { number, arguments } => self.on_entry(pid, Call(number), arguments),
            Moment::Exit => {
                if let Some(error) = self.tasks.get_mut(&pid).and_then(|task| task.answers.take()) {
                    registers::answer_error(pid, error)?;
                }
                sys::resume(pid, 0)
            }
        }
    }

    fn on_entry(&mut self, pid: u32, call: Call, arguments: [u64; 2]) -> io::Result<()> {
        self.calls.push(call);
        if let Some(blow) = self.due(call) {
            let by_helper = Some(pid) != self.root;
            self.struck = Some(Struck { number: self.calls.len(), call, by_helper });
            match blow {
                Blow::Kill => return sys::send(pid, libc::SIGKILL),
                Blow::Fail(error) => {
                    if !call.works_anyway() {
                        registers::skip_call(pid)?;
                    }
                    self.tasks.entry(pid).or_default().answers = Some(error);
                }
            }
        } else if call.is(libc::SYS_fcntl) && u64::try_from(libc::F_OFD_SETLKW) == Ok(arguments[1]) {
            self.queues = true;
        }
        sys::resume(pid, 0)
    }

    /// What is to be done to the call that was just counted; a call that can't fail leaves it to the next.
    fn due(&self, call: Call) -> Option<Blow> {
        let fault = self.fault.filter(|fault| self.struck.is_none() && self.calls.len() >= fault.call)?;
        (fault.blow == Blow::Kill || call.can_fail()).then_some(fault.blow)
    }
}
