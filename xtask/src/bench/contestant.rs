//! One that is measured, and how two of them compare.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::machine::Outcome;

pub(super) struct Contestant {
    pub(super) name: &'static str,
    command: Vec<String>,
    /// The exit code of every sample.
    code: i32,
    /// It prints its time itself, in microseconds.
    tells: bool,
    times: Vec<Duration>,
}

impl Contestant {
    pub(super) fn new(name: &'static str, words: &[&str]) -> Self {
        let command = words.iter().map(|&word| word.to_owned()).collect();
        Self { name, command, code: 0, tells: false, times: Vec::new() }
    }

    /// One that is to be turned away with this code.
    pub(super) fn refused(mut self, code: i32) -> Self {
        self.code = code;
        self
    }

    /// One that the floor watches, and tells the time of.
    pub(super) fn watched(floor: &str, name: &'static str, watch: &[&str], words: &[&str]) -> Self {
        Self { tells: true, ..Self::new(name, &[&[floor], watch, words].concat()) }
    }

    /// One sample; a contestant that does not end as it should ends the whole run.
    fn run(&mut self, place: &Path) -> Outcome {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).current_dir(place).env("SOLOIST_STATE_DIR", place.join("state"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let failed = |error: std::io::Error| format!("cannot start {}: {error}", self.name);
        let (status, took) = match self.tells {
            true => {
                let output = command.stdout(Stdio::piped()).output().map_err(failed)?;
                (output.status, told(&output.stdout).unwrap_or_default())
            }
            false => {
                let started = Instant::now();
                let status = command.status().map_err(failed)?;
                (status, started.elapsed())
            }
        };
        if status.code() != Some(self.code) || took.is_zero() {
            return Err(format!("{} ended with {status}", self.name));
        }
        self.times.push(took);
        Ok(())
    }
}

/// Microseconds in decimal digits.
fn told(text: &[u8]) -> Option<Duration> {
    std::str::from_utf8(text).ok()?.trim().parse().ok().map(Duration::from_micros)
}

/// Lets all contestants run in turn, and one round before that which does not count.
pub(super) fn compete(contestants: &mut [Contestant], rounds: usize, place: &Path) -> Outcome {
    for round in 0..=rounds {
        for contestant in contestants.iter_mut() {
            contestant.run(place)?;
            if round == 0 {
                contestant.times.clear();
            }
        }
    }
    Ok(())
}

/// The median of the values, and an interval that holds the true one in 95 of 100 runs (order statistics: the ranks
/// n/2 ± 0.98·√n).
fn median(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    let (middle, reach) = (values.len() as f64 / 2.0, 0.98 * (values.len() as f64).sqrt());
    let at = |rank: f64| values.get(rank.clamp(0.0, values.len() as f64 - 1.0) as usize).copied();
    let at = |rank: f64| at(rank).unwrap_or(f64::NAN);
    (at(middle), at(middle - reach), at(middle + reach))
}

/// Round by round, one contestant's time as a multiple of another's, beyond what both need anyway.
fn ratios(one: &Contestant, other: &Contestant, floor: Option<&Contestant>) -> Vec<f64> {
    let beyond = |contestant: &Contestant, round: usize| {
        let under = floor.map_or(0.0, |floor| floor.times[round].as_secs_f64());
        (contestant.times[round].as_secs_f64() - under).max(1e-9)
    };
    (0..one.times.len()).map(|round| beyond(one, round) / beyond(other, round)).collect()
}

/// A row of the table: one beside another.
pub(super) fn row(one: &Contestant, other: &Contestant, floor: Option<&Contestant>) -> String {
    let (median, low, high) = median(ratios(one, other, floor));
    format!("| {} | {} | {median:.2} ({low:.2} to {high:.2}) |", one.name, other.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(millis: &[u64]) -> Contestant {
        let times = millis.iter().map(|&millis| Duration::from_millis(millis)).collect();
        Contestant { times, ..Contestant::new("x", &[]) }
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        assert_eq!(ratios(&of(&[10, 30]), &of(&[20, 10]), None), [0.5, 3.0]);
        let beyond = ratios(&of(&[30]), &of(&[50]), Some(&of(&[10])));
        assert!((beyond[0] - 0.5).abs() < 1e-6, "{beyond:?}");
    }

    #[test]
    fn the_interval_grows_narrow_with_many_rounds() {
        let values = |count: u32| (0..count).map(f64::from).collect::<Vec<_>>();
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0, 5.0]), (3.0, 1.0, 5.0));
        let (middle, low, high) = median(values(10_000));
        assert!((4_990.0..5_010.0).contains(&middle) && high - low < 250.0, "{low} {middle} {high}");
    }
}
