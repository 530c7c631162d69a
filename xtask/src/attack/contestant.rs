//! Who is attacked, and what its user types.

use std::path::{Path, PathBuf};

/// One way to keep a program single.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contestant {
    Flock,
    RunThisOne,
    StartStopDaemon,
    Filelock,
    Psutil,
    Soloist,
}

/// Which process start-stop-daemon means, as its manual page recommends: by a pid file and the executable.
const DAEMON: &str = "--chdir \"$PWD\" --pidfile \"$PWD/bot.pid\" --exec \"$PYTHON\"";

/// All of them, in the order of the table's columns.
pub(super) const ALL: [Contestant; 6] = [
    Contestant::Flock,
    Contestant::RunThisOne,
    Contestant::StartStopDaemon,
    Contestant::Filelock,
    Contestant::Psutil,
    Contestant::Soloist,
];

impl Contestant {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Flock => "flock",
            Self::RunThisOne => "run-this-one",
            Self::StartStopDaemon => "start-stop-daemon",
            Self::Filelock => "filelock",
            Self::Psutil => "psutil guard",
            Self::Soloist => "soloist",
        }
    }

    /// The program's text: two contestants live in it.
    pub(super) fn program(self) -> String {
        let guard = match self {
            Self::Filelock => include_str!("programs/filelock_guard.py"),
            Self::Psutil => include_str!("programs/psutil_guard.py"),
            _ => "",
        };
        format!("{guard}{}", include_str!("programs/bot.py"))
    }

    /// What starts the program, so that at most one runs.
    pub(super) fn start(self, script: &str) -> String {
        match self {
            Self::Flock => format!("flock -n bot.lock python3 {script}"),
            Self::RunThisOne => format!("run-this-one python3 {script}"),
            Self::StartStopDaemon => format!("start-stop-daemon --start {DAEMON} --make-pidfile -- {script}"),
            Self::Filelock | Self::Psutil => format!("python3 {script}"),
            Self::Soloist => format!("soloist run --lock bot.lock -- python3 {script}"),
        }
    }

    /// What starts it in the place of the one that runs, where that is offered.
    pub(super) fn take_over(self, script: &str) -> Option<String> {
        match self {
            Self::Flock | Self::Filelock => None,
            Self::RunThisOne | Self::Psutil => Some(self.start(script)),
            Self::StartStopDaemon => Some(format!(
                "start-stop-daemon --stop --oknodo --quiet --retry TERM/1/KILL/1 {DAEMON}; {}",
                self.start(script)
            )),
            Self::Soloist => {
                Some(format!("soloist run --lock bot.lock --replace --grace 1s -- python3 {script}"))
            }
        }
    }

    /// The file that it locks, or keeps a pid in; for one that names it by a hash, the one that is there.
    pub(super) fn file(self, place: &Path) -> Option<PathBuf> {
        match self {
            Self::Flock | Self::Filelock | Self::Soloist => Some(place.join("bot.lock")),
            Self::StartStopDaemon | Self::Psutil => Some(place.join("bot.pid")),
            Self::RunThisOne => files_in(&place.join("home/.cache/run-one")).pop(),
        }
    }

    /// Every file that it has made.
    pub(super) fn files(self, place: &Path) -> Vec<PathBuf> {
        let more = match self {
            Self::Soloist => files_in(&place.join("state")),
            _ => Vec::new(),
        };
        let record = (self == Self::Soloist).then(|| place.join("bot.lock.info"));
        self.file(place).into_iter().chain(record).chain(more).filter(|path| path.exists()).collect()
    }
}

fn files_in(place: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
}
