//! Pipes as each system lends and numbers them.

use std::io::PipeReader;

use soloist::BorrowedHandle;

/// Lends the end of a pipe that is read.
#[cfg(unix)]
pub(crate) fn lend(reader: &PipeReader) -> BorrowedHandle<'_> {
    std::os::fd::AsFd::as_fd(reader)
}

/// Lends the end of a pipe that is read.
#[cfg(windows)]
pub(crate) fn lend(reader: &PipeReader) -> BorrowedHandle<'_> {
    std::os::windows::io::AsHandle::as_handle(reader)
}

/// The number by which Python reads or writes.
#[cfg(unix)]
pub(crate) fn number(end: &impl std::os::fd::AsRawFd) -> i32 {
    end.as_raw_fd()
}

/// Python cannot listen to these pipes here.
#[cfg(windows)]
pub(crate) fn number<T>(_end: &T) -> i32 {
    -1
}
