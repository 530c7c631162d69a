//! What the system lets soloist do.

use std::io;

use super::unsupported;

pub(crate) fn release() -> io::Result<String> {
    unsupported()
}
pub(crate) fn child_by_pidfd() -> io::Result<()> {
    unsupported()
}
pub(crate) fn close_range() -> io::Result<()> {
    unsupported()
}
pub(crate) fn subreaper() -> io::Result<()> {
    unsupported()
}
pub(crate) fn most_open_files() -> io::Result<usize> {
    unsupported()
}
