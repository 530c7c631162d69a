//! Signals: their names, the mask, and one descriptor from which they are read (`signalfd(2)`).

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use super::call;

/// A signal's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signal(i32);

/// The names that `--stop-signal` knows, without `SIG` (`signal(7)`).
const NAMES: [(&str, i32); 10] = [
    ("TERM", libc::SIGTERM),
    ("INT", libc::SIGINT),
    ("HUP", libc::SIGHUP),
    ("QUIT", libc::SIGQUIT),
    ("USR1", libc::SIGUSR1),
    ("USR2", libc::SIGUSR2),
    ("KILL", libc::SIGKILL),
    ("CONT", libc::SIGCONT),
    ("WINCH", libc::SIGWINCH),
    ("CHLD", libc::SIGCHLD),
];

impl Signal {
    /// No signal: only the permission to send one is checked.
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const TERM: Self = Self(libc::SIGTERM);
    pub(crate) const INT: Self = Self(libc::SIGINT);
    pub(crate) const HUP: Self = Self(libc::SIGHUP);
    pub(crate) const QUIT: Self = Self(libc::SIGQUIT);
    pub(crate) const USR1: Self = Self(libc::SIGUSR1);
    pub(crate) const USR2: Self = Self(libc::SIGUSR2);
    pub(crate) const KILL: Self = Self(libc::SIGKILL);
    pub(crate) const CONT: Self = Self(libc::SIGCONT);
    pub(crate) const WINCH: Self = Self(libc::SIGWINCH);
    pub(crate) const CHLD: Self = Self(libc::SIGCHLD);
    pub(crate) const TSTP: Self = Self(libc::SIGTSTP);
    pub(crate) const STOP: Self = Self(libc::SIGSTOP);

    /// Everything else that can be sent to a process to tell it something: timers, input, power, and the real-time
    /// signals. Those by which the kernel or the program itself reports a fault are not among them, nor TTIN and
    /// TTOU, which only the terminal's reader and writer mean.
    pub(crate) fn unusual() -> Vec<Self> {
        let named = [libc::SIGALRM, libc::SIGVTALRM, libc::SIGPROF, libc::SIGIO, libc::SIGPWR, libc::SIGURG];
        named.into_iter().chain(libc::SIGRTMIN()..=libc::SIGRTMAX()).map(Self).collect()
    }

    pub(crate) fn number(self) -> i32 {
        self.0
    }

    /// `TERM`, or the number of a signal without a name here.
    pub(crate) fn name(self) -> String {
        NAMES
            .iter()
            .find(|(_, number)| *number == self.0)
            .map_or_else(|| self.0.to_string(), |(name, _)| (*name).to_owned())
    }
}

/// A signal that has arrived, and where it came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Received {
    pub(crate) signal: Signal,
    /// The kernel itself sent it: a terminal's Ctrl-C, which the whole foreground group has got already.
    pub(crate) by_kernel: bool,
    /// Who sent it.
    pub(crate) sender: u32,
    /// The value that rode along, for a signal sent with `sigqueue(3)`.
    pub(crate) value: Option<usize>,
}

/// The signals of this process as a descriptor; they stay blocked for as long as it runs.
#[derive(Debug)]
pub(crate) struct Signals(OwnedFd);

impl Signals {
    /// Blocks the signals and opens the descriptor from which they are read.
    pub(crate) fn take(signals: &[Signal]) -> io::Result<Self> {
        let set = set_of(signals);
        mask(libc::SIG_BLOCK, &set)?;
        // SAFETY: `set` is a valid signal set.
        let descriptor = call::check(unsafe {
            libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK)
        })?;
        // SAFETY: the kernel has just given this descriptor to us alone.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(descriptor) }))
    }

    /// Blocks more signals and reads them from the same descriptor.
    pub(crate) fn add(&self, signals: &[Signal], more: &[Signal]) -> io::Result<()> {
        let set = set_of(&[signals, more].concat());
        mask(libc::SIG_BLOCK, &set)?;
        // SAFETY: the descriptor is a signalfd and `set` a valid signal set.
        call::check(unsafe { libc::signalfd(self.0.as_raw_fd(), &raw const set, 0) }).map(drop)
    }

    /// What becomes readable when a signal has arrived.
    pub(crate) fn handle(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// The next signal that has arrived, if one has.
    pub(crate) fn next(&self) -> io::Result<Option<Received>> {
        // SAFETY: signalfd_siginfo is plain data, for which all zeroes are a value.
        let mut info: libc::signalfd_siginfo = unsafe { std::mem::zeroed() };
        let size = size_of::<libc::signalfd_siginfo>();
        // SAFETY: the buffer is valid for its size.
        let length = unsafe { libc::read(self.0.as_raw_fd(), (&raw mut info).cast(), size) };
        if length == -1 {
            let error = io::Error::last_os_error();
            return if error.kind() == io::ErrorKind::WouldBlock { Ok(None) } else { Err(error) };
        }
        Ok(Some(Received {
            signal: Signal(i32::try_from(info.ssi_signo).unwrap_or_default()),
            by_kernel: info.ssi_code == libc::SI_KERNEL,
            sender: info.ssi_pid,
            value: usize::try_from(info.ssi_ptr).ok().filter(|_| info.ssi_code == libc::SI_QUEUE),
        }))
    }
}

/// A signal mask to return to.
pub(crate) struct Mask(libc::sigset_t);

fn set_of(signals: &[Signal]) -> libc::sigset_t {
    // SAFETY: sigset_t is plain data; sigemptyset makes it a valid set below.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: `set` is valid for the call.
    unsafe { libc::sigemptyset(&raw mut set) };
    for signal in signals {
        // SAFETY: `set` is a valid set.
        unsafe { libc::sigaddset(&raw mut set, signal.0) };
    }
    set
}

fn mask(how: libc::c_int, set: &libc::sigset_t) -> io::Result<Mask> {
    let mut before = set_of(&[]);
    // SAFETY: both sets are valid; pthread_sigmask changes this thread only.
    match unsafe { libc::pthread_sigmask(how, set, &raw mut before) } {
        0 => Ok(Mask(before)),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

/// Blocks every signal that can be blocked, for this thread.
pub(crate) fn block_all() -> io::Result<Mask> {
    let mut set = set_of(&[]);
    // SAFETY: `set` is valid for the call.
    unsafe { libc::sigfillset(&raw mut set) };
    mask(libc::SIG_SETMASK, &set)
}

/// Puts an earlier mask back.
pub(crate) fn restore(before: &Mask) -> io::Result<()> {
    mask(libc::SIG_SETMASK, &before.0).map(drop)
}

/// The process that leads our session: the shell of a terminal.
pub(crate) fn session_leader() -> Option<u32> {
    // SAFETY: getsid takes an integer; zero means this process.
    u32::try_from(unsafe { libc::getsid(0) }).ok()
}

/// Whether this process was started with the signal ignored (`nohup` does that to HUP).
pub(crate) fn is_ignored(signal: Signal) -> bool {
    disposition(signal.0) == Some(libc::SIG_IGN)
}

/// What this process does about a signal; `None` for a number that is no signal, or the C library's own.
fn disposition(number: i32) -> Option<libc::sighandler_t> {
    // SAFETY: sigaction is plain data, for which all zeroes are a value.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: a null new action only asks; `action` is a valid buffer.
    let answer = unsafe { libc::sigaction(number, std::ptr::null(), &raw mut action) };
    (answer == 0).then_some(action.sa_sigaction)
}

/// Makes a write past `RLIMIT_FSIZE` an error of the call rather than the end of this process.
pub(crate) fn ignore_file_size_limit() {
    // SAFETY: SIG_IGN is always a valid disposition.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
}

/// Puts a signal back to its default disposition.
pub(crate) fn reset(signal: Signal) {
    // SAFETY: SIG_DFL is always a valid disposition.
    unsafe { libc::signal(signal.0, libc::SIG_DFL) };
}

/// The signals that the program starts with at their default disposition, whatever soloist was started with:
/// those that soloist handles itself, and PIPE, which Rust's runtime ignores. HUP is left alone: `nohup`.
const RESET: [i32; 11] = [
    libc::SIGTERM,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGWINCH,
    libc::SIGCHLD,
    libc::SIGCONT,
    libc::SIGPIPE,
    libc::SIGALRM,
    libc::SIGXFSZ,
];

/// Puts back to the default what is caught, as `execve(2)` would: a handler of the host program's must not run in a child
/// that shares its memory. Runs in that child while all signals are blocked; system calls only.
pub(crate) fn reset_caught() {
    let is_caught =
        |&number: &i32| disposition(number).is_some_and(|at| at != libc::SIG_DFL && at != libc::SIG_IGN);
    (1..=libc::SIGRTMAX()).filter(is_caught).for_each(|number| reset(Signal(number)));
}

/// Default dispositions and an empty mask: runs right before `execve`, system calls only.
pub(crate) fn reset_for_program(stop_signal: Signal) {
    RESET.into_iter().chain([stop_signal.0]).for_each(|number| reset(Signal(number)));
    let empty = set_of(&[]);
    // SAFETY: `empty` is a valid set.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const empty, std::ptr::null_mut()) };
}

/// Stops this process as Ctrl-Z would, so that a shell sees it stopped; goes on when it is continued. In an orphaned
/// process group the kernel ignores that (`setpgid(2)`).
pub(crate) fn stop_self() -> io::Result<()> {
    // SAFETY: raise sends to this thread.
    unsafe { libc::raise(libc::SIGTSTP) };
    let_stop()
}

/// Lets a TSTP that waits take effect, if it still does: a CONT takes it back (`signal(7)`).
pub(crate) fn let_stop() -> io::Result<()> {
    let set = set_of(&[Signal::TSTP]);
    mask(libc::SIG_UNBLOCK, &set)?;
    mask(libc::SIG_BLOCK, &set).map(drop)
}

/// Ends this process by a signal's default action, as if it had never been caught; returns if it could not.
pub(crate) fn die_by(signal: Signal) {
    // SAFETY: SIG_DFL is always a valid disposition.
    unsafe { libc::signal(signal.0, libc::SIG_DFL) };
    let set = set_of(&[signal]);
    // SAFETY: raise sends to this thread.
    unsafe { libc::raise(signal.0) };
    // SAFETY: `set` is a valid set; the pending signal is delivered here.
    unsafe { libc::sigprocmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut()) };
}
