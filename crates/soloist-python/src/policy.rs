//! From Python's words and numbers to the library's choices.

use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use soloist::{Match, OnConflict, Stop, StopSignal};

/// How an instance is to end, as Python says it: seconds, a signal's name, whether SIGKILL is allowed.
#[derive(FromPyObject)]
pub(crate) struct StopWords(f64, String, bool);

impl StopWords {
    pub(crate) fn stop(self) -> PyResult<Stop> {
        let Self(grace, signal, kill) = self;
        let signal = StopSignal::parse(&signal).ok_or_else(|| {
            PyValueError::new_err(format!(
                "stop_signal: {signal:?} is none of TERM, INT, HUP, QUIT, USR1, USR2, KILL"
            ))
        })?;
        let stop = Stop::gracefully(seconds("grace", grace)?).with_signal(signal);
        Ok(if kill { stop } else { stop.without_kill() })
    }
}

pub(crate) fn on_conflict(word: &str, timeout: Option<f64>, stop: StopWords) -> PyResult<OnConflict> {
    match word {
        "refuse" => Ok(OnConflict::Refuse),
        "replace" => Ok(OnConflict::Replace(stop.stop()?)),
        "wait" => Ok(OnConflict::Wait(timeout.map(|limit| seconds("timeout", limit)).transpose()?)),
        other => Err(PyValueError::new_err(format!(
            "on_conflict: {other:?} is none of 'refuse', 'replace', 'wait'"
        ))),
    }
}

pub(crate) fn matching(word: &str) -> PyResult<Match> {
    match word {
        "program" => Ok(Match::Program),
        "command" => Ok(Match::Command),
        "none" => Ok(Match::Nothing),
        other => {
            Err(PyValueError::new_err(format!("match: {other:?} is none of 'program', 'command', 'none'")))
        }
    }
}

fn seconds(what: &str, number: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(number)
        .map_err(|_| PyValueError::new_err(format!("{what}: {number} is no number of seconds from 0 on")))
}
