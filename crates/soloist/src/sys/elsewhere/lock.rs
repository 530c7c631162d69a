//! The kernel's locks.

use std::io;
use std::time::Duration;

use super::files::FileIdentity;
use super::handle::BorrowedHandle;
use super::unsupported;

/// Which lock is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LockKind {
    /// A lock of the open file.
    Description,
    /// The lock that other tools take.
    Flock,
}

/// How a wait for a lock ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(dead_code, reason = "no wait can end here before there are locks")]
pub(crate) enum Waited {
    /// The lock is ours.
    Locked,
    /// The deadline passed.
    TimedOut,
    /// The interrupt became readable.
    Interrupted,
}

pub(crate) fn try_lock(_file: BorrowedHandle<'_>, _kind: LockKind) -> io::Result<bool> {
    unsupported()
}
pub(crate) fn unlock(_file: BorrowedHandle<'_>, _kind: LockKind) -> io::Result<()> {
    unsupported()
}
pub(crate) fn open_door(_file: BorrowedHandle<'_>) -> io::Result<()> {
    unsupported()
}
pub(crate) fn wait_at_door(
    _file: BorrowedHandle<'_>,
    _interrupt: Option<BorrowedHandle<'_>>,
) -> io::Result<Waited> {
    unsupported()
}
pub(crate) fn wait_lock(
    _file: BorrowedHandle<'_>,
    _kind: LockKind,
    _deadline: Option<Duration>,
    _interrupt: Option<BorrowedHandle<'_>>,
) -> io::Result<Waited> {
    unsupported()
}
pub(crate) fn is_locked(_file: BorrowedHandle<'_>) -> io::Result<bool> {
    unsupported()
}
pub(crate) fn is_door_closed(_file: BorrowedHandle<'_>) -> io::Result<bool> {
    unsupported()
}
pub(crate) fn try_in_a_child(_file: BorrowedHandle<'_>, _kind: LockKind) -> io::Result<bool> {
    unsupported()
}
pub(crate) fn is_listed(_file: FileIdentity) -> bool {
    false
}
