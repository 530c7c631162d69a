//! What is to be the only one of its kind, and the questions and orders about it.

use std::ffi::OsString;
use std::path::PathBuf;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use serde::Serialize;
use soloist::{Conflict, Instance, Key, Match};

use crate::attempt::{Attempt, Outcome};
use crate::failure;
use crate::policy::{self, StopWords};

/// Whose instance is meant.
#[derive(FromPyObject)]
enum Program {
    /// The script that this interpreter runs: the process's words, and the file.
    #[pyo3(transparent)]
    Interpreted((Vec<OsString>, Option<PathBuf>)),
    /// A command.
    #[pyo3(transparent)]
    Command(Vec<OsString>),
    /// `"executable"`: this process's own; `"nothing"`: only the key counts.
    #[pyo3(transparent)]
    Word(String),
}

impl Program {
    fn instance(&self) -> std::io::Result<Instance<'static>> {
        match self {
            Self::Interpreted((words, file)) => Instance::of_interpreted(words, file.as_deref()),
            Self::Command(words) => Instance::of_command(words),
            Self::Word(word) if word == "executable" => Instance::this_program(),
            Self::Word(_) => Ok(Instance::of_nothing()),
        }
    }
}

/// What is to be the only one of its kind.
#[pyclass(frozen, module = "soloist._soloist")]
pub(crate) struct Target {
    program: Program,
    key: Option<Key>,
    matching: Match,
    override_supervisor: bool,
    app_name: Option<String>,
}

/// A document as JSON text.
pub(crate) fn document(value: &(impl Serialize + ?Sized)) -> PyResult<String> {
    serde_json::to_string(value).map_err(|error| PyRuntimeError::new_err(error.to_string()))
}

/// The environment variable that holds a bot's token, and the token.
type TelegramBot = (String, OsString);

fn telegram_key((variable, token): TelegramBot) -> PyResult<Key> {
    Key::telegram(&variable, &token).map_err(|error| failure::of_words(&error))
}

/// Who is in the way, and of which kind the refusal is.
#[derive(Serialize)]
struct Refusal<'a> {
    refusal: &'static str,
    #[serde(flatten)]
    conflict: &'a Conflict,
}

pub(crate) fn refusal(refusal: &'static str, conflict: &Conflict) -> PyResult<String> {
    document(&Refusal { refusal, conflict })
}

impl Target {
    fn instance(&self) -> PyResult<Instance<'static>> {
        let instance = self.program.instance().map_err(|error| failure::of_system(&error))?;
        let instance = instance.matching(self.matching).override_supervisor(self.override_supervisor);
        let instance = match &self.key {
            Some(key) => instance.keyed(key.clone()),
            None => instance,
        };
        Ok(match &self.app_name {
            Some(name) => instance.called(name.as_str()),
            None => instance,
        })
    }
}

#[pymethods]
impl Target {
    #[new]
    fn new(
        program: Program,
        name: Option<&str>,
        lock: Option<PathBuf>,
        telegram: Option<TelegramBot>,
        matching: &str,
        override_supervisor: bool,
        app_name: Option<String>,
    ) -> PyResult<Self> {
        let named = name.map(|name| Key::named(name).map_err(|error| failure::of_words(&error)));
        let locked = lock.map(|path| Key::lock_file(&path).map_err(|error| failure::of_system(&error)));
        let key = named.or(locked).or_else(|| telegram.map(telegram_key)).transpose()?;
        Ok(Self { program, key, matching: policy::matching(matching)?, override_supervisor, app_name })
    }

    /// What must be unique: the name, the lock's path, the program's real path.
    fn key(&self) -> PyResult<String> {
        let key = self.instance()?.key().map_err(|error| failure::of_words(&error))?;
        Ok(key.text().to_owned())
    }

    /// Begins to claim.
    fn claim(&self, on_conflict: &str, timeout: Option<f64>, stop: StopWords) -> PyResult<Attempt> {
        let policy = policy::on_conflict(on_conflict, timeout, stop)?;
        let instance = self.instance()?.on_conflict(policy);
        let started = Attempt::start(move |handle| {
            Outcome::Claim(instance.interrupted_by(handle).claim().map(Box::new))
        });
        started.map_err(|error| failure::of_system(&error))
    }

    /// How the key stands (`soloist.status/1`).
    fn status(&self, py: Python<'_>) -> PyResult<String> {
        let instance = self.instance()?;
        document(&py.detach(|| instance.status()).map_err(|error| failure::of_system(&error))?)
    }

    /// Begins to end what runs.
    fn stop(&self, stop: StopWords) -> PyResult<Attempt> {
        let stop = stop.stop()?;
        let instance = self.instance()?;
        let started = Attempt::start(move |handle| Outcome::Stop(instance.interrupted_by(handle).stop(stop)));
        started.map_err(|error| failure::of_system(&error))
    }
}
