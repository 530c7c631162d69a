//! On what kind of file system a directory is, and how long it lasts there.

use std::io;
use std::path::{Path, PathBuf};

use super::finding::{Finding, Sentence, reason};
use super::sentences;
use crate::sys::statfs::{self, FileSystem, Medium};

/// The file system of the state directory, where histories are to last.
pub(super) fn of_state(directory: &Path) -> Finding {
    told(directory, statfs::of(directory), |medium| match medium {
        Medium::Local => &sentences::FILE_SYSTEM,
        Medium::Network => &sentences::NETWORK_FILE_SYSTEM,
        Medium::Memory => &sentences::MEMORY_FILE_SYSTEM,
        Medium::Container => &sentences::CONTAINER_FILE_SYSTEM,
    })
}

/// The file system of a lock path, where nothing has to outlast the program.
pub(super) fn of_lock(directory: &Path) -> Finding {
    told(directory, statfs::of(directory), |medium| match medium {
        Medium::Network => &sentences::NETWORK_FILE_SYSTEM,
        Medium::Local | Medium::Memory | Medium::Container => &sentences::FILE_SYSTEM,
    })
}

fn told(
    directory: &Path,
    found: io::Result<FileSystem>,
    sentence: impl Fn(Medium) -> &'static Sentence,
) -> Finding {
    let path = ("path", &*directory.to_string_lossy());
    match found {
        Ok(found) => Finding::of(sentence(found.medium), &[path, ("type", &found.name)]),
        Err(error) => Finding::of(&sentences::FILE_SYSTEM_UNKNOWN, &[path, ("reason", &reason(&error))]),
    }
}

/// A warning where the state directory goes away while the machine runs.
pub(super) fn runtime_directory(directory: &Path) -> Option<Finding> {
    let named = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let real = |path: PathBuf| path.canonicalize().unwrap_or(path);
    let parent = emptied_with(&real(directory.to_owned()), named.map(real))?;
    let values = [("path", &*directory.to_string_lossy()), ("parent", &*parent.to_string_lossy())];
    Some(Finding::of(&sentences::RUNTIME_DIRECTORY, &values))
}

/// The runtime directory that `directory` is below: `$XDG_RUNTIME_DIR`, else `/run` (hier(7)).
fn emptied_with(directory: &Path, named: Option<PathBuf>) -> Option<PathBuf> {
    let named = named.filter(|path| path.is_absolute() && path.parent().is_some());
    let known = ["/run", "/var/run"].map(PathBuf::from);
    named.into_iter().chain(known).find(|parent| directory.starts_with(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtime_directories_are_known() {
        let named = || Some(PathBuf::from("/run/user/7"));
        for (directory, named, parent) in [
            ("/run/user/7/soloist", named(), Some("/run/user/7")),
            ("/run/soloist", named(), Some("/run")),
            ("/run/soloist", None, Some("/run")),
            ("/runner/soloist", named(), None),
            ("/home/u/.local/state/soloist", Some("/".into()), None),
            ("/home/u/.local/state/soloist", Some("relative".into()), None),
        ] {
            let found = emptied_with(Path::new(directory), named);
            assert_eq!(found.as_deref(), parent.map(Path::new), "{directory}");
        }
    }

    #[test]
    fn what_is_far_away_is_a_warning_for_both_places() {
        let far = || Ok(FileSystem { medium: Medium::Network, name: "nfs4".into() });
        let finding = told(Path::new("/mnt"), far(), |_| &sentences::NETWORK_FILE_SYSTEM);
        assert!(finding.message.contains("nfs4") && finding.message.contains("/mnt"), "{finding:?}");
    }
}
