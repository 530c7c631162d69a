//! The bot libraries, and what each needs so that nothing is lost when it is replaced.

use std::time::Duration;

/// The language whose programs use a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Node,
    Rust,
}

/// What becomes of the updates that were fetched and are not answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// They are answered before it ends, if it is asked with its signal; SIGKILL loses them.
    Drains,
    /// They are confirmed before they are answered, and every signal loses them.
    Loses,
    /// They are answered before they are confirmed: none is lost, some may be answered twice.
    Repeats,
}

/// When the library removes a webhook by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removal {
    /// At every start (some look first whether there is one, which comes to the same).
    AtStart,
    /// When another copy polls.
    OnConflict,
    Never,
}

/// A library for bots that poll.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Library {
    pub(super) name: &'static str,
    pub(super) language: Language,
    /// What programs import.
    pub(super) modules: &'static [&'static str],
    /// What lists of dependencies name, in lower case with `-` between words.
    pub(super) packages: &'static [&'static str],
    /// The value of `--stop-signal` that loses least.
    pub(super) stop_signal: &'static str,
    /// The value of `--grace`: the time that draining may take.
    pub(super) grace: Duration,
    pub(super) ending: Ending,
    pub(super) removal: Removal,
    /// What the program must call when the stop signal comes, since the library does not; empty where it does, or
    /// where there is nothing to call.
    pub(super) on_signal: &'static str,
    /// How it is told of another Bot API server.
    pub(super) root_setting: &'static str,
}

const LONG: Duration = Duration::from_secs(30);
/// For those that end at once, or drop what they have in hand.
const SHORT: Duration = Duration::from_secs(10);

/// Every library that is known. One that builds on another stands before it.
pub(super) const LIBRARIES: &[Library] = &[
    Library {
        name: "aiogram",
        language: Language::Python,
        modules: &["aiogram"],
        packages: &["aiogram"],
        stop_signal: "TERM",
        grace: SHORT,
        ending: Ending::Loses,
        removal: Removal::Never,
        on_signal: "",
        root_setting: "AiohttpSession(api=TelegramAPIServer.from_base(URL))",
    },
    Library {
        name: "python-telegram-bot",
        language: Language::Python,
        modules: &["telegram.ext"],
        packages: &["python-telegram-bot"],
        stop_signal: "TERM",
        grace: LONG,
        ending: Ending::Drains,
        removal: Removal::AtStart,
        on_signal: "",
        root_setting: "ApplicationBuilder().base_url(URL + \"/bot\")",
    },
    Library {
        name: "pyTelegramBotAPI",
        language: Language::Python,
        modules: &["telebot"],
        packages: &["pytelegrambotapi"],
        stop_signal: "TERM",
        grace: SHORT,
        ending: Ending::Loses,
        removal: Removal::Never,
        on_signal: "",
        root_setting: "apihelper.API_URL = URL + \"/bot{0}/{1}\"",
    },
    Library {
        name: "teloxide",
        language: Language::Rust,
        modules: &["teloxide"],
        packages: &["teloxide"],
        stop_signal: "INT",
        grace: LONG,
        ending: Ending::Drains,
        removal: Removal::AtStart,
        on_signal: "",
        root_setting: "Bot::set_api_url(URL)",
    },
    Library {
        name: "frankenstein",
        language: Language::Rust,
        modules: &["frankenstein"],
        packages: &["frankenstein"],
        stop_signal: "TERM",
        grace: SHORT,
        ending: Ending::Repeats,
        removal: Removal::Never,
        on_signal: "",
        root_setting: "Bot::new_url(URL + \"/bot\" + TOKEN)",
    },
    Library {
        name: "grammY runner",
        language: Language::Node,
        modules: &["@grammyjs/runner", "grammy_runner"],
        packages: &["@grammyjs/runner"],
        stop_signal: "TERM",
        grace: LONG,
        ending: Ending::Drains,
        removal: Removal::AtStart,
        on_signal: "runner.stop()",
        root_setting: "new Bot(TOKEN, { client: { apiRoot: URL } })",
    },
    Library {
        name: "grammY",
        language: Language::Node,
        modules: &["grammy"],
        packages: &["grammy"],
        stop_signal: "TERM",
        grace: LONG,
        ending: Ending::Repeats,
        removal: Removal::AtStart,
        on_signal: "bot.stop()",
        root_setting: "new Bot(TOKEN, { client: { apiRoot: URL } })",
    },
    Library {
        name: "Telegraf",
        language: Language::Node,
        modules: &["telegraf"],
        packages: &["telegraf"],
        stop_signal: "TERM",
        grace: LONG,
        ending: Ending::Repeats,
        removal: Removal::AtStart,
        on_signal: "bot.stop()",
        root_setting: "new Telegraf(TOKEN, { telegram: { apiRoot: URL } })",
    },
    Library {
        name: "node-telegram-bot-api",
        language: Language::Node,
        modules: &["node-telegram-bot-api"],
        packages: &["node-telegram-bot-api"],
        stop_signal: "TERM",
        grace: SHORT,
        ending: Ending::Loses,
        removal: Removal::OnConflict,
        on_signal: "",
        root_setting: "new TelegramBot(TOKEN, { baseApiUrl: URL })",
    },
];

/// The libraries of a language among these names, in the table's order. One that another of them builds on is left
/// out: who runs grammY by its runner ends as the runner does.
pub(super) fn named(language: Language, is_named: impl Fn(&Library) -> bool) -> Vec<&'static Library> {
    let all = LIBRARIES.iter().filter(|library| library.language == language);
    let mut found: Vec<_> = all.filter(|library| is_named(library)).collect();
    if found.iter().any(|library| library.name == "grammY runner") {
        found.retain(|library| library.name != "grammY");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recommendations_are_options_that_are_understood() {
        for library in LIBRARIES {
            assert!(soloist::StopSignal::parse(library.stop_signal).is_some(), "{}", library.name);
            assert!(!library.modules.is_empty() && !library.packages.is_empty(), "{}", library.name);
            assert!(library.ending != Ending::Drains || library.grace == LONG, "{}", library.name);
        }
    }

    #[test]
    fn a_runner_stands_for_what_it_runs() {
        let names =
            |libraries: Vec<&Library>| libraries.iter().map(|library| library.name).collect::<Vec<_>>();
        assert_eq!(names(named(Language::Node, |l| l.name.starts_with("grammY"))), ["grammY runner"]);
        assert_eq!(names(named(Language::Rust, |_| true)), ["teloxide", "frankenstein"]);
    }
}
