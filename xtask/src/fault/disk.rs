//! The disk of the soak: where root can have one of its own, it is small, and is filled and emptied at random.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::sys;

/// Large enough for every history of the soak; small enough to be filled in no time.
const SIZE: &str = "size=24m,nr_inodes=4000,mode=0755";

/// What there is to run out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    /// Blocks: what has a file may still lock it, and no record can be written.
    Room,
    /// Inodes: no file can be made.
    Files,
}

/// The directory in which everything lies that soloist writes.
#[derive(Debug)]
pub(super) struct Disk {
    pub(super) place: PathBuf,
    /// Why it cannot be filled, if it cannot.
    pub(super) unlimited: Option<String>,
}

impl Disk {
    /// Makes it, in a mount namespace of this process alone: it is gone with the soak, however that ends.
    pub(super) fn make(place: PathBuf) -> io::Result<Self> {
        fs::create_dir(&place)?;
        let unlimited = match rustix::process::geteuid().is_root() {
            false => Some("only root may mount".into()),
            true => sys::mount_small_disk(&place, SIZE).err().map(|error| error.to_string()),
        };
        Ok(Self { place, unlimited })
    }

    fn ballast(&self) -> PathBuf {
        self.place.join("ballast")
    }

    /// Fills it until nothing more goes in.
    pub(super) fn fill(&self, what: Resource) {
        if self.unlimited.is_some() {
            return;
        }
        // Its end is an error: that there is no room left.
        fs::create_dir_all(self.ballast()).ok();
        match what {
            Resource::Room => drop(fill_room(&self.ballast().join("room"))),
            Resource::Files => drop(fill_files(&self.ballast())),
        }
    }

    /// Makes room again.
    pub(super) fn empty(&self) {
        fs::remove_dir_all(self.ballast()).ok();
    }

    /// Gives it back.
    pub(super) fn release(&self) -> io::Result<()> {
        if self.unlimited.is_none() { sys::unmount(&self.place) } else { Ok(()) }
    }

    /// Copies what is on it to where it can be looked at after the soak.
    pub(super) fn keep(&self, place: &Path) {
        if self.unlimited.is_none() {
            let mut copy = std::process::Command::new("cp");
            copy.arg("-a").arg(&self.place).arg(place).status().ok();
        }
    }
}

fn fill_room(path: &Path) -> io::Result<()> {
    let mut file = File::create(path)?;
    let chunk = vec![0; 64 * 1024];
    while file.write_all(&chunk).is_ok() {}
    // What a chunk was too large for.
    while file.write_all(&chunk[..512]).is_ok() {}
    Ok(())
}

fn fill_files(place: &Path) -> io::Result<()> {
    for number in 0.. {
        File::create(place.join(format!("file-{number}")))?;
    }
    Ok(())
}
