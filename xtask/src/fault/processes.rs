//! What runs below the soak, and handles to it.

use std::collections::{HashMap, HashSet};
use std::fs;

use super::sys::Pidfd;
pub(super) use crate::processes::Seen;
use crate::processes::pids;

/// A handle to this very process, if it still lives.
pub(super) fn open(seen: &Seen) -> Option<Pidfd> {
    let handle = Pidfd::open(seen.pid).ok()?;
    // Read again while it is held: the number may have come to mean another one before.
    Seen::read(seen.pid).filter(|now| now.is_same(seen)).map(|_| handle)
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
