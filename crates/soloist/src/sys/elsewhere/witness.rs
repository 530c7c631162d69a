//! A second witness of claims: none here yet.

use std::io;

use super::handle::Handle;
use super::unsupported;

/// A witness as the system lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) inode: u64,
    pub(crate) user: Option<u32>,
}

pub(crate) fn bind(_name: &str) -> io::Result<Option<Handle>> {
    unsupported()
}
pub(crate) fn is_forbidden(_error: &io::Error) -> bool {
    false
}
pub(crate) fn is_bound(_name: &str) -> io::Result<bool> {
    unsupported()
}
pub(crate) fn owner(_name: &str) -> io::Result<Option<Bound>> {
    unsupported()
}
pub(crate) fn all() -> io::Result<Vec<u64>> {
    unsupported()
}
