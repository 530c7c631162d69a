//! Files: what one is.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::handle::{BorrowedHandle, Handle};
use super::unsupported;

/// What a file is, however it is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileIdentity {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) born: i128,
}

impl FileIdentity {
    /// The same file.
    pub(crate) fn same_file(self, other: Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

/// What kind of thing a path names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileStatus {
    pub(crate) identity: FileIdentity,
    pub(crate) owner: u32,
}

impl FileStatus {
    pub(crate) fn is_regular(&self) -> bool {
        false
    }
    pub(crate) fn is_directory(&self) -> bool {
        false
    }
    pub(crate) fn is_link(&self) -> bool {
        false
    }
    pub(crate) fn permissions(&self) -> u32 {
        0
    }
}

pub(crate) fn status(_path: &Path) -> io::Result<FileStatus> {
    unsupported()
}
pub(crate) fn link_status(_path: &Path) -> io::Result<FileStatus> {
    unsupported()
}
pub(crate) fn descriptor_status(_handle: BorrowedHandle<'_>) -> io::Result<FileStatus> {
    unsupported()
}
pub(crate) fn descriptor_path(_handle: BorrowedHandle<'_>) -> io::Result<PathBuf> {
    unsupported()
}
pub(crate) fn high(file: Handle) -> io::Result<Handle> {
    Ok(file)
}
pub(crate) fn create_private_directory(_path: &Path) -> io::Result<()> {
    unsupported()
}
pub(crate) fn make_private(_path: &Path) -> io::Result<()> {
    unsupported()
}
pub(crate) fn create_new(_path: &Path, _mode: u32) -> io::Result<File> {
    unsupported()
}
pub(crate) fn leads_nowhere(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}
pub(crate) fn open_to_look(_path: &Path) -> io::Result<Handle> {
    unsupported()
}
pub(crate) fn open_to_append(_path: &Path, _mode: u32) -> io::Result<Handle> {
    unsupported()
}
pub(crate) fn open_to_lock(_path: &Path, _mode: u32) -> io::Result<Handle> {
    unsupported()
}
pub(crate) fn name(_path: &Path) -> io::Result<Handle> {
    unsupported()
}
pub(crate) fn find_inside(_root: &Handle, _working: &Path, _path: &Path) -> io::Result<Handle> {
    unsupported()
}
pub(crate) fn may_execute(_path: &Path) -> io::Result<()> {
    unsupported()
}
pub(crate) fn may_write(_directory: &Path) -> io::Result<()> {
    unsupported()
}
pub(crate) fn replace(new: &Path, place: &Path) -> io::Result<()> {
    std::fs::rename(new, place)
}
pub(crate) fn beginning(_path: &Path, _most: usize) -> io::Result<Vec<u8>> {
    unsupported()
}
pub(crate) fn beginning_at_once(_path: &Path, _most: usize) -> io::Result<Vec<u8>> {
    unsupported()
}
pub(crate) fn ensure_mode(_file: &Handle, _status: FileStatus, _mode: u32) -> io::Result<()> {
    unsupported()
}
