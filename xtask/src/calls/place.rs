//! The files of one case, and the commands that are run there.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::scenario::{Key, Scenario};
use super::witness;

/// Where a worker keeps everything, and the programs there.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub(super) root: PathBuf,
    pub(super) soloist: PathBuf,
}

impl Stage {
    /// Makes a directory with copies of this program: the witness, and what only looks like it.
    pub(super) fn make(root: PathBuf, soloist: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&root)?;
        let own = std::env::current_exe()?;
        fs::copy(&own, root.join("bot"))?;
        fs::copy(&own, root.join("other"))?;
        Ok(Self { root, soloist })
    }

    pub(super) fn bot(&self) -> PathBuf {
        self.root.join("bot")
    }

    /// A new case, which has no files yet.
    pub(super) fn case(&self, number: usize) -> io::Result<Place> {
        let root = self.root.join(format!("case-{number}"));
        for name in ["home", "proof", "project"] {
            fs::create_dir_all(root.join(name))?;
        }
        Ok(Place { stage: self.clone(), root })
    }
}

/// The files of one case.
#[derive(Clone, Debug)]
pub(super) struct Place {
    stage: Stage,
    pub(super) root: PathBuf,
}

impl Place {
    pub(super) fn proof(&self) -> PathBuf {
        self.root.join("proof")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.root.join("project/bot.lock")
    }

    pub(super) fn record(&self) -> PathBuf {
        self.root.join("project/bot.lock.info")
    }

    pub(super) fn text(&self, name: &str) -> String {
        fs::read(self.root.join(name))
            .map(|text| String::from_utf8_lossy(&text).into_owned())
            .unwrap_or_default()
    }

    /// How many programs came in.
    pub(super) fn entries(&self) -> u64 {
        fs::metadata(self.proof().join("entries")).map_or(0, |found| found.len())
    }

    /// The names of the files that soloist keeps: `state/…` and `project/…`.
    pub(super) fn files(&self) -> Vec<String> {
        let below = |directory: &str| {
            let entries = fs::read_dir(self.root.join(directory)).into_iter().flatten().flatten();
            let name = |entry: fs::DirEntry| format!("{directory}/{}", entry.file_name().to_string_lossy());
            entries.map(name).collect::<Vec<_>>()
        };
        let mut all = [below("state"), below("project")].concat();
        all.sort();
        all
    }

    /// The words that name the key.
    fn key(&self, key: Key) -> Vec<String> {
        match key {
            Key::Name => vec!["--name".into(), "case".into()],
            Key::Lock => vec!["--lock".into(), self.lock().to_string_lossy().into_owned()],
            Key::Program => Vec::new(),
        }
    }

    /// The program itself.
    pub(super) fn program(&self, manner: &str) -> Command {
        let mut command = Command::new(self.stage.bot());
        command.args([witness::WORD.as_ref(), self.proof().as_os_str(), manner.as_ref()]);
        self.prepare(command)
    }

    /// What the scenario tries.
    pub(super) fn tried(&self, scenario: &Scenario) -> Command {
        self.soloist(scenario.verb, scenario.key, scenario.options, scenario.manner)
    }

    /// Another start of the same key.
    pub(super) fn start(&self, scenario: &Scenario, options: &[&str], manner: &str) -> Command {
        self.soloist("run", scenario.key, options, Some(manner))
    }

    fn soloist(&self, verb: &str, key: Key, options: &[&str], manner: Option<&str>) -> Command {
        let mut command = Command::new(&self.stage.soloist);
        command.arg(verb).args(self.key(key)).args(options);
        if let Some(manner) = manner {
            command.arg("--").arg(self.stage.bot());
            command.args([witness::WORD.as_ref(), self.proof().as_os_str(), manner.as_ref()]);
        }
        self.prepare(command)
    }

    fn prepare(&self, mut command: Command) -> Command {
        let names = std::env::vars_os().map(|(name, _)| name);
        for name in names.filter(|name| name.as_encoded_bytes().starts_with(b"SOLOIST")) {
            command.env_remove(name);
        }
        command.env("SOLOIST_STATE_DIR", self.root.join("state")).env("HOME", self.root.join("home"));
        command.env("LC_ALL", "C").current_dir(&self.root).stdin(Stdio::null());
        command
    }

    /// Starts it; its stderr goes to the file `name`, its stdout to the descriptor that is answered.
    pub(super) fn spawn(&self, command: &mut Command, name: &str) -> io::Result<(u32, OwnedFd)> {
        command.stderr(File::create(self.root.join(name))?).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("no stdout"))?;
        Ok((child.id(), stdout.into()))
    }
}

/// Whether what was printed says that the program is inside; reads once.
pub(super) fn says_inside(stdout: &OwnedFd) -> io::Result<Option<bool>> {
    let mut buffer = [0u8; 512];
    let length = File::from(stdout.try_clone()?).read(&mut buffer)?;
    let text = String::from_utf8_lossy(&buffer[..length]);
    Ok((length != 0).then(|| text.contains(witness::INSIDE)))
}

/// Whether a record is whole, if there is one: a kill leaves the old one or the new one, never a half.
pub(super) fn is_whole_record(path: &Path) -> bool {
    let Ok(text) = fs::read(path) else { return true };
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(&text) else { return false };
    ["pid", "timestamp", "app_name", "schema"].iter().all(|name| value.get(name).is_some())
}
