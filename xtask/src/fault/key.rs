//! The keys of the soak: how each is said, which program runs under it, and where its proof lies.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

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

/// How many keys there are.
pub(super) const KEYS: usize = 7;

/// All the keys.
pub(super) fn keys(root: &Path, disk: &Path) -> Vec<Key> {
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
