//! New processes.

use std::ffi::CString;
use std::io;

use super::handle::Handle;
use super::signal::Signal;
use super::unsupported;

/// A child of this process.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) pid: u32,
    pub(crate) pidfd: Handle,
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It exited with this code.
    Exited(i32),
    /// This signal ended it.
    Signalled(i32),
}

impl Child {
    pub(crate) fn wait(&self) -> io::Result<Option<Ending>> {
        unsupported()
    }
}

/// Everything a program's start needs.
#[derive(Debug)]
#[expect(dead_code, reason = "nothing is started here yet")]
pub(crate) struct Image {
    pub(crate) path: CString,
    pub(crate) arguments: Vec<CString>,
    pub(crate) added: Vec<CString>,
    pub(crate) stop_signal: Signal,
    pub(crate) own_group: bool,
    pub(crate) group: Option<i32>,
    pub(crate) inherit: Vec<i32>,
}

pub(crate) fn start(_image: &Image) -> io::Result<Child> {
    unsupported()
}
pub(crate) fn adopt_orphans() -> io::Result<()> {
    unsupported()
}
pub(crate) fn reap_adopted(_own: u32) -> io::Result<bool> {
    unsupported()
}
pub(crate) fn has_terminal() -> bool {
    false
}
pub(crate) fn exec(_image: &Image) -> io::Error {
    io::Error::from(io::ErrorKind::Unsupported)
}
