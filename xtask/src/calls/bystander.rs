//! Processes that look like the program and are none of soloist's business.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::place::{Stage, says_inside};
use super::processes::Seen;
use super::witness;

/// One that stands by for the whole time of a worker.
#[derive(Debug)]
pub(super) struct Bystander {
    pid: u32,
    notes: PathBuf,
}

impl Bystander {
    /// Starts one with the program's name in its arguments, as an editor or a `tail -f` has it.
    fn start(stage: &Stage, number: usize, words: &[&str]) -> io::Result<Self> {
        let notes = stage.root.join(format!("notes-{number}"));
        let mut command = Command::new(stage.root.join("other"));
        command.arg(witness::BYSTANDER).arg(&notes).args(words).arg(stage.bot()).arg(witness::WORD);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("no stdout"))?;
        says_inside(&stdout.into())?;
        Ok(Self { pid: child.id(), notes })
    }

    pub(super) fn crowd(stage: &Stage) -> io::Result<Vec<Self>> {
        let kinds: [&[&str]; 3] = [&["run", "--name", "case", "--"], &["-f"], &["run", "--"]];
        kinds.iter().enumerate().map(|(number, words)| Self::start(stage, number, words)).collect()
    }

    /// What was done to it, if anything. It is told once.
    pub(super) fn complaint(&self) -> Option<String> {
        let Some(seen) = Seen::read(self.pid).filter(Seen::runs) else {
            return Some(format!("the bystander {} was ended", self.pid));
        };
        let signals = fs::read_to_string(&self.notes).unwrap_or_default();
        fs::write(&self.notes, "").ok();
        match (seen.state, signals.is_empty()) {
            ('T', _) => Some(format!("the bystander {} was stopped", self.pid)),
            (_, false) => {
                Some(format!("the bystander {} got signals: {}", self.pid, signals.replace('\n', " ")))
            }
            _ => None,
        }
    }
}
