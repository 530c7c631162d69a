//! Those who have nothing to do with it, and look as if they had: their argument lists name the programs.
//!
//! They block every signal, so one that was sent stays pending, and the kernel itself tells of it. One that cannot be
//! blocked ends or stops them, which is seen as well.

use std::collections::HashSet;
use std::fs;
use std::io::{self, PipeWriter};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use super::processes::Seen;
use super::sys;
use crate::machine::Outcome;

/// How many processes the soak itself may need.
const RESERVE: usize = 4000;

/// What one of them takes at most, with what the kernel needs for it.
const MEMORY: usize = 512 * 1024;

/// Everybody who stands by.
#[derive(Debug, Default)]
pub(super) struct Bystanders {
    all: Vec<Seen>,
    numbers: HashSet<u32>,
    /// Their standard input: they end with it.
    input: Option<PipeWriter>,
}

impl Bystanders {
    /// Starts so many, or as many as the machine has room for.
    pub(super) fn start(bin: &Path, programs: &[PathBuf], wanted: usize) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let null = fs::OpenOptions::new().write(true).open("/dev/null")?;
        let mut bystanders = Self { input: Some(writer), ..Self::default() };
        for number in 0..wanted.min(room()) {
            let program = programs[number % programs.len()].to_string_lossy().into_owned();
            let (file, words) = guise(bin, &program, number / programs.len());
            let pid = sys::spawn_deaf(&file, &words, reader.as_fd(), null.as_fd())?;
            bystanders.numbers.insert(pid);
            bystanders.all.extend(Seen::read(pid));
        }
        Ok(bystanders)
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// Their numbers: the soak looks past them.
    pub(super) fn numbers(&self) -> &HashSet<u32> {
        &self.numbers
    }

    /// Whether all of them live and nobody has sent them anything.
    pub(super) fn check(&self) -> Outcome {
        let told = |seen: &Seen| Some(format!("{}: {seen:?}", harm(seen)?));
        let harmed: Vec<String> = self.all.iter().filter_map(told).take(10).collect();
        if harmed.is_empty() { Ok(()) } else { Err(format!("bystanders were harmed: {harmed:#?}")) }
    }

    /// Ends them, and waits for it.
    pub(super) fn end(&mut self) {
        self.input = None;
        self.all.drain(..).for_each(|seen| sys::await_child(seen.pid));
        self.numbers.clear();
    }
}

/// What happened to this one.
fn harm(seen: &Seen) -> Option<String> {
    match Seen::read(seen.pid).filter(|now| now.is_same(seen)) {
        None => return Some("it has ended".into()),
        Some(now) if matches!(now.state, 'Z' | 'X') => return Some("it was killed".into()),
        Some(now) if now.state == 'T' => return Some("it was stopped".into()),
        Some(_) => {}
    }
    let status = fs::read_to_string(format!("/proc/{}/status", seen.pid)).unwrap_or_default();
    pending(&status).map(|signals| format!("signals wait for it: {signals}"))
}

/// The signals that wait for a process, by its `/proc/PID/status`.
fn pending(status: &str) -> Option<String> {
    let sets = status
        .lines()
        .filter_map(|line| line.strip_prefix("SigPnd:").or_else(|| line.strip_prefix("ShdPnd:")));
    let mut sent = sets.map(str::trim).filter(|set| set.bytes().any(|digit| digit != b'0'));
    sent.next().map(str::to_owned)
}

/// A program that reads its standard input for ever, and an argument list that names another one.
fn guise(bin: &Path, program: &str, number: usize) -> (PathBuf, Vec<String>) {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    match number % 5 {
        0 => (bin.join("grep"), words(&["grep", program])),
        1 => (bin.join("vim"), words(&["vim", program, "-"])),
        2 => (bin.join("vim"), words(&[program, "-"])),
        3 => (bin.join("vim"), words(&["tail", &format!("{program}.log"), "-"])),
        _ => (bin.join("sh"), words(&["sh", "-c", "read line; exit 0", program])),
    }
}

/// For how many there is room.
fn room() -> usize {
    let number = |text: String| text.trim().parse::<usize>().ok();
    let most = fs::read_to_string("/proc/sys/kernel/pid_max").ok().and_then(number).unwrap_or(32_768);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let free = memory.lines().find_map(|line| line.strip_prefix("MemAvailable:")?.split_whitespace().next());
    let kibibytes = free.and_then(|word| word.parse::<usize>().ok()).unwrap_or(0);
    most.saturating_sub(RESERVE + super::processes::count()).min(kibibytes * 1024 / MEMORY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_waits_is_seen() {
        let status = |shared: &str| {
            format!("Name:\tvim\nSigPnd:\t0000000000000000\nShdPnd:\t{shared}\nSigBlk:\tfffffffe7ffbfeff\n")
        };
        assert_eq!(pending(&status("0000000000000000")), None);
        assert_eq!(pending(&status("0000000000004000")), Some("0000000000004000".into()));
    }

    #[test]
    fn every_guise_names_the_program() {
        for number in 0..5 {
            let (file, words) = guise(Path::new("/b"), "/srv/bot", number);
            assert!(words.iter().any(|word| word.starts_with("/srv/bot")), "{words:?}");
            assert_ne!(file, Path::new("/srv/bot"));
        }
    }
}
