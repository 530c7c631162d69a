//! The compiled half of the Python package: the library's calls, and nothing of its own.
//!
//! What goes in are plain values, what comes out are the library's documents as JSON text: the typed face in
//! `python/soloist` turns them into frozen objects and refusals into exceptions. Every call that may wait lets
//! other Python threads run.

#![forbid(unsafe_code)]

mod attempt;
mod failure;
mod guard;
mod handle;
mod policy;
mod target;

use pyo3::prelude::*;

#[pymodule]
mod _soloist {
    use pyo3::pyfunction;

    #[pymodule_export]
    use crate::attempt::Attempt;
    #[pymodule_export]
    use crate::guard::Guard;
    #[pymodule_export]
    use crate::target::Target;

    /// An argument list as it may be shown: without secrets.
    #[pyfunction]
    #[expect(clippy::needless_pass_by_value, reason = "an extension function owns its arguments")]
    fn redacted(words: Vec<String>) -> Vec<String> {
        soloist::redact::arguments(&words)
    }

    /// The version of the library.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
