//! Installing what is missing: each package by its name, in the pinned version, below the target directory.

use std::path::Path;
use std::process::Command;

use super::library::{Library, Runtime, place, venv_python};
use crate::machine::{self, Outcome, run};
use crate::wheel;

/// What the hand-made guard needs.
const GUARD: &[(&str, &str)] = &[("psutil", "7.2.2"), ("filelock", "4.3.1")];

/// Sees to it that the bots of these libraries can run.
pub(crate) fn install(libraries: &[&Library]) -> Outcome {
    std::fs::create_dir_all(place())
        .map_err(|error| format!("cannot create {}: {error}", place().display()))?;
    let of = |runtime| libraries.iter().filter(move |library| library.runtime == runtime);
    let packages = |runtime| {
        let more = of(runtime).filter_map(|library| library.careful).flatten().copied();
        of(runtime).map(|library| (library.package, library.version)).chain(more)
    };
    python(&packages(Runtime::Python).chain(GUARD.iter().copied()).collect::<Vec<_>>())?;
    node(&packages(Runtime::Node).collect::<Vec<_>>())?;
    of(Runtime::Cargo).try_for_each(|library| build(library, &library.source()))
}

/// Sees to it that the examples of late claims can run too: with soloist's own wheel, as it is now.
pub(crate) fn install_late(libraries: &[&Library]) -> Outcome {
    install(libraries)?;
    let of = |runtime| libraries.iter().filter(move |library| library.runtime == runtime);
    if of(Runtime::Python).next().is_some() {
        wheel::install(Path::new(&venv_python()))?;
    }
    let examples = of(Runtime::Cargo).filter_map(|library| Some((library, library.late_source()?)));
    for (library, example) in examples {
        build(library, &example)?;
    }
    Ok(())
}

fn python(packages: &[(&str, &str)]) -> Outcome {
    machine::python()?;
    if !Path::new(&venv_python()).exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(place().join("venv")))?;
    }
    let missing = missing(packages, "==", python_has);
    if missing.is_empty() {
        return Ok(());
    }
    say(&missing, "pip");
    let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(venv_python()).args(words).args(&missing))
}

fn python_has(name: &str, version: &str) -> bool {
    let question = format!("import importlib.metadata as m; assert m.version({name:?}) == {version:?}");
    machine::works(&venv_python(), &["-c", &question])
}

fn node(packages: &[(&str, &str)]) -> Outcome {
    if packages.is_empty() {
        return Ok(());
    }
    if !machine::works("npm", &["--version"]) {
        machine::apt(&["nodejs", "npm"])?;
    }
    let missing = missing(packages, "@", node_has);
    if missing.is_empty() {
        return Ok(());
    }
    say(&missing, "npm");
    let words = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
    run(Command::new("npm").args(words).arg(place()).args(&missing))
}

fn node_has(name: &str, version: &str) -> bool {
    let manifest = place().join("node_modules").join(name).join("package.json");
    let text = std::fs::read_to_string(manifest).unwrap_or_default();
    text.contains(&format!("\"version\": \"{version}\""))
}

/// Builds a bot; cargo says so itself if there is something to do.
fn build(library: &Library, source: &Path) -> Outcome {
    let manifest = source.join("Cargo.toml");
    let mut command = machine::cargo_command(&["build", "--locked", "--manifest-path"]);
    run(command.arg(manifest).env("CARGO_TARGET_DIR", place().join("cargo").join(library.name)))
}

/// Those that are not there, as the installers want them named.
fn missing(packages: &[(&str, &str)], sign: &str, has: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let absent = packages.iter().filter(|(name, version)| !has(name, version));
    absent.map(|(name, version)| format!("{name}{sign}{version}")).collect()
}

fn say(packages: &[String], installer: &str) {
    eprintln!("xtask: installing {} with {installer} into {}", packages.join(", "), place().display());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_installed() {
        let packages = [("one", "1.0"), ("two", "2.0")];
        assert_eq!(missing(&packages, "==", |name, _| name == "one"), ["two==2.0"]);
        assert!(missing(&packages, "@", |_, _| true).is_empty());
    }
}
