//! Open files and processes, as each system names them.

#[cfg(unix)]
mod system {
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
}

#[cfg(windows)]
mod system {
    use std::os::windows::io::AsHandle;

    pub use std::os::windows::io::BorrowedHandle;
    pub(crate) use std::os::windows::io::OwnedHandle as Handle;

    /// Lends a handle.
    pub(crate) fn borrow(handle: &impl AsHandle) -> BorrowedHandle<'_> {
        handle.as_handle()
    }

    /// Handles are not inherited by number here.
    pub(crate) fn number(_handle: &Handle) -> i32 {
        -1
    }
}

pub use system::BorrowedHandle;
pub(crate) use system::{Handle, borrow, number};
