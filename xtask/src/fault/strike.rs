//! Signals to whatever runs, and what was stopped is woken later.

use std::time::Instant;

use super::action::{Blow, Whom};
use super::command::Started;
use super::driver::Driver;
use super::processes::{self, Seen};
use super::sys::Pidfd;
use super::verdict::Errand;
use super::witness;

/// Somebody who was stopped, and when he is woken.
pub(super) struct Sleeper {
    handle: Pidfd,
    pub(super) wake: Instant,
}

impl Driver {
    /// The witnesses of a key below us that still run; with `children`, theirs.
    pub(super) fn witnesses(&self, key: usize, children: bool) -> Vec<Seen> {
        let proof = self.place.keys[key].proof.to_string_lossy();
        let is_one = |seen: &Seen| match &seen.command[..] {
            [_, word, place, manner, ..] => {
                word == witness::WORD && *place == proof && (manner == "child") == children
            }
            _ => false,
        };
        processes::below(self.bystanders.numbers()).into_iter().filter(is_one).collect()
    }

    pub(super) fn strike(&mut self, key: usize, whom: Whom, blow: Blow, number: usize) {
        match whom {
            Whom::Soloist => {
                let of_key = |started: &&Started| started.key == key && started.errand == Errand::Run;
                let targets: Vec<u32> = self.running.iter().filter(of_key).map(|it| it.pid).collect();
                let target = targets.get(number % targets.len().max(1));
                // It has not been reaped, so its number is its own.
                let handle = target.and_then(|&pid| Pidfd::open(pid).ok());
                self.hit(handle, blow);
            }
            Whom::Program | Whom::Child => {
                let targets = self.witnesses(key, whom == Whom::Child);
                let handle = targets.get(number % targets.len().max(1)).and_then(processes::open);
                self.hit(handle, blow);
            }
        }
    }

    fn hit(&mut self, handle: Option<Pidfd>, blow: Blow) {
        let Some(handle) = handle else { return };
        let signal = match blow {
            Blow::Term => libc::SIGTERM,
            Blow::Kill => libc::SIGKILL,
            Blow::Sleep(_) => libc::SIGSTOP,
        };
        // One that has just ended needs no signal any more.
        if handle.send(signal).is_ok() {
            self.tally.count("signals that arrived", blow.name());
        }
        if let Blow::Sleep(length) = blow {
            self.asleep.push(Sleeper { handle, wake: Instant::now() + length });
        }
    }

    /// SIGKILL to every soloist of the key and everything below them, and to what was left before.
    pub(super) fn kill_all(&mut self, key: usize) {
        for started in self.running.iter().filter(|it| it.key == key && it.errand == Errand::Run) {
            started.handle.send(libc::SIGKILL).ok();
        }
        for seen in self.witnesses(key, false).iter().chain(&self.witnesses(key, true)) {
            processes::open(seen).and_then(|handle| handle.send(libc::SIGKILL).ok());
        }
    }

    /// Wakes those whose time has come.
    pub(super) fn wake(&mut self, now: Instant) {
        let (due, asleep) = std::mem::take(&mut self.asleep).into_iter().partition(|it| it.wake <= now);
        self.asleep = asleep;
        let due: Vec<Sleeper> = due;
        due.iter().for_each(|sleeper| {
            sleeper.handle.send(libc::SIGCONT).ok();
        });
    }

    /// Wakes everybody.
    pub(super) fn wake_all(&mut self) {
        let last = self.asleep.iter().map(|sleeper| sleeper.wake).max();
        self.wake(last.unwrap_or_else(Instant::now));
    }
}

impl Blow {
    fn name(self) -> &'static str {
        match self {
            Self::Term => "TERM",
            Self::Kill => "KILL",
            Self::Sleep(_) => "STOP and CONT",
        }
    }
}
