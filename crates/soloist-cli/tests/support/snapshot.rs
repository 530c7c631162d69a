//! Everything that can be seen of a directory tree, to prove that nothing was written.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// What a look at one file gives: inode, mode, size, time of change in seconds and nanoseconds.
type Look = (u64, u32, u64, i64, i64);

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Snapshot(BTreeMap<PathBuf, Look>);

impl Snapshot {
    /// Of these trees; one that does not exist is empty.
    pub(crate) fn of<const N: usize>(trees: [PathBuf; N]) -> Self {
        let mut seen = BTreeMap::new();
        for tree in trees {
            look(&tree, &mut seen);
        }
        Self(seen)
    }
}

fn look(path: &Path, seen: &mut BTreeMap<PathBuf, Look>) {
    let Ok(meta) = fs::symlink_metadata(path) else { return };
    seen.insert(path.to_owned(), (meta.ino(), meta.mode(), meta.size(), meta.ctime(), meta.ctime_nsec()));
    if meta.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            look(&entry.path(), seen);
        }
    }
}
