//! Where Python looks for the module of `-m`.
//!
//! The order is that of `sys.path` (Python's documentation, "The initialization of the `sys.path` module
//! search path"): the working directory, `PYTHONPATH`, the standard library, the user's packages, the
//! installed packages.

use std::cmp::Reverse;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::ModuleSearch;
use super::candidates::{Surroundings, path};
use super::names::base;

/// Where systems keep their Python, when nothing else is known.
const SYSTEM_PREFIXES: &[&str] = &["/usr/local", "/usr"];

/// The files that `python -m NAME` could run.
pub(super) fn module_files(surroundings: &Surroundings<'_>, name: &[u8]) -> Vec<PathBuf> {
    let parts: Vec<&[u8]> = name.split(|byte| *byte == b'.').collect();
    if parts.iter().any(|part| part.is_empty() || part.contains(&b'/')) {
        return Vec::new();
    }
    let relative = path(&parts.join(&b'/'));
    let files = |root: PathBuf| {
        let module = root.join(&relative);
        [module.join("__main__.py"), with_py(module)]
    };
    roots(surroundings).into_iter().flat_map(files).collect()
}

/// `NAME.py`. The name has no dot left that `set_extension` could take for an extension.
fn with_py(mut module: PathBuf) -> PathBuf {
    module.set_extension("py");
    module
}

/// The directories of `sys.path`, as far as they can be told from outside.
fn roots(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let python = Python::of(surroundings);
    let libraries = python.libraries();
    let mut roots = python.own_roots();
    roots.extend(libraries.iter().cloned());
    if python.search.site_packages {
        roots.extend(python.user_site());
        roots.extend(libraries.iter().flat_map(|library| packages(library)));
    }
    roots
}

fn packages(library: &Path) -> [PathBuf; 2] {
    [library.join("site-packages"), library.join("dist-packages")]
}

struct Python<'s> {
    surroundings: &'s Surroundings<'s>,
    word: &'s [u8],
    search: ModuleSearch,
}

impl<'s> Python<'s> {
    fn of(surroundings: &'s Surroundings<'s>) -> Self {
        let interpreter = surroundings.invocation.interpreter.as_ref();
        Self {
            surroundings,
            word: interpreter.map_or(b"python", |interpreter| &interpreter.word),
            search: interpreter.map(|interpreter| interpreter.search).unwrap_or_default(),
        }
    }

    /// The value of a variable that this Python obeys and that is not empty.
    fn variable(&self, name: &str) -> Option<OsString> {
        let value = self.search.environment.then(|| (self.surroundings.environment)(name))?;
        value.filter(|value| !value.is_empty())
    }

    /// The working directory and `PYTHONPATH`.
    fn own_roots(&self) -> Vec<PathBuf> {
        let safe = !self.search.working_directory || self.variable("PYTHONSAFEPATH").is_some();
        let mut roots = if safe { Vec::new() } else { vec![PathBuf::new()] };
        if let Some(path) = self.variable("PYTHONPATH") {
            roots.extend(std::env::split_paths(&path));
        }
        roots
    }

    /// `PREFIX/lib/python3.N` of every installation that this can be, the likeliest first.
    fn libraries(&self) -> Vec<PathBuf> {
        let places = |prefix: PathBuf| [prefix.join("lib"), prefix.join("lib64")];
        let within = |place: PathBuf| self.versions_in(&place);
        self.prefixes().into_iter().flat_map(places).flat_map(within).collect()
    }

    fn prefixes(&self) -> Vec<PathBuf> {
        let mut prefixes = Vec::new();
        if self.word.contains(&b'/') {
            prefixes.extend(path(self.word).parent().map(prefix_of));
        } else {
            prefixes.extend(self.surroundings.virtual_environments());
            let active = (self.surroundings.environment)("VIRTUAL_ENV").filter(|value| !value.is_empty());
            prefixes.extend(active.map(PathBuf::from));
            prefixes.extend(self.directory_on_path().map(|directory| prefix_of(&directory)));
        }
        prefixes.extend(SYSTEM_PREFIXES.iter().map(PathBuf::from));
        let mut seen = std::collections::HashSet::new();
        prefixes.retain(|prefix| seen.insert(prefix.clone()));
        prefixes
    }

    fn directory_on_path(&self) -> Option<PathBuf> {
        let has_word = |directory: &PathBuf| {
            let names = self.surroundings.names_in(directory);
            names.iter().any(|name| name.as_encoded_bytes() == self.word)
        };
        self.surroundings.path_directories().into_iter().find(has_word)
    }

    fn user_site(&self) -> Vec<PathBuf> {
        let home = (self.surroundings.environment)("HOME").filter(|home| !home.is_empty());
        let wanted = self.search.user_site && self.variable("PYTHONNOUSERSITE").is_none();
        let library = home.filter(|_| wanted).map(|home| PathBuf::from(home).join(".local/lib"));
        let versions = library.map(|library| self.versions_in(&library)).unwrap_or_default();
        versions.into_iter().map(|version| version.join("site-packages")).collect()
    }

    /// The directories of Python's versions in `PREFIX/lib`, the newest first.
    fn versions_in(&self, library: &Path) -> Vec<PathBuf> {
        let mut names = self.surroundings.names_in(library);
        names.retain(|name| self.fits(name.as_encoded_bytes()));
        names.sort_by_cached_key(|name| Reverse(numbers(name.as_encoded_bytes())));
        names.into_iter().map(|name| library.join(name)).collect()
    }

    /// Whether `pythonN.M` can belong to this interpreter: to `python3.11` only 3.11, to `python3` each
    /// 3.N. Debian keeps the packages of all versions in `python3`.
    fn fits(&self, name: &[u8]) -> bool {
        let Some(version) = version(name) else { return false };
        let wanted = version_of_word(base(self.word));
        version == wanted
            || wanted.starts_with(version) && !version.contains(&b'.')
            || version.strip_prefix(wanted).is_some_and(|rest| rest.starts_with(b"."))
    }
}

/// `python3.11` and `pypy3.10` have the versions `3.11` and `3.10`.
fn version(name: &[u8]) -> Option<&[u8]> {
    let version = name.strip_prefix(b"python").or_else(|| name.strip_prefix(b"pypy"))?;
    version.first().is_some_and(u8::is_ascii_digit).then_some(version)
}

fn version_of_word(word: &[u8]) -> &[u8] {
    version(word).unwrap_or(b"3")
}

/// The numbers in a name, to be compared one by one: 3.9 is older than 3.11.
fn numbers(name: &[u8]) -> Vec<u64> {
    let parts = name.split(|byte| !byte.is_ascii_digit()).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            part.iter()
                .fold(0, |sum: u64, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
        })
        .collect()
}

/// The prefix above a `bin` directory.
fn prefix_of(bin: &Path) -> PathBuf {
    match (bin.file_name(), bin.parent()) {
        (Some(_), Some(parent)) => parent.to_path_buf(),
        _ => bin.join(".."),
    }
}
