//! Where the file of a target could be.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::names::base;
use super::python_path::module_files;
use super::tables::{self, Searches};
use super::{Family, Invocation, Target};

/// Where a command without `PATH` in its environment is looked for (execvp(3), and where people install).
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// How far above the working directory `node_modules` is looked for, as npx(1) does without a limit.
const MOST_PARENTS: usize = 4;

/// What Node and Bun add to an entry without its extension, then what they look for in a directory. The
/// `main` of a `package.json` is not read: where there is one, it stands for the program instead.
const NODE_ENDINGS: &[&str] = &[".js", ".mjs", ".cjs", ".json"];
const NODE_INSIDE: &[&str] = &["package.json", "index.js", "index.mjs", "index.cjs"];
const BUN_ENDINGS: &[&str] = &[".tsx", ".jsx", ".ts", ".mts", ".mjs", ".js", ".cjs", ".cts", ".json"];
const BUN_INSIDE: &[&str] = &["package.json", "index.tsx", "index.jsx", "index.ts", "index.mjs", "index.js"];

/// What a process knows of its surroundings, and what it runs.
pub(super) struct Surroundings<'s> {
    pub(super) invocation: &'s Invocation<'s>,
    pub(super) environment: &'s dyn Fn(&str) -> Option<OsString>,
    pub(super) list_dir: &'s dyn Fn(&Path) -> Vec<OsString>,
}

/// Where the program's file could be: paths to try in this order, the first that is a **regular file** is the
/// program. Relative ones are relative to [`Invocation::directory`], and that to the working directory of the
/// process: the caller joins them.
///
/// `environment` gives the value of a variable of that process, `list_dir` the names in a directory
/// (relative like the paths; none if it cannot be read). A caller who knows the real executable of a live
/// interpreter can put it in the place of `invocation.interpreter.word`, and finds the modules of that
/// installation.
#[must_use]
pub fn candidates(
    invocation: &Invocation<'_>,
    environment: &dyn Fn(&str) -> Option<OsString>,
    list_dir: &dyn Fn(&Path) -> Vec<OsString>,
) -> Vec<PathBuf> {
    let surroundings = Surroundings { invocation, environment, list_dir };
    match &invocation.target {
        Target::File(file) => surroundings.files(file),
        Target::Module(name) => module_files(&surroundings, name),
        Target::NodeEntry(entry) => surroundings.node_files(entry),
        Target::Executable(word) => surroundings.executables(word),
        Target::WholeCommand => Vec::new(),
    }
}

impl Surroundings<'_> {
    /// The file as it is named comes first: where nothing is found, that is what the process once read.
    fn files(&self, file: &[u8]) -> Vec<PathBuf> {
        let file = path(file);
        // Python runs the `__main__.py` of a directory (python(1)).
        let inside = self.is_family(Family::Python).then(|| file.join("__main__.py"));
        std::iter::once(file).chain(inside).collect()
    }

    fn node_files(&self, entry: &[u8]) -> Vec<PathBuf> {
        let bun = self.is_family(Family::Bun) || self.is_typescript_runner();
        let (endings, inside) = if bun { (BUN_ENDINGS, BUN_INSIDE) } else { (NODE_ENDINGS, NODE_INSIDE) };
        let with = |ending: &&str| path(&[entry, ending.as_bytes()].concat());
        let directory_only = matches!(base(entry), b"" | b"." | b"..");
        let files = if directory_only { Vec::new() } else { endings.iter().map(with).collect() };
        let entry = path(entry);
        let inside: Vec<_> = inside.iter().map(|name| entry.join(name)).collect();
        [vec![entry], files, inside].concat()
    }

    fn executables(&self, word: &[u8]) -> Vec<PathBuf> {
        let name = path(word);
        if word.is_empty() || word.contains(&b'/') {
            return if word.is_empty() { Vec::new() } else { vec![name] };
        }
        let directories = self.package_directories().into_iter().chain(self.path_directories());
        directories.map(|directory| directory.join(&name)).collect()
    }

    /// Where the launchers on the way look before `PATH`.
    fn package_directories(&self) -> Vec<PathBuf> {
        let mut directories = Vec::new();
        if self.searches(Searches::NodeModules) {
            let above = |levels| PathBuf::from("../".repeat(levels)).join("node_modules/.bin");
            directories.extend((0..=MOST_PARENTS).map(above));
        }
        directories.extend(self.virtual_environments().into_iter().map(|prefix| prefix.join("bin")));
        directories
    }

    /// The virtual environments of the project, if a launcher on the way enters one.
    pub(super) fn virtual_environments(&self) -> Vec<PathBuf> {
        if !self.searches(Searches::VirtualEnvironment) {
            return Vec::new();
        }
        let active = (self.environment)("VIRTUAL_ENV").filter(|value| !value.is_empty()).map(PathBuf::from);
        std::iter::once(PathBuf::from(".venv")).chain(active).collect()
    }

    pub(super) fn path_directories(&self) -> Vec<PathBuf> {
        let path = (self.environment)("PATH").unwrap_or_else(|| DEFAULT_PATH.into());
        std::env::split_paths(&path).collect()
    }

    /// The names in a directory.
    pub(super) fn names_in(&self, directory: &Path) -> Vec<OsString> {
        (self.list_dir)(directory)
    }

    fn is_family(&self, family: Family) -> bool {
        self.invocation.interpreter.as_ref().is_some_and(|interpreter| interpreter.family == family)
    }

    fn is_typescript_runner(&self) -> bool {
        let word =
            self.invocation.interpreter.as_ref().map_or(b"".as_slice(), |interpreter| &interpreter.word);
        matches!(base(word), b"tsx" | b"ts-node")
    }

    fn searches(&self, place: Searches) -> bool {
        let launchers = self.invocation.launchers.iter();
        launchers.filter_map(|name| tables::launcher(name)).any(|row| row.searches == place)
    }
}

/// The path of these bytes.
#[cfg(unix)]
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// The path of these bytes; argument lists are Unicode where they are not bytes.
#[cfg(not(unix))]
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
