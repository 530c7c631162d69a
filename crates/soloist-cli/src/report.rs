//! What is printed: facts to stdout, everything else to stderr, never a secret, never a control character of
//! somebody else's.

use std::io::Write as _;
use std::time::Duration;

use serde::Serialize;
use soloist::{Conflict, HolderInfo, Problem, ProcessInfo, escape, redact};

use crate::arguments::LogFormat;
use crate::exit;
use crate::language::Voice;

/// How loud soloist is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(crate) enum Loudness {
    /// Errors only.
    Quiet,
    /// Errors and what everybody should know.
    Normal,
    /// What is being done.
    Verbose,
}

/// Where messages of `run` go.
pub(crate) struct Log {
    pub(crate) loudness: Loudness,
    pub(crate) format: LogFormat,
    pub(crate) voice: Voice,
}

#[derive(Serialize)]
struct Entry<'a> {
    schema: &'static str,
    at: String,
    level: &'static str,
    message: &'a str,
}

impl Log {
    pub(crate) fn error(&self, message: &str) {
        self.write("error", message);
    }

    /// The message is made only for those who want to hear it.
    pub(crate) fn detail(&self, message: impl FnOnce() -> String) {
        if self.loudness >= Loudness::Verbose {
            self.write("info", &message());
        }
    }

    pub(crate) fn notice(&self, message: &str) {
        if self.loudness >= Loudness::Normal {
            self.write("info", message);
        }
    }

    fn write(&self, level: &'static str, message: &str) {
        let message = redact::text(message);
        let line = match self.format {
            LogFormat::Text if level == "error" => format!("soloist: error: {}\n", lines(&message)),
            LogFormat::Text => format!("soloist: {}\n", lines(&message)),
            LogFormat::Json => {
                let at = jiff::Timestamp::now().display_with_offset(jiff::tz::Offset::UTC).to_string();
                let entry = Entry { schema: "soloist.log/1", at, level, message: &message };
                serde_json::to_string(&entry).unwrap_or_default() + "\n"
            }
        };
        to_stderr(&line);
    }

    /// A refusal: who, since when, where, and what to type next.
    pub(crate) fn refusal(&self, headline: &str, conflict: &Conflict, waited: Option<Duration>) {
        let mut message = explain(&self.voice, headline, conflict);
        if let Some(waited) = waited {
            message.push_str("\n  ");
            // Rust calls no time at all "0ns", which is no duration of ours.
            let time = if waited.is_zero() { "0s".into() } else { format!("{waited:?}") };
            message.push_str(&self.voice.say("waited", &[("time", time.into())]));
        }
        if self.loudness > Loudness::Quiet {
            self.write("error", &message);
        }
    }
}

/// Our own line breaks stay, everything else is made visible.
fn lines(message: &str) -> String {
    message.split('\n').map(escape::line).collect::<Vec<_>>().join("\n")
}

fn to_stderr(text: &str) {
    // There is nobody left to tell when stderr is gone.
    std::io::stderr().write_all(text.as_bytes()).ok();
}

/// Prints bytes to stdout.
pub(crate) fn print(bytes: &[u8]) -> u8 {
    match std::io::stdout().write_all(bytes).and_then(|()| std::io::stdout().flush()) {
        Ok(()) => exit::OK,
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.split(" (os error").next().unwrap_or_default().to_lowercase();
            fail(&format!("cannot write to the standard output: {reason}"), exit::FAILURE)
        }
    }
}

/// Prints a help text or a complaint about the command line.
pub(crate) fn answer(text: &str, code: u8) -> u8 {
    if code == exit::OK {
        return print(text.as_bytes());
    }
    to_stderr(text);
    code
}

/// Prints an error.
pub(crate) fn fail(message: &str, code: u8) -> u8 {
    to_stderr(&format!("soloist: error: {}\n", lines(&redact::text(message))));
    code
}

#[derive(Serialize)]
struct Document<'a, T> {
    schema: &'static str,
    #[serde(flatten)]
    body: &'a T,
}

/// Prints a JSON document with its schema first.
pub(crate) fn document<T: Serialize>(schema: &'static str, body: &T) -> u8 {
    match serde_json::to_string_pretty(&Document { schema, body }) {
        Ok(text) => print(format!("{text}\n").as_bytes()),
        Err(error) => fail(&format!("cannot write the document {schema}: {error}"), exit::FAILURE),
    }
}

/// The holder, with the program under it.
pub(crate) fn holder(voice: &Voice, holder: &HolderInfo) -> String {
    let line = process(voice, &holder.process);
    match holder.program_pid.filter(|&pid| pid != holder.process.pid) {
        Some(pid) => format!("{line}, {}", voice.say("program-pid", &[("pid", pid.to_string().into())])),
        None => line,
    }
}

/// `pid 7: python3 main.py`, and below it where, whose and since when.
pub(crate) fn process(voice: &Voice, process: &ProcessInfo) -> String {
    let command = escape::command(&process.command);
    let first = voice.say("process", &[("pid", process.pid.to_string().into()), ("command", command.into())]);
    let say = |id: &str, name: &str, value: Option<String>| {
        value.map(|value| voice.say(id, &[(name, value.into())]))
    };
    let about = [
        say("in-directory", "directory", process.cwd.as_deref().map(escape::line)),
        say("as-user", "user", process.user.as_deref().map(escape::line)),
        say("since", "time", process.started_at.as_deref().map(local)),
        process.origin.words().map(|words| escape::line(&words)),
    ];
    format!("{first}\n    {}", about.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// What is wrong, and what to do about it.
pub(crate) fn problem(voice: &Voice, problem: &Problem) -> String {
    let about = escape::line(&redact::text(&problem.about));
    let message = voice.say(&format!("problem-{}", problem.sentence), &[("about", about.into())]);
    let remedy = [("command", escape::line(&problem.remedy).into())];
    format!("{}: {message}; {}", problem.code, voice.say(&format!("remedy-{}", problem.sentence), &remedy))
}

/// A document's time in this machine's zone.
pub(crate) fn local(stamp: &str) -> String {
    let Ok(moment) = stamp.parse::<jiff::Timestamp>() else { return escape::line(stamp) };
    moment.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The whole of a refusal.
fn explain(voice: &Voice, headline: &str, conflict: &Conflict) -> String {
    let mut parts = vec![voice.say(headline, &[("key", escape::line(&conflict.key).into())])];
    if let Some(holder) = &conflict.holder {
        parts.push(self::holder(voice, holder));
    } else if conflict.duplicates.is_empty() {
        parts.push(voice.say("holder-unseen", &[]));
    }
    for duplicate in &conflict.duplicates {
        parts.push(format!("{} ({})", process(voice, duplicate), voice.say("without-claim", &[])));
    }
    parts.extend(conflict.problems.iter().map(|found| problem(voice, found)));
    parts.push(voice.say("to-end", &[("command", escape::line(&conflict.remedy).into())]));
    parts.join("\n  ")
}
