//! There are no control groups here.

use std::io;

/// A control group.
#[derive(Debug)]
pub(crate) enum Group {}

impl Group {
    pub(crate) fn make() -> Option<Self> {
        None
    }
    pub(crate) fn entrance(&self) -> i32 {
        match *self {}
    }
    pub(crate) fn kill(&self) -> io::Result<()> {
        match *self {}
    }
}
