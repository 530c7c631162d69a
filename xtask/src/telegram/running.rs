//! A process that this command has started.

use std::process::Child;
use std::time::Duration;

use rustix::process::Signal;

use super::process::Process;
use crate::machine::Outcome;

/// How long any single step may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// It is ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) process: Process,
    child: Child,
    name: String,
}

impl Running {
    /// A child that nobody has waited for keeps its number, so the descriptor is this child's.
    pub(crate) fn new(child: Child, name: String) -> Outcome<Self> {
        Ok(Self { process: Process::open(child.id())?, child, name })
    }

    /// Waits until it has ended, and insists on its exit code.
    pub(crate) fn exits(&mut self, wanted: i32) -> Outcome {
        if !self.process.ends_within(LIMIT) {
            return Err(format!("{} still runs", self.name));
        }
        let status = self.child.wait().map_err(|error| format!("cannot wait for {}: {error}", self.name))?;
        match status.code() {
            Some(code) if code == wanted => Ok(()),
            _ => Err(format!("{} ended with {status}, not with {wanted}", self.name)),
        }
    }

    /// Ends it as a person does: asks, has some patience, and kills.
    pub(crate) fn is_stopped_by_hand(&self) {
        self.process.signal(Signal::TERM);
        if !self.process.ends_within(LIMIT) {
            self.process.signal(Signal::KILL);
        }
    }

    pub(crate) fn must_live(&self) -> Outcome {
        if self.process.lives() { Ok(()) } else { Err(format!("{} has ended", self.name)) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.process.signal(Signal::KILL);
        self.child.wait().ok();
    }
}
