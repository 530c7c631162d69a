//! The Python wheel: building it, and running its tests on every Python of this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::interpreters::{self, Interpreter};
use crate::machine::{self, Outcome, cargo, root, run, target};

/// What builds and checks the wheel.
const TOOLS: [&str; 3] = ["maturin==1.16.0", "twine==7.0.0", "mypy==2.4.1"];

/// What the tests need on every Python.
const TESTS: [&str; 1] = ["pytest==9.2.0"];

/// What the tests need beside that on one of them: the libraries of real bots, and other ways to run a program.
const ALL_TESTS: [&str; 7] = [
    TESTS[0],
    "aiogram==3.31.0",
    "python-telegram-bot==22.8",
    "pyTelegramBotAPI==4.37.1",
    "ipython",
    "debugpy",
    "uv",
];

fn crate_root() -> PathBuf {
    root().join("crates/soloist-python")
}

fn wheels() -> PathBuf {
    target().join("wheels")
}

fn place(name: &str) -> PathBuf {
    target().join("python").join(name)
}

/// Builds the wheel for every Python: the static command in its scripts, beside the extension module. A
/// free-threaded Python of this machine gets a wheel of its own, for it has no stable ABI.
pub(crate) fn build() -> Outcome<Vec<PathBuf>> {
    machine::python()?;
    let pythons = interpreters::all();
    let python = interpreters::preferred(&pythons).ok_or("no CPython 3.10 or later with venv was found")?;
    let tools = interpreters::environment(&python.path, &place("tools"), &TOOLS)?;
    put_command(&machine::dist()?)?;
    machine::empty(&wheels())?;
    maturin(&tools, None)?;
    for python in pythons.iter().filter(|python| python.is_free_threaded()) {
        maturin(&tools, Some(python))?;
    }
    built()
}

fn built() -> Outcome<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(wheels()).map_err(|error| format!("cannot read target/wheels: {error}"))?;
    Ok(entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
}

/// maturin puts what it finds in `soloist.data/scripts` where pip puts commands.
fn put_command(binary: &Path) -> Outcome {
    let scripts = crate_root().join("soloist.data/scripts");
    machine::empty(&scripts)?;
    let copied = std::fs::copy(binary, scripts.join("soloist"));
    copied.map(drop).map_err(|error| format!("cannot copy {}: {error}", binary.display()))
}

fn maturin(tools: &Path, python: Option<&Interpreter>) -> Outcome {
    let mut command = Command::new(tools);
    command.args(["-m", "maturin", "build", "--quiet", "--locked", "--manifest-path"]);
    command.arg(crate_root().join("Cargo.toml")).arg("--out").arg(wheels());
    if let Some(python) = python {
        command.arg("--interpreter").arg(&python.path);
    }
    run(&mut command)
}

/// The wheel that an interpreter takes.
fn wheel_for<'a>(python: &Interpreter, wheels: &'a [PathBuf]) -> Outcome<&'a Path> {
    let tag = match python.is_free_threaded() {
        true => format!("-cp{}-", python.name.replace('.', "")),
        false => "-abi3-".to_owned(),
    };
    let fits = |path: &&PathBuf| path.to_string_lossy().contains(&tag);
    wheels
        .iter()
        .find(fits)
        .map(PathBuf::as_path)
        .ok_or_else(|| format!("no wheel for Python {}", python.name))
}

/// An environment with the wheel and these packages, on the preferred Python; answers its Python.
pub(crate) fn bench_environment(packages: &[&str]) -> Outcome<PathBuf> {
    let pythons = interpreters::all();
    let python = interpreters::preferred(&pythons).ok_or("no CPython 3.10 or later was found")?;
    let inside = interpreters::environment(&python.path, &place("bench"), packages)?;
    install(&inside)?;
    Ok(inside)
}

/// Builds the wheel, and installs it into the environment of the preferred Python.
pub(crate) fn install(inside: &Path) -> Outcome {
    let wheels = build()?;
    let pythons = interpreters::all();
    let python = interpreters::preferred(&pythons).ok_or("no CPython 3.10 or later was found")?;
    let wheel = wheel_for(python, &wheels)?.to_string_lossy().into_owned();
    interpreters::pip(inside, &["--no-deps", "--force-reinstall", &wheel])
}

/// Builds the wheel, checks its metadata and its types, and answers the test runs: one for each Python.
pub(crate) fn tests() -> Outcome<Vec<Command>> {
    let wheels = build()?;
    cargo(&["build", "--quiet", "--package", "botapi-sim"])?;
    let pythons = interpreters::all();
    let full = interpreters::preferred(&pythons).ok_or("no CPython 3.10 or later was found")?.clone();
    check(&wheels)?;
    pythons.iter().map(|python| test_run(python, wheel_for(python, &wheels)?, *python == full)).collect()
}

fn check(wheels: &[PathBuf]) -> Outcome {
    let tools = place("tools").join("bin/python");
    run(Command::new(&tools).args(["-m", "twine", "check", "--strict"]).args(wheels))?;
    let config = crate_root().join("pyproject.toml");
    let mypy = ["-m", "mypy", "--no-error-summary", "--cache-dir", "/dev/null", "--config-file"];
    let typed = crate_root().join("tests/typed.py");
    let mut command = Command::new(&tools);
    command.args(mypy).arg(config).arg(crate_root().join("python")).arg(typed);
    run(command.env("MYPYPATH", crate_root().join("python")))
}

fn test_run(python: &Interpreter, wheel: &Path, full: bool) -> Outcome<Command> {
    let packages: &[&str] = if full { &ALL_TESTS } else { &TESTS };
    let inside = interpreters::environment(&python.path, &place(&python.name), packages)?;
    interpreters::pip(&inside, &["--no-deps", "--force-reinstall", &wheel.to_string_lossy()])?;
    let mut command = Command::new(inside);
    command.args(["-m", "pytest", "--quiet", "-m", if full { "" } else { "not full" }]);
    command.current_dir(crate_root()).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("SOLOIST_BOTAPI_SIM", machine::debug_program("botapi-sim"));
    Ok(command)
}
