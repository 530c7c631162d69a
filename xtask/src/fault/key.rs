//! The keys of the soak: how each is said, which program runs under it, and where its proof lies.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

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
    /// Its lock is visible in the project.
    pub(super) visible: bool,
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
    pub(super) state: PathBuf,
    /// The directory of the visible lock file.
    pub(super) project: PathBuf,
    /// Where what is moved away goes.
    pub(super) attic: PathBuf,
    pub(super) keys: Vec<Key>,
}

/// How many keys there are.
pub(super) const KEYS: usize = 4;

impl Place {
    /// Makes the place: private copies of soloist and of the witness, whose files no other program has.
    pub(super) fn make(root: PathBuf, soloist: &Path) -> Outcome<Self> {
        let place = Self {
            soloist: root.join("bin/soloist"),
            state: root.join("state"),
            project: root.join("project"),
            attic: root.join("attic"),
            keys: keys(&root),
            root,
        };
        place.fill(soloist).map_err(|error| format!("cannot prepare {}: {error}", place.root.display()))?;
        Ok(place)
    }

    fn fill(&self, soloist: &Path) -> io::Result<()> {
        for name in ["bin", "project", "attic", "logs", "home"] {
            fs::create_dir(self.root.join(name))?;
        }
        fs::copy(soloist, &self.soloist)?;
        let own = std::env::current_exe()?;
        for name in ["shared", "locked", "plain"] {
            fs::copy(&own, self.root.join("bin").join(name))?;
        }
        fs::hard_link(self.root.join("bin/plain"), self.root.join("bin/linked"))?;
        std::os::unix::fs::symlink(&self.project, self.root.join("link"))?;
        self.keys.iter().try_for_each(|key| fs::create_dir(&key.proof))
    }
}

fn keys(root: &Path) -> Vec<Key> {
    let option = |name: &str, value: OsString| vec![OsString::from(name), value];
    let bin = |name: &str| root.join("bin").join(name);
    let proof = |name: &str| root.join(format!("proof-{name}"));
    // Two names run the same file: neither may take the other's instance for a copy of its own.
    let named = |label: &'static str, files| Key {
        label,
        options: vec![option("--name", label.into())],
        programs: vec![bin("shared")],
        proof: proof(label),
        visible: false,
        files,
    };
    let lock = |directory: &str| option("--lock", root.join(directory).join("bot.lock").into());
    vec![
        named("one", &["name-one."]),
        named("two", &["name-two."]),
        Key {
            label: "lock",
            options: vec![lock("project"), lock("link")],
            programs: vec![bin("locked")],
            proof: proof("lock"),
            visible: true,
            files: &["lock-"],
        },
        Key {
            label: "program",
            options: vec![Vec::new()],
            programs: vec![bin("plain"), bin("linked")],
            proof: proof("program"),
            visible: false,
            files: &["program-plain-", "program-linked-"],
        },
    ]
}
