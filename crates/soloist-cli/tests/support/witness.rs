//! The proof that two programs never ran at once: a file that each creates exclusively, and a lock on a file
//! of its own that each holds while it lives.

use std::fs;
use std::path::PathBuf;

#[derive(Debug)]
pub(crate) struct Witness {
    place: PathBuf,
}

impl Witness {
    pub(crate) fn at(place: PathBuf) -> Self {
        Self { place }
    }

    /// How many programs have ever entered.
    pub(crate) fn entries(&self) -> usize {
        fs::read_to_string(self.place.join("entries")).unwrap_or_default().lines().count()
    }

    /// The program that is inside, by its own word.
    pub(crate) fn inside(&self) -> Option<i32> {
        fs::read_to_string(self.place.join("holder")).ok()?.parse().ok()
    }

    /// Fails if two programs ever were inside at once.
    #[track_caller]
    pub(crate) fn never_saw_two(&self) {
        let violations = fs::read_to_string(self.place.join("violations")).unwrap_or_default();
        assert_eq!(violations, "", "two programs ran at once");
    }
}
