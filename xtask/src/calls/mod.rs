//! Every system call: the real command is killed, or refused by the kernel, at each call that it makes.
//!
//! Each scenario is run untouched first, which counts its calls; then once for each call and each blow. Afterwards
//! the promises are looked at: never two at once, nobody else signalled, the next start prompt, an answer from the
//! contract's table with an explanation, no file left. Workers run in pid namespaces of their own, where a process
//! list is short and nobody else can be harmed.

mod bystander;
mod call;
mod case;
mod place;
mod plan;
mod processes;
mod registers;
mod scenario;
mod sys;
mod table;
mod tracer;
pub(crate) mod witness;
pub(crate) mod worker;
mod world;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use call::{Blow, Fault};
use plan::Sample;
use scenario::{ALL, Scenario};
use table::Table;

use crate::machine::{self, Outcome, cargo};

/// How much of each scenario the short form tries: as much as continuous integration has time for.
const SHORT: Sample = Sample { seed: 1, kills: 6, faults: 6 };

/// What was asked for: `[--long] [--sample N] [--seed S] [--binary PATH] [--scenario NAME [--call K --fault KILL|ERRNO]]`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    long: bool,
    sample: Option<usize>,
    seed: Option<u64>,
    binary: Option<PathBuf>,
    scenario: Option<&'static Scenario>,
    only: Option<Fault>,
}

impl Wish {
    /// Reads the words after `calls`.
    pub(crate) fn parse(words: &[String]) -> Outcome<Self> {
        let mut wish = Self::default();
        let (mut call, mut blow) = (None, None);
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            if word == "--long" {
                wish.long = true;
                continue;
            }
            let value = rest.next().ok_or_else(|| format!("{word} is not understood, or lacks its value"))?;
            let wrong = || format!("{word} {value} is not understood");
            match word.as_str() {
                "--sample" => wish.sample = Some(value.parse().map_err(|_| wrong())?),
                "--seed" => wish.seed = Some(value.parse().map_err(|_| wrong())?),
                "--binary" => wish.binary = Some(value.into()),
                "--scenario" => wish.scenario = Some(Scenario::named(value).ok_or_else(wrong)?),
                "--call" => call = Some(value.parse().map_err(|_| wrong())?),
                "--fault" => blow = Some(Blow::parse(value).ok_or_else(wrong)?),
                _ => return Err(wrong()),
            }
        }
        wish.only = match (wish.scenario, call, blow) {
            (_, None, None) => None,
            (Some(_), Some(call), Some(blow)) => Some(Fault { call, blow }),
            _ => return Err("one case needs --scenario, --call and --fault".into()),
        };
        Ok(wish)
    }

    fn scenarios(&self) -> Vec<&'static Scenario> {
        self.scenario.map_or_else(|| ALL.iter().collect(), |scenario| vec![scenario])
    }

    fn sample(&self) -> Option<Sample> {
        let Sample { seed, kills, faults } = SHORT;
        let many = |usual: usize| self.sample.unwrap_or(usual);
        let sample = || Sample { seed: self.seed.unwrap_or(seed), kills: many(kills), faults: many(faults) };
        (!self.long).then(sample)
    }
}

/// Runs it; an error is what went wrong, with the commands that show it again.
pub(crate) fn calls(words: &[String]) -> Outcome {
    let wish = Wish::parse(words)?;
    if !registers::AVAILABLE {
        return Err("calls cannot be made to fail on this architecture, only on x86_64".into());
    }
    let soloist = match &wish.binary {
        Some(path) => path.clone(),
        None => {
            cargo(&["build", "--quiet", "--package", "soloist-cli"])?;
            machine::debug_binary()
        }
    };
    let root = machine::scratch(&format!("calls-{}", std::process::id()))?;
    let workers = if wish.only.is_some() { 1 } else { processors() };
    let started: Vec<Child> = (0..workers)
        .map(|share| start(&[share, workers], &soloist, &root.join(share.to_string()), words))
        .collect::<Outcome<_>>()?;
    let table = Table::of(started)?;
    println!("{table}");
    if table.violations() > 0 {
        return Err(format!(
            "calls: {} violations; their files are in {}",
            table.violations(),
            root.display()
        ));
    }
    std::fs::remove_dir_all(&root).map_err(|error| format!("cannot remove {}: {error}", root.display()))
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get().min(8))
}

/// Starts a worker in a pid namespace of its own; who is not root becomes root there, in a user namespace.
fn start(numbers: &[usize; 2], soloist: &Path, root: &Path, words: &[String]) -> Outcome<Child> {
    let own = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
    let mut command = Command::new("unshare");
    if !machine::works("unshare", &["--fork", "--pid", "--mount-proc", "true"]) {
        command.arg("--map-root-user");
    }
    command.args(["--fork", "--pid", "--mount-proc", "--kill-child"]).arg(own).arg(worker::WORD);
    command.args(numbers.map(|number| number.to_string())).arg(soloist).arg(root).args(words);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.spawn().map_err(|error| format!("cannot run unshare: {error}; install util-linux"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Outcome<Wish> {
        Wish::parse(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn one_case_is_named_whole() {
        let wish = parse("--scenario take-over --call 120 --fault EIO").unwrap();
        assert_eq!(wish.only, Some(Fault { call: 120, blow: Blow::Fail(libc::EIO) }));
        assert!(parse("--call 120 --fault EIO").is_err());
        assert!(parse("--scenario run --call 1").is_err());
    }

    #[test]
    fn the_short_form_is_a_sample() {
        assert!(parse("").unwrap().sample().is_some());
        assert!(parse("--long").unwrap().sample().is_none());
        for text in ["--scenario nothing", "--seed x", "--call", "--fault EPERM"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
