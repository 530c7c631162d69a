//! Errors that say what was being done to what.

use std::io;
use std::path::Path;

/// The same kind of error, told as `cannot VERB PATH: reason`.
pub(crate) fn doing(verb: &str, path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot {verb} {}: {}", path.display(), reason(error)))
}

/// An error of our own judgement about a path.
pub(crate) fn refused(path: &Path, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{}: {why}", path.display()))
}

/// The system's words without Rust's `(os error N)`.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// Adds context to a result, where the path is at hand.
pub(crate) trait Doing<T> {
    /// As [`doing`].
    fn doing(self, verb: &str, path: &Path) -> io::Result<T>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, verb: &str, path: &Path) -> Self {
        self.map_err(|error| doing(verb, path, &error))
    }
}
