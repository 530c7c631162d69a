//! Who starts soloist: whoever runs the soak and, if that is root, two users that nobody else is.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// The numbers of the foreign users: far above those that people and services are given.
const FOREIGN: [u32; 2] = [64_321, 64_322];

/// How many users there are at most.
pub(super) const USERS: usize = 1 + FOREIGN.len();

/// Somebody who starts soloist, with a state directory of his own.
#[derive(Debug)]
pub(super) struct User {
    /// None for whoever runs the soak.
    pub(super) id: Option<u32>,
    pub(super) state: PathBuf,
}

impl User {
    /// Everybody that there is; the second value says why there are no foreign ones.
    pub(super) fn all(root: &Path, disk: &Path) -> io::Result<(Vec<Self>, Option<&'static str>)> {
        let mut all = vec![Self { id: None, state: disk.join("state") }];
        if !rustix::process::geteuid().is_root() {
            return Ok((all, Some("only root may start as another user")));
        }
        if !reaches(FOREIGN[0], root) {
            return Ok((all, Some("another user may not enter the soak's directory")));
        }
        for id in FOREIGN {
            // Its state directory may be removed; what is above it must let it be made again.
            let home = disk.join(format!("user-{id}"));
            fs::create_dir(&home)?;
            chown(&home, Some(id), Some(id))?;
            all.push(Self { id: Some(id), state: home.join("state") });
        }
        Ok((all, None))
    }

    /// Makes the command one of this user.
    pub(super) fn own(&self, command: &mut Command) {
        if let Some(id) = self.id {
            command.uid(id).gid(id);
        }
    }
}

fn reaches(id: u32, place: &Path) -> bool {
    let mut test = Command::new("test");
    test.arg("-x").arg(place).uid(id).gid(id);
    test.status().is_ok_and(|status| status.success())
}
