//! Signals, as far as they have names everywhere.

use std::io;

use super::handle::BorrowedHandle;
use super::unsupported;

/// A signal's number on most Unix systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signal(i32, &'static str);

impl Signal {
    pub(crate) const NONE: Self = Self(0, "0");
    pub(crate) const TERM: Self = Self(15, "TERM");
    pub(crate) const INT: Self = Self(2, "INT");
    pub(crate) const HUP: Self = Self(1, "HUP");
    pub(crate) const QUIT: Self = Self(3, "QUIT");
    pub(crate) const USR1: Self = Self(30, "USR1");
    pub(crate) const USR2: Self = Self(31, "USR2");
    pub(crate) const KILL: Self = Self(9, "KILL");
    pub(crate) const CONT: Self = Self(19, "CONT");
    pub(crate) const WINCH: Self = Self(28, "WINCH");
    pub(crate) const TSTP: Self = Self(18, "TSTP");
    pub(crate) const STOP: Self = Self(17, "STOP");
    pub(crate) const CHLD: Self = Self(20, "CHLD");

    pub(crate) fn unusual() -> Vec<Self> {
        Vec::new()
    }
    pub(crate) fn number(self) -> i32 {
        self.0
    }
    pub(crate) fn name(self) -> String {
        self.1.into()
    }
}

/// A signal that has arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Received {
    pub(crate) signal: Signal,
    pub(crate) by_kernel: bool,
    pub(crate) sender: u32,
    pub(crate) value: Option<usize>,
}

/// The signals of this process.
#[derive(Debug)]
pub(crate) enum Signals {}

impl Signals {
    pub(crate) fn take(_signals: &[Signal]) -> io::Result<Self> {
        unsupported()
    }
    pub(crate) fn add(&self, _signals: &[Signal], _more: &[Signal]) -> io::Result<()> {
        match *self {}
    }
    pub(crate) fn handle(&self) -> BorrowedHandle<'_> {
        match *self {}
    }
    pub(crate) fn next(&self) -> io::Result<Option<Received>> {
        match *self {}
    }
}

pub(crate) fn is_ignored(_signal: Signal) -> bool {
    false
}
pub(crate) fn session_leader() -> Option<u32> {
    None
}
pub(crate) fn stop_self() -> io::Result<()> {
    unsupported()
}
pub(crate) fn let_stop() -> io::Result<()> {
    unsupported()
}
pub(crate) fn ignore_file_size_limit() {}
pub(crate) fn reset(_signal: Signal) {}
pub(crate) fn die_by(_signal: Signal) {}
