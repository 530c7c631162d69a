//! The keys of the soak: how each is said, which program runs under it, and where its proof lies.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::disk::Disk;
use super::user::User;
use crate::machine::Outcome;

/// One key, with every way to say it.
#[derive(Debug)]
pub(super) struct Key {
    /// What people read.
    pub(super) label: &'static str,
    /// The options that name it, by spelling.
    options: Vec<Vec<OsString>>,
    /// The program, by spelling; every one is the same file.
    programs: Vec<PathBuf>,
    /// Where its witnesses leave their proof.
    pub(super) proof: PathBuf,
    /// Where its lock is visible; nothing else is there.
    pub(super) visible: Option<PathBuf>,
    /// Who starts it, by number. Those of several share nothing but the visible lock.
    pub(super) users: &'static [usize],
    /// The key under which other users run this very program: they are in the way of each other, for none can see
    /// what the others claim.
    pub(super) rival: Option<&'static str>,
    /// The beginnings of the names of its files in the state directory, by spelling.
    files: &'static [&'static str],
}

/// How many ways there are to say a key.
pub(super) const SPELLINGS: usize = 2;

impl Key {
    /// The options that name the key.
    pub(super) fn options(&self, spelling: usize) -> &[OsString] {
        &self.options[spelling % self.options.len()]
    }

    /// Whether another user may be in the way.
    pub(super) fn is_shared(&self) -> bool {
        self.users.len() > 1 || self.rival.is_some()
    }

    /// The program's path.
    pub(super) fn program(&self, spelling: usize) -> &Path {
        &self.programs[spelling % self.programs.len()]
    }

    /// How many records and histories it has: one a spelling that is an id of its own.
    pub(super) fn records(&self) -> u64 {
        self.files.len() as u64
    }

    /// Whether a file in the state directory belongs to the first spelling: another has a record of its own, which
    /// only its own clean end removes.
    pub(super) fn owns_first(&self, name: &str) -> bool {
        self.files.first().is_some_and(|beginning| name.starts_with(beginning))
    }

    /// Whether a file in the state directory belongs to this key.
    pub(super) fn owns(&self, name: &str) -> bool {
        self.files.iter().any(|beginning| name.trim_start_matches('.').starts_with(beginning))
    }
}

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

/// How many keys there are.
pub(super) const KEYS: usize = 7;

impl Place {
    /// Makes the place: private copies of soloist and of the witness, whose files no other program has.
    pub(super) fn make(root: PathBuf, soloist: &Path) -> Outcome<Self> {
        let shown = root.display().to_string();
        Self::prepare(root, soloist).map_err(|error| format!("cannot prepare {shown}: {error}"))
    }

    fn prepare(root: PathBuf, soloist: &Path) -> io::Result<Self> {
        let disk = Disk::make(root.join("disk"))?;
        let (users, alone) = User::all(&root, &disk.place)?;
        let mut keys = keys(&root, &disk.place);
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

fn keys(root: &Path, disk: &Path) -> Vec<Key> {
    let option = |name: &str, value: OsString| vec![OsString::from(name), value];
    let bin = |name: &str| root.join("bin").join(name);
    let proof = |name: &str| root.join(format!("proof-{name}"));
    // Two names run the same file: neither may take the other's instance for a copy of its own.
    let named = |label: &'static str, files| Key {
        label,
        options: vec![option("--name", label.into())],
        programs: vec![bin("shared")],
        proof: proof(label),
        visible: None,
        users: &[0],
        rival: None,
        files,
    };
    let of_user = |number: usize, label: &'static str, rival: &'static str| Key {
        label,
        programs: vec![bin("theirs")],
        proof: proof(label),
        users: [&[0_usize][..], &[1], &[2]][number],
        rival: Some(rival),
        ..named("one", &["name-one."])
    };
    let lock = |path: PathBuf| option("--lock", path.into());
    vec![
        named("one", &["name-one."]),
        named("two", &["name-two."]),
        Key {
            label: "lock",
            options: vec![lock(disk.join("project/bot.lock")), lock(root.join("link/bot.lock"))],
            programs: vec![bin("locked")],
            proof: proof("lock"),
            visible: Some(disk.join("project")),
            users: &[0],
            rival: None,
            files: &["lock-bot.lock-"],
        },
        Key {
            label: "program",
            options: vec![Vec::new()],
            programs: vec![bin("plain"), bin("linked")],
            proof: proof("program"),
            visible: None,
            users: &[0],
            rival: None,
            files: &["program-plain-", "program-linked-"],
        },
        // A name that another user claims too, on the same file.
        of_user(1, "theirs", "others"),
        of_user(2, "others", "theirs"),
        // One lock for all: each has a private lock of its own, so only the visible one is common to them.
        Key {
            label: "common",
            options: vec![lock(disk.join("common/all.lock"))],
            programs: vec![bin("common")],
            proof: proof("common"),
            visible: Some(disk.join("common")),
            users: &[0, 1, 2],
            rival: None,
            files: &["lock-all.lock-"],
        },
    ]
}
