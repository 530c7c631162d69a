//! Open files, sockets and processes, as this system names them: file descriptors.

use std::os::fd::{AsFd, AsRawFd};

pub use std::os::fd::BorrowedFd as BorrowedHandle;
pub(crate) use std::os::fd::OwnedFd as Handle;

/// Lends a handle.
pub(crate) fn borrow(handle: &impl AsFd) -> BorrowedHandle<'_> {
    handle.as_fd()
}

/// The number by which a child process inherits the handle.
pub(crate) fn number(handle: &Handle) -> i32 {
    handle.as_raw_fd()
}
