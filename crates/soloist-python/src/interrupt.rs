//! What ends a wait from another thread.

use std::io::{PipeReader, PipeWriter, Write};

use pyo3::prelude::*;
use soloist::BorrowedHandle;

use crate::failure;

/// Ends the waits that are given it, once and for all.
#[pyclass(frozen, module = "soloist._soloist")]
pub(crate) struct Interrupt {
    reader: PipeReader,
    writer: PipeWriter,
}

impl Interrupt {
    /// What becomes readable when the waits are to end.
    #[cfg(unix)]
    pub(crate) fn handle(&self) -> BorrowedHandle<'_> {
        std::os::fd::AsFd::as_fd(&self.reader)
    }

    /// What becomes readable when the waits are to end.
    #[cfg(windows)]
    pub(crate) fn handle(&self) -> BorrowedHandle<'_> {
        std::os::windows::io::AsHandle::as_handle(&self.reader)
    }
}

#[pymethods]
impl Interrupt {
    #[new]
    fn new() -> PyResult<Self> {
        let (reader, writer) = std::io::pipe().map_err(|error| failure::of_system(&error))?;
        Ok(Self { reader, writer })
    }

    /// Ends the waits.
    fn set(&self) -> PyResult<()> {
        (&self.writer).write_all(b"\n").map_err(|error| failure::of_system(&error))
    }
}
