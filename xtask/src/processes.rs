//! What runs, by `/proc`, and the lock by which a witness proves that it is alone.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// A process at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    pub(crate) state: char,
    /// When it started, in clock ticks since boot: with the pid, its identity.
    pub(crate) start: u64,
    /// Its argument list; empty for a zombie and for one that is just dying.
    pub(crate) command: Vec<String>,
}

impl Seen {
    pub(crate) fn read(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words = command.split(|&byte| byte == 0).filter(|word| !word.is_empty());
        Some(Self {
            pid,
            state: fields.first()?.chars().next()?,
            parent: fields.get(1)?.parse().ok()?,
            start: fields.get(19)?.parse().ok()?,
            command: words.map(|word| String::from_utf8_lossy(word).into_owned()).collect(),
        })
    }

    /// Whether it can still execute anything: a dying process has no words any more.
    pub(crate) fn runs(&self) -> bool {
        !matches!(self.state, 'Z' | 'X') && !self.command.is_empty()
    }

    /// Whether this is the same process, at another moment.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.pid == other.pid && self.start == other.start
    }
}

/// The numbers of all processes.
pub(crate) fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The processes that have the file open and still run, this one excepted.
fn having_open(path: &Path) -> Vec<Seen> {
    let Ok(wanted) = fs::metadata(path) else { return Vec::new() };
    let has_it = |pid: &u32| {
        let entries = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let mut files = entries.filter_map(|entry| fs::metadata(entry.path()).ok());
        files.any(|file| file.dev() == wanted.dev() && file.ino() == wanted.ino())
    };
    let own = std::process::id();
    pids().filter(|&pid| pid != own).filter(has_it).filter_map(Seen::read).filter(Seen::runs).collect()
}

/// Locks a file, made if it is missing (`flock(2)`); answers who else runs and has it if it cannot be had. Where the lock is
/// that of nobody who runs, it is waited for this long: the kernel lets go of a dying process's files a moment later.
pub(crate) fn lock_alone(path: &Path, dying: Duration) -> io::Result<Result<File, Vec<Seen>>> {
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    let until = Instant::now() + dying;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Ok(file)),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {}
        }
        let others = having_open(path);
        if !others.is_empty() || Instant::now() > until {
            return Ok(Err(others));
        }
        // The kernel tells nobody when it is done with a dying process's files.
        std::thread::sleep(Duration::from_millis(1));
    }
}
