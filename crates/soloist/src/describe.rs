//! A process as people and JSON documents are told of it, without secrets.

use serde::{Deserialize, Serialize};

use crate::discover::split;
use crate::locate::{self, Sight, without_deleted};
use crate::origin::{self, Origin};
use crate::process::{Observer, Process};
use crate::sys::account;
use crate::{program, redact, time};

/// The *process* object of the JSON documents (contract, appendix). What is not known is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessInfo {
    /// The process id, in the namespace of whoever tells.
    pub pid: u32,
    /// What tells it from every other process with that number; see [`crate::process::Birth`].
    pub birth: Option<String>,
    /// The name of the user it runs as.
    pub user: Option<String>,
    /// When it started: RFC 3339 with an offset.
    pub started_at: Option<String>,
    /// Its argument list, redacted.
    pub command: Vec<String>,
    /// Its working directory.
    pub cwd: Option<String>,
    /// The real path of the program file.
    pub program: Option<String>,
    /// What started it.
    pub origin: Origin,
}

/// Describes a live process; what can't be seen of it is `None`.
pub(crate) fn describe(observer: &Observer, process: &Process) -> ProcessInfo {
    let pid = process.pid();
    let line = command_line(observer, pid);
    let words = split(&line);
    let path = |path: std::path::PathBuf| redact::text(&path.to_string_lossy());
    ProcessInfo {
        pid,
        birth: Some(process.birth().to_string()),
        user: observer.proc.user(pid).ok().map(account::user_name),
        started_at: time::rfc3339(time::wall(crate::process::ticks(process.birth().start))),
        command: redact::arguments(&words),
        cwd: observer.proc.link(pid, "cwd").ok().map(path),
        program: program_path(observer, pid, &words).map(path),
        origin: origin::of_process(observer, pid),
    }
}

/// The argument list of a process, redacted.
pub(crate) fn command(observer: &Observer, pid: u32) -> Vec<String> {
    redact::arguments(&split(&command_line(observer, pid)))
}

/// A process that cannot be read has no words; that is what is said of it.
fn command_line(observer: &Observer, pid: u32) -> Vec<u8> {
    let mut buffer = Vec::new();
    let read = observer.proc.read(pid, "cmdline", &mut buffer);
    read.map(|()| buffer).unwrap_or_default()
}

fn program_path(observer: &Observer, pid: u32, words: &[&[u8]]) -> Option<std::path::PathBuf> {
    let invocation = program::parse(words);
    let sight = invocation.filter(|found| found.interpreter.is_some() || !found.launchers.is_empty());
    match sight.map(|found| locate::of_process(observer, pid, &found)) {
        Some(Sight::File(_, path) | Sight::Gone(path)) if path.is_absolute() => Some(path),
        _ => observer.proc.link(pid, "exe").ok().map(without_deleted),
    }
}
