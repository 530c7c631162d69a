//! The Pythons of this machine, and private environments of theirs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::machine::{Outcome, run};

/// A CPython that the wheel is for: 3.10 and later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interpreter {
    pub(crate) path: PathBuf,
    /// `3.12`, or `3.14t` for a free-threaded one.
    pub(crate) name: String,
}

impl Interpreter {
    /// Without the interpreter lock; the stable ABI is not for these.
    pub(crate) fn is_free_threaded(&self) -> bool {
        self.name.ends_with('t')
    }
}

/// What an interpreter answers about itself: its version, as the files of an installation are named.
const QUESTION: &str = "import sys, sysconfig, ensurepip, venv
assert sys.implementation.name == 'cpython' and sys.version_info >= (3, 10)
print('%d.%d%s' % (*sys.version_info[:2], 't' if sysconfig.get_config_var('Py_GIL_DISABLED') else ''))";

fn ask(path: &Path) -> Option<String> {
    let output =
        Command::new(path).args(["-c", QUESTION]).output().ok().filter(|out| out.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// Every CPython 3.10 and later, one of each version: those on `PATH`, and those that pyenv(1) keeps.
pub(crate) fn all() -> Vec<Interpreter> {
    let mut found: BTreeMap<(u32, bool), Interpreter> = BTreeMap::new();
    for path in places().iter().flat_map(|place| candidates(place)) {
        let Some(name) = ask(&path) else { continue };
        let minor = name.trim_end_matches('t').split('.').nth(1).and_then(|minor| minor.parse().ok());
        let key = (minor.unwrap_or_default(), name.ends_with('t'));
        found.entry(key).or_insert(Interpreter { path, name });
    }
    found.into_values().collect()
}

/// The one that `python3` names, if the wheel is for it; else the newest.
pub(crate) fn preferred(all: &[Interpreter]) -> Option<&Interpreter> {
    let name = ask(Path::new("python3"));
    let named = all.iter().find(|python| Some(&python.name) == name.as_ref());
    named.or_else(|| all.iter().rfind(|python| !python.is_free_threaded()))
}

/// pyenv's own first: what it puts on `PATH` are scripts that choose one of them.
fn places() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv"));
    let pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from).or(home);
    let versions = pyenv.and_then(|root| std::fs::read_dir(root.join("versions")).ok());
    let kept = versions.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let path = std::env::var_os("PATH").unwrap_or_default();
    kept.chain(std::env::split_paths(&path)).collect()
}

/// `python3`, `python3.12`, `python3.14t` in a directory.
fn candidates(place: &Path) -> Vec<PathBuf> {
    let names = std::fs::read_dir(place).into_iter().flatten();
    let names = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| is_python(name)).map(|name| place.join(name)).collect()
}

fn is_python(name: &str) -> bool {
    let Some(version) = name.strip_prefix("python3") else { return false };
    let minor = version.trim_end_matches('t');
    let minor = minor.strip_prefix('.').unwrap_or(minor);
    minor.bytes().all(|byte| byte.is_ascii_digit())
}

/// A private environment with these packages, by their names and versions; answers its Python. One that has them
/// already is used as it is.
pub(crate) fn environment(python: &Path, place: &Path, packages: &[&str]) -> Outcome<PathBuf> {
    let inside = place.join("bin/python");
    let list = place.join("packages.txt");
    let wanted = packages.join("\n");
    if std::fs::read_to_string(&list).is_ok_and(|installed| installed == wanted) && ask(&inside).is_some() {
        return Ok(inside);
    }
    eprintln!("xtask: installing {} into {}", packages.join(", "), place.display());
    run(Command::new(python).args(["-m", "venv", "--clear"]).arg(place))?;
    pip(&inside, packages)?;
    std::fs::write(&list, wanted).map_err(|error| format!("cannot write {}: {error}", list.display()))?;
    Ok(inside)
}

/// Installs with an environment's pip.
pub(crate) fn pip(python: &Path, words: &[&str]) -> Outcome {
    let quiet =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"];
    run(Command::new(python).args(quiet).args(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_interpreters_are_told_from_others() {
        for name in ["python3", "python3.10", "python3.14t", "python3t"] {
            assert!(is_python(name), "{name}");
        }
        for name in ["python", "python2.7", "python3-config", "python3.12-config", "python3.12-intel64"] {
            assert!(!is_python(name), "{name}");
        }
    }

    #[test]
    fn the_newest_is_preferred_where_python3_is_none() {
        let python = |name: &str| Interpreter { path: name.into(), name: name.into() };
        let all = [python("9.1"), python("9.2"), python("9.2t")];
        assert_eq!(preferred(&all), Some(&all[1]));
    }
}
