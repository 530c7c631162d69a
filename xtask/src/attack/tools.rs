//! The contestants' programs: found, installed by package name, and their versions.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::arena::Tools;
use super::contestant::Contestant;
use crate::interpreters;
use crate::machine::{self, Outcome, cargo, target};

/// What the contestants in Python need.
const PACKAGES: [&str; 2] = ["filelock==4.3.1", "psutil==7.0.0"];

/// A contestant's program, and its package.
const PROGRAMS: [(&str, &str); 3] =
    [("flock", "util-linux"), ("start-stop-daemon", "dpkg"), ("run-this-one", "run-one")];

const SYSTEM: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// What soloist alone needs.
pub(super) fn soloist() -> Outcome<Tools> {
    machine::python()?;
    cargo(&["build", "--quiet", "--package", "soloist-cli"])?;
    let python = real_python("python3")?;
    Ok(Tools { path: search_path(&python, &[]), python })
}

/// What all of them need, and who cannot be had here.
pub(super) fn all() -> Outcome<(Tools, Vec<Contestant>)> {
    let own = soloist()?;
    let absent = || PROGRAMS.iter().filter(|(program, _)| found(program).is_none());
    let packages: Vec<&str> = absent().map(|(_, package)| *package).collect();
    if !packages.is_empty()
        && let Err(error) = machine::apt(&packages)
    {
        eprintln!("xtask: {error}");
    }
    let missing: Vec<&str> = absent().map(|(program, _)| *program).collect();
    if missing.iter().any(|program| *program != "run-this-one") {
        return Err(format!("{} cannot be had here", missing.join(", ")));
    }
    let missing = if missing.is_empty() { Vec::new() } else { vec![Contestant::RunThisOne] };
    let place = target().join("python/attack");
    let inside = interpreters::environment(&own.python, &place, &PACKAGES)?;
    let more: Vec<PathBuf> =
        found("run-this-one").and_then(|it| Some(it.parent()?.to_owned())).into_iter().collect();
    Ok((Tools { path: search_path(&inside, &more), python: own.python }, missing))
}

/// The directories of `python3` and soloist, and of what is elsewhere than in the system's own.
fn search_path(python: &Path, more: &[PathBuf]) -> String {
    let binary = machine::debug_binary();
    let own = [python.parent(), binary.parent()].into_iter().flatten();
    let all = own.chain(more.iter().map(PathBuf::as_path)).map(|it| it.display().to_string());
    all.chain(std::iter::once(SYSTEM.to_owned())).collect::<Vec<_>>().join(":")
}

/// Where a program is, on this process's own `PATH` or in the system's directories.
fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(std::env::split_paths(SYSTEM));
    places.map(|place| place.join(program)).find(|path| path.is_file())
}

/// The file that an interpreter's processes run; version managers put scripts before it.
fn real_python(python: &str) -> Outcome<PathBuf> {
    let question = "import os, sys; print(os.path.realpath(sys.executable), end='')";
    let answer = said(python, &["-c", question]);
    if answer.is_empty() { Err("there is no Python 3".into()) } else { Ok(answer.into()) }
}

/// What was attacked, as each tells it itself.
pub(super) fn versions(tools: &Tools) -> String {
    let first = |text: String| text.lines().next().unwrap_or_default().trim().to_owned();
    let dpkg = first(said("start-stop-daemon", &["--version"]));
    let run_one = first(said("dpkg-query", &["--show", "run-one"]));
    let run_one = if run_one.is_empty() { "run-one (upstream's script)".to_owned() } else { run_one };
    let python = first(said(&tools.python.to_string_lossy(), &["--version"]));
    let flock = first(said("flock", &["--version"]));
    format!("Attacked: {flock}; {run_one}; {dpkg}; {}; {}; {python}.", PACKAGES[0], PACKAGES[1])
}

fn said(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}
