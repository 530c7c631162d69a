//! The system calls of the soak that the standard library does not have: all of its `unsafe`.

mod bystander;
mod disk;

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

pub(in crate::fault) use bystander::spawn_deaf;
pub(in crate::fault) use disk::{mount_small_disk, unmount};

/// A handle to a process that cannot come to mean another one (`pidfd_open(2)`).
#[derive(Debug)]
pub(in crate::fault) struct Pidfd(OwnedFd);

impl Pidfd {
    pub(in crate::fault) fn open(pid: u32) -> io::Result<Self> {
        // SAFETY: pidfd_open takes two integers and answers a new descriptor or -1.
        let descriptor = check(unsafe { libc::syscall(libc::SYS_pidfd_open, pid.cast_signed(), 0) })?;
        let descriptor = i32::try_from(descriptor).map_err(io::Error::other)?;
        // SAFETY: the kernel has just given this descriptor to us alone.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(descriptor) }))
    }

    pub(in crate::fault) fn send(&self, signal: i32) -> io::Result<()> {
        let none = std::ptr::null::<libc::siginfo_t>();
        // SAFETY: the descriptor is open; no siginfo means the one that kill(2) would make.
        check(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, self.0.as_raw_fd(), signal, none, 0) })
            .map(drop)
    }
}

impl AsFd for Pidfd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn check(answer: libc::c_long) -> io::Result<libc::c_long> {
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}

/// Waits until one of the descriptors can be read (a pidfd can when its process has ended), at most this long.
pub(in crate::fault) fn wait(descriptors: &[BorrowedFd<'_>], limit: Duration) -> io::Result<()> {
    let entry = |it: &BorrowedFd<'_>| libc::pollfd { fd: it.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let mut entries: Vec<libc::pollfd> = descriptors.iter().map(entry).collect();
    let count = libc::nfds_t::try_from(entries.len()).map_err(io::Error::other)?;
    // A remainder below a millisecond is rounded up: this must not become a busy loop.
    let limit = i32::try_from(limit.as_micros().div_ceil(1000)).unwrap_or(i32::MAX);
    // SAFETY: `entries` is a valid array of `count` entries for the call.
    let ready = unsafe { libc::poll(entries.as_mut_ptr(), count, limit) };
    match check(ready.into()) {
        Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
        _ => Ok(()),
    }
}

/// The time since boot, by the clock of soloist's own histories (`CLOCK_BOOTTIME`).
pub(in crate::fault) fn since_boot() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is a valid place for the answer; this clock exists since Linux 2.6.39.
    unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut now) };
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// Makes this process the one that orphans of its descendants come to (`PR_SET_CHILD_SUBREAPER`).
pub(in crate::fault) fn adopt_orphans() -> io::Result<()> {
    // SAFETY: prctl takes integers here.
    check(unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }.into()).map(drop)
}

/// A child of this process, its own or adopted, that has ended; its zombie is gone afterwards.
pub(in crate::fault) fn reap() -> Option<(u32, ExitStatus)> {
    let mut status = 0;
    // SAFETY: `status` is a valid place for the answer.
    let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) };
    let pid = u32::try_from(pid).ok().filter(|&pid| pid != 0)?;
    Some((pid, ExitStatus::from_raw(status)))
}

/// Waits until this child has ended, and reaps it.
pub(in crate::fault) fn await_child(pid: u32) {
    // SAFETY: waitpid takes no place for a status here; it fails only where there is no such child.
    unsafe { libc::waitpid(pid.cast_signed(), std::ptr::null_mut(), 0) };
}

/// Makes a child that goes on from here: its number, or `None` in the child. Only for a process of one thread.
pub(in crate::fault) fn fork() -> io::Result<Option<u32>> {
    // SAFETY: no other thread can hold a lock that the child would miss.
    let pid = check(unsafe { libc::fork() }.into())?;
    Ok(u32::try_from(pid).ok().filter(|&pid| pid != 0))
}

/// At most so many processes of one user, unless it is root: for this process and everything below it.
pub(in crate::fault) fn limit_processes(most: u64) {
    let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
    // SAFETY: `limit` is valid; to lower a limit is always allowed, and one that was lower stays so.
    unsafe { libc::setrlimit(libc::RLIMIT_NPROC, &raw const limit) };
}

/// From now on SIGTERM is ignored.
pub(in crate::fault) fn ignore_term() {
    // SAFETY: SIG_IGN is always a valid disposition.
    unsafe { libc::signal(libc::SIGTERM, libc::SIG_IGN) };
}

/// From now on SIGTERM waits until somebody looks for it with [`await_term`].
pub(in crate::fault) fn hold_term() {
    let set = only_term();
    // SAFETY: `set` is a valid set; the old one is not asked for.
    unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut()) };
}

/// Sleeps until SIGTERM has come, at most this long; answers whether it has.
pub(in crate::fault) fn await_term(limit: Duration) -> bool {
    let until = Instant::now() + limit;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match next_term(left) {
            // Somebody has stopped us and let us go on (`signal(7)`).
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other.is_ok(),
        }
    }
}

fn next_term(limit: Duration) -> io::Result<()> {
    let set = only_term();
    let limit = libc::timespec {
        tv_sec: libc::time_t::try_from(limit.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: limit.subsec_nanos().into(),
    };
    // SAFETY: both pointers are valid for the call; no siginfo is asked for.
    let signal = unsafe { libc::sigtimedwait(&raw const set, std::ptr::null_mut(), &raw const limit) };
    check(signal.into()).map(drop)
}

fn only_term() -> libc::sigset_t {
    // SAFETY: sigset_t is plain data, for which all zeroes are a value.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: `set` is a valid place for a set.
    unsafe { libc::sigemptyset(&raw mut set) };
    // SAFETY: `set` is a valid set.
    unsafe { libc::sigaddset(&raw mut set, libc::SIGTERM) };
    set
}

/// Leaves the session and the process group of the parent (`setsid(2)`).
pub(in crate::fault) fn leave_session() {
    // SAFETY: setsid takes nothing; it fails where we lead a group already, and then there is nothing to leave.
    unsafe { libc::setsid() };
}
