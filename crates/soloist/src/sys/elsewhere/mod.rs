//! macOS and Windows, whose own modules are still to be written behind this interface.
//!
//! Nothing is promised here: whatever would need to see processes, to lock or to signal answers
//! [`std::io::ErrorKind::Unsupported`], so that no claim is ever handed out without a lock.

use std::io;

pub(crate) mod account;
pub(crate) mod cgroup;
pub(crate) mod clock;
pub(crate) mod files;
pub(crate) mod handle;
pub(crate) mod kernel;
pub(crate) mod lock;
pub(crate) mod process;
pub(crate) mod signal;
pub(crate) mod spawn;
pub(crate) mod statfs;
pub(crate) mod text;
pub(crate) mod witness;

pub(crate) use process::{pidfd, poll, proc};

/// The answer of everything that is still to be written.
fn unsupported<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "soloist keeps its promises on Linux only, so far"))
}
