//! The few files that tell which library a program uses: its own script, or the list of dependencies beside it or a
//! little above. Nothing is run, and of each file only the beginning is read.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use soloist::doctor::Finding;

use super::drops::{self, Drops};
use super::libraries::{Ending, Language, Library, Removal};
use super::{Question, recognise, sentences};

/// The most that is read of a file.
const LARGEST: u64 = 256 * 1024;
/// In how many directories, the program's own and those above it, a list of dependencies is looked for.
const HEIGHT: usize = 4;

/// What the files tell.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) libraries: Vec<Found>,
    pub(super) drops: Option<Drops>,
}

/// A library, and the file that names it.
#[derive(Debug)]
pub(super) struct Found {
    library: &'static Library,
    file: PathBuf,
}

/// Looks at the files of this program.
pub(super) fn look(program: &Path) -> Seen {
    let Some(text) = read(program) else { return Seen::default() };
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    match recognise::language(&name, &text) {
        Some(language) => {
            let imported = recognise::in_script(language, &text);
            let libraries = match imported.is_empty() {
                true => above(language, program.ancestors().skip(1).take(HEIGHT)),
                false => found(&imported, program),
            };
            let drops = drops::line(&text).map(|line| Drops { file: program.to_owned(), line });
            Seen { libraries, drops }
        }
        None => Seen { libraries: above(Language::Rust, package_of(program)), drops: None },
    }
}

/// Where the manifest of an executable below `target` is: in the directory of the innermost one.
fn package_of(program: &Path) -> impl Iterator<Item = &Path> {
    let target = program.ancestors().skip(1).find(|path| path.file_name() == Some(OsStr::new("target")));
    target.and_then(Path::parent).into_iter()
}

/// What the nearest list of dependencies names.
fn above<'a>(language: Language, mut directories: impl Iterator<Item = &'a Path>) -> Vec<Found> {
    let lists = directories.find_map(|directory| {
        let paths = recognise::manifests(language).iter().map(|name| (*name, directory.join(name)));
        let lists: Vec<_> = paths.filter_map(|(name, path)| Some((name, read(&path)?, path))).collect();
        (!lists.is_empty()).then_some(lists)
    });
    let named = |(name, text, path): &(&str, String, PathBuf)| {
        found(&recognise::in_manifest(language, name, text), path)
    };
    let mut all: Vec<Found> = lists.iter().flatten().flat_map(named).collect();
    // Two lists that name one library tell of it once.
    let mut known = Vec::new();
    all.retain(|found| {
        let is_new = !known.contains(&found.library.name);
        known.push(found.library.name);
        is_new
    });
    all
}

fn found(libraries: &[&'static Library], file: &Path) -> Vec<Found> {
    libraries.iter().map(|&library| Found { library, file: file.to_owned() }).collect()
}

/// The beginning of a regular file; none where there is no such.
fn read(path: &Path) -> Option<String> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut text = Vec::new();
    File::open(path).ok()?.take(LARGEST).read_to_end(&mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

impl Found {
    /// What is to be known of the library; how another server is named only where there is another one.
    pub(super) fn findings(&self, question: Option<&Question>) -> Vec<Finding> {
        let library = self.library;
        let name = ("library", library.name);
        let removal = match library.removal {
            Removal::AtStart => Some(&sentences::REMOVES_AT_START),
            Removal::OnConflict => Some(&sentences::REMOVES_ON_CONFLICT),
            Removal::Never => None,
        };
        let elsewhere = question.is_some_and(|question| !question.root.is_cloud());
        let root = || Finding::of(&sentences::LIBRARY_ROOT, &[name, ("setting", library.root_setting)]);
        let on_signal = || Finding::of(&sentences::ON_SIGNAL, &[name, ("call", library.on_signal)]);
        let more = [
            (!library.on_signal.is_empty()).then(on_signal),
            removal.map(|sentence| Finding::of(sentence, &[name])),
            elsewhere.then(root),
        ];
        std::iter::once(self.recommendation()).chain(more.into_iter().flatten()).collect()
    }

    fn recommendation(&self) -> Finding {
        let library = self.library;
        let sentence = match library.ending {
            Ending::Drains => &sentences::DRAINS,
            Ending::Loses => &sentences::LOSES,
            Ending::Repeats => &sentences::REPEATS,
        };
        let values = [
            ("library", library.name),
            ("file", &*self.file.to_string_lossy()),
            ("signal", library.stop_signal),
            ("grace", &format!("{}s", library.grace.as_secs())),
        ];
        Finding::of(sentence, &values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        directory
    }

    fn names(directory: &tempfile::TempDir, program: &str) -> Vec<&'static str> {
        let seen = look(&directory.path().join(program));
        seen.libraries.iter().map(|found| found.library.name).collect()
    }

    #[test]
    fn a_scripts_own_imports_come_first_and_the_nearest_list_next() {
        let files = [
            ("main.py", "import telebot"),
            ("src/bot/__main__.py", "from .app import run"),
            ("requirements.txt", "aiogram\n"),
            ("pyproject.toml", "[project]\ndependencies = ['aiogram']"),
            ("deep/a/b/c/d/main.py", ""),
            ("near/main.py", ""),
            ("near/requirements.txt", "flask"),
        ];
        let directory = tree(&files);
        assert_eq!(names(&directory, "main.py"), ["pyTelegramBotAPI"]);
        assert_eq!(names(&directory, "src/bot/__main__.py"), ["aiogram"]);
        assert!(names(&directory, "deep/a/b/c/d/main.py").is_empty());
        assert!(names(&directory, "near/main.py").is_empty());
        assert!(names(&directory, "missing.py").is_empty());
    }

    #[test]
    fn an_executable_belongs_to_the_package_above_target() {
        let manifest = ("Cargo.toml", "[dependencies]\nteloxide = '0.17'");
        let files = [manifest, ("target/release/bot", "\u{7f}ELF"), ("bin/bot", "\u{7f}ELF")];
        let directory = tree(&files);
        assert_eq!(names(&directory, "target/release/bot"), ["teloxide"]);
        assert!(names(&directory, "bin/bot").is_empty());
    }

    #[test]
    fn only_the_beginning_of_a_file_is_read() {
        let long = format!("{}\nimport aiogram\n", "#".repeat(256 * 1024));
        let directory = tree(&[("main.py", &long), ("short.py", &long[200 * 1024..])]);
        assert!(names(&directory, "main.py").is_empty());
        assert_eq!(names(&directory, "short.py"), ["aiogram"]);
    }
}
