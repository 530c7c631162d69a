//! Processes that stand by while others are measured, and end with their standard input.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::machine::Outcome;

pub(super) struct Crowd {
    leader: Child,
    _answers: BufReader<ChildStdout>,
}

impl Crowd {
    /// Starts a command that says `ready` and then stands by.
    pub(super) fn of(command: &mut Command) -> Outcome<Self> {
        let failed = |error: std::io::Error| format!("cannot start a crowd: {error}");
        let mut leader = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let mut answers = BufReader::new(leader.stdout.take().ok_or("a crowd without an output")?);
        let mut line = String::new();
        answers.read_line(&mut line).map_err(failed)?;
        if line != "ready\n" {
            return Err(format!("a crowd says {line:?}"));
        }
        Ok(Self { leader, _answers: answers })
    }

    pub(super) fn pid(&self) -> u32 {
        self.leader.id()
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        drop(self.leader.stdin.take());
        // It ends by itself; there is nobody to tell of an error.
        self.leader.wait().ok();
    }
}
