//! The kernel's locks.
//!
//! Two kinds. *Open-file-description locks* (`fcntl(2)`, `F_OFD_SETLK`, Linux 3.15) keep claims in the
//! state directory: they belong to the open file, pass to a child with its descriptors, drop with the last
//! of them, and can be asked about (`F_OFD_GETLK`) without being taken. *flock(2)* keeps the visible file,
//! because that is what `flock(1)` and the hand-made guards lock there.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Duration;

use super::files::FileIdentity;
use super::{call, poll, spawn};

/// Which of the two locks is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LockKind {
    /// A lock of the open file description.
    Description,
    /// A `flock(2)` lock.
    Flock,
}

/// Which bytes of the file a description lock covers. The *seat* is the claim. The *door* is held beside it while
/// its holder has not made sure yet that it may keep the seat; who must not judge before that waits at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Seat and door.
    Both,
    /// The first byte.
    Seat,
    /// The second byte.
    Door,
}

fn range(kind: libc::c_int, part: Part) -> libc::flock {
    // SAFETY: flock is plain data, for which all zeroes are a value (and l_pid must be 0 for OFD locks).
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = libc::c_short::try_from(kind).unwrap_or_default();
    lock.l_whence = libc::c_short::try_from(libc::SEEK_SET).unwrap_or_default();
    (lock.l_start, lock.l_len) = match part {
        Part::Both => (0, 2),
        Part::Seat => (0, 1),
        Part::Door => (1, 1),
    };
    lock
}

/// Takes the lock if nobody has it; `false` means that somebody does.
pub(crate) fn try_lock(file: BorrowedFd<'_>, kind: LockKind) -> io::Result<bool> {
    try_part(file, kind, Part::Both)
}

fn try_part(file: BorrowedFd<'_>, kind: LockKind, part: Part) -> io::Result<bool> {
    let answer = call::retry(|| match kind {
        LockKind::Description => set(file, libc::F_OFD_SETLK, libc::F_WRLCK, part),
        LockKind::Flock => flock(file, libc::LOCK_EX | libc::LOCK_NB),
    });
    match answer {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.raw_os_error(), Some(libc::EAGAIN | libc::EACCES)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Gives the lock up for every process that shares the open file. Only the owner of a claim may call this.
pub(crate) fn unlock(file: BorrowedFd<'_>, kind: LockKind) -> io::Result<()> {
    match kind {
        LockKind::Description => set(file, libc::F_OFD_SETLK, libc::F_UNLCK, Part::Both),
        LockKind::Flock => flock(file, libc::LOCK_UN),
    }
}

/// Lets those at the door in: the holder keeps the seat and is sure of it.
pub(crate) fn open_door(file: BorrowedFd<'_>) -> io::Result<()> {
    set(file, libc::F_OFD_SETLK, libc::F_UNLCK, Part::Door)
}

/// Waits until whoever is between door and seat is sure, or gone; then takes the seat if it is free. Who comes
/// through the door holds it until it has looked at the seat, so no third can slip by.
pub(crate) fn wait_at_door(file: BorrowedFd<'_>, interrupt: Option<BorrowedFd<'_>>) -> io::Result<Waited> {
    match wait_part(file, LockKind::Description, Part::Door, None, interrupt)? {
        Waited::Locked if try_part(file, LockKind::Description, Part::Seat)? => Ok(Waited::Locked),
        Waited::Locked => open_door(file).map(|()| Waited::TimedOut),
        other => Ok(other),
    }
}

/// Whether anybody else has the description lock, without taking it.
pub(crate) fn is_locked(file: BorrowedFd<'_>) -> io::Result<bool> {
    is_part_locked(file, Part::Both)
}

/// Whether somebody else is just claiming: it has the lock, and is not yet sure of it.
pub(crate) fn is_door_closed(file: BorrowedFd<'_>) -> io::Result<bool> {
    is_part_locked(file, Part::Door)
}

fn is_part_locked(file: BorrowedFd<'_>, part: Part) -> io::Result<bool> {
    let mut lock = range(libc::F_WRLCK, part);
    // SAFETY: the descriptor is open and `lock` a valid flock for the call to fill.
    call::check(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_GETLK, &raw mut lock) })?;
    Ok(i32::from(lock.l_type) != libc::F_UNLCK)
}

/// Whether another process gets the lock through `file` now, without waiting. What it gets goes with the last copy
/// of `file`.
pub(crate) fn try_in_a_child(file: BorrowedFd<'_>, kind: LockKind) -> io::Result<bool> {
    let number = file.as_raw_fd();
    let child = spawn::helper(&[number], || match kind {
        LockKind::Description => set_raw(number, libc::F_OFD_SETLK, libc::F_WRLCK, Part::Both),
        LockKind::Flock => flock_raw(number, libc::LOCK_EX | libc::LOCK_NB),
    })?;
    match child.wait()? {
        Some(spawn::Ending::Exited(0)) => Ok(true),
        Some(spawn::Ending::Exited(libc::EAGAIN | libc::EACCES)) => Ok(false),
        Some(spawn::Ending::Exited(code)) => Err(io::Error::from_raw_os_error(code)),
        other => Err(io::Error::other(format!("the process that asked for the lock ended with {other:?}"))),
    }
}

/// Whether `/proc/locks` lists a lock on this file, by whomever it is held. That list is long and slow to read
/// (`proc_locks(5)`), but it tells of processes whose descriptors are closed to us.
pub(crate) fn is_listed(file: FileIdentity) -> bool {
    is_among(&std::fs::read_to_string("/proc/locks").unwrap_or_default(), file)
}

/// Whether the text of `/proc/locks` tells of a lock on this file that is held; waiters (`->`) hold nothing.
fn is_among(text: &str, file: FileIdentity) -> bool {
    let (major, minor) = (libc::major(file.device), libc::minor(file.device));
    let wanted = format!("{major:02x}:{minor:02x}:{}", file.inode);
    text.lines().any(|line| !line.contains("->") && line.split_ascii_whitespace().any(|word| word == wanted))
}

/// How a wait for a lock ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    /// The lock is ours.
    Locked,
    /// The deadline passed.
    TimedOut,
    /// The interrupt descriptor became readable.
    Interrupted,
}

/// Waits for the lock in the kernel's queue (first come, first served; no polling).
///
/// The wait itself is done by a short-lived child that shares the open file: the lock it gets is ours,
/// while this process sleeps in `ppoll` on the child, the deadline and `interrupt`, without a signal
/// handler or a thread. The child dies with us (`PR_SET_PDEATHSIG`).
pub(crate) fn wait_lock(
    file: BorrowedFd<'_>,
    kind: LockKind,
    deadline: Option<Duration>,
    interrupt: Option<BorrowedFd<'_>>,
) -> io::Result<Waited> {
    wait_part(file, kind, Part::Both, deadline, interrupt)
}

fn wait_part(
    file: BorrowedFd<'_>,
    kind: LockKind,
    part: Part,
    deadline: Option<Duration>,
    interrupt: Option<BorrowedFd<'_>>,
) -> io::Result<Waited> {
    let number = file.as_raw_fd();
    let child = spawn::helper(&[number], || match kind {
        LockKind::Description => set_raw(number, libc::F_OFD_SETLKW, libc::F_WRLCK, part),
        LockKind::Flock => flock_raw(number, libc::LOCK_EX),
    })?;
    let mut watched = vec![child.pidfd.as_fd()];
    watched.extend(interrupt);
    let ready = poll::readable(&watched, deadline)?;
    if ready[0] {
        return match child.reap()? {
            0 => Ok(Waited::Locked),
            code => Err(io::Error::from_raw_os_error(code)),
        };
    }
    let interrupted = ready.iter().any(|&ready| ready);
    // The child may get the lock while it is being killed; then the lock is ours and is kept.
    match child.kill()? {
        Some(0) => Ok(Waited::Locked),
        _ if try_part(file, kind, part)? => Ok(Waited::Locked),
        _ if interrupted => Ok(Waited::Interrupted),
        _ => Ok(Waited::TimedOut),
    }
}

fn set(file: BorrowedFd<'_>, command: libc::c_int, kind: libc::c_int, part: Part) -> io::Result<()> {
    call::check(set_raw(file.as_raw_fd(), command, kind, part)).map(drop)
}

fn set_raw(number: i32, command: libc::c_int, kind: libc::c_int, part: Part) -> libc::c_int {
    let mut lock = range(kind, part);
    // SAFETY: the descriptor is open and `lock` a valid flock for the call.
    unsafe { libc::fcntl(number, command, &raw mut lock) }
}

fn flock(file: BorrowedFd<'_>, operation: libc::c_int) -> io::Result<()> {
    call::check(flock_raw(file.as_raw_fd(), operation)).map(drop)
}

fn flock_raw(number: i32, operation: libc::c_int) -> libc::c_int {
    // SAFETY: flock takes two integers.
    unsafe { libc::flock(number, operation) }
}

#[cfg(test)]
mod properties;
