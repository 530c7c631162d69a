//! The clock by which claims are put in order, and the one that people read.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::finding::{Finding, Sentence};
use super::sentences;
use crate::process::{self, Observer};
use crate::sys::clock;
use crate::time;

/// How often the clock is read, at most, before it is said to stand.
const READINGS: usize = 1_000_000;

/// 2020-01-01: no machine that runs this was set up before.
const EARLIEST: Duration = Duration::from_secs(1_577_836_800);

/// Readings of the clocks.
#[derive(Clone, Copy, Debug)]
struct Facts {
    first: Duration,
    later: Duration,
    /// When this process started, where that can be read.
    started: Option<Duration>,
    wall: SystemTime,
}

pub(super) fn look(observer: Option<&Observer>) -> Vec<Finding> {
    let first = clock::since_boot();
    let later = std::iter::repeat_with(clock::since_boot).take(READINGS).find(|&later| later != first);
    let facts = Facts {
        first,
        later: later.unwrap_or(first),
        started: observer
            .and_then(|observer| observer.own_birth().ok())
            .map(|birth| process::ticks(birth.start)),
        wall: SystemTime::now(),
    };
    let wall = time::rfc3339(facts.wall).unwrap_or_default();
    judge(facts).into_iter().map(|sentence| Finding::of(sentence, &[("time", &wall)])).collect()
}

fn judge(facts: Facts) -> Vec<&'static Sentence> {
    let clock = if facts.later <= facts.first {
        &sentences::CLOCK_STANDS
    } else if facts.started.is_some_and(|started| started > facts.later) {
        &sentences::CLOCK_STARTS
    } else {
        &sentences::CLOCK
    };
    let odd = facts.wall.duration_since(UNIX_EPOCH).unwrap_or_default() < EARLIEST;
    std::iter::once(clock).chain(odd.then_some(&sentences::WALL_CLOCK)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_judged() {
        let second = Duration::from_secs;
        let well = Facts {
            first: second(50),
            later: second(51),
            started: Some(second(40)),
            wall: UNIX_EPOCH + EARLIEST,
        };
        for (facts, expected) in [
            (well, vec![&sentences::CLOCK]),
            (Facts { started: None, ..well }, vec![&sentences::CLOCK]),
            (Facts { later: second(50), ..well }, vec![&sentences::CLOCK_STANDS]),
            (Facts { started: Some(second(60)), ..well }, vec![&sentences::CLOCK_STARTS]),
            (Facts { wall: UNIX_EPOCH, ..well }, vec![&sentences::CLOCK, &sentences::WALL_CLOCK]),
            (Facts { wall: UNIX_EPOCH - second(9), ..well }, vec![&sentences::CLOCK, &sentences::WALL_CLOCK]),
        ] {
            assert_eq!(judge(facts), expected, "{facts:?}");
        }
    }
}
