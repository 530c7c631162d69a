//! Running a program in the foreground as if nobody stood above it. This module knows nothing of locks.
//!
//! Theory of operation: the signals that soloist handles are blocked from the first moment and read from one
//! descriptor, so none is ever lost between two states. SIGCHLD says when to look whether the program has ended;
//! nothing is polled.
//!
//! A signal reaches the program once. Under a terminal, the program stays in soloist's process group, as a shell
//! put it there: job control, pipelines and Ctrl-Z then work of themselves, and what the terminal sends (Ctrl-C,
//! a hang-up; the kernel says so in `si_code`) has reached the program already. So has the HUP that a shell sends
//! to its jobs' groups when it leaves. Without a terminal the program has a group of its own, so that a signal to
//! soloist's whole group (`timeout(1)` sends such) comes to the program only through soloist.
//!
//! soloist is a child subreaper: whoever the program starts, with setsid or two forks, stays below soloist. When
//! the program has ended, what is left below is asked, waited for and killed, in rounds, until nothing is left. What
//! is to be killed is stopped first, so that it forks no more; in a control group of its own, where one can be had,
//! the kernel kills all of it at once.

use std::collections::HashSet;
use std::ffi::{CString, OsString};
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::describe::ProcessInfo;
use crate::failure::{self, Doing as _};
use crate::process::{Observer, Process, State};
use crate::stop::{self, Aim, Party, Patience, Plan, Stop, StopSignal};
use crate::sys::cgroup::Group;
use crate::sys::handle::{BorrowedHandle, Handle};
use crate::sys::signal::{self, Received, Signal, Signals};
use crate::sys::spawn::{self, Child};
use crate::sys::{clock, pidfd, poll};
use crate::tree::Table;

pub use crate::sys::spawn::Ending;

/// The signals that are passed on to the program, and end a start that still waits.
const FORWARDED: [Signal; 6] =
    [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT, Signal::USR1, Signal::USR2];

/// Those by which people mean the end.
const ENDING: [Signal; 4] = [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT];

/// Those that only matter once a program runs; a wait must not wake up for them.
const WHILE_RUNNING: [Signal; 3] = [Signal::WINCH, Signal::CHLD, Signal::CONT];

/// The signals of this process, from now on read and never acted on by themselves.
#[derive(Debug)]
pub struct Inbox {
    /// All that is heard.
    signals: Signals,
    /// Only those that ask to end: what interrupts a wait. It reads from the same queue.
    ends: Signals,
    taken: Vec<Signal>,
}

/// What came in before there was a program to pass it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Early {
    /// Nothing that matters.
    Nothing,
    /// This signal asks to end.
    End(i32),
    /// A newer instance takes over.
    Superseded,
}

impl Inbox {
    /// Blocks the signals. HUP that was ignored at the start (`nohup`) stays ignored, unless it is the signal with
    /// which the program is asked to end.
    ///
    /// # Errors
    /// When the kernel has no descriptor for them.
    pub fn open(stop_signal: StopSignal) -> io::Result<Self> {
        signal::ignore_file_size_limit();
        let ignored = signal::is_ignored(Signal::HUP) && stop_signal != StopSignal::Hup;
        let taken: Vec<Signal> =
            FORWARDED.into_iter().filter(|&signal| signal != Signal::HUP || !ignored).collect();
        Ok(Self { signals: Signals::take(&taken)?, ends: Signals::take(&taken)?, taken })
    }

    /// What becomes readable when a signal that asks to end has arrived.
    #[must_use]
    pub fn handle(&self) -> BorrowedHandle<'_> {
        self.ends.handle()
    }

    /// From here on also hears of children and window sizes, and, in the program's own group, of what the terminal stops.
    fn listen_to_a_program(&self, own_group: bool) -> io::Result<()> {
        // A parent that ignored SIGCHLD would have handed that on: then no child could be waited for.
        signal::reset(Signal::CHLD);
        let stops: &[Signal] = if own_group { &[] } else { &[Signal::TSTP] };
        self.signals.add(&self.taken, &[WHILE_RUNNING.as_slice(), stops, &Signal::unusual()].concat())
    }

    /// Sleeps for so long, or until a signal asks to end.
    ///
    /// # Errors
    /// When the kernel refuses to wait.
    pub fn pause(&self, length: Duration) -> io::Result<Early> {
        let until = clock::since_boot().saturating_add(length);
        loop {
            let woken = poll::readable(&[self.handle()], Some(until))?.contains(&true);
            match self.first_among(&ENDING)? {
                // USR1 and USR2 are for a program that does not run just now.
                Early::Nothing if woken => {}
                other => return Ok(other),
            }
        }
    }

    /// Reads what has arrived while there was no program: the first that asks to end decides.
    ///
    /// # Errors
    /// When the descriptor cannot be read.
    pub fn early(&self) -> io::Result<Early> {
        self.first_among(&FORWARDED)
    }

    fn first_among(&self, signals: &[Signal]) -> io::Result<Early> {
        while let Some(received) = self.signals.next()? {
            if is_superseding(&received) {
                return Ok(Early::Superseded);
            }
            if signals.contains(&received.signal) {
                return Ok(Early::End(received.signal.number()));
            }
        }
        Ok(Early::Nothing)
    }
}

fn is_superseding(received: &Received) -> bool {
    matches!(received.value, Some(pidfd::SUPERSEDED | pidfd::SUPERSEDED_KILL))
}

/// What is to be started.
#[derive(Debug)]
pub struct Launch<'a> {
    /// The file to execute.
    pub executable: &'a Path,
    /// The argument list.
    pub words: &'a [OsString],
    /// Variables that the program gets beside this process's own.
    pub variables: &'a [(OsString, OsString)],
    /// Descriptors that the program inherits.
    pub inherit: &'a [i32],
    /// The signal that asks the program to end; the kernel sends it when this process dies.
    pub stop_signal: StopSignal,
}

/// A running program.
#[derive(Debug)]
pub struct Program {
    child: Child,
    own_group: bool,
    /// Where the program has a group of its own: becomes readable when we are asked to stop.
    stops: Option<Signals>,
    /// The program was asked to stop and not yet to go on.
    halted: bool,
    /// The program was told to go on and not yet to stop again.
    woken: bool,
    /// The control group that the program started in, where one could be had.
    group: Option<Group>,
    /// The newer instances that told us that they take over.
    successors: Vec<(u32, Handle)>,
    /// The last signal that asked for the end.
    last: Option<Request>,
    asked: bool,
}

impl Launch<'_> {
    /// Starts the program with default dispositions and an empty signal mask.
    ///
    /// # Errors
    /// The error of `execve(2)`, or of making the process.
    pub fn start(&self, inbox: &Inbox) -> io::Result<Program> {
        let own_group = !spawn::has_terminal();
        inbox.listen_to_a_program(own_group)?;
        let stops = own_group.then(|| Signals::take(&[Signal::TSTP])).transpose()?;
        spawn::adopt_orphans()?;
        let group = Group::make();
        let child =
            spawn::start(&self.image(own_group, group.as_ref())?).doing("execute", self.executable)?;
        Ok(Program {
            child,
            own_group,
            stops,
            halted: false,
            woken: false,
            group,
            successors: Vec::new(),
            last: None,
            asked: false,
        })
    }

    /// Becomes the program: no process is left above it. Answers only with the error of `execve(2)`.
    #[must_use]
    pub fn exec(&self) -> io::Error {
        match self.image(false, None) {
            Ok(image) => failure::doing("execute", self.executable, &spawn::exec(&image)),
            Err(error) => error,
        }
    }

    fn image(&self, own_group: bool, group: Option<&Group>) -> io::Result<spawn::Image> {
        Ok(spawn::Image {
            path: text(self.executable.as_os_str().as_encoded_bytes())?,
            arguments: self
                .words
                .iter()
                .map(|word| text(word.as_encoded_bytes()))
                .collect::<io::Result<_>>()?,
            added: self.added()?,
            stop_signal: self.stop_signal.signal(),
            own_group,
            group: group.map(Group::entrance),
            inherit: self.inherit.to_vec(),
        })
    }

    /// What is added to this process's own variables, or stands in their place.
    fn added(&self) -> io::Result<Vec<CString>> {
        // Of equal names the last counts, and stands alone: a file of variables names no other claim than the guard.
        let is_last = |(at, (name, _)): &(usize, &(OsString, OsString))| {
            !self.variables[at + 1..].iter().any(|(later, _)| later == name)
        };
        let word = |(_, (name, value)): (usize, &(OsString, OsString))| {
            text(&[name.as_encoded_bytes(), b"=", value.as_encoded_bytes()].concat())
        };
        self.variables.iter().enumerate().filter(is_last).map(word).collect()
    }
}

fn text(bytes: &[u8]) -> io::Result<CString> {
    CString::new(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "an argument contains a NUL byte"))
}

impl Program {
    /// The program's process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.pid
    }

    /// The newer instance that takes over: one has told us so and still lives. One that gave up, because the
    /// program did not end in time, does not count.
    #[must_use]
    pub fn successor(&self) -> Option<u32> {
        let lives = |successor: &&(u32, Handle)| !pidfd::ended(&successor.1).unwrap_or(true);
        self.successors.iter().rfind(lives).map(|(pid, _)| *pid)
    }

    /// Whether somebody asked for the end, by a signal to soloist or from the terminal: then the program is not
    /// started again.
    #[must_use]
    pub fn was_asked_to_end(&self) -> bool {
        self.asked
    }

    /// Whether the program ended by a signal because somebody asked for its end: no crash.
    #[must_use]
    pub fn ended_on_request(&self, ending: Ending) -> bool {
        let asks = |signal: &Signal| ending == Ending::Signalled(signal.number());
        self.asked && ENDING.iter().chain(&[Signal::KILL]).any(asks)
    }

    /// Passes signals on until the program ends.
    ///
    /// # Errors
    /// When the kernel refuses to wait.
    pub fn supervise(&mut self, inbox: &Inbox) -> io::Result<Ending> {
        loop {
            if pidfd::ended(&self.child.pidfd)? {
                return Ok(self.child.wait()?.unwrap_or(Ending::Exited(0)));
            }
            spawn::reap_adopted(self.child.pid)?;
            let handles: Vec<BorrowedHandle<'_>> =
                std::iter::once(&inbox.signals).chain(&self.stops).map(Signals::handle).collect();
            let ready = poll::readable(&handles, None)?;
            match inbox.signals.next()? {
                Some(received) if received.signal == Signal::TSTP => self.stop(&received)?,
                Some(received) if received.signal == Signal::CONT => self.wake(),
                Some(received) => self.pass_on(&received),
                None if ready.get(1) == Some(&true) => self.stop_together()?,
                None => {}
            }
        }
    }

    /// Ends whatever the program has left behind, and answers what could not be ended. Signals that arrive
    /// meanwhile end the patience: what is left is killed at once. Who sent them is remembered as while the program
    /// ran, so that a request to end is not lost on a program that would be started again.
    ///
    /// # Errors
    /// When `/proc` cannot be read or the kernel refuses to wait.
    pub fn end_descendants(&mut self, stop: Stop, inbox: &Inbox) -> io::Result<Vec<ProcessInfo>> {
        let mut patience = Patience::of(stop);
        let mut ended = self.end_within(&mut patience, inbox);
        for _ in 1..MOST_ATTEMPTS {
            if ended.is_ok() {
                break;
            }
            // Descriptors or memory were lacking for a moment; to leave now would leave what runs.
            ended = self.end_within(&mut patience, inbox);
        }
        ended
    }

    fn end_within(&mut self, patience: &mut Patience, inbox: &Inbox) -> io::Result<Vec<ProcessInfo>> {
        if !self.reap_all()? {
            return Ok(Vec::new());
        }
        let observer = Observer::new()?;
        let mut insisted = 0;
        while insisted < MOST_ROUNDS {
            let stop = patience.now();
            let at_once = stop.signal == StopSignal::Kill;
            if at_once {
                self.hold_still(&observer);
                insisted += 1;
            }
            // The kernel's word that no child is left; what comes and goes quickly is missed by a look at all processes.
            if !self.reap_all()? {
                return Ok(Vec::new());
            }
            let parties = children(&observer)?;
            if parties.is_empty() {
                if observer.proc.is_blind() {
                    // The first process of a pid namespace below another's /proc: the kernel ends the rest with us.
                    return Ok(Vec::new());
                }
                // It came and went while we looked.
                let soon = clock::since_boot().saturating_add(MISSED_PAUSE);
                poll::readable(&[inbox.handle()], Some(soon))?;
            }
            let interrupt = Some(inbox.handle());
            let plan = Plan { observer: &observer, stop, aim: Aim::OwnDescendants, interrupt };
            let report = stop::end(parties, &plan)?;
            if report.interrupted {
                if self.hear_impatience(inbox)? {
                    patience.until = Duration::ZERO;
                }
            } else if !report.all_gone() {
                break;
            }
        }
        self.reap_all()?;
        let left = children(&observer)?;
        Ok(left.iter().flat_map(|party| party.describe(&observer)).collect())
    }

    /// Removes the zombies of all children, the program's too; answers whether any child is left.
    fn reap_all(&self) -> io::Result<bool> {
        if pidfd::ended(&self.child.pidfd)? {
            // None: it was reaped before.
            self.child.wait()?;
        }
        spawn::reap_adopted(self.child.pid)
    }

    /// Reads what has arrived since the program ended; answers whether somebody was impatient.
    fn hear_impatience(&mut self, inbox: &Inbox) -> io::Result<bool> {
        let mut heard = false;
        while let Some(received) = inbox.signals.next()? {
            self.note(&received);
            heard |= FORWARDED.contains(&received.signal);
        }
        Ok(heard)
    }

    /// Before the descendants are killed: what forks faster than a look at all processes takes is stopped first, or
    /// killed by the kernel at one stroke. Whatever loses its parent comes to us, so one small list tells of it.
    fn hold_still(&self, observer: &Observer) {
        if self.group.as_ref().is_some_and(|group| group.kill().is_ok()) {
            return;
        }
        let mut held = HashSet::new();
        for _ in 0..MOST_LOOKS {
            let Some(children) = observer.proc.own_children() else { return };
            let open = |pid: u32| observer.open(pid).ok().flatten();
            let fresh: Vec<Process> = children
                .into_iter()
                .filter_map(open)
                .filter(|child| held.insert(child.birth().clone()))
                .collect();
            if fresh.is_empty() {
                return;
            }
            for child in fresh {
                // One that is gone, or another user's, is found again by whoever counts what is left.
                child.signal(Signal::STOP, None).ok();
            }
        }
    }

    /// The program stops, and so do we, for a shell looks at us. The terminal's Ctrl-Z has reached it already; where we have
    /// woken the program since we last stopped, that may have undone it.
    fn stop(&mut self, received: &Received) -> io::Result<()> {
        if std::mem::take(&mut self.woken) || !received.by_kernel {
            self.halt();
        }
        signal::stop_self()
    }

    /// The same where nothing but this very signal can have stopped the program. It is not read before it takes effect, so
    /// that a CONT can still take it back: the kernel drops a stop that waits when a CONT comes, and a CONT that waits when
    /// a stop comes (`signal(7)`, test `a_continue_right_after_a_stop_is_never_lost`). Were it read and sent again, a CONT
    /// in between would be lost.
    fn stop_together(&mut self) -> io::Result<()> {
        self.halt();
        signal::let_stop()
    }

    fn halt(&mut self) {
        if !self.is_stopped() {
            self.halted |= pidfd::send(&self.child.pidfd, Signal::TSTP, None).is_ok();
        }
    }

    /// A shell's `fg` has woken the whole group already; then nothing is left to do. What we have asked to stop may not have
    /// done so yet.
    fn wake(&mut self) {
        if std::mem::take(&mut self.halted) || self.is_stopped() {
            self.woken |= pidfd::send(&self.child.pidfd, Signal::CONT, None).is_ok();
        }
    }

    fn is_stopped(&self) -> bool {
        Observer::new()
            .and_then(|observer| observer.proc.stat(self.child.pid))
            .is_ok_and(|stat| State::from_letter(stat.state) == State::Stopped)
    }

    /// Remembers who asks for the end, and who takes over.
    fn note(&mut self, received: &Received) {
        if is_superseding(received) {
            self.successors.extend(pidfd::open(received.sender).map(|handle| (received.sender, handle)));
        }
        self.asked |= ENDING.contains(&received.signal);
    }

    fn pass_on(&mut self, received: &Received) {
        self.note(received);
        if ENDING.contains(&received.signal) && received.value.is_none() {
            let request =
                Request { signal: received.signal, sender: received.sender, at: clock::since_boot() };
            let is_echo = self.last.is_some_and(|last| request.is_echo_of(&last));
            self.last = Some(request);
            if is_echo {
                return;
            }
        }
        let signal = match received {
            Received { value: Some(pidfd::SUPERSEDED_KILL), .. } => Signal::KILL,
            Received { signal: Signal::CHLD, .. } => return,
            received if !self.own_group && has_reached_the_group(received) => return,
            // What the program itself sends us (to its parent, to its group) is not sent back.
            received if received.sender == self.child.pid => return,
            received => received.signal,
        };
        // A program that became another user's may not be signalled by us, and one that ends can't be: neither
        // is a reason to leave it.
        pidfd::send(&self.child.pidfd, signal, None).ok();
    }
}

/// A signal that asked for the end.
#[derive(Clone, Copy, Debug)]
struct Request {
    signal: Signal,
    sender: u32,
    at: Duration,
}

/// Two signals so close together are one request that was sent twice.
const ECHO: Duration = Duration::from_millis(20);

impl Request {
    /// Whether this is the same request, sent to soloist and then to its whole group, as timeout(1) does it. Nobody
    /// types so fast, and many programs take a second request for impatience.
    fn is_echo_of(&self, last: &Self) -> bool {
        (self.signal, self.sender) == (last.signal, last.sender) && self.at.saturating_sub(last.at) < ECHO
    }
}

/// Whether a signal went to our whole process group: from the terminal, or a shell's hang-up to its jobs.
fn has_reached_the_group(received: &Received) -> bool {
    let leader = signal::session_leader();
    if received.signal == Signal::HUP && leader == Some(std::process::id()) {
        // A terminal that goes away tells the session's leader alone; the others are told when the leader is gone.
        return false;
    }
    received.by_kernel || received.signal == Signal::HUP && Some(received.sender) == leader
}

/// How often one tries to end what is left, when this machine could not answer.
const MOST_ATTEMPTS: usize = 3;

/// How often what is left is killed again, should it start others all the time.
const MOST_ROUNDS: usize = 64;

/// How long one waits before the next look when a child was there but not seen.
const MISSED_PAUSE: Duration = Duration::from_millis(1);

/// How often one looks for new children that are to stop.
const MOST_LOOKS: usize = 10_000;

/// Our children with all below them, each as one to be ended.
fn children(observer: &Observer) -> io::Result<Vec<Party<'static>>> {
    let own = std::process::id();
    let table = Table::below(observer, &[own])?;
    let seen = || {
        let below = table.descendants(&[own]).into_iter();
        below.filter(|&pid| table.stat(pid).is_some_and(|stat| stat.parent == own)).collect()
    };
    let direct = observer.proc.own_children().unwrap_or_else(seen);
    let party = |pid: u32| {
        let main = observer.open(pid).ok()??;
        let others = table.open_below(observer, &main);
        Some(Party::new(main, false, others, |_| true))
    };
    Ok(direct.into_iter().filter_map(party).collect())
}

/// Ends this process by a signal's default action.
pub fn die_by(number: i32) {
    if let Some(signal) = FORWARDED.into_iter().find(|signal| signal.number() == number) {
        signal::die_by(signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_is_sent_twice_at_once_is_one() {
        let request =
            |sender, millis| Request { signal: Signal::TERM, sender, at: Duration::from_millis(millis) };
        assert!(request(7, 1001).is_echo_of(&request(7, 1000)));
        assert!(!request(8, 1001).is_echo_of(&request(7, 1000)));
        assert!(!request(7, 1020).is_echo_of(&request(7, 1000)));
        let other = Request { signal: Signal::INT, ..request(7, 1001) };
        assert!(!other.is_echo_of(&request(7, 1000)));
    }
}
