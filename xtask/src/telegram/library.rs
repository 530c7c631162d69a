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

/// How a bot is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As the library's first page shows it.
    Plain,
    /// With what it takes to finish before it stops.
    Careful,
    /// With a claim of its own, right before it polls.
    Late,
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
    /// They are confirmed while their handlers run or a moment later: some are given up, some come again.
    LostOrRepeated,
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
    /// There is a second bot, which takes care that nothing in flight is lost or repeated; with the packages it needs.
    pub(crate) careful: Option<&'static [(&'static str, &'static str)]>,
    /// The example of a bot that claims by itself, right before it polls: its name in `examples/late/`.
    pub(crate) late: Option<&'static str>,
    /// Only in the long run.
    pub(crate) long: bool,
}

const fn python(name: &'static str, version: &'static str, in_flight: InFlight) -> Library {
    let runtime = Runtime::Python;
    Library {
        name,
        version,
        package: name,
        runtime,
        stop_signal: "TERM",
        in_flight,
        careful: None,
        late: None,
        long: false,
    }
}

const fn node(
    name: &'static str,
    package: &'static str,
    version: &'static str,
    in_flight: InFlight,
) -> Library {
    let runtime = Runtime::Node;
    Library {
        name,
        version,
        package,
        runtime,
        stop_signal: "TERM",
        in_flight,
        careful: None,
        late: None,
        long: false,
    }
}

/// All of them, in the order of the table.
pub(crate) const LIBRARIES: &[Library] = &[
    Library {
        careful: Some(&[]),
        late: Some("aiogram_bot.py"),
        ..python("aiogram", "3.31.0", InFlight::Lost)
    },
    Library { late: Some("ptb_bot.py"), ..python("python-telegram-bot", "22.8", InFlight::Finished) },
    Library { careful: Some(&[]), ..python("pyTelegramBotAPI", "4.37.1", InFlight::LostOrRepeated) },
    Library {
        careful: Some(&[("@grammyjs/runner", "2.0.3")]),
        ..node("grammY", "grammy", "1.46.0", InFlight::Repeated)
    },
    node("Telegraf", "telegraf", "4.16.3", InFlight::Finished),
    Library {
        name: "teloxide",
        version: "0.17.0",
        package: "teloxide",
        runtime: Runtime::Cargo,
        stop_signal: "INT",
        in_flight: InFlight::Finished,
        careful: None,
        late: Some("teloxide"),
        long: false,
    },
    Library {
        name: "frankenstein",
        version: "0.52.1",
        package: "frankenstein",
        runtime: Runtime::Cargo,
        stop_signal: "TERM",
        in_flight: InFlight::Repeated,
        careful: None,
        late: None,
        long: true,
    },
    Library {
        long: true,
        ..node("node-telegram-bot-api", "node-telegram-bot-api", "0.66.0", InFlight::LostOrRepeated)
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

    /// Its example of a late claim: a file, or the directory of a Cargo project.
    pub(crate) fn late_source(&self) -> Option<PathBuf> {
        self.late.map(|name| root().join("examples/late").join(name))
    }

    /// The file that is the bot's program.
    pub(crate) fn program(&self, manner: Manner) -> PathBuf {
        let name = match manner {
            Manner::Plain => "bot",
            Manner::Careful => "careful",
            Manner::Late => "late",
        };
        match (self.runtime, self.late_source()) {
            (Runtime::Cargo, _) => place().join("cargo").join(self.name).join("debug").join(name),
            (_, Some(example)) if manner == Manner::Late => example,
            (Runtime::Python, _) => self.source().join(name).with_extension("py"),
            (Runtime::Node, _) => self.source().join(name).with_extension("js"),
        }
    }

    /// Whether there is a bot of that manner.
    pub(crate) fn has(&self, manner: Manner) -> bool {
        match manner {
            Manner::Plain => true,
            Manner::Careful => self.careful.is_some(),
            Manner::Late => self.late.is_some(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bot_is_there() {
        for library in LIBRARIES {
            assert!(library.source().is_dir(), "{}", library.name);
            assert!(library.late_source().is_none_or(|example| example.exists()), "{}", library.name);
            for manner in [Manner::Plain, Manner::Careful, Manner::Late] {
                let wanted = library.has(manner) && library.runtime != Runtime::Cargo;
                assert!(!wanted || library.program(manner).is_file(), "{} {manner:?}", library.name);
            }
        }
    }
}
