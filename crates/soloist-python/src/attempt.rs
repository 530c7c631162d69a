//! A call that may wait, in a thread of its own: Python listens for its end, and can end it.
//!
//! The thread knows nothing of Python, so it neither needs nor holds up the interpreter, and once it is joined the
//! system has forgotten it too.

use std::io::{PipeReader, PipeWriter, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use soloist::{BorrowedHandle, Conflict, Error, StopReport};

use crate::guard::Guard;
use crate::target::{document, refusal};
use crate::{failure, handle};

/// What came of a call.
pub(crate) enum Outcome {
    Claim(Result<Box<soloist::Guard>, Error>),
    Stop(Result<(StopReport, Option<Box<Conflict>>), Error>),
}

/// The end of a call, as Python hears of it.
struct Bell {
    rung: AtomicBool,
    writer: PipeWriter,
}

impl Bell {
    /// The flag goes up first: where the pipe is full of signals' numbers, whoever reads them looks at it next.
    fn ring(&self) {
        self.rung.store(true, Ordering::Release);
        (&self.writer).write_all(b"\0").ok();
    }
}

/// A call that may wait. `fileno()` becomes readable when it is done.
#[pyclass(frozen, module = "soloist._soloist")]
pub(crate) struct Attempt {
    thread: Mutex<Option<JoinHandle<Outcome>>>,
    bell: Arc<Bell>,
    reader: PipeReader,
    interrupt: PipeWriter,
}

impl Attempt {
    /// Starts the call. It ends early when the handle that it is given becomes readable.
    pub(crate) fn start(
        call: impl FnOnce(BorrowedHandle<'_>) -> Outcome + Send + 'static,
    ) -> std::io::Result<Self> {
        let (reader, writer) = std::io::pipe()?;
        let (interrupted, interrupt) = std::io::pipe()?;
        let bell = Arc::new(Bell { rung: AtomicBool::new(false), writer });
        let rings = Arc::clone(&bell);
        let thread = Builder::new().name("soloist-wait".into()).spawn(move || {
            let outcome = call(handle::lend(&interrupted));
            rings.ring();
            outcome
        })?;
        Ok(Self { thread: Mutex::new(Some(thread)), bell, reader, interrupt })
    }
}

#[pymethods]
impl Attempt {
    /// The descriptor from which the end of the call is read, and what is written to `wakeup_fileno()`.
    fn fileno(&self) -> i32 {
        handle::number(&self.reader)
    }

    /// A descriptor for `signal.set_wakeup_fd`: whoever reads from `fileno()` hears of signals too.
    fn wakeup_fileno(&self) -> i32 {
        handle::number(&self.bell.writer)
    }

    /// Whether the call is done.
    #[getter]
    fn done(&self) -> bool {
        self.bell.rung.load(Ordering::Acquire)
    }

    /// Ends the wait. Where it has ended meanwhile, nobody reads the pipe any more, and nothing is left to do.
    fn interrupt(&self) {
        (&self.interrupt).write_all(b"\n").ok();
    }

    /// Waits for the end of the call. For a claim a guard, for a stop a report; a refusal as a conflict document with
    /// the word `refusal`; neither, when the wait was interrupted.
    fn finish(&self, py: Python<'_>) -> PyResult<(Option<Guard>, Option<String>, Option<String>)> {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread = thread.ok_or_else(|| PyRuntimeError::new_err("this attempt was finished before"))?;
        let outcome = py.detach(|| thread.join());
        match outcome
            .map_err(|_| PyRuntimeError::new_err("the wait has failed; this is a defect of soloist"))?
        {
            Outcome::Claim(Ok(guard)) => Ok((Some(Guard::of(*guard)?), None, None)),
            Outcome::Stop(Ok((report, left))) => {
                let left = left.as_deref().map(|conflict| refusal("cannot-stop", conflict)).transpose()?;
                Ok((None, Some(document(&report)?), left))
            }
            Outcome::Claim(Err(error)) | Outcome::Stop(Err(error)) => Ok((None, None, refused(&error)?)),
        }
    }
}

fn refused(error: &Error) -> PyResult<Option<String>> {
    match error {
        Error::Conflict(conflict) => refusal("conflict", conflict).map(Some),
        Error::Superseded(conflict) => refusal("superseded", conflict).map(Some),
        Error::CannotEnd(conflict) => refusal("cannot-stop", conflict).map(Some),
        Error::Interrupted => Ok(None),
        Error::Lock(error) | Error::Io(error) => Err(failure::of_system(error)),
        other => Err(PyRuntimeError::new_err(other.to_string())),
    }
}
