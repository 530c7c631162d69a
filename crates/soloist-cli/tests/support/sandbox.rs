//! A private place for one test.

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use super::actor::{Actor, SCRIPT};
use super::invocation::{Invocation, Running};
use super::process::{DEADLINE, readable};
use super::witness::Witness;

/// A user who owns nothing, for processes of somebody else.
pub(crate) const NOBODY: u32 = 65534;

/// A directory with the program `project/main.py`, a state directory, a home, and the line on which
/// actors call.
#[derive(Debug)]
pub(crate) struct Sandbox {
    root: TempDir,
    listener: UnixListener,
    started: Cell<usize>,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new().prefix("soloist-test-").tempdir().unwrap();
        fs::set_permissions(root.path(), Permissions::from_mode(0o755)).unwrap();
        for directory in ["project", "home", "captures", "witness", "nobody", "bin"] {
            fs::create_dir(root.path().join(directory)).unwrap();
        }
        for directory in ["witness", "captures"] {
            fs::set_permissions(root.path().join(directory), Permissions::from_mode(0o777)).unwrap();
        }
        let line = root.path().join("line");
        let listener = UnixListener::bind(&line).unwrap();
        fs::set_permissions(&line, Permissions::from_mode(0o777)).unwrap();
        let sandbox = Self { root, listener, started: Cell::new(0) };
        sandbox.script("main.py");
        sandbox
    }

    /// The sandbox's own path, free of symbolic links.
    pub(crate) fn root(&self) -> PathBuf {
        self.root.path().canonicalize().unwrap()
    }

    /// A path in the working directory of everything that the test starts.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root().join("project").join(name)
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.root().join("state")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    pub(crate) fn bin(&self) -> PathBuf {
        self.root().join("bin")
    }

    /// Writes a private copy of the actor under this name in the project, executable.
    pub(crate) fn script(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, SCRIPT).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Writes a file in the project.
    pub(crate) fn file(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Puts an executable with this content into the sandbox's own directory of programs.
    pub(crate) fn tool(&self, name: &str, content: &str) -> PathBuf {
        let path = self.bin().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// A private copy of a program of the system, under a name of its own.
    pub(crate) fn copy_of(&self, program: &str, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::copy(program, &path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// The soloist program with these words as arguments.
    pub(crate) fn soloist(&self, words: &str) -> Invocation {
        self.invoke(env!("CARGO_BIN_EXE_soloist")).args(words.split_whitespace())
    }

    /// Any program with these words as arguments; the first is the program.
    pub(crate) fn program(&self, words: &str) -> Invocation {
        let mut words = words.split_whitespace();
        self.invoke(words.next().unwrap()).args(words)
    }

    pub(crate) fn invoke(&self, program: impl AsRef<OsStr>) -> Invocation {
        let number = self.started.get();
        self.started.set(number + 1);
        Invocation::new(program.as_ref(), &self.root().join("captures"), number)
            .cwd(self.path(""))
            .env("PATH", self.search_path())
            .env("HOME", self.home())
            .env("LANG", "C.UTF-8")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("SOLOIST_STATE_DIR", self.state())
            .env("SOLOIST", env!("CARGO_BIN_EXE_soloist"))
            .env("ACTOR_SOCKET", self.root().join("line"))
            .env("ACTOR_WITNESS", self.root().join("witness"))
    }

    /// The system's programs before any shims of version managers, then the sandbox's own.
    fn search_path(&self) -> String {
        format!("{}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", self.bin().display())
    }

    /// The same invocation as another user, with a home and a state of its own. Only root can.
    pub(crate) fn as_nobody(&self, invocation: Invocation) -> Invocation {
        let home = self.root().join("nobody");
        chown(&home, Some(NOBODY), Some(NOBODY)).unwrap();
        invocation.user(NOBODY).env("HOME", &home).env("SOLOIST_STATE_DIR", home.join("state"))
    }

    /// Starts something and waits until its program is on the line.
    #[track_caller]
    pub(crate) fn start(&self, invocation: Invocation) -> (Running, Actor) {
        let running = invocation.spawn();
        let actor = self.started_by(&running);
        (running, actor)
    }

    /// `soloist WORDS`, running, and its program.
    #[track_caller]
    pub(crate) fn starts(&self, words: &str) -> (Running, Actor) {
        self.start(self.soloist(words))
    }

    /// A bare program, running, without soloist.
    #[track_caller]
    pub(crate) fn starts_bare(&self, words: &str) -> (Running, Actor) {
        self.start(self.program(words))
    }

    /// Waits for the program of something that was started.
    #[track_caller]
    pub(crate) fn started_by(&self, running: &Running) -> Actor {
        let ready = readable(&[self.listener.as_raw_fd(), running.descriptor()], DEADLINE);
        if ready[0] {
            return self.answer().expect("an actor that lives");
        }
        let (out, err) = (running.stdout(), running.stderr());
        let ended = if ready[1] { "ended" } else { "waited" };
        panic!("{ended} without starting its program: {running:?}\nstdout: {out}\nstderr: {err}");
    }

    /// Waits for the next actor that calls.
    #[track_caller]
    pub(crate) fn next_actor(&self) -> Actor {
        assert!(readable(&[self.listener.as_raw_fd()], DEADLINE)[0], "no actor called");
        self.answer().expect("an actor that lives")
    }

    /// The next actor that calls, started by something slow.
    #[track_caller]
    pub(crate) fn next_actor_within(&self, time: std::time::Duration, starter: &Running) -> Actor {
        let ready = readable(&[self.listener.as_raw_fd(), starter.descriptor()], time);
        assert!(ready[0], "no actor called: {}{}", starter.stdout(), starter.stderr());
        self.answer().expect("an actor that lives")
    }

    /// Whether an actor is calling and was not answered.
    pub(crate) fn is_called(&self) -> bool {
        readable(&[self.listener.as_raw_fd()], std::time::Duration::ZERO)[0]
    }

    /// Answers the actor that calls; none if it died before it could say who it is.
    pub(crate) fn answer(&self) -> Option<Actor> {
        let (stream, _): (UnixStream, _) = self.listener.accept().unwrap();
        Actor::greet(stream)
    }

    pub(crate) fn listening_descriptor(&self) -> i32 {
        self.listener.as_raw_fd()
    }

    /// What proves that two programs never ran at once.
    pub(crate) fn witness(&self) -> Witness {
        Witness::at(self.root().join("witness"))
    }

    /// `soloist status WORDS --json`, whatever its exit code.
    #[track_caller]
    pub(crate) fn status(&self, words: &str) -> Value {
        let (options, command) = words.split_once("-- ").unwrap_or((words, ""));
        let separator = if command.is_empty() { "" } else { "--" };
        self.soloist(&format!("status --json {options} {separator} {command}")).outcome().document()
    }
}
