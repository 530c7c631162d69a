//! The promise that no key is ever stuck: everything of a key is stopped, then one start must succeed, be seen as
//! healthy, end well, and leave nothing.

use std::fs;
use std::io::Read as _;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::action::{Policy, Stand, Start, Way};
use super::command::Started;
use super::driver::Driver;
use super::key::SPELLINGS;
use super::manner::Manner;
use super::processes::{self, Seen};
use super::verdict::Errand;
use super::{spoil, sys, witness};
use crate::machine::Outcome;

/// How long a settlement may take in all.
const LIMIT: Duration = Duration::from_secs(180);

/// So many bystanders are looked at often.
const FEW: usize = 1000;

/// What a key may have in the state directory: two names, each with a lock, a record, two histories, and a record
/// that was being written when its writer was killed.
const MOST_FILES: usize = 10;

/// What a history may take, the old one included.
const LARGEST_HISTORY: u64 = 1024 * 1024;

impl Driver {
    /// Stops everything of a key, and starts it once.
    pub(super) fn settle(&mut self, key: usize) -> Outcome {
        let label = self.place.keys[key].label;
        let until = Instant::now() + LIMIT;
        self.make_room(None);
        if self.bystanders.count() <= FEW {
            self.bystanders.check()?;
        }
        for key in self.place.rival(key).into_iter().chain([key]) {
            self.clear(key, until).map_err(|error| format!("key {label} does not become free: {error}"))?;
        }
        self.prove(key, until).map_err(|error| format!("key {label} is stuck: {error}"))?;
        self.check_files(key).map_err(|error| format!("key {label}: {error}"))
    }

    fn contenders(&self, key: usize) -> impl Iterator<Item = &Started> {
        self.running.iter().filter(move |it| it.key == key && it.errand == Errand::Run)
    }

    fn left(&self, key: usize) -> Vec<Seen> {
        let mut left = self.witnesses(key, false);
        left.extend(self.witnesses(key, true));
        left
    }

    /// Orders everything to stop until nothing of the key runs.
    fn clear(&mut self, key: usize, until: Instant) -> Outcome {
        self.wake_all();
        loop {
            let alone = self.contenders(key).next().is_none();
            let code = self.stopped_by_all(key, until)?;
            let left = self.left(key);
            if alone && code == "0" && !left.is_empty() && !self.place.keys[key].is_shared() {
                return Err(format!("stop says that nothing runs, but this does: {left:#?}"));
            }
            if left.is_empty() && self.contenders(key).next().is_none() {
                return Ok(());
            }
            if Instant::now() > until {
                let stuck: Vec<&Started> = self.contenders(key).collect();
                return Err(format!("stop ended with {code}; still there: {left:#?} {stuck:#?}"));
            }
            // Who stood by has the claim now; those that still stand by are asked to go.
            for contender in self.contenders(key) {
                contender.handle.send(libc::SIGTERM).ok();
            }
            self.pass(Duration::from_millis(50))?;
        }
    }

    /// Has every user of the key order a stop; the exit code of the first user's, who comes last.
    fn stopped_by_all(&mut self, key: usize, until: Instant) -> Outcome<String> {
        let mut code = String::new();
        for user in (0..self.place.keys[key].users.len()).rev() {
            code = self.stopped(key, user, until)?;
        }
        Ok(code)
    }

    /// Orders a stop, and waits for its end: the exit code.
    fn stopped(&mut self, key: usize, user: usize, until: Instant) -> Outcome<String> {
        let way = Way { spelling: 0, user };
        let mut words = self.place.words("stop", key, way, true);
        words.insert(1, "--grace=200ms".into());
        let pid = self.start(key, Errand::Stop, way, &words, None)?;
        self.end_of(pid, until)
    }

    /// Waits until a soloist has ended; the exit code.
    fn end_of(&mut self, pid: u32, until: Instant) -> Outcome<String> {
        let gone = |driver: &Self| !driver.running.iter().any(|started| started.pid == pid);
        if !self.until(until, gone)? {
            let started = self.running.iter().find(|started| started.pid == pid);
            let printed = started.map(Started::printed);
            return Err(format!(
                "it does not end in time: {started:#?} {printed:?} {:#?}",
                processes::below(self.bystanders.numbers())
            ));
        }
        Ok(self.ended_with(pid).map(|ended| ended.code.clone()).unwrap_or_default())
    }

    /// One start under the strictest policy, from the start to the end.
    fn prove(&mut self, key: usize, until: Instant) -> Outcome {
        let start = Start {
            way: Way { spelling: 0, user: 0 },
            no_kill: false,
            policy: Policy::Refuse,
            grace: Duration::from_millis(200),
            stand: Stand::Above,
            manner: Manner::calm(),
        };
        let (mut reader, writer) = std::io::pipe().map_err(|error| format!("cannot make a pipe: {error}"))?;
        let pid = self.begin(key, &start, Some(writer.into()))?;
        sys::wait(&[reader.as_fd()], until.saturating_duration_since(Instant::now()))
            .map_err(|error| format!("cannot wait for the witness: {error}"))?;
        let mut word = [0; witness::INSIDE.len()];
        let said = reader.read_exact(&mut word).is_ok() && word == *witness::INSIDE.as_bytes();
        if !said {
            let printed = self.running.iter().find(|it| it.pid == pid).map(Started::printed);
            return Err(format!("a start on a free key does not succeed: {printed:?}"));
        }
        for spelling in 0..SPELLINGS {
            self.expect_status(key, spelling, "0", until)?;
        }
        self.running.iter().filter(|it| it.pid == pid).for_each(|it| {
            it.handle.send(libc::SIGTERM).ok();
        });
        match self.end_of(pid, until)?.as_str() {
            "143" => self.expect_status(key, 0, "3", until),
            other => Err(format!("after SIGTERM it ended with {other}")),
        }
    }

    fn expect_status(&mut self, key: usize, spelling: usize, expected: &str, until: Instant) -> Outcome {
        let way = Way { spelling, user: 0 };
        let words = self.place.words("status", key, way, true);
        let pid = self.start(key, Errand::Status, way, &words, None)?;
        let code = self.end_of(pid, until)?;
        let words = || words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        if code == expected {
            return Ok(());
        }
        let said = self.ended_with(pid).map(|ended| ended.said.as_str()).unwrap_or_default();
        Err(format!("{} answers {code}, not {expected}:\n{said}", words()))
    }

    /// After a clean end the visible files and the record are gone, and what stays is bounded.
    fn check_files(&self, key: usize) -> Outcome {
        let place = &self.place;
        let mut left = spoil::files(place, key, ".json");
        let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let first = &place.user(key, 0).state;
        left.retain(|path| place.keys[key].owns_first(&name(path)) && path.starts_with(first));
        if let Some(visible) = &place.keys[key].visible {
            let entries = fs::read_dir(visible).into_iter().flatten().flatten();
            left.extend(entries.map(|entry| entry.path()));
        }
        if !left.is_empty() {
            return Err(format!("left after a clean end: {left:?}"));
        }
        let kept = spoil::files(place, key, "");
        let users = place.keys[key].users.len();
        if kept.len() > MOST_FILES * users {
            return Err(format!("its files grow: {kept:?}"));
        }
        let is_history = |path: &&PathBuf| path.to_string_lossy().contains(".jsonl");
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |found| found.len());
        let history: u64 = kept.iter().filter(is_history).map(size).sum();
        if history > LARGEST_HISTORY * place.keys[key].records() * users as u64 {
            return Err(format!("its history has {history} bytes"));
        }
        Ok(())
    }

    /// Settles every key; afterwards nothing runs, and nothing lies about.
    pub(super) fn finish(&mut self) -> Outcome {
        for key in 0..self.place.keys.len() {
            self.settle(key)?;
        }
        let quiet = |driver: &Self| driver.running.is_empty();
        if !self.until(Instant::now() + LIMIT, quiet)? {
            return Err(format!("these do not end: {:#?}", self.running));
        }
        let left = processes::below(self.bystanders.numbers());
        if !left.is_empty() {
            return Err(format!("left behind: {left:#?}"));
        }
        self.bystanders.check()?;
        self.tally.add("at the end", "bystanders unharmed", self.bystanders.count() as u64);
        let states = self.place.users.iter().map(|user| fs::read_dir(&user.state));
        let files: usize = states.map(|state| state.map_or(0, Iterator::count)).sum();
        self.tally.add("at the end", "files in the state directories", files as u64);
        self.tally.add("at the end", "processes left", left.len() as u64);
        if files > MOST_FILES * self.place.keys.len() * self.place.users.len() {
            return Err(format!("{files} files are left in the state directories"));
        }
        Ok(())
    }
}
