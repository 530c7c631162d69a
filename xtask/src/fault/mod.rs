//! The soak: a bounded time of random starts, stops, signals and spoilt files against the real command.
//!
//! It must show that two programs are never inside at once, that no key is ever stuck, that no process is left
//! behind and that no file grows. The schedule is a pure function of the seed; what comes of it is the machine's.

mod action;
mod bystanders;
mod command;
mod diary;
mod disk;
mod driver;
mod judge;
mod key;
mod manner;
mod order;
mod place;
mod processes;
mod schedule;
mod settle;
mod spoil;
mod storm;
mod strike;
mod sys;
mod tally;
mod user;
mod verdict;
pub(crate) mod witness;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bystanders::Bystanders;
use driver::Driver;
use place::Place;
use schedule::Schedule;

use crate::machine::{self, Outcome, cargo};

/// How many stand by unless it is said otherwise.
const BYSTANDERS: usize = 300;

/// How many processes a user may have beside those that run already: what bounds a storm of another user than root.
const MOST_PROCESSES: u64 = 3000;

/// What was asked for: `[--minutes N] [--seed S] [--bystanders N] [--soloist PATH]`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Soak {
    length: Duration,
    seed: Option<u64>,
    bystanders: usize,
    /// Another build of soloist than this tree's: an optimised one, or one that is broken on purpose.
    soloist: Option<PathBuf>,
}

impl Soak {
    /// Reads the words after `fault`.
    pub(crate) fn parse(words: &[String]) -> Outcome<Self> {
        let mut soak =
            Self { length: Duration::from_secs(120), seed: None, bystanders: BYSTANDERS, soloist: None };
        for pair in words.chunks(2) {
            match pair {
                [name, value] if name == "--minutes" => soak.length = minutes(value)?,
                [name, value] if name == "--seed" => {
                    let seed = value.parse().map_err(|_| format!("the seed {value} is no number"))?;
                    soak.seed = Some(seed);
                }
                [name, value] if name == "--bystanders" => {
                    soak.bystanders =
                        value.parse().map_err(|_| format!("{value} bystanders is no number"))?;
                }
                [name, value] if name == "--soloist" => soak.soloist = Some(value.into()),
                other => {
                    let usage = "use --minutes N, --seed S, --bystanders N and --soloist PATH";
                    return Err(format!("{other:?} is not understood; {usage}"));
                }
            }
        }
        Ok(soak)
    }

    /// Runs it; an error is what went wrong, with the seed and the last actions.
    pub(crate) fn run(&self) -> Outcome {
        let seed = self.seed.unwrap_or_else(|| fastrand::u64(..));
        println!("fault: seed {seed}, {:?}", self.length);
        let root = machine::scratch(&format!("fault-{}", std::process::id()))?;
        let place = Place::make(root.clone(), &self.binary()?)?;
        let mut driver = Driver::new(place, self.company(&root)?)?;
        self.tell(&driver);
        let outcome = soak(&mut driver, seed, self.length);
        let left = driver.end_everything();
        println!("{}", driver.tally);
        println!("witnesses that came in: {}", driver.entries());
        if let Err(error) = outcome {
            driver.place.disk.keep(&root.join("disk-copy"));
            return Err(self.failure(seed, &driver, &error));
        }
        if !left.is_empty() {
            return Err(format!("cannot be ended: {left:#?}"));
        }
        let given_back = driver.place.disk.release();
        given_back.map_err(|error| format!("cannot unmount the soak's disk: {error}"))?;
        std::fs::remove_dir_all(&root).map_err(|error| format!("cannot remove {}: {error}", root.display()))
    }

    fn binary(&self) -> Outcome<PathBuf> {
        if let Some(given) = &self.soloist {
            return Ok(given.clone());
        }
        cargo(&["build", "--quiet", "--package", "soloist-cli"])?;
        Ok(machine::debug_binary())
    }

    /// Starts those who stand by, and limits what a storm of another user can do to the machine.
    fn company(&self, root: &Path) -> Outcome<Bystanders> {
        let bin = root.join("bin");
        let programs = ["shared", "locked", "plain"].map(|name| bin.join(name));
        let bystanders = Bystanders::start(&bin, &programs, self.bystanders);
        sys::limit_processes(MOST_PROCESSES + processes::count() as u64);
        bystanders.map_err(|error| format!("cannot start the bystanders: {error}"))
    }

    /// Says what this soak has, and what it cannot have here.
    fn tell(&self, driver: &Driver) {
        println!("fault: {} of {} bystanders", driver.bystanders.count(), self.bystanders);
        if let Some(why) = &driver.place.disk.unlimited {
            println!("fault: no full disk: {why}");
        }
        if let Some(why) = driver.place.alone {
            println!("fault: no foreign users: {why}");
        }
    }

    fn failure(&self, seed: u64, driver: &Driver, error: &str) -> String {
        format!(
            "fault: FAILED with seed {seed}\n{error}\n\nthe last actions:\n{}\nits files are in {}\nthe same schedule again: \
             cargo xtask fault --seed {seed} --minutes {} --bystanders {}{}",
            driver.tally.last(),
            driver.place.root.display(),
            self.length.as_secs_f64() / 60.0,
            self.bystanders,
            self.soloist.as_ref().map(|path| format!(" --soloist {}", path.display())).unwrap_or_default()
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
        assert_eq!(
            soak,
            Soak { length: Duration::from_secs(30), seed: Some(7), bystanders: BYSTANDERS, soloist: None }
        );
        assert_eq!(parse("").unwrap().length, Duration::from_secs(120));
    }

    #[test]
    fn what_is_no_soak_is_told() {
        for text in ["--minutes", "--minutes x", "--minutes -1", "--seed y", "--hours 1"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
