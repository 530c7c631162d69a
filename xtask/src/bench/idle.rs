//! Supervisors whose program does nothing: their memory, and how often they wake up.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::crowd::Crowd;
use crate::machine::Outcome;

/// How long wake-ups are counted.
const WATCH: Duration = Duration::from_secs(5);

pub(super) struct Idle {
    name: &'static str,
    _running: Crowd,
    pid: u32,
}

impl Idle {
    /// Starts a supervisor over a program that stands by, and goes on when the program runs.
    pub(super) fn start(
        name: &'static str,
        front: &[&str],
        floor: &str,
        state: &Path,
        place: &Path,
    ) -> Outcome<Self> {
        let mut command = Command::new(front[0]);
        command.args(&front[1..]).args([floor, "crowd", "0"]);
        let running = Crowd::of(command.current_dir(place).env("SOLOIST_STATE_DIR", state))?;
        let pid = running.pid();
        Ok(Self { name, _running: running, pid })
    }

    /// A number of its status file (`proc_pid_status(5)`): kilobytes, or how often.
    fn number(&self, field: &str) -> Outcome<u64> {
        let path = format!("/proc/{}/status", self.pid);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read {path}: {error}"))?;
        let value = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        let number = value.and_then(|value| value.split_whitespace().next()?.parse().ok());
        number.ok_or_else(|| format!("{path} has no {field}"))
    }

    /// A row of the table: its memory as a multiple of another's.
    pub(super) fn beside(&self, other: &Self, what: &str, field: &str) -> Outcome<String> {
        let ratio = self.number(field)? as f64 / other.number(field)? as f64;
        Ok(format!("| {}, {what} | {}, {what} | {ratio:.2} |", self.name, other.name))
    }

    /// How often it has gone to sleep again.
    fn sleeps(&self) -> Outcome<u64> {
        self.number("voluntary_ctxt_switches")
    }

    /// A row of the table: how often it wakes up.
    pub(super) fn wake_ups(&self) -> Outcome<String> {
        let before = self.sleeps()?;
        std::thread::sleep(WATCH);
        let woken = self.sleeps()? - before;
        Ok(format!("| {}, wake-ups in {} seconds | none | {woken} |", self.name, WATCH.as_secs()))
    }
}
