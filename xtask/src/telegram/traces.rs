//! What a stage leaves on the machine: directories, and processes that outlive their parents.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Signal;

use super::library::place;
use super::process::{self, Process};
use super::running::LIMIT;
use crate::machine::Outcome;

/// Ends and removes what a run has left behind that was itself ended before it could clear up.
pub(super) fn clear_abandoned() -> Outcome {
    let stages = fs::read_dir(stages()).into_iter().flatten().flatten();
    let mut abandoned =
        stages.map(|entry| entry.path()).filter(|place| owner(place).is_none_or(|owner| !owner.lives()));
    abandoned.try_for_each(|place| clear(&place))
}

/// The run whose stage it is.
fn owner(place: &Path) -> Option<Process> {
    let (pid, _) = place.file_name()?.to_str()?.split_once('-')?;
    Process::open(pid.parse().ok()?).ok()
}

pub(super) fn clear(place: &Path) -> Outcome {
    end(&living(place));
    fs::remove_dir_all(place).map_err(|error| format!("cannot remove {}: {error}", place.display()))
}

/// Everything that was started on this stage, directly or not, and lives: the private state directory is in its
/// environment.
pub(super) fn living(place: &Path) -> Vec<Process> {
    process::marked(&format!("SOLOIST_STATE_DIR={}", state(place).display()))
}

pub(super) fn end(processes: &[Process]) {
    processes.iter().for_each(|process| process.signal(Signal::KILL));
    for process in processes {
        process.ends_within(LIMIT);
    }
}

pub(super) fn state(place: &Path) -> PathBuf {
    place.join("state")
}

pub(super) fn stages() -> PathBuf {
    place().join("stages")
}
