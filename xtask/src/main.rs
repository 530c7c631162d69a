//! The project's own commands: `cargo xtask demo`, `test`, `fault`, `calls`, `fuzz`, `model`, `attack`, `telegram`, `python`, `bench`, `memcheck`, `dependencies`, `ci`,
//! `dist`, `wheel`.
//!
//! Each installs what it is missing and says so; continuous integration calls the same commands as a person.

#[cfg(target_os = "linux")]
mod attack;
mod bench;
#[cfg(target_os = "linux")]
mod calls;
mod demo;
mod dependencies;
#[cfg(target_os = "linux")]
mod fault;
mod fuzz;
mod interpreters;
mod machine;
#[cfg(target_os = "linux")]
mod memcheck;
mod model;
mod page;
#[cfg(target_os = "linux")]
mod processes;
mod suite;
#[cfg(target_os = "linux")]
mod telegram;
mod wheel;

use std::process::ExitCode;

use machine::{Outcome, cargo, cargo_with};

const USAGE: &str = "usage: cargo xtask COMMAND

  demo   run a bot twice without and with soloist, against a Bot API on loopback
  test   run every test
  fault  random starts, stops, signals, spoilt files, full disks and fork storms among bystanders and foreign users,
         then one order must explain all: [--minutes N] [--seed S] [--bystanders N] [--soloist PATH]
  calls  kill soloist, or fail its call, at each system call: [--long] [--sample N] [--seed S]
         [--binary PATH] [--scenario NAME [--call K --fault KILL|ERRNO]]
  fuzz   the properties of every parser with fresh seeds, until the time is up: [--minutes N] [--seed S] [PROPERTY...]
  model  explore every run of the claim protocol's model: [--long] [--mutation NAME] [--write]
  memcheck
         the real command under Valgrind: no bad memory, nothing lost, no descriptor left open;
         --address: under AddressSanitizer, with the library's tests
  dependencies
         licences and sources of everything that is built in; --write: put the tables into docs/dependencies.md
  attack the same attacks on soloist and its peers: [--write] puts the table into docs/compare.md; [--soloist] alone
  bench  ratios of time beside flock, setlock, pgrep and a floor in C, and of the Python module beside
         psutil and filelock; --write: put the table into docs/speed.md
  ci     format, lints, dependencies, documentation, the model, a short soak, struck calls, memory, attacks, tests: what
         continuous integration runs
  dist   build the static release binary, target/dist/soloist
  wheel  build the Python wheel, with the binary in it, in target/wheels
  python build the wheel, and run its tests on every CPython 3.10 and later of this machine

  telegram [--long] [--quick] [--jobs=N] [--write] [LIBRARY...]
         restart bots on real libraries, with soloist and without, and count what it costs;
         --long: more libraries; --quick: one order; --jobs=N: so many libraries at once;
         --write: put the table into docs/telegram.md
  telegram --late [--jobs=N] [--write] [LIBRARY...]
         the longest gap of a restart by `soloist run --replace`, and of bots that claim right before they poll
";

/// Half a minute with a fixed seed: enough to show what is broken outright.
const CI_SOAK: [&str; 5] = ["fault", "--minutes", "0.6", "--seed", "2"];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.first().map(String::as_str) {
        Some("demo") => demo::demo(),
        Some("test") => test(),
        Some("fault") => soak(&words[1..]),
        #[cfg(target_os = "linux")]
        Some(fault::witness::WORD) => return fault::witness::run(&words[1..]),
        Some("fuzz") => fuzz::fuzz(&words[1..]),
        Some("model") => model::model(&words[1..]),
        Some("bench") => bench::bench(&words[1..]),
        #[cfg(target_os = "linux")]
        Some("attack") => attack::attack_command(&words[1..]),
        Some("calls") => struck(&words[1..]),
        #[cfg(target_os = "linux")]
        Some(calls::worker::WORD) => return calls::worker::run(&words[1..]),
        #[cfg(target_os = "linux")]
        Some(calls::witness::WORD) => return calls::witness::run(&words[1..]),
        #[cfg(target_os = "linux")]
        Some(calls::witness::BYSTANDER) => return calls::witness::stand_by(&words[1..]),
        #[cfg(target_os = "linux")]
        Some("memcheck") => memcheck::memcheck(&words[1..]),
        Some("dependencies") => dependencies::dependencies(&words[1..]),
        Some("ci") => ci(),
        #[cfg(target_os = "linux")]
        Some("telegram") => telegram::telegram(&words[1..]),
        Some("dist") => machine::dist().map(|path| println!("{}", path.display())),
        Some("python") => wheel::tests().and_then(suite::run),
        Some("wheel") => {
            wheel::build().map(|paths| paths.iter().for_each(|path| println!("{}", path.display())))
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn test() -> Outcome {
    machine::python()?;
    let aiogram = machine::bot_library()?;
    machine::check_static(&machine::dist()?)?;
    let pm2 = machine::supervisors()?;
    let supervisord = aiogram.replace("/bin/python", "/bin/supervisord");
    let workspace = suite::workspace(&[
        ("SOLOIST_AIOGRAM_PYTHON", &aiogram),
        ("SOLOIST_SUPERVISORD", &supervisord),
        ("SOLOIST_PM2", &pm2),
    ]);
    suite::run(std::iter::once(workspace).chain(wheel::tests()?))
}

#[cfg(target_os = "linux")]
fn soak(words: &[String]) -> Outcome {
    fault::Soak::parse(words)?.run()
}

#[cfg(not(target_os = "linux"))]
fn soak(_: &[String]) -> Outcome {
    Err("the soak runs on Linux, like soloist itself".into())
}

#[cfg(target_os = "linux")]
fn struck(words: &[String]) -> Outcome {
    calls::calls(words)
}

#[cfg(not(target_os = "linux"))]
fn struck(_: &[String]) -> Outcome {
    Err("system calls are struck on Linux, where soloist itself runs".into())
}

/// Soloist alone under every attack of the comparison: all must come out as promised.
#[cfg(target_os = "linux")]
fn attacks() -> Outcome {
    attack::attack_command(&["--soloist".to_owned()])
}

#[cfg(not(target_os = "linux"))]
fn attacks() -> Outcome {
    Err("the attacks run on Linux, like soloist itself".into())
}

/// The library with the modules of other systems in the place of Linux's: they must go on compiling.
fn elsewhere() -> Outcome {
    let words = [
        "clippy",
        "--package",
        "soloist",
        "--lib",
        "--target-dir",
        "target/elsewhere",
        "--",
        "-D",
        "warnings",
    ];
    cargo_with(&words, &[("RUSTFLAGS", "--cfg soloist_elsewhere")])
}

/// The command under Valgrind.
#[cfg(target_os = "linux")]
fn memory() -> Outcome {
    memcheck::memcheck(&[])
}

#[cfg(not(target_os = "linux"))]
fn memory() -> Outcome {
    Err("soloist is watched on Linux, where it runs".into())
}

/// In a process of its own: it takes a mount namespace for itself, and adopts orphans.
fn short_soak() -> Outcome {
    let own = std::env::current_exe().map_err(|error| format!("cannot find xtask itself: {error}"))?;
    machine::run(std::process::Command::new(own).args(CI_SOAK))
}

fn ci() -> Outcome {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    elsewhere()?;
    dependencies::dependencies(&[])?;
    cargo_with(&["doc", "--workspace", "--no-deps"], &[("RUSTDOCFLAGS", "-D warnings")])?;
    model::model(&[])?;
    short_soak()?;
    // A call is made to fail in the registers, which each architecture has in its own way.
    if cfg!(target_arch = "x86_64") {
        struck(&[])?;
    }
    memory()?;
    attacks()?;
    test()
}
