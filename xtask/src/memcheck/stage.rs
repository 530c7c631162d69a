//! A stage: a private directory with programs of its own, and soloist upon it, watched.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::judge::{self, Whose};
use super::tool::Tool;
use crate::machine::{self, Outcome};

/// How long any single step may take.
const LIMIT: Duration = Duration::from_secs(60);

/// A program that says "up" and then waits to be ended: nobody ever writes into the pipe.
const WAITS: &str = "echo up\nread line < pipe\n";

pub(super) struct Stage<'a> {
    tool: &'a Tool,
    place: PathBuf,
    /// The processes that the tool watches from their start.
    watched: Vec<u32>,
}

/// A program on the stage; it is ended when it is dropped.
pub(super) struct Running {
    child: Child,
    shown: String,
    lines: mpsc::Receiver<String>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(tool: &'a Tool) -> Outcome<Self> {
        let place = machine::scratch("memcheck")?;
        fs::create_dir(place.join("logs")).map_err(|error| format!("cannot create logs: {error}"))?;
        let stage = Self { tool, place, watched: Vec::new() };
        stage.write("waits", WAITS)?;
        stage.write("ends", "exit 3\n")?;
        stage.write("fails-once", "test -e failed && exit 0\n: > failed\nexit 1\n")?;
        stage.write("bot.env", "BOT_TOKEN=123456789:a-token-that-is-nobodys\n")?;
        machine::run(Command::new("mkfifo").arg(stage.place.join("pipe")))?;
        Ok(stage)
    }

    /// Whether others see soloist in a watched process.
    pub(super) fn is_seen_as_itself(&self) -> bool {
        self.tool.is_inside()
    }

    /// Puts a file there.
    pub(super) fn write(&self, name: &str, text: &str) -> Outcome {
        fs::write(self.place.join(name), text).map_err(|error| format!("cannot write {name}: {error}"))
    }

    /// Soloist, watched, must end with this code.
    pub(super) fn ends(&mut self, words: &[&str], code: i32) -> Outcome {
        self.begins(words)?.ends(code)
    }

    /// Soloist, watched, with a program that has said that it is up.
    pub(super) fn runs(&mut self, words: &[&str]) -> Outcome<Running> {
        let running = self.begins(words)?;
        running.says_up()?;
        Ok(running)
    }

    /// Soloist, watched, from its start.
    pub(super) fn begins(&mut self, words: &[&str]) -> Outcome<Running> {
        let running = self.start(self.tool.command(&self.place.join("logs")), words)?;
        self.watched.push(running.child.id());
        Ok(running)
    }

    /// Soloist by itself, with a program that has said that it is up.
    pub(super) fn runs_unwatched(&self, words: &[&str]) -> Outcome<Running> {
        let running = self.start(self.tool.plain(), words)?;
        running.says_up()?;
        Ok(running)
    }

    /// A program without soloist that has said that it is up.
    pub(super) fn runs_bare(&self, words: &[&str]) -> Outcome<Running> {
        let running = self.start(Command::new(words[0]), &words[1..])?;
        running.says_up()?;
        Ok(running)
    }

    fn start(&self, mut command: Command, words: &[&str]) -> Outcome<Running> {
        let shown = words.join(" ");
        command.args(words).current_dir(&self.place).env("SOLOIST_STATE_DIR", self.place.join("state"));
        command.env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(self.errors()?);
        let mut child = command.spawn().map_err(|error| format!("cannot start {command:?}: {error}"))?;
        let (teller, lines) = mpsc::channel();
        let output = child.stdout.take();
        std::thread::spawn(move || {
            for line in output.into_iter().flat_map(|output| BufReader::new(output).lines()) {
                if line.is_ok_and(|line| teller.send(line).is_err()) {
                    return;
                }
            }
        });
        Ok(Running { child, shown, lines })
    }

    /// What is said on standard error: shown when a scene fails.
    fn errors(&self) -> Outcome<fs::File> {
        let path = self.place.join("errors");
        let file = fs::OpenOptions::new().create(true).append(true).open(&path);
        file.map_err(|error| format!("cannot open {}: {error}", path.display()))
    }

    /// Whatever the tool has said of this scene is an error.
    pub(super) fn judge(&self) -> Outcome {
        let logs = self.place.join("logs");
        let entries = fs::read_dir(&logs).map_err(|error| format!("cannot read the logs: {error}"))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            let text = fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            let whose =
                if self.watched.iter().any(|&pid| is_of(&path, pid)) { Whose::Soloist } else { Whose::Child };
            if let Some(told) = judge::complaints(&String::from_utf8_lossy(&text), whose) {
                return Err(format!("{} says ({}):\n{told}", self.tool.name(), path.display()));
            }
        }
        Ok(())
    }
}

fn is_of(log: &Path, pid: u32) -> bool {
    log.file_name().is_some_and(|name| name.to_string_lossy().rsplit('.').next() == Some(&pid.to_string()))
}

impl Running {
    fn says_up(&self) -> Outcome {
        match self.lines.recv_timeout(LIMIT) {
            Ok(line) if line == "up" => Ok(()),
            Ok(line) => Err(format!("{} said {line:?} before it was up", self.shown)),
            Err(_) => Err(format!("{} did not come up", self.shown)),
        }
    }

    /// It must end with this code.
    pub(super) fn ends(mut self, code: i32) -> Outcome {
        use std::os::unix::process::ExitStatusExt as _;
        let shown = self.shown.clone();
        // Its output ends with everything that it has started, or with its own end where that is closed.
        let until = Instant::now() + LIMIT;
        loop {
            let status =
                self.child.try_wait().map_err(|error| format!("cannot wait for {shown}: {error}"))?;
            if let Some(status) = status {
                let ended = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
                return if ended == Some(code) {
                    Ok(())
                } else {
                    Err(format!("{shown} ended with {status}, not {code}"))
                };
            }
            if Instant::now() > until {
                return Err(format!("{shown} did not end"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until it has a child: where soloist waits for a lock, that child does.
    pub(super) fn has_a_child(&self) -> Outcome {
        let pid = self.child.id();
        let until = Instant::now() + LIMIT;
        while fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).is_ok_and(|list| list.is_empty())
        {
            if Instant::now() > until {
                return Err(format!("{} has no child", self.shown));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Asks it to end, as a person would.
    pub(super) fn term(&self) -> Outcome {
        machine::run(Command::new("kill").arg(self.child.id().to_string()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
