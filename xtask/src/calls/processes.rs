//! What runs, by `/proc`.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::witness;

/// A process at one moment.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) pid: u32,
    pub(super) state: char,
    pub(super) parent: u32,
    pub(super) words: Vec<String>,
}

impl Seen {
    pub(super) fn read(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        let mut fields = fields.split_whitespace();
        let state = fields.next()?.chars().next()?;
        let parent = fields.next()?.parse().ok()?;
        let words = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let words = words.split(|&byte| byte == 0).filter(|word| !word.is_empty());
        let words = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        Some(Self { pid, state, parent, words })
    }

    /// Whether it can still execute anything: a dying process has no words any more.
    pub(super) fn runs(&self) -> bool {
        !matches!(self.state, 'Z' | 'X') && !self.words.is_empty()
    }

    /// Whether it is what the program left behind.
    pub(super) fn is_orphan(&self) -> bool {
        self.is_program() && self.words.last().is_some_and(|word| word.starts_with("orphan"))
    }

    /// Whether it is the program, and not a soloist that names it.
    pub(super) fn is_program(&self) -> bool {
        self.words.get(1).is_some_and(|word| word == witness::WORD)
    }
}

fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// Those that run and have this word in their argument list.
pub(super) fn naming(word: &str) -> Vec<Seen> {
    let names = |seen: &Seen| seen.runs() && seen.words.iter().any(|it| it == word);
    pids().filter_map(Seen::read).filter(names).collect()
}

/// Those that have the file open and still run, this one excepted.
pub(super) fn having_open(path: &Path) -> Vec<u32> {
    let Ok(wanted) = fs::metadata(path) else { return Vec::new() };
    let has_it = |pid: &u32| {
        let entries = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let mut files = entries.filter_map(|entry| fs::metadata(entry.path()).ok());
        files.any(|file| file.dev() == wanted.dev() && file.ino() == wanted.ino())
    };
    let own = std::process::id();
    let runs = |pid: &u32| Seen::read(*pid).is_some_and(|seen| seen.runs());
    pids().filter(|&pid| pid != own).filter(has_it).filter(runs).collect()
}
