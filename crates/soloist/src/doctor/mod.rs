//! Can this machine and this directory keep the promises? (contract §4, `soloist doctor`)
//!
//! Everything that a claim leans on is looked at and, where that leaves no trace, tried: the state directory and
//! its file system, locks between two processes, `/proc`, the kernel's features, the clock. Each file here gathers
//! the facts of one of them and judges them in a pure function. No claim is taken. The state directory is made if
//! it is missing, as a start would make it; the files that locks are tried on have lost their names before they are
//! locked.

mod cleaners;
mod clock;
mod directory;
mod finding;
mod kernel;
mod key;
mod limits;
mod locking;
mod place;
mod processes;
mod sentences;
mod supervisors;

use std::path::Path;

use serde::Serialize;

pub use finding::{Finding, Sentence, Severity};
pub use sentences::SENTENCES;

use crate::instance::Instance;
use crate::process::Observer;
use crate::state::StateDirectory;

/// `soloist.doctor/1`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// Everything that was looked at, what is well too.
    pub findings: Vec<Finding>,
    /// No lock can be kept: a start would fail.
    #[serde(skip)]
    pub keeps_no_lock: bool,
}

impl Diagnosis {
    /// How many findings are of this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Adds what was found of a place where locks are kept.
    fn add_place(&mut self, findings: Vec<Finding>) {
        self.keeps_no_lock |= findings.iter().any(|finding| finding.severity == Severity::Error);
        self.findings.extend(findings);
    }
}

/// Looks at this machine, this user's state directory and, where they are given, an instance's key and a visible
/// lock path. Takes no claim.
#[must_use]
pub fn examine(instance: Option<&Instance<'_>>, lock: Option<&Path>) -> Diagnosis {
    let mut diagnosis = Diagnosis::default();
    let state = StateDirectory::of_this_user();
    diagnosis.add_place(directory::of_state(state.as_ref()));
    if let Some(path) = lock {
        diagnosis.add_place(directory::of_lock(path));
    }
    let observer = Observer::new();
    let findings = &mut diagnosis.findings;
    findings.extend(processes::look(observer.as_ref()));
    findings.extend(kernel::look(state.as_ref().ok()));
    findings.extend(clock::look(observer.as_ref().ok()));
    findings.push(limits::look());
    if let Ok(observer) = &observer {
        findings.extend(supervisors::look(observer));
    }
    if let Some(instance) = instance {
        findings.extend(key::look(instance));
    }
    diagnosis
}
