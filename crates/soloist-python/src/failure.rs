//! From the library's errors to Python's built-in ones.

use std::io;

use pyo3::PyErr;
use pyo3::exceptions::{PyOSError, PyValueError};

/// The numbers of errno(3) for the kinds that a caller would branch on; `OSError` chooses its subclass by them
/// (`PermissionError`, `FileNotFoundError`).
const NUMBERS: [(io::ErrorKind, i32); 12] = [
    (io::ErrorKind::PermissionDenied, 13),
    (io::ErrorKind::NotFound, 2),
    (io::ErrorKind::AlreadyExists, 17),
    (io::ErrorKind::NotADirectory, 20),
    (io::ErrorKind::IsADirectory, 21),
    (io::ErrorKind::InvalidInput, 22),
    (io::ErrorKind::FileTooLarge, 27),
    (io::ErrorKind::StorageFull, 28),
    (io::ErrorKind::ReadOnlyFilesystem, 30),
    (io::ErrorKind::Unsupported, 95),
    (io::ErrorKind::QuotaExceeded, 122),
    (io::ErrorKind::TimedOut, 110),
];

/// An `OSError` with a number, so that it is of the subclass that a Python programmer expects.
pub(crate) fn of_system(error: &io::Error) -> PyErr {
    let known = NUMBERS.iter().find(|(kind, _)| *kind == error.kind()).map(|(_, number)| *number);
    match error.raw_os_error().or(known) {
        Some(number) => PyOSError::new_err((number, error.to_string())),
        None => PyOSError::new_err(error.to_string()),
    }
}

/// A `ValueError` for words that are wrong in themselves, else as [`of_system`].
pub(crate) fn of_words(error: &io::Error) -> PyErr {
    match error.kind() {
        io::ErrorKind::InvalidInput => PyValueError::new_err(error.to_string()),
        _ => of_system(error),
    }
}
