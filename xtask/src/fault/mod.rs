//! The soak: a bounded time of random starts, stops, signals and spoilt files against the real command.
//!
//! It must show that two programs are never inside at once, that no key is ever stuck, that no process is left
//! behind and that no file grows. The schedule is a pure function of the seed; what comes of it is the machine's.

mod command;
mod diary;
mod driver;
mod key;
mod manner;
mod order;
mod processes;
mod schedule;
mod settle;
mod spoil;
mod strike;
mod sys;
mod tally;
mod verdict;
pub(crate) mod witness;

use std::time::{Duration, Instant};

use driver::Driver;
use key::Place;
use schedule::Schedule;

use crate::machine::{self, Outcome, cargo};

/// What was asked for: `[--minutes N] [--seed S]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Soak {
    length: Duration,
    seed: Option<u64>,
}

impl Soak {
    /// Reads the words after `fault`.
    pub(crate) fn parse(words: &[String]) -> Outcome<Self> {
        let mut soak = Self { length: Duration::from_secs(120), seed: None };
        for pair in words.chunks(2) {
            match pair {
                [name, value] if name == "--minutes" => soak.length = minutes(value)?,
                [name, value] if name == "--seed" => {
                    let seed = value.parse().map_err(|_| format!("the seed {value} is no number"))?;
                    soak.seed = Some(seed);
                }
                other => return Err(format!("{other:?} is not understood; use --minutes N and --seed S")),
            }
        }
        Ok(soak)
    }

    /// Runs it; an error is what went wrong, with the seed and the last actions.
    pub(crate) fn run(self) -> Outcome {
        cargo(&["build", "--quiet", "--package", "soloist-cli"])?;
        let seed = self.seed.unwrap_or_else(|| fastrand::u64(..));
        println!("fault: seed {seed}, {:?}", self.length);
        let root = machine::scratch(&format!("fault-{}", std::process::id()))?;
        let place = Place::make(root.clone(), &machine::debug_binary())?;
        let mut driver = Driver::new(place)?;
        let outcome = soak(&mut driver, seed, self.length);
        let left = driver.end_everything();
        println!("{}", driver.tally);
        println!("witnesses that came in: {}", driver.entries());
        if let Err(error) = outcome {
            return Err(self.failure(seed, &driver, &error));
        }
        if !left.is_empty() {
            return Err(format!("cannot be ended: {left:#?}"));
        }
        std::fs::remove_dir_all(&root).map_err(|error| format!("cannot remove {}: {error}", root.display()))
    }

    fn failure(self, seed: u64, driver: &Driver, error: &str) -> String {
        format!(
            "fault: FAILED with seed {seed}\n{error}\n\nthe last actions:\n{}\nits files are in {}\nthe same schedule again: \
             cargo xtask fault --seed {seed} --minutes {}",
            driver.tally.last(),
            driver.place.root.display(),
            self.length.as_secs_f64() / 60.0
        )
    }
}

fn minutes(value: &str) -> Outcome<Duration> {
    let number: f64 = value.parse().map_err(|_| format!("{value} minutes is no number"))?;
    Duration::try_from_secs_f64(number * 60.0).map_err(|_| format!("{value} minutes is no time"))
}

fn soak(driver: &mut Driver, seed: u64, length: Duration) -> Outcome {
    let until = Instant::now() + length;
    for action in Schedule::of(seed).take_while(|_| Instant::now() < until) {
        driver.act(&action)?;
    }
    driver.finish()?;
    driver.judge_order()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Outcome<Soak> {
        Soak::parse(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn minutes_may_be_fractional() {
        let soak = parse("--minutes 0.5 --seed 7").unwrap();
        assert_eq!(soak, Soak { length: Duration::from_secs(30), seed: Some(7) });
        assert_eq!(parse("").unwrap().length, Duration::from_secs(120));
    }

    #[test]
    fn what_is_no_soak_is_told() {
        for text in ["--minutes", "--minutes x", "--minutes -1", "--seed y", "--hours 1"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
