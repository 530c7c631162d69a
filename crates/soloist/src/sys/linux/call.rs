//! From C's return values to `io::Result`, and errors that name what was being done.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The value of a call that answers -1 and `errno` when it fails.
pub(crate) fn check(value: libc::c_int) -> io::Result<libc::c_int> {
    if value == -1 { Err(io::Error::last_os_error()) } else { Ok(value) }
}

/// The same for calls that answer a `long` (raw `syscall`s).
pub(crate) fn check_long(value: libc::c_long) -> io::Result<libc::c_long> {
    if value == -1 { Err(io::Error::last_os_error()) } else { Ok(value) }
}

/// Repeats a call that a signal interrupted.
pub(crate) fn retry<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// A path as a C string; a path with a NUL inside is invalid input.
pub(crate) fn c_path(path: &Path) -> io::Result<CString> {
    CString::new(path.as_os_str().as_bytes())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a path contains a NUL byte"))
}

/// One `read(2)` into the spare room of a buffer; answers how many bytes came.
pub(crate) fn read(file: &OwnedFd, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let room = buffer.spare_capacity_mut();
    let length = retry(|| {
        // SAFETY: the spare room is valid for writes of its length.
        let length = unsafe { libc::read(file.as_raw_fd(), room.as_mut_ptr().cast(), room.len()) };
        usize::try_from(length).map_err(|_| io::Error::last_os_error())
    })?;
    let filled = buffer.len() + length;
    // SAFETY: the kernel has written `length` bytes behind the old length.
    unsafe { buffer.set_len(filled) };
    Ok(length)
}
