//! Words of the system as bytes, and back.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

/// Bytes that the system gave, as one of its strings.
pub(crate) fn os_string(bytes: Vec<u8>) -> OsString {
    OsString::from_vec(bytes)
}
