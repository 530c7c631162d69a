//! The system calls of the harness that the standard library does not have: most of its `unsafe`.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitStatus};
use std::time::Duration;

/// What `waitpid(2)` tells of a child.
#[derive(Clone, Copy, Debug)]
pub(super) enum News {
    /// It is no more.
    Ended(ExitStatus),
    /// A traced one stands still: the signal, and the event above it (`ptrace(2)`).
    Stopped { signal: i32, event: i32 },
}

/// A system call at its entrance or its exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    Entry { number: u64, arguments: [u64; 2] },
    Exit,
}

/// The signal of a stop at a system call (`PTRACE_O_TRACESYSGOOD`).
pub(super) const CALL_STOP: i32 = libc::SIGTRAP | 0x80;

fn check(answer: libc::c_long) -> io::Result<libc::c_long> {
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}

/// The command's process asks to be traced, and stops when it has executed its program.
pub(super) fn trace(command: &mut Command) -> &mut Command {
    // SAFETY: between fork and exec the closure makes one system call and allocates nothing.
    unsafe { command.pre_exec(ask_to_be_traced) }
}

fn ask_to_be_traced() -> io::Result<()> {
    // SAFETY: PTRACE_TRACEME takes no further arguments.
    check(unsafe { libc::ptrace(libc::PTRACE_TRACEME) }).map(drop)
}

fn request(kind: libc::c_uint, pid: u32, value: usize) -> io::Result<()> {
    let none = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: these requests take no address, and a value that is no pointer.
    check(unsafe { libc::ptrace(kind, pid.cast_signed(), none, value) }).map(drop)
}

/// Follows its children too, tells of executed programs, and lets nothing outlive us.
pub(super) fn follow(pid: u32) -> io::Result<()> {
    let options = libc::PTRACE_O_TRACESYSGOOD
        | libc::PTRACE_O_TRACEFORK
        | libc::PTRACE_O_TRACEVFORK
        | libc::PTRACE_O_TRACECLONE
        | libc::PTRACE_O_TRACEEXEC
        | libc::PTRACE_O_EXITKILL;
    request(libc::PTRACE_SETOPTIONS, pid, usize::try_from(options).map_err(io::Error::other)?)
}

/// Lets it run to its next system call, with a signal or none (0).
pub(super) fn resume(pid: u32, signal: i32) -> io::Result<()> {
    request(libc::PTRACE_SYSCALL, pid, usize::try_from(signal).map_err(io::Error::other)?)
}

/// Lets it go for good.
pub(super) fn detach(pid: u32) -> io::Result<()> {
    request(libc::PTRACE_DETACH, pid, 0)
}

/// Which call it stands at (`PTRACE_GET_SYSCALL_INFO`, Linux 5.3).
pub(super) fn moment(pid: u32) -> io::Result<Moment> {
    let mut info = MaybeUninit::<libc::ptrace_syscall_info>::zeroed();
    let size = size_of::<libc::ptrace_syscall_info>();
    // SAFETY: `info` is a valid buffer of `size` bytes.
    check(unsafe {
        libc::ptrace(libc::PTRACE_GET_SYSCALL_INFO, pid.cast_signed(), size, info.as_mut_ptr())
    })?;
    // SAFETY: plain data, for which all zeroes are a value; the kernel has filled the rest.
    let info = unsafe { info.assume_init() };
    if info.op != libc::PTRACE_SYSCALL_INFO_ENTRY {
        return Ok(Moment::Exit);
    }
    // SAFETY: `op` says that the kernel has filled this member of the union.
    let entry = unsafe { info.u.entry };
    Ok(Moment::Entry { number: entry.nr, arguments: [entry.args[0], entry.args[1]] })
}

/// The next news of a child, its own, adopted or traced; none at the moment.
pub(super) fn news() -> Option<(u32, News)> {
    let mut status = 0;
    // SAFETY: `status` is a valid place for the answer.
    let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG | libc::__WALL) };
    let pid = u32::try_from(pid).ok().filter(|&pid| pid != 0)?;
    let news = if libc::WIFSTOPPED(status) {
        News::Stopped { signal: libc::WSTOPSIG(status), event: status >> 16 }
    } else {
        News::Ended(ExitStatus::from_raw(status))
    };
    Some((pid, news))
}

/// Sends a signal to a child that has not been reaped, so that its number is its own.
pub(super) fn send(pid: u32, signal: i32) -> io::Result<()> {
    // SAFETY: kill takes two integers.
    check(unsafe { libc::kill(pid.cast_signed(), signal) }.into()).map(drop)
}

/// Makes this process the one that orphans of its descendants come to (`PR_SET_CHILD_SUBREAPER`).
pub(super) fn adopt_orphans() -> io::Result<()> {
    // SAFETY: prctl takes integers here.
    check(unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }.into()).map(drop)
}

/// Blocks these signals in this process.
pub(super) fn block(signals: &[i32]) -> libc::sigset_t {
    // SAFETY: sigset_t is plain data, for which all zeroes are a value.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: `set` is a valid place for a set.
    unsafe { libc::sigemptyset(&raw mut set) };
    for &signal in signals {
        // SAFETY: `set` is a valid set.
        unsafe { libc::sigaddset(&raw mut set, signal) };
    }
    // SAFETY: `set` is a valid set; the old one is not asked for.
    unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut()) };
    set
}

/// A descriptor that can be read when a child has news (`signalfd(2)`).
pub(super) fn child_signals() -> io::Result<OwnedFd> {
    let set = block(&[libc::SIGCHLD]);
    // SAFETY: `set` is a valid set; -1 asks for a new descriptor.
    let number = unsafe { libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
    check(number.into())?;
    // SAFETY: the kernel has just given this descriptor to us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Takes what has come on such a descriptor.
pub(super) fn forget_signals(signals: &OwnedFd) {
    let mut buffer = [0u8; 1024];
    // SAFETY: the buffer is valid for its length; the descriptor does not block.
    while unsafe { libc::read(signals.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len()) } > 0 {}
}

/// Waits until a descriptor can be read, at most this long; answers which can.
pub(super) fn readable(descriptors: &[RawFd], limit: Duration) -> io::Result<Vec<bool>> {
    let entry = |&fd: &RawFd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let mut entries: Vec<libc::pollfd> = descriptors.iter().map(entry).collect();
    let count = libc::nfds_t::try_from(entries.len()).map_err(io::Error::other)?;
    let limit = i32::try_from(limit.as_micros().div_ceil(1000)).unwrap_or(i32::MAX);
    // SAFETY: `entries` is a valid array of `count` entries for the call.
    match check(unsafe { libc::poll(entries.as_mut_ptr(), count, limit) }.into()) {
        Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
        _ => Ok(entries.iter().map(|entry| entry.revents != 0).collect()),
    }
}

/// Waits for one of the blocked signals.
pub(super) fn next_signal(set: &libc::sigset_t) -> io::Result<i32> {
    // SAFETY: the set is valid; no siginfo is asked for.
    let signal = unsafe { libc::sigwaitinfo(set, std::ptr::null_mut()) };
    check(signal.into()).map(|_| signal)
}

/// From now on SIGTERM is ignored.
pub(super) fn ignore_term() {
    // SAFETY: SIG_IGN is always a valid disposition.
    unsafe { libc::signal(libc::SIGTERM, libc::SIG_IGN) };
}

/// Leaves the session and the process group of the parent (`setsid(2)`).
pub(super) fn leave_session() {
    // SAFETY: setsid takes nothing; it fails where we lead a group already, and then there is nothing to leave.
    unsafe { libc::setsid() };
}
