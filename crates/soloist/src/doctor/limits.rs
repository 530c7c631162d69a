//! How much this process may have open: a claim needs a few descriptors of its own, and its program the rest.

use super::finding::{Finding, reason};
use super::sentences;
use crate::sys::kernel;

/// Fewer are seldom meant.
const FEW: usize = 256;

pub(super) fn look() -> Finding {
    match kernel::most_open_files() {
        Ok(limit) => {
            let sentence = if limit < FEW { &sentences::OPEN_FILES_FEW } else { &sentences::OPEN_FILES };
            Finding::of(sentence, &[("limit", &limit.to_string())])
        }
        Err(error) => Finding::of(&sentences::OPEN_FILES_UNKNOWN, &[("reason", &reason(&error))]),
    }
}
