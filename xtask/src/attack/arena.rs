//! A private place for one attack on one contestant, with a program of its own and everybody who takes part.

use std::fs::{self, File};
use std::os::fd::AsFd as _;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::contestant::Contestant;
use super::processes::{self, Process};
use crate::machine::{self, Outcome};

/// How long a start may take before it counts as blocked, and a wish before it counts as not granted.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Where the contestants' programs are.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) path: String,
    /// The interpreter's file, which start-stop-daemon compares.
    pub(super) python: PathBuf,
}

/// How the program behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Plain,
    /// It ignores TERM.
    Deaf,
    /// It starts a child in a session of its own.
    Parent,
}

/// What came of a start.
#[derive(Debug)]
pub(super) enum Came {
    /// The program runs.
    Runs,
    /// It ended without starting the program, and printed this.
    Refused(String),
    /// Neither, in time.
    Hangs,
}

impl Came {
    pub(super) fn runs(&self) -> bool {
        matches!(self, Self::Runs)
    }
}

/// What a process has said of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fact {
    word: String,
    pid: u32,
}

/// The place and everybody in it. All of them end with it.
#[derive(Debug)]
pub(super) struct Arena<'a> {
    pub(super) contestant: Contestant,
    pub(super) place: PathBuf,
    /// The program's file, with a name that no other process of the machine has in its arguments.
    pub(super) script: String,
    tools: &'a Tools,
    manner: Manner,
    line: UnixDatagram,
    line_name: String,
    facts: Vec<Fact>,
    programs: Vec<Process>,
    children: Vec<Process>,
    started: usize,
    /// What tools read from: it must stay open as long as they are to run.
    pub(super) inputs: Vec<UnixStream>,
}

impl<'a> Arena<'a> {
    pub(super) fn new(number: usize, contestant: Contestant, tools: &'a Tools) -> Outcome<Self> {
        let place = machine::scratch(&format!("attack/{number}"))?;
        let own = std::process::id();
        let (script, line_name) =
            (format!("bot-{own}-{number}.py"), format!("soloist-attack-{own}-{number}"));
        let address = SocketAddr::from_abstract_name(&line_name).map_err(told("name the line"))?;
        let line = UnixDatagram::bind_addr(&address).map_err(told("bind the line"))?;
        line.set_nonblocking(true).map_err(told("set up the line"))?;
        let arena = Self {
            contestant,
            place,
            script,
            tools,
            manner: Manner::Plain,
            line,
            line_name,
            facts: Vec::new(),
            programs: Vec::new(),
            children: Vec::new(),
            started: 0,
            inputs: Vec::new(),
        };
        for directory in ["home", "elsewhere"] {
            fs::create_dir(arena.place.join(directory)).map_err(told("create a directory"))?;
        }
        arena.write(&arena.script, &contestant.program())?;
        Ok(arena)
    }

    pub(super) fn behaves(&mut self, manner: Manner) {
        self.manner = manner;
    }

    pub(super) fn write(&self, name: impl AsRef<Path>, text: &str) -> Outcome {
        fs::write(self.place.join(name), text).map_err(told("write a file"))
    }

    /// Starts words of a shell, which becomes the last command of them.
    pub(super) fn command(&self, words: &str) -> Command {
        let mut command = Command::new("sh");
        let words = match words.rsplit_once("; ") {
            Some((first, last)) => format!("{first}; exec {last}"),
            None => format!("exec {words}"),
        };
        command.args(["-c", &words]).env_clear().current_dir(&self.place).stdin(Stdio::null());
        command.env("PATH", &self.tools.path).env("PYTHON", &self.tools.python).env("LANG", "C.UTF-8");
        command.env("HOME", self.place.join("home")).env("SOLOIST_STATE_DIR", self.place.join("state"));
        command.env("ATTACK_LINE", &self.line_name).env("ATTACK_MANNER", self.manner.word());
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    pub(super) fn spawn(&mut self, mut command: Command) -> Outcome<(Process, PathBuf)> {
        self.started += 1;
        let out = self.place.join(format!("out-{}", self.started));
        let file = File::create(&out).map_err(told("create a file"))?;
        let again = file.try_clone().map_err(told("share a file"))?;
        let child = command.stdout(file).stderr(again).spawn().map_err(told("start a process"))?;
        let process = Process::open(child.id()).ok_or("a child that nobody has waited for is gone")?;
        Ok((process, out))
    }

    /// Starts what the contestant's user types.
    pub(super) fn launch(&mut self, words: &str) -> Outcome<(Process, PathBuf)> {
        let command = self.command(words);
        self.spawn(command)
    }

    /// Starts it, and waits for what comes of it.
    pub(super) fn start(&mut self, words: &str) -> Outcome<(Process, Came)> {
        let before = self.programs_started();
        let (guard, out) = self.launch(words)?;
        self.wait(&guard, |arena| arena.programs_started() > before || !guard.lives());
        self.hear();
        let came = if self.programs_started() > before {
            Came::Runs
        } else if guard.lives() {
            Came::Hangs
        } else {
            Came::Refused(fs::read_to_string(&out).unwrap_or_default())
        };
        Ok((guard, came))
    }

    /// The contestant's own start.
    pub(super) fn start_again(&mut self) -> Outcome<Came> {
        let words = self.contestant.start(&self.script);
        self.start(&words).map(|(_, came)| came)
    }

    /// A start that must succeed: every attack begins with one.
    pub(super) fn stage(&mut self) -> Outcome<Process> {
        let words = self.contestant.start(&self.script);
        let (guard, came) = self.start(&words)?;
        match came {
            Came::Runs => Ok(guard),
            other => Err(format!("{} does not even start: {other:?}", self.contestant.name())),
        }
    }

    pub(super) fn has_said(&self, pid: u32, word: &str) -> bool {
        self.facts.iter().any(|fact| fact.pid == pid && fact.word == word)
    }

    /// Whether two programs were ever inside at once.
    pub(super) fn saw_two(&mut self) -> bool {
        self.hear();
        self.has_seen_two() || self.living_programs() > 1
    }

    /// By what was heard so far.
    pub(super) fn has_seen_two(&self) -> bool {
        self.facts.iter().any(|fact| fact.word == "two")
    }

    pub(super) fn programs_started(&self) -> usize {
        self.facts.iter().filter(|fact| fact.word == "started").count()
    }

    pub(super) fn living_programs(&self) -> usize {
        self.programs.iter().filter(|program| program.lives()).count()
    }

    pub(super) fn newest_program(&self) -> Outcome<&Process> {
        self.programs.last().ok_or_else(|| "no program was started".into())
    }

    pub(super) fn has_living_children(&self) -> bool {
        self.children.iter().any(Process::lives)
    }

    /// Waits until this is so, at most as long as anybody would; answers whether it is.
    pub(super) fn wait(&mut self, watched: &Process, is_so: impl Fn(&Self) -> bool) -> bool {
        self.wait_for(PATIENCE, &[watched], is_so)
    }

    /// The same for several, and for this long.
    pub(super) fn wait_for(
        &mut self,
        limit: Duration,
        watched: &[&Process],
        is_so: impl Fn(&Self) -> bool,
    ) -> bool {
        let until = Instant::now() + limit;
        loop {
            self.hear();
            processes::reap();
            if is_so(self) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let everybody = watched.iter().copied().chain(&self.programs).chain(&self.children);
            let living = everybody.filter(|process| process.lives()).map(Process::handle);
            let descriptors: Vec<_> = std::iter::once(self.line.as_fd()).chain(living).collect();
            processes::any_ready(&descriptors, left);
        }
    }

    fn hear(&mut self) {
        let mut datagram = [0; 64];
        while let Ok(length) = self.line.recv(&mut datagram) {
            let text = String::from_utf8_lossy(&datagram[..length]).into_owned();
            let Some((word, pid)) = text.split_once(' ') else { continue };
            let Ok(pid) = pid.parse() else { continue };
            match word {
                "started" => self.programs.extend(Process::open(pid)),
                "child" => self.children.extend(Process::open(pid)),
                _ => {}
            }
            self.facts.push(Fact { word: word.to_owned(), pid });
        }
    }

    /// Kills everything that was started here, all at once.
    pub(super) fn kill_everything(&mut self) {
        let variable = format!("ATTACK_LINE={}", self.line_name);
        // What is killed may just have started another.
        for _ in 0..10 {
            let left = processes::with_variable(&variable);
            left.iter().for_each(|process| process.signal(Signal::KILL));
            let ended = |_: &Self| left.iter().all(|process| !process.lives());
            self.wait_for(PATIENCE, &left.iter().collect::<Vec<_>>(), ended);
            if left.is_empty() {
                return;
            }
        }
    }
}

impl Drop for Arena<'_> {
    fn drop(&mut self) {
        self.kill_everything();
        processes::reap();
    }
}

impl Manner {
    fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Deaf => "deaf",
            Self::Parent => "parent",
        }
    }
}

pub(super) fn told(doing: &str) -> impl Fn(std::io::Error) -> String + '_ {
    move |error| format!("cannot {doing}: {error}")
}
