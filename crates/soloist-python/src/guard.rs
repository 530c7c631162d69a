//! A claim, for as long as Python keeps it.

use std::sync::Mutex;

use pyo3::prelude::*;

use crate::{failure, target};

/// A claim. Nothing is released by collecting it while the process lives on: the face keeps each one until it is
/// released or the interpreter ends.
#[pyclass(frozen, module = "soloist._soloist")]
pub(crate) struct Guard {
    guard: Mutex<Option<soloist::Guard>>,
    /// Somebody else keeps the claim.
    #[pyo3(get)]
    nested: bool,
    /// What the holder says of itself (`soloist.record/1`).
    #[pyo3(get)]
    record: String,
    /// The processes that were ended for this claim.
    #[pyo3(get)]
    replaced: String,
}

impl Guard {
    pub(crate) fn of(guard: soloist::Guard) -> PyResult<Self> {
        Ok(Self {
            nested: guard.is_nested(),
            record: target::document(guard.record())?,
            replaced: target::document(guard.replaced())?,
            guard: Mutex::new(Some(guard)),
        })
    }
}

#[pymethods]
impl Guard {
    /// Releases the claim and removes its files.
    fn release(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| {
            let guard = self.guard.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            guard.map_or(Ok(()), soloist::Guard::release)
        })
        .map_err(|error| failure::of_system(&error))
    }

    /// Closes a forked child's copies of the locks; the parent's claim stays as it is. A guard that the parent was
    /// just releasing when it forked is left alone: nobody will open that lock again in the child.
    fn forget(&self) {
        if let Ok(mut guard) = self.guard.try_lock() {
            drop(guard.take());
        }
    }
}
