//! The libraries, and what is known of each.

use std::path::PathBuf;

use rustix::process::Signal;

use crate::machine::{self, Outcome, root};

/// What a bot needs to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runtime {
    Python,
    Node,
    /// A Cargo project of its own.
    Cargo,
}

/// What becomes of the messages that a bot is working on when it is asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InFlight {
    /// They are answered first.
    Finished,
    /// They were confirmed before they were handled, and are given up.
    Lost,
    /// They are confirmed after they were handled, and some come again.
    Repeated,
}

/// A library from its registry, and the small bot in `bots/` that uses it.
#[derive(Debug)]
pub(crate) struct Library {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// The package's name where it is not the library's.
    pub(crate) package: &'static str,
    pub(crate) runtime: Runtime,
    /// The signal that loses least.
    pub(crate) stop_signal: &'static str,
    pub(crate) in_flight: InFlight,
    /// Only in the long run.
    pub(crate) long: bool,
}

const fn python(name: &'static str, version: &'static str, in_flight: InFlight) -> Library {
    let runtime = Runtime::Python;
    Library { name, version, package: name, runtime, stop_signal: "TERM", in_flight, long: false }
}

const fn node(
    name: &'static str,
    package: &'static str,
    version: &'static str,
    in_flight: InFlight,
) -> Library {
    let runtime = Runtime::Node;
    Library { name, version, package, runtime, stop_signal: "TERM", in_flight, long: false }
}

/// All of them, in the order of the table.
pub(crate) const LIBRARIES: &[Library] = &[
    python("aiogram", "3.31.0", InFlight::Lost),
    python("python-telegram-bot", "22.8", InFlight::Finished),
    python("pyTelegramBotAPI", "4.37.1", InFlight::Lost),
    node("grammY", "grammy", "1.46.0", InFlight::Repeated),
    node("Telegraf", "telegraf", "4.16.3", InFlight::Finished),
    Library {
        name: "teloxide",
        version: "0.17.0",
        package: "teloxide",
        runtime: Runtime::Cargo,
        stop_signal: "INT",
        in_flight: InFlight::Finished,
        long: false,
    },
    Library {
        name: "frankenstein",
        version: "0.52.1",
        package: "frankenstein",
        runtime: Runtime::Cargo,
        stop_signal: "TERM",
        in_flight: InFlight::Repeated,
        long: true,
    },
    Library {
        long: true,
        ..node("node-telegram-bot-api", "node-telegram-bot-api", "0.66.0", InFlight::Lost)
    },
];

/// The library of this name, in any case.
pub(crate) fn named(word: &str) -> Outcome<&'static Library> {
    let found = LIBRARIES.iter().find(|library| library.name.eq_ignore_ascii_case(word));
    let names = || LIBRARIES.iter().map(|library| library.name).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| format!("no library {word:?}: there are {}", names()))
}

/// Where everything of this command lives.
pub(crate) fn place() -> PathBuf {
    machine::target().join("telegram")
}

impl Library {
    /// The directory of its bot.
    pub(crate) fn source(&self) -> PathBuf {
        root().join("bots").join(self.name)
    }

    /// The file that is the bot's program.
    pub(crate) fn program(&self) -> PathBuf {
        match self.runtime {
            Runtime::Python => self.source().join("bot.py"),
            Runtime::Node => self.source().join("bot.js"),
            Runtime::Cargo => place().join("cargo").join(self.name).join("debug/bot"),
        }
    }

    /// How the program, copied under this name, is run in its directory.
    pub(crate) fn command(&self, copy: &str) -> Vec<String> {
        match self.runtime {
            Runtime::Python => vec![venv_python(), copy.into()],
            Runtime::Node => vec!["node".into(), copy.into()],
            Runtime::Cargo => vec![format!("./{copy}")],
        }
    }

    /// The signal of that name.
    pub(crate) fn signal(&self) -> Signal {
        if self.stop_signal == "INT" { Signal::INT } else { Signal::TERM }
    }

    /// The options that soloist needs for it to lose least.
    pub(crate) fn options(&self) -> Vec<String> {
        ["--stop-signal", self.stop_signal, "--grace", "30s"].map(str::to_owned).to_vec()
    }
}

/// The Python of the private environment.
pub(crate) fn venv_python() -> String {
    place().join("venv/bin/python").to_string_lossy().into_owned()
}
