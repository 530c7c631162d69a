//! Everything that a soak has on disk, and who writes there.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::disk::Disk;
use super::key::{self, Key};
use super::user::User;
use crate::machine::Outcome;

/// Everything that a soak has on disk.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) root: PathBuf,
    pub(super) soloist: PathBuf,
    pub(super) disk: Disk,
    pub(super) users: Vec<User>,
    /// Why there are no foreign users, if there are none.
    pub(super) alone: Option<&'static str>,
    /// The directory of the visible lock file.
    pub(super) project: PathBuf,
    /// Where what is moved away goes.
    pub(super) attic: PathBuf,
    pub(super) keys: Vec<Key>,
}

impl Place {
    /// Makes the place: private copies of soloist and of the witness, whose files no other program has.
    pub(super) fn make(root: PathBuf, soloist: &Path) -> Outcome<Self> {
        let shown = root.display().to_string();
        Self::prepare(root, soloist).map_err(|error| format!("cannot prepare {shown}: {error}"))
    }

    fn prepare(root: PathBuf, soloist: &Path) -> io::Result<Self> {
        let disk = Disk::make(root.join("disk"))?;
        let (users, alone) = User::all(&root, &disk.place)?;
        let mut keys = key::keys(&root, &disk.place);
        keys.retain(|key| key.users.iter().all(|&user| user < users.len()));
        let place = Self {
            soloist: root.join("bin/soloist"),
            project: disk.place.join("project"),
            attic: disk.place.join("attic"),
            keys,
            disk,
            users,
            alone,
            root,
        };
        place.fill(soloist)?;
        Ok(place)
    }

    /// Makes anew what could not be made on a full disk.
    pub(super) fn restore(&self) {
        for directory in [&self.project, &self.attic] {
            // Most often it is there.
            fs::create_dir(directory).ok();
        }
    }

    /// Who of a key's users has this number.
    pub(super) fn user(&self, key: usize, number: usize) -> &User {
        let users = self.keys[key].users;
        &self.users[users[number % users.len()]]
    }

    /// The key whose holders may be in the way of this one.
    pub(super) fn rival(&self, key: usize) -> Option<usize> {
        let rival = self.keys[key].rival?;
        self.keys.iter().position(|key| key.label == rival)
    }

    /// Every state directory of a key.
    pub(super) fn states(&self, key: usize) -> impl Iterator<Item = &Path> {
        self.keys[key].users.iter().map(|&user| self.users[user].state.as_path())
    }

    fn fill(&self, soloist: &Path) -> io::Result<()> {
        for name in ["bin", "logs", "home", "disk/project", "disk/attic", "disk/common"] {
            fs::create_dir(self.root.join(name))?;
        }
        open_to_all(&self.disk.place.join("common"))?;
        fs::copy(soloist, &self.soloist)?;
        let own = std::env::current_exe()?;
        for name in ["shared", "locked", "plain", "theirs", "common"] {
            fs::copy(&own, self.root.join("bin").join(name))?;
        }
        fs::hard_link(self.root.join("bin/plain"), self.root.join("bin/linked"))?;
        std::os::unix::fs::symlink(&self.project, self.root.join("link"))?;
        for (tool, name) in [("cat", "vim"), ("grep", "grep"), ("sh", "sh")] {
            fs::copy(Path::new("/bin").join(tool), self.root.join("bin").join(name))?;
        }
        self.keys.iter().try_for_each(|key| make_proof(&key.proof))
    }
}

/// The place of a proof, where every user's witnesses write.
fn make_proof(place: &Path) -> io::Result<()> {
    fs::create_dir(place)?;
    open_to_all(place)?;
    for name in ["inside", "children", "visits", "violations"] {
        fs::write(place.join(name), "")?;
        fs::set_permissions(place.join(name), fs::Permissions::from_mode(0o666))?;
    }
    Ok(())
}

fn open_to_all(directory: &Path) -> io::Result<()> {
    fs::set_permissions(directory, fs::Permissions::from_mode(0o777))
}
