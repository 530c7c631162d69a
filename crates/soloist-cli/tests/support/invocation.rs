//! A command to start, a process that was started, and how it ended.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::process::{DEADLINE, Process, readable};

/// A command line with the sandbox's environment, not started yet.
#[derive(Debug)]
pub(crate) struct Invocation {
    command: Command,
    out: PathBuf,
    err: PathBuf,
}

impl Invocation {
    pub(crate) fn new(program: &OsStr, captures: &Path, number: usize) -> Self {
        let mut command = Command::new(program);
        command.env_clear().stdin(Stdio::null());
        // SAFETY: signal(2) is async-signal-safe and touches nothing of the parent's.
        unsafe { command.pre_exec(as_at_a_terminal) };
        let out = captures.join(format!("{number}.out"));
        let err = captures.join(format!("{number}.err"));
        Self { command, out, err }
    }

    pub(crate) fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, args: I) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn arg(self, arg: impl AsRef<OsStr>) -> Self {
        self.args([arg])
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn cwd(mut self, directory: impl AsRef<Path>) -> Self {
        self.command.current_dir(directory);
        self
    }

    pub(crate) fn stdin(mut self, stdin: impl Into<Stdio>) -> Self {
        self.command.stdin(stdin);
        self
    }

    /// As another user; only root can.
    pub(crate) fn user(mut self, id: u32) -> Self {
        self.command.uid(id).gid(id);
        self
    }

    pub(crate) fn program(&self) -> &OsStr {
        self.command.get_program()
    }

    pub(crate) fn arguments(&self) -> impl Iterator<Item = &OsStr> {
        self.command.get_args()
    }

    pub(crate) fn spawn(mut self) -> Running {
        self.command.stdout(File::create(&self.out).unwrap()).stderr(File::create(&self.err).unwrap());
        let child = self.command.spawn().unwrap_or_else(|error| panic!("{:?}: {error}", self.command));
        let process = Process::open(child.id().cast_signed()).expect("a child that was not waited for");
        let words = format!("{:?}", self.command);
        Running { child, process, out: self.out, err: self.err, words }
    }

    /// Starts it and waits until it has ended.
    pub(crate) fn outcome(self) -> Outcome {
        self.spawn().outcome()
    }

    /// Starts it, waits, and insists on this exit code.
    pub(crate) fn exits(self, code: i32) -> Outcome {
        self.outcome().exits(code)
    }
}

/// A process that the test started. It is killed when the test lets go of it.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    process: Process,
    out: PathBuf,
    err: PathBuf,
    words: String,
}

impl Running {
    pub(crate) fn pid(&self) -> i32 {
        self.process.pid
    }

    pub(crate) fn signal(&self, signal: i32) {
        self.process.signal(signal);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.process.has_ended()
    }

    pub(crate) fn wait_for_end(&self) {
        if !readable(&[self.descriptor()], DEADLINE)[0] {
            let (out, err) = (self.stdout(), self.stderr());
            panic!("{} still runs\nstdout: {out}\nstderr: {err}", self.words);
        }
    }

    pub(crate) fn descriptor(&self) -> i32 {
        self.process.descriptor()
    }

    /// What it has printed to stdout so far.
    pub(crate) fn stdout(&self) -> String {
        read(&self.out)
    }

    /// What it has printed to stderr so far.
    pub(crate) fn stderr(&self) -> String {
        read(&self.err)
    }

    pub(crate) fn outcome(mut self) -> Outcome {
        self.wait_for_end();
        let status = self.child.wait().unwrap();
        Outcome {
            code: status.code(),
            signal: status.signal(),
            stdout: self.stdout(),
            stderr: self.stderr(),
            words: self.words.clone(),
        }
    }

    pub(crate) fn exits(self, code: i32) -> Outcome {
        self.outcome().exits(code)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.process.signal(libc::SIGKILL);
        drop(self.child.wait());
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

/// How a process ended and what it printed.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    words: String,
}

impl Outcome {
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        self.exits_with_one_of(&[code])
    }

    #[track_caller]
    pub(crate) fn exits_with_one_of(self, codes: &[i32]) -> Self {
        let fits = self.code.is_some_and(|code| codes.contains(&code));
        assert!(
            fits,
            "exit code {:?} (signal {:?}), not one of {codes:?}\nof {}\nstdout: {}\nstderr: {}",
            self.code, self.signal, self.words, self.stdout, self.stderr
        );
        self
    }

    /// The one document on stdout.
    #[track_caller]
    pub(crate) fn document(&self) -> Value {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| {
            let (words, out, err) = (&self.words, &self.stdout, &self.stderr);
            panic!("stdout of {words} is no document: {error}\nstdout: {out:?}\nstderr: {err}")
        })
    }

    /// Insists that stderr says this.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        let (command, err) = (&self.words, &self.stderr);
        assert!(err.contains(words), "stderr does not say {words:?}\nof {command}\nstderr: {err}");
        self
    }

    /// Insists that stdout says this.
    #[track_caller]
    pub(crate) fn prints(self, words: &str) -> Self {
        let (command, out) = (&self.words, &self.stdout);
        assert!(out.contains(words), "stdout does not say {words:?}\nof {command}\nstdout: {out}");
        self
    }

    /// Insists that stdout is empty.
    #[track_caller]
    pub(crate) fn prints_nothing(self) -> Self {
        assert_eq!(self.stdout, "", "stdout of {}", self.words);
        self
    }

    /// Insists that neither stdout nor stderr has anything.
    #[track_caller]
    pub(crate) fn stays_silent(self) -> Self {
        assert_eq!(self.stderr, "", "stderr of {}", self.words);
        self.prints_nothing()
    }

    /// Everything that it printed.
    pub(crate) fn all_output(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Whatever the runner of the tests ignores (nohup, a job in the background), a program of a test does not.
fn as_at_a_terminal() -> std::io::Result<()> {
    for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT] {
        // SAFETY: the default action needs no handler.
        if unsafe { libc::signal(signal, libc::SIG_DFL) } == libc::SIG_ERR {
            return Err(std::io::Error::last_os_error());
        }
    }
    Ok(())
}
