//! `cargo xtask bench`: soloist beside flock(1), and `import soloist` beside `import psutil, filelock`. All contestants
//! take turns in one run, each sample is checked, and only ratios are told: absolute times belong to the machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::machine::{self, Outcome};
use crate::wheel;

/// So many rounds for commands of a millisecond, and for interpreters.
const QUICK_ROUNDS: usize = 300;
const SLOW_ROUNDS: usize = 25;

/// One that is measured.
struct Contestant {
    name: &'static str,
    command: Vec<String>,
    times: Vec<Duration>,
    /// The largest resident set that was seen, in KiB.
    memory: i64,
}

impl Contestant {
    fn new(name: &'static str, words: &[&str]) -> Self {
        let command = words.iter().map(|&word| word.to_owned()).collect();
        Self { name, command, times: Vec::new(), memory: 0 }
    }

    /// One sample; a contestant that fails ends the whole run.
    fn run(&mut self, place: &Path) -> Outcome {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).current_dir(place).env("SOLOIST_STATE_DIR", place.join("state"));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let started = Instant::now();
        let child = command.spawn().map_err(|error| format!("cannot start {}: {error}", self.name))?;
        let (status, memory) = wait(child.id())?;
        let took = started.elapsed();
        if status != 0 {
            return Err(format!("{} ended with status {status}", self.name));
        }
        self.times.push(took);
        self.memory = self.memory.max(memory);
        Ok(())
    }
}

/// Waits for a child; answers its status and its largest resident set in KiB (`getrusage(2)`).
fn wait(pid: u32) -> Outcome<(i32, i64)> {
    let mut status = 0;
    // SAFETY: rusage is plain data, for which all zeroes are a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both buffers are valid for the call; the child is ours and is waited for once.
    let waited = unsafe { libc::wait4(pid.cast_signed(), &raw mut status, 0, &raw mut usage) };
    if waited == -1 {
        return Err(format!("cannot wait for a contestant: {}", std::io::Error::last_os_error()));
    }
    Ok((status, usage.ru_maxrss))
}

/// Lets all contestants run in turn, and one round before that which does not count.
fn compete(contestants: &mut [Contestant], rounds: usize, place: &Path) -> Outcome {
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

/// The median, and the quarters around it.
fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |part: usize| values.get((values.len() - 1) * part / 4).copied().unwrap_or(f64::NAN);
    (at(2), at(1), at(3))
}

/// Round by round, one contestant's time as a multiple of another's, beyond what both need anyway.
fn ratios(one: &Contestant, other: &Contestant, floor: Option<&Contestant>) -> Vec<f64> {
    let beyond = |contestant: &Contestant, round: usize| {
        let under = floor.map_or(0.0, |floor| floor.times[round].as_secs_f64());
        (contestant.times[round].as_secs_f64() - under).max(1e-9)
    };
    (0..one.times.len()).map(|round| beyond(one, round) / beyond(other, round)).collect()
}

fn tell(one: &Contestant, other: &Contestant, floor: Option<&Contestant>) {
    let (median, low, high) = spread(ratios(one, other, floor));
    let memory = one.memory as f64 / other.memory.max(1) as f64;
    println!("| {} | {} | {median:.2} ({low:.2} to {high:.2}) | {memory:.2} |", one.name, other.name);
}

fn commands(place: &Path, soloist: &str) -> Outcome {
    let run = |options: &[&str]| {
        let front = [soloist, "run", "--name", "bench", "--match", "none"];
        [&front, options, &["--", "/bin/true"]].concat().iter().map(|word| (*word).to_owned()).collect()
    };
    let mut all = [
        Contestant::new("flock", &["flock", "--nonblock", "bench.lock", "/bin/true"]),
        Contestant { command: run(&[]), ..Contestant::new("soloist run", &[]) },
        Contestant { command: run(&["--exec"]), ..Contestant::new("soloist run --exec", &[]) },
        Contestant::new("soloist --version", &[soloist, "--version"]),
    ];
    compete(&mut all, QUICK_ROUNDS, place)?;
    let [flock, supervised, exec, version] = &all;
    for contestant in [supervised, exec, version] {
        tell(contestant, flock, None);
    }
    Ok(())
}

/// What people write by hand: a pass over the processes is not even in it.
const BY_HAND: &str =
    "import psutil, filelock; lock = filelock.FileLock('by-hand.lock'); lock.acquire(); lock.release()";
const OURS: &str = "import soloist; soloist.claim('bench-python', match='none').release()";

fn pythons(place: &Path) -> Outcome {
    let python = wheel::bench_environment(&["psutil==7.0.0", "filelock==3.13.1"])?;
    let python = python.to_string_lossy();
    let mut all = [
        Contestant::new("an empty program", &[&python, "-c", "pass"]),
        Contestant::new("import soloist, claim, release", &[&python, "-c", OURS]),
        Contestant::new("import psutil, filelock, acquire, release", &[&python, "-c", BY_HAND]),
    ];
    compete(&mut all, SLOW_ROUNDS, place)?;
    let [empty, ours, by_hand] = &all;
    tell(ours, by_hand, Some(empty));
    tell(ours, empty, None);
    Ok(())
}

/// Runs everything; two to three minutes, most of them for building.
pub(crate) fn bench() -> Outcome {
    let soloist: PathBuf = machine::dist()?;
    let place = machine::scratch("bench")?;
    println!(
        "Median of the rounds' ratios (and the quarters around it); memory is the largest resident set.\n"
    );
    println!("| contestant | beside | time | memory |\n| --- | --- | --- | --- |");
    commands(&place, &soloist.to_string_lossy())?;
    pythons(&place)?;
    println!("\nThe first row of Python counts what both take beyond an empty program.");
    Ok(())
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
        assert_eq!(spread(vec![4.0, 1.0, 3.0, 2.0, 5.0]), (3.0, 2.0, 4.0));
    }
}
