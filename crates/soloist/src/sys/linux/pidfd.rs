//! Handles to processes that cannot come to mean another one (`pidfd_open(2)`, Linux 5.3).

use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

use super::{call, poll, signal::Signal};

/// What rides along with a signal that one soloist sends to another (`sigqueue(3)`).
/// The value is letters of "soloist" and a version, so that no other sender's value is likely to be taken for it; it fits
/// into the pointer of every machine.
pub(crate) const SUPERSEDED: usize = 0x736f_6c01;
/// As [`SUPERSEDED`], and the program is to be killed at once.
pub(crate) const SUPERSEDED_KILL: usize = 0x736f_6c02;

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
pub(crate) fn send(pidfd: &OwnedFd, signal: Signal, value: Option<usize>) -> io::Result<()> {
    let info = value.map(|value| queued(signal, value));
    let info =
        info.as_ref().map_or(std::ptr::null(), |info| std::ptr::from_ref(info).cast::<libc::siginfo_t>());
    // SAFETY: the descriptor is open; `info` is null or points to a complete siginfo.
    let sent =
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), signal.number(), info, 0) };
    call::check_long(sent).map(drop)
}

/// The beginning of Linux's `siginfo_t`, as the C library has it, and what stands in it for a queued signal: the fields of
/// a signal follow three numbers, aligned as a pointer (`include/uapi/asm-generic/siginfo.h`).
#[repr(C)]
union QueuedInfo {
    info: libc::siginfo_t,
    queued: Queued,
}

#[derive(Clone, Copy)]
#[repr(C)]
struct Queued {
    numbers: [libc::c_int; 3],
    sender: Sender,
}

#[derive(Clone, Copy)]
#[repr(C)]
struct Sender {
    pid: libc::pid_t,
    uid: libc::uid_t,
    value: libc::sigval,
}

fn queued(signal: Signal, value: usize) -> QueuedInfo {
    // SAFETY: both are plain data, for which all zeroes are a value.
    let mut info: QueuedInfo = unsafe { std::mem::zeroed() };
    info.queued.sender = Sender {
        pid: std::process::id().cast_signed(),
        uid: super::account::effective_user(),
        value: libc::sigval { sival_ptr: std::ptr::without_provenance_mut(value) },
    };
    // The C library knows the order of these on each architecture.
    info.info.si_signo = signal.number();
    info.info.si_code = libc::SI_QUEUE;
    info
}

/// Whether the process has ended (a zombie counts as ended: its pidfd is readable).
pub(crate) fn ended(pidfd: &OwnedFd) -> io::Result<bool> {
    Ok(poll::readable(&[pidfd.as_fd()], Some(std::time::Duration::ZERO))?[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::signal::Signals;

    /// The C library's own reading of the bytes, and the kernel's: they must find what was written.
    #[test]
    fn a_queued_signal_is_laid_out_as_the_system_reads_it() {
        assert_eq!(size_of::<QueuedInfo>(), size_of::<libc::siginfo_t>());
        let made = queued(Signal::WINCH, SUPERSEDED);
        // SAFETY: every member is plain data, and all of it was written.
        let info = unsafe { made.info };
        assert_eq!((info.si_signo, info.si_errno, info.si_code), (libc::SIGWINCH, 0, libc::SI_QUEUE));
        // SAFETY: the fields of a queued signal were written.
        let sender = (unsafe { info.si_pid() }, unsafe { info.si_uid() });
        assert_eq!(sender, (std::process::id().cast_signed(), crate::sys::account::effective_user()));
        // SAFETY: as above.
        assert_eq!(unsafe { info.si_value() }.sival_ptr.addr(), SUPERSEDED);
    }

    #[test]
    fn a_value_arrives_with_its_sender() {
        // Another thread of the test program may be the one that gets a signal sent to all; a child has one thread.
        let child = crate::sys::spawn::helper(&[], || {
            let arrived = || {
                let signals = Signals::take(&[Signal::WINCH])?;
                send(&open(std::process::id())?, Signal::WINCH, Some(SUPERSEDED))?;
                signals.next()
            };
            match arrived() {
                Ok(Some(received))
                    if received.value == Some(SUPERSEDED)
                        && received.sender == std::process::id()
                        && received.signal == Signal::WINCH
                        && !received.by_kernel =>
                {
                    0
                }
                _ => -1,
            }
        });
        assert_eq!(child.unwrap().wait().unwrap(), Some(crate::sys::spawn::Ending::Exited(0)));
    }
}
