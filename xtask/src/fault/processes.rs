//! What runs, by `/proc`: who is below whom, and who has a file open.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::sys::Pidfd;

/// A process at one moment.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) pid: u32,
    pub(super) parent: u32,
    pub(super) state: char,
    /// When it started, in clock ticks since boot: with the pid, its identity.
    start: u64,
    /// Its argument list; empty for a zombie and for one that is just dying.
    pub(super) command: Vec<String>,
}

impl Seen {
    pub(super) fn read(pid: u32) -> Option<Self> {
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
    pub(super) fn runs(&self) -> bool {
        !matches!(self.state, 'Z' | 'X') && !self.command.is_empty()
    }

    /// Whether this is the same process, at another moment.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.pid == other.pid && self.start == other.start
    }

    /// A handle to this very process, if it still lives.
    pub(super) fn open(&self) -> Option<Pidfd> {
        let handle = Pidfd::open(self.pid).ok()?;
        // Read again while it is held: the number may have come to mean another one before.
        Self::read(self.pid).filter(|now| now.start == self.start).map(|_| handle)
    }
}

fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// How many processes there are.
pub(super) fn count() -> usize {
    pids().count()
}

/// The living processes below this one, those with these numbers excepted.
pub(super) fn below(excepted: &HashSet<u32>) -> Vec<Seen> {
    let others = pids().filter(|pid| !excepted.contains(pid));
    let all: HashMap<u32, Seen> = others.filter_map(|pid| Some((pid, Seen::read(pid)?))).collect();
    let own = std::process::id();
    let is_below = |seen: &&Seen| {
        let parent = |seen: &&Seen| all.get(&seen.parent);
        // Two readings at different moments could make a circle; nothing is that deep.
        std::iter::successors(Some(*seen), parent).take(64).skip(1).any(|above| above.pid == own)
    };
    let mut found: Vec<Seen> =
        all.values().filter(is_below).filter(|seen| !matches!(seen.state, 'Z' | 'X')).cloned().collect();
    found.sort_by_key(|seen| (seen.start, seen.pid));
    found
}

/// What still runs of the program that this soloist has started, by the variable that it gave it.
pub(super) fn run_by(soloist: u32, excepted: &HashSet<u32>) -> Vec<Seen> {
    let wanted = format!("SOLOIST_PID={soloist}");
    let was_started = |seen: &Seen| {
        let variables = fs::read(format!("/proc/{}/environ", seen.pid)).unwrap_or_default();
        variables.split(|&byte| byte == 0).any(|variable| variable == wanted.as_bytes())
    };
    below(excepted).into_iter().filter(was_started).filter(Seen::runs).collect()
}

/// The processes that have the file open and still run, this one excepted.
pub(super) fn having_open(path: &Path) -> Vec<Seen> {
    let Ok(wanted) = fs::metadata(path) else { return Vec::new() };
    let has_it = |pid: &u32| {
        let entries = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let mut files = entries.filter_map(|entry| fs::metadata(entry.path()).ok());
        files.any(|file| file.dev() == wanted.dev() && file.ino() == wanted.ino())
    };
    let own = std::process::id();
    pids().filter(|&pid| pid != own).filter(has_it).filter_map(Seen::read).filter(Seen::runs).collect()
}
