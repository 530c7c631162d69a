//! The private state directory (contract §4): where every claim is a lock, whatever else it is.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::failure::{self, Doing};
use crate::sys::files::FileStatus;
use crate::sys::{account, files};

/// The directory that holds this user's locks, records and histories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDirectory {
    path: PathBuf,
}

fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Where the directory is, from the environment and the user's home. A home that does not exist (`/nonexistent`
/// of Debian's service users) is no home.
fn place(
    explicit: Option<PathBuf>,
    state_home: Option<PathBuf>,
    home: impl FnOnce() -> Option<PathBuf>,
    user: u32,
) -> PathBuf {
    if let Some(path) = explicit {
        return path;
    }
    // A relative XDG_STATE_HOME is to be ignored (XDG Base Directory Specification).
    if let Some(path) = state_home.filter(|path| path.is_absolute()) {
        return path.join("soloist");
    }
    match home() {
        Some(home) => home.join(".local/state/soloist"),
        None => PathBuf::from(format!("/tmp/soloist-{user}")),
    }
}

fn home(user: u32) -> Option<PathBuf> {
    home_among([variable("HOME"), account::home_directory(user)])
}

/// The first that is a home.
fn home_among(places: [Option<PathBuf>; 2]) -> Option<PathBuf> {
    let is_home =
        |path: &PathBuf| path.is_absolute() && files::status(path).is_ok_and(|status| status.is_directory());
    places.into_iter().flatten().find(is_home)
}

/// A directory that nobody but its owner may enter.
fn is_private(status: &FileStatus) -> bool {
    status.is_directory() && status.permissions() & 0o777 == 0o700
}

impl StateDirectory {
    /// The directory of this user: `$SOLOIST_STATE_DIR`, else `$XDG_STATE_HOME/soloist`, else
    /// `~/.local/state/soloist`, else `/tmp/soloist-UID`. Nothing is created or looked at yet.
    ///
    /// # Errors
    /// When a relative path cannot be made absolute because the working directory is gone.
    pub fn of_this_user() -> io::Result<Self> {
        let user = account::effective_user();
        let path = place(variable("SOLOIST_STATE_DIR"), variable("XDG_STATE_HOME"), || home(user), user);
        Ok(Self { path: std::path::absolute(&path).doing("find", &path)? })
    }

    /// The directory of a process that was started by this user with these variables, in this working directory.
    pub(crate) fn of_environment(variables: &Environment, user: u32, working: &Path) -> Self {
        let path = |name: &str| variables.value(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = || home_among([path("HOME"), account::home_directory(user)]);
        let found = place(path("SOLOIST_STATE_DIR"), path("XDG_STATE_HOME"), home, user);
        let path = std::path::absolute(working.join(&found)).unwrap_or(found);
        Self { path }
    }

    /// The directory's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Creates the directory if it is missing, and checks that it is ours alone (mode 0700).
    ///
    /// # Errors
    /// When it cannot be created, is another user's, or cannot be made private.
    pub fn prepare(&self) -> io::Result<()> {
        self.make().map_err(|error| {
            let remedy = "set SOLOIST_STATE_DIR to a directory that this user may write to";
            io::Error::new(error.kind(), format!("{error}; {remedy}"))
        })
    }

    fn create(&self) -> io::Result<()> {
        let parent = self.path.parent().unwrap_or(Path::new("/"));
        std::fs::create_dir_all(parent).doing("create the directory", parent)?;
        match files::create_private_directory(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(failure::doing("create the state directory", &self.path, &error))
            }
            _ => Ok(()),
        }
    }

    /// As [`StateDirectory::prepare`], without saying what to do about an error.
    pub(crate) fn make(&self) -> io::Result<()> {
        match files::link_status(&self.path) {
            // As it was left: the usual case needs one look.
            Ok(status) if is_private(&status) && status.owner == account::effective_user() => return Ok(()),
            Ok(_) => {}
            Err(_) => self.create()?,
        }
        let status = files::status(&self.path).doing("look at the state directory", &self.path)?;
        if !status.is_directory() {
            return Err(failure::refused(
                &self.path,
                "the state directory's place is taken by something else",
            ));
        }
        if status.owner != account::effective_user() {
            let owner = account::user_name(status.owner);
            return Err(failure::refused(
                &self.path,
                &format!("the state directory belongs to {owner}, not to this user"),
            ));
        }
        self.refuse_planted_link()?;
        if !is_private(&status) {
            self.refuse_shared()?;
            files::make_private(&self.path).doing("make the state directory private", &self.path)?;
        }
        Ok(())
    }

    /// A directory that others use too is not made private under their feet.
    fn refuse_shared(&self) -> io::Result<()> {
        let Ok(entries) = std::fs::read_dir(&self.path) else { return Ok(()) };
        let ours = |name: &str| {
            [".lock", ".json", ".new", ".jsonl", ".jsonl.old"].iter().any(|ending| name.ends_with(ending))
        };
        let foreign = entries
            .filter_map(|entry| Some(entry.ok()?.file_name()))
            .find(|name| !ours(&name.to_string_lossy()));
        match foreign {
            None => Ok(()),
            Some(name) => Err(failure::refused(
                &self.path,
                &format!(
                    "the state directory must be private (mode 0700), and holds something else ({})",
                    name.display()
                ),
            )),
        }
    }

    /// A user may have put a link on purpose, and so may root for all. Anybody else who can has planted it, in `/tmp` or
    /// elsewhere: it would lead our files into a directory that is ours, but not meant for them.
    fn refuse_planted_link(&self) -> io::Result<()> {
        let status = files::link_status(&self.path).doing("look at the state directory", &self.path)?;
        if status.is_link() && ![account::effective_user(), 0].contains(&status.owner) {
            return Err(failure::refused(&self.path, "the state directory is a link that another user made"));
        }
        Ok(())
    }

    pub(crate) fn lock_path(&self, id: &str) -> PathBuf {
        self.path.join(format!("{id}.lock"))
    }

    pub(crate) fn history_path(&self, id: &str) -> PathBuf {
        self.path.join(format!("{id}.jsonl"))
    }

    pub(crate) fn record_path(&self, id: &str) -> PathBuf {
        self.path.join(format!("{id}.json"))
    }

    /// The ids of all keys that have a lock file here, in alphabetical order.
    pub(crate) fn ids(&self) -> io::Result<Vec<String>> {
        self.ids_with(".lock")
    }

    /// The ids of all keys that have a file with this ending here, in alphabetical order.
    pub(crate) fn ids_with(&self, ending: &str) -> io::Result<Vec<String>> {
        let entries = match std::fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.doing("read the state directory", &self.path)?,
        };
        let mut ids: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(ending).map(str::to_owned))
            .collect();
        ids.sort();
        Ok(ids)
    }
}

/// The variables by which a program knows that soloist runs it, and by which it is known later. The key is for people:
/// a name may be spelled as another key is (`telegram-1`), and a path that is no text as another path. Its id is its own.
pub(crate) fn program_variables(key: &str, id: &str, pid: u32) -> [(OsString, OsString); 3] {
    [
        ("SOLOIST_KEY".into(), key.into()),
        ("SOLOIST_ID".into(), id.into()),
        ("SOLOIST_PID".into(), pid.to_string().into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_four_places_that_is_named_is_taken() {
        let path = |text: &str| Some(PathBuf::from(text));
        let home = || path("/home/u");
        assert_eq!(place(path("/s"), path("/x"), home, 5), Path::new("/s"));
        assert_eq!(place(None, path("/x"), home, 5), Path::new("/x/soloist"));
        assert_eq!(place(None, path("relative"), home, 5), Path::new("/home/u/.local/state/soloist"));
        assert_eq!(place(None, None, || None, 5), Path::new("/tmp/soloist-5"));
    }
}
