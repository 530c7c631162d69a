//! What is printed: facts to stdout, everything else to stderr, never a secret, never a control character of
//! somebody else's.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use serde::Serialize;
use soloist::{Conflict, HolderInfo, ProcessInfo, escape, redact};

use crate::arguments::{Language, LogFormat};
use crate::exit;
use crate::language::{Text, text};

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
#[derive(Clone, Copy, Debug)]
pub(crate) struct Log {
    pub(crate) loudness: Loudness,
    pub(crate) format: LogFormat,
    pub(crate) language: Language,
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

    pub(crate) fn detail(&self, message: &str) {
        if self.loudness >= Loudness::Verbose {
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
    pub(crate) fn refusal(&self, headline: Text, conflict: &Conflict, waited: Option<Duration>) {
        let mut message = explain(self.language, headline, conflict);
        if let Some(waited) = waited {
            push(&mut message, format_args!("\n  {} {waited:?}", text(self.language, Text::Waited)));
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
        Err(error) => fail(&format!("cannot write to the standard output: {error}"), exit::FAILURE),
    }
}

/// Prints a help text or a complaint about the command line.
pub(crate) fn answer(text: &str, code: u8) {
    if code == exit::OK {
        print(text.as_bytes());
    } else {
        to_stderr(text);
    }
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
pub(crate) fn holder(language: Language, holder: &HolderInfo) -> String {
    let line = process(language, &holder.process);
    match holder.program_pid.filter(|&pid| pid != holder.process.pid) {
        Some(pid) => format!("{line}, {} pid {pid}", text(language, Text::Program)),
        None => line,
    }
}

/// `pid 7: python3 main.py` and what is known about it.
pub(crate) fn process(language: Language, process: &ProcessInfo) -> String {
    let mut line = format!("pid {}: {}", process.pid, escape::command(&process.command));
    let mut add = |piece: std::fmt::Arguments<'_>| push(&mut line, piece);
    if let Some(cwd) = &process.cwd {
        add(format_args!("\n    {} {}", text(language, Text::Directory), escape::line(cwd)));
    }
    if let Some(user) = &process.user {
        add(format_args!(", {} {}", text(language, Text::User), escape::line(user)));
    }
    if let Some(since) = &process.started_at {
        add(format_args!(", {} {}", text(language, Text::Claimed), local(since)));
    }
    if process.origin.kind != "unknown" {
        add(format_args!(", {}", escape::line(&process.origin.kind)));
    }
    line
}

fn push(line: &mut String, piece: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    line.write_fmt(piece).ok();
}

/// A document's time in this machine's zone.
fn local(stamp: &str) -> String {
    let Ok(moment) = stamp.parse::<jiff::Timestamp>() else { return escape::line(stamp) };
    moment.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The whole of a refusal.
fn explain(language: Language, headline: Text, conflict: &Conflict) -> String {
    let mut parts = vec![format!("{}: {}", text(language, headline), escape::line(&conflict.key))];
    if let Some(holder) = &conflict.holder {
        parts.push(format!("  {}", self::holder(language, holder)));
    } else if conflict.duplicates.is_empty() {
        parts.push(format!("  {}", text(language, Text::NobodySeen)));
    }
    for duplicate in &conflict.duplicates {
        parts.push(format!("  {} ({})", process(language, duplicate), text(language, Text::WithoutClaim)));
    }
    for problem in &conflict.problems {
        parts.push(format!("  {}: {} ({})", problem.code, problem.message, problem.remedy));
    }
    parts.push(format!("  {}: {}", text(language, Text::ToEnd), escape::line(&conflict.remedy)));
    parts.join("\n")
}
