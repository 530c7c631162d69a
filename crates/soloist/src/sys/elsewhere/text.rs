//! Words of the system as bytes, and back.

use std::ffi::OsString;

/// Bytes that the system gave, as one of its strings; what is no Unicode becomes U+FFFD.
pub(crate) fn os_string(bytes: Vec<u8>) -> OsString {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
        .into()
}
