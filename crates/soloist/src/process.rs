//! A process that can't be mistaken for a later one with its number.
//!
//! A pid is a number that the kernel gives out again. A [`Birth`] adds the start time (field 22 of
//! `/proc/PID/stat`), the boot and the pid namespace; a [`Process`] adds a pidfd, which refers to one process
//! for ever. Birth is read *after* the pidfd is open, and the pidfd is asked once more after that: a process
//! that was still there then is the one whose birth was read.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::time::Duration;

use crate::sys::handle::{self, BorrowedHandle, Handle};
use crate::sys::proc::{self, Proc};
use crate::sys::signal::Signal;
use crate::sys::{clock, pidfd};

/// What makes a process itself: its number, its start, the boot and the pid namespace in which the number counts.
///
/// Its text form is `boot/namespace/pid/start`; it is the `birth` of records and JSON documents.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Birth {
    /// The process id, in `namespace`.
    pub pid: u32,
    /// The start time in clock ticks since boot (`/proc/PID/stat`, field 22).
    pub start: u64,
    /// The boot id (`random(4)`).
    pub boot: String,
    /// The inode number of the pid namespace (`pid_namespaces(7)`).
    pub namespace: u64,
}

impl fmt::Display for Birth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.boot, self.namespace, self.pid, self.start)
    }
}

impl Birth {
    /// Reads the text form; `None` where it is none. A birth has one text: `07` and `+7` are no numbers here.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let boot = parts.next()?.to_owned();
        let namespace = parts.next()?.parse().ok()?;
        let pid = parts.next()?.parse().ok()?;
        let start = parts.next()?.parse().ok()?;
        let birth = Self { pid, start, boot, namespace };
        (!birth.boot.is_empty() && birth.to_string() == text).then_some(birth)
    }
}

/// What a process is doing, as far as it matters to somebody who wants it to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs or sleeps.
    Running,
    /// It is stopped (SIGSTOP, Ctrl-Z, a tracer): it handles no signal before it continues.
    Stopped,
    /// It is in an uninterruptible system call: not even SIGKILL ends it now.
    Uninterruptible,
    /// It has ended and waits to be reaped: nothing of it runs.
    Zombie,
}

impl State {
    pub(crate) fn from_letter(letter: u8) -> Self {
        match letter {
            b'T' | b't' => Self::Stopped,
            b'D' => Self::Uninterruptible,
            b'Z' | b'X' | b'x' => Self::Zombie,
            _ => Self::Running,
        }
    }
}

/// Where this process stands: what it can see, in which boot and namespace.
#[derive(Debug)]
pub(crate) struct Observer {
    pub(crate) proc: Proc,
    boot: String,
    namespace: u64,
    /// This process's own start, once it was asked for.
    start: Cell<Option<u64>>,
}

impl Observer {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            proc: Proc::open()?,
            boot: proc::boot_id(),
            namespace: proc::pid_namespace(),
            start: Cell::default(),
        })
    }

    /// Whether a birth belongs to this boot and namespace: only then its number means anything here.
    pub(crate) fn can_see(&self, birth: &Birth) -> bool {
        birth.boot == self.boot && birth.namespace == self.namespace
    }

    /// Whether the text form of a birth tells of this boot.
    pub(crate) fn is_of_this_boot(&self, birth: &str) -> bool {
        birth.strip_prefix(&self.boot).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether a process lives in another pid namespace than this one, as far as that can be seen.
    pub(crate) fn lives_elsewhere(&self, pid: u32) -> bool {
        self.proc.link(pid, "ns/pid").is_ok_and(|link| proc::namespace_of(&link) != self.namespace)
    }

    fn birth(&self, pid: u32, start: u64) -> Birth {
        Birth { pid, start, boot: self.boot.clone(), namespace: self.namespace }
    }

    /// The birth of this process itself.
    pub(crate) fn own_birth(&self) -> io::Result<Birth> {
        let pid = std::process::id();
        let start = match self.start.get() {
            Some(start) => start,
            None => self.proc.stat(pid)?.start,
        };
        self.start.set(Some(start));
        Ok(self.birth(pid, start))
    }

    /// Opens the process with this number. `None`: there is none, it is a thread's id, or it has ended.
    pub(crate) fn open(&self, pid: u32) -> io::Result<Option<Process>> {
        let opened = match self.proc.note(pidfd::open(pid)) {
            Err(error) if is_gone(&error) => return Ok(None),
            other => other?,
        };
        let stat = match self.proc.stat(pid) {
            Err(error) if is_gone(&error) => return Ok(None),
            other => other?,
        };
        // Closes the race between pidfd_open and the read: were it another process by now, this one had ended.
        if self.proc.note(pidfd::ended(&opened))? {
            return Ok(None);
        }
        Ok(Some(Process { birth: self.birth(pid, stat.start), handle: opened }))
    }

    /// Opens the very process that was born so, or none.
    pub(crate) fn reopen(&self, birth: &Birth) -> io::Result<Option<Process>> {
        if !self.can_see(birth) {
            return Ok(None);
        }
        Ok(self.open(birth.pid)?.filter(|process| process.birth == *birth))
    }

    /// The parents of this process, nearest first, up to the first that cannot be seen.
    pub(crate) fn ancestors(&self) -> Vec<u32> {
        let mut found = Vec::new();
        let mut pid = std::process::id();
        while let Ok(stat) = self.proc.stat(pid) {
            if stat.parent == 0 || found.contains(&stat.parent) {
                break;
            }
            found.push(stat.parent);
            pid = stat.parent;
        }
        found
    }
    /// The same, read until two readings agree: while one of them ends, those above it are missed.
    ///
    /// # Errors
    /// When this machine had no room to look.
    pub(crate) fn ancestors_for_certain(&self) -> io::Result<Vec<u32>> {
        self.proc.take_failure();
        let mut before = self.ancestors();
        loop {
            let now = self.ancestors();
            if let Some(error) = self.proc.take_failure() {
                return Err(error);
            }
            if now == before {
                return Ok(now);
            }
            before = now;
        }
    }
}

/// The errors with which the kernel says "no such process": also those for a thread's id (`pidfd_open(2)`).
pub(crate) fn is_gone(error: &io::Error) -> bool {
    // Spelled as numbers of errno(3), which all Unix systems share for these three.
    const ENOENT: i32 = 2;
    const ESRCH: i32 = 3;
    const EINVAL: i32 = 22;
    matches!(error.raw_os_error(), Some(ENOENT | ESRCH | EINVAL))
}

/// A live process, held so that it cannot be mistaken.
#[derive(Debug)]
pub(crate) struct Process {
    birth: Birth,
    handle: Handle,
}

impl Process {
    pub(crate) fn birth(&self) -> &Birth {
        &self.birth
    }

    pub(crate) fn pid(&self) -> u32 {
        self.birth.pid
    }

    /// What becomes readable when the process ends.
    pub(crate) fn handle(&self) -> BorrowedHandle<'_> {
        handle::borrow(&self.handle)
    }

    /// Whether it has ended; a zombie has. One that the kernel does not tell of has not: whoever took it for gone would
    /// start beside it.
    pub(crate) fn has_ended(&self) -> bool {
        pidfd::ended(&self.handle).unwrap_or(false)
    }

    /// Whether the system would let us signal it (`kill(2)` with signal 0).
    pub(crate) fn may_signal(&self) -> io::Result<()> {
        match pidfd::send(&self.handle, Signal::NONE, None) {
            Err(error) if !is_gone(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Sends a signal to this process and no other. `Ok(false)`: it is gone.
    pub(crate) fn signal(&self, signal: Signal, value: Option<usize>) -> io::Result<bool> {
        match pidfd::send(&self.handle, signal, value) {
            Err(error) if is_gone(&error) => Ok(false),
            other => other.map(|()| true),
        }
    }

    pub(crate) fn state(&self, observer: &Observer) -> State {
        if self.has_ended() {
            return State::Zombie;
        }
        observer.proc.stat(self.pid()).map_or(State::Zombie, |stat| State::from_letter(stat.state))
    }

    /// When it started, as time since boot, rounded up to the end of its clock tick.
    pub(crate) fn started(&self) -> Duration {
        ticks(self.birth.start.saturating_add(1))
    }
}

/// Clock ticks since boot as a duration.
pub(crate) fn ticks(count: u64) -> Duration {
    let rate = clock::ticks_per_second();
    Duration::from_secs(count / rate) + Duration::from_secs(count % rate) / u32::try_from(rate).unwrap_or(100)
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_reads_back() {
        let birth = Birth { pid: 7, start: 99, boot: "b-1".into(), namespace: 4 };
        assert_eq!(Birth::parse(&birth.to_string()), Some(birth));
        for text in ["", "a", "a/1/2", "a/1/2/x", "a/1/2/3/4", "/1/2/3"] {
            assert_eq!(Birth::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_thread_is_no_process() {
        let observer = Observer::new().unwrap();
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let (told, thread_id) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let link = std::fs::read_link("/proc/thread-self").unwrap();
            told.send(link.file_name().unwrap().to_string_lossy().parse::<u32>().unwrap()).unwrap();
            receiver.recv().ok();
        });
        let thread_id = thread_id.recv().unwrap();
        assert_ne!(thread_id, std::process::id());
        assert!(observer.open(thread_id).unwrap().is_none());
        drop(sender);
        thread.join().unwrap();
    }

    #[test]
    fn no_process_has_the_numbers_zero_and_minus_one() {
        let observer = Observer::new().unwrap();
        assert!(observer.open(0).unwrap().is_none());
        assert!(observer.open(u32::MAX).unwrap().is_none());
    }

    #[test]
    fn another_start_time_is_another_process() {
        let observer = Observer::new().unwrap();
        let mut birth = observer.own_birth().unwrap();
        assert!(observer.reopen(&birth).unwrap().is_some());
        birth.start += 1;
        assert!(observer.reopen(&birth).unwrap().is_none());
        birth.start -= 1;
        birth.boot.push('x');
        assert!(observer.reopen(&birth).unwrap().is_none());
    }
}
