//! Handles to processes that cannot come to mean another one (`pidfd_open(2)`, Linux 5.3).

use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

use super::{call, poll, signal::Signal};

/// What rides along with a signal that one soloist sends to another (`sigqueue(3)`).
/// The value is the word "soloist" and a version, so that no other sender's value can be taken for it.
pub(crate) const SUPERSEDED: u64 = 0x736f_6c6f_6973_7401;
/// As [`SUPERSEDED`], and the program is to be killed at once.
pub(crate) const SUPERSEDED_KILL: u64 = 0x736f_6c6f_6973_7402;

/// Opens a handle to a process. A thread's id is refused by the kernel: only thread-group leaders have one.
pub(crate) fn open(pid: u32) -> io::Result<OwnedFd> {
    let pid = libc::pid_t::try_from(pid).map_err(|_| io::Error::from_raw_os_error(libc::ESRCH))?;
    if pid <= 0 {
        return Err(io::Error::from_raw_os_error(libc::ESRCH));
    }
    // SAFETY: pidfd_open takes two integers and answers a new descriptor or -1.
    let descriptor = call::check_long(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) })?;
    let descriptor = i32::try_from(descriptor).map_err(|_| io::Error::from_raw_os_error(libc::EBADF))?;
    // SAFETY: the kernel has just given this descriptor to us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Sends a signal through the handle. With `value`, the receiver sees it as `sigqueue(3)` would send it.
pub(crate) fn send(pidfd: &OwnedFd, signal: Signal, value: Option<u64>) -> io::Result<()> {
    let info = value.map(|value| queued(signal, value));
    let info =
        info.as_ref().map_or(std::ptr::null(), |info| std::ptr::from_ref(info).cast::<libc::siginfo_t>());
    // SAFETY: the descriptor is open; `info` is null or points to a complete siginfo of 128 bytes.
    let sent =
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), signal.number(), info, 0) };
    call::check_long(sent).map(drop)
}

/// The beginning of Linux's `siginfo_t` for a queued signal (`include/uapi/asm-generic/siginfo.h`).
#[repr(C)]
struct QueuedInfo {
    signo: i32,
    errno: i32,
    code: i32,
    #[cfg(target_pointer_width = "64")]
    padding: i32,
    pid: i32,
    uid: u32,
    value: u64,
    rest: [u64; 12],
}

fn queued(signal: Signal, value: u64) -> QueuedInfo {
    QueuedInfo {
        signo: signal.number(),
        errno: 0,
        code: libc::SI_QUEUE,
        #[cfg(target_pointer_width = "64")]
        padding: 0,
        pid: std::process::id().cast_signed(),
        uid: super::account::effective_user(),
        value,
        rest: [0; 12],
    }
}

/// Whether the process has ended (a zombie counts as ended: its pidfd is readable).
pub(crate) fn ended(pidfd: &OwnedFd) -> io::Result<bool> {
    Ok(poll::readable(&[pidfd.as_fd()], Some(std::time::Duration::ZERO))?[0])
}
