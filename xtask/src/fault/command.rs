//! A soloist that the driver has started.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::action::{Policy, Stand, Start, Way};
use super::place::Place;
use super::sys::{self, Pidfd};
use super::verdict::Errand;
use super::witness;

/// One that has not been reaped yet, so that its number is still its own.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) pid: u32,
    pub(super) handle: Pidfd,
    pub(super) key: usize,
    pub(super) errand: Errand,
    pub(super) words: String,
    pub(super) began: Instant,
    /// The same, as time since boot.
    pub(super) since_boot: Duration,
    /// What a `run` does about a conflict.
    pub(super) policy: Option<Policy>,
    out: PathBuf,
    err: PathBuf,
}

impl Started {
    /// What it has printed.
    pub(super) fn printed(&self) -> (String, String) {
        let read = |path: &PathBuf| fs::read(path).map(|text| String::from_utf8_lossy(&text).into_owned());
        (read(&self.out).unwrap_or_default(), read(&self.err).unwrap_or_default())
    }

    /// Whether something that it started may run on after its end: there is no supervisor, or one that never kills.
    pub(super) fn leaves(&self) -> bool {
        self.words.contains(" --exec ") || self.words.contains(" --no-kill ")
    }

    /// Removes what it has printed: nothing of the soak grows.
    pub(super) fn forget(&self) -> io::Result<()> {
        fs::remove_file(&self.out)?;
        fs::remove_file(&self.err)
    }
}

impl Place {
    /// Starts soloist with these words. Its output goes to files, where it cannot block anybody.
    pub(super) fn soloist(
        &self,
        (key, errand, user): (usize, Errand, usize),
        words: &[OsString],
        number: u64,
        stdout: Option<Stdio>,
    ) -> io::Result<Started> {
        let log = |ending: &str| self.root.join("logs").join(format!("{number}.{ending}"));
        let (out, err) = (log("out"), log("err"));
        let printed = File::create(&out)?;
        let mut command = Command::new(&self.soloist);
        command.args(words).current_dir(&self.root);
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"SOLOIST"))
        {
            command.env_remove(name);
        }
        let user = self.user(key, user);
        user.own(&mut command);
        command.env("SOLOIST_STATE_DIR", &user.state).env("HOME", self.root.join("home")).env("LC_ALL", "C");
        command.stdin(Stdio::null()).stderr(File::create(&err)?);
        command.stdout(stdout.unwrap_or_else(|| printed.into()));
        let (began, since_boot) = (Instant::now(), sys::since_boot());
        let pid = command.spawn()?.id();
        Ok(Started {
            pid,
            handle: Pidfd::open(pid)?,
            key,
            errand,
            words: words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" "),
            began,
            since_boot,
            policy: None,
            out,
            err,
        })
    }

    /// The words of a start.
    pub(super) fn run_words(&self, key: usize, start: &Start) -> Vec<OsString> {
        let about = &self.keys[key];
        let mut words: Vec<OsString> = vec!["run".into()];
        words.extend(about.options(start.way.spelling).iter().cloned());
        match start.policy {
            Policy::Refuse => {}
            Policy::Replace => words.push("--replace".into()),
            Policy::Wait(limit) => words.push(format!("--wait={}ms", limit.as_millis()).into()),
        }
        words.push(format!("--grace={}ms", start.grace.as_millis()).into());
        let spares = start.no_kill && start.stand != Stand::Restarting;
        words.extend(spares.then(|| "--no-kill".into()));
        match start.stand {
            Stand::Above => {}
            Stand::Gone => words.push("--exec".into()),
            Stand::Restarting => words.push("--restart=on-failure".into()),
        }
        words.extend(["--".into(), about.program(start.way.spelling).into(), witness::WORD.into()]);
        words.extend([about.proof.clone().into(), start.manner.to_string().into()]);
        words
    }

    /// The words of a question or an order about a key.
    pub(super) fn words(&self, verb: &str, key: usize, way: Way, with_program: bool) -> Vec<OsString> {
        let about = &self.keys[key];
        let options = about.options(way.spelling);
        let mut words: Vec<OsString> = vec![verb.into(), "--json".into()];
        words.extend(options.iter().cloned());
        if with_program || options.is_empty() {
            words.extend(["--".into(), about.program(way.spelling).into()]);
        }
        words
    }
}
