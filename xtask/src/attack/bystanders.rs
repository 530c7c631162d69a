//! Who else is in the arena: copies that nobody guards, strangers, tools at work.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::arena::{Arena, PATIENCE, told};
use super::processes::Process;
use crate::machine::Outcome;

/// The signal behind all that anybody sends: Python's handlers run in the order of their numbers.
const QUESTION: Signal = Signal::SYS;

impl Arena<'_> {
    /// A copy of the program that nobody guards.
    pub(super) fn bare_copy(&mut self) -> Outcome {
        let mut command = self.command(&format!("python3 {}", self.script));
        command.env("ATTACK_BARE", "1");
        let (copy, _) = self.spawn(command)?;
        self.wait(&copy, |arena| arena.programs_started() > 0);
        if self.living_programs() == 1 { Ok(()) } else { Err("the bare copy does not run".into()) }
    }

    /// Somebody else's program, running in another directory under this name.
    pub(super) fn stranger(&mut self, name: &str) -> Outcome<Process> {
        self.write(Path::new("elsewhere").join(name), include_str!("programs/stranger.py"))?;
        let mut command = self.command(&format!("python3 {name}"));
        command.current_dir(self.place.join("elsewhere"));
        let (stranger, _) = self.spawn(command)?;
        if self.says(&stranger, "stranger") { Ok(stranger) } else { Err("the stranger does not run".into()) }
    }

    /// A tool that is at work with the program's name in its arguments.
    pub(super) fn tool(&mut self, words: &str) -> Outcome<Process> {
        let mut command = self.command(words);
        let (kept, given) = UnixStream::pair().map_err(told("make a tool's input"))?;
        command.stdin(Stdio::from(OwnedFd::from(given)));
        self.inputs.push(kept);
        let child = command.stdout(Stdio::null()).spawn().map_err(told("start a tool"))?;
        let process = Process::open(child.id()).ok_or("a child that nobody has waited for is gone")?;
        let name = words.split(' ').next().unwrap_or_default().to_owned();
        let is_there = |_: &Self| {
            let comm = fs::read_to_string(format!("/proc/{}/comm", process.pid)).unwrap_or_default();
            comm.trim_end() == name
        };
        // Nobody tells us that it has become the tool; it has in a moment.
        let until = Instant::now() + PATIENCE;
        while !is_there(self) && process.lives() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
        if is_there(self) { Ok(process) } else { Err(format!("{name} does not run")) }
    }

    /// Whether a stranger has got no signal.
    pub(super) fn is_unharmed(&mut self, stranger: &Process) -> bool {
        stranger.signal(QUESTION);
        self.says(stranger, "answers") && !self.has_said(stranger.pid, "signalled")
    }

    fn says(&mut self, process: &Process, word: &str) -> bool {
        self.wait(process, |arena| arena.has_said(process.pid, word) || !process.lives())
            && self.has_said(process.pid, word)
    }
}
