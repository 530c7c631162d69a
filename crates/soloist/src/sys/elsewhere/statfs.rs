//! What kind of file system a path is on.

use std::io;
use std::path::Path;

use super::unsupported;

/// What a file system means for a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(dead_code, reason = "no file system can be told from another here yet")]
pub(crate) enum Medium {
    /// A disk of this machine.
    Local,
    /// Another machine or a program keeps the files.
    Network,
    /// Memory.
    Memory,
    /// The upper layer of a container.
    Container,
}

/// The file system of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileSystem {
    pub(crate) medium: Medium,
    pub(crate) name: String,
}

pub(crate) fn of(_path: &Path) -> io::Result<FileSystem> {
    unsupported()
}
