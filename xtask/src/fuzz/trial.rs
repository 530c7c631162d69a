//! One trial of one property: so many cases from a seed.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::property::Property;

/// How many cases the first trial of a property has.
pub(super) const FIRST: u32 = 64;
/// The most of one trial.
const MOST: u32 = 1 << 16;
/// How long a trial should take.
const LENGTH: Duration = Duration::from_secs(2);
/// A trial that takes so long hangs.
const LONGEST: Duration = Duration::from_secs(120);
/// How much of what it printed is told, in lines.
const TOLD: usize = 80;

#[derive(Clone, Copy, Debug)]
pub(super) struct Trial {
    pub(super) seed: u64,
    pub(super) cases: u32,
}

impl Trial {
    /// How long it took; an error is what the property said.
    pub(super) fn run(self, property: &Property) -> Result<Duration, String> {
        let started = Instant::now();
        let mut child = Command::new(&property.program)
            .args(["--exact", &property.name, "--nocapture"])
            .current_dir(&property.place)
            .envs(self.variables())
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", property.program.display()))?;
        let mut errors = child.stderr.take();
        let reader = std::thread::spawn(move || {
            let mut text = Vec::new();
            // What cannot be read is not told; that the trial failed, its exit code says.
            errors.as_mut().map(|errors| errors.read_to_end(&mut text).ok());
            String::from_utf8_lossy(&text).into_owned()
        });
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break Some(status),
                Ok(None) if started.elapsed() < LONGEST => std::thread::sleep(Duration::from_millis(5)),
                _ => {
                    // It hangs, or cannot be waited for; either way it must not go on.
                    child.kill().ok();
                    child.wait().ok();
                    break None;
                }
            }
        };
        let text = reader.join().unwrap_or_default();
        match status {
            Some(status) if status.success() => Ok(started.elapsed()),
            Some(_) => Err(text.lines().take(TOLD).collect::<Vec<_>>().join("\n")),
            None => Err(format!("it did not end within {LONGEST:?}")),
        }
    }

    fn variables(self) -> [(&'static str, String); 2] {
        [("PROPTEST_RNG_SEED", self.seed.to_string()), ("PROPTEST_CASES", self.cases.to_string())]
    }

    /// How many cases the next trial of a property has after this one took so long.
    pub(super) fn next(self, took: Duration) -> u32 {
        let times = LENGTH.as_secs_f64() / took.as_secs_f64().max(0.001);
        // Twice as many at most: the first cases of a run tell little of the next.
        let factor = if times >= 2.0 { 2 } else { 1 };
        if times < 0.5 { (self.cases / 2).max(1) } else { (self.cases * factor).min(MOST) }
    }

    /// The command that runs it again.
    pub(super) fn again(self, property: &Property) -> String {
        let [seed, cases] = self.variables().map(|(name, value)| format!("{name}={value}"));
        format!("{seed} {cases} cargo test -p {} {} -- --exact", property.package, property.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_grows_until_it_is_long_enough() {
        let trial = Trial { seed: 1, cases: 64 };
        assert_eq!(trial.next(Duration::from_millis(100)), 128);
        assert_eq!(trial.next(LENGTH), 64);
        assert_eq!(trial.next(LENGTH * 3), 32);
        assert_eq!(Trial { cases: MOST, ..trial }.next(Duration::ZERO), MOST);
    }
}
