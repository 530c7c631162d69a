//! What the doctor has found, and the sentence that tells of it.

use std::io;

use serde::Serialize;

use crate::problem::Problem;
use crate::{escape, failure, redact};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// As it should be.
    Ok,
    /// The promises hold, but something that people count on may not.
    Warning,
    /// A promise cannot be kept.
    Error,
}

/// A sentence that a finding can be; `{name}` in it stands for a value of the finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Which sentence this is, finer than the code: for those who tell it in another language.
    pub name: &'static str,
    /// How bad that is.
    pub severity: Severity,
    /// The stable name of what was looked at, or of what is wrong with it.
    pub code: &'static str,
    /// What was found.
    pub message: &'static str,
    /// What to type or do; empty where nothing is to be done.
    pub remedy: &'static str,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The stable name of what was looked at, or of what is wrong with it.
    pub code: &'static str,
    /// What was found.
    pub message: String,
    /// What to type or do; none where nothing is to be done.
    pub remedy: Option<String>,
    /// The sentence's name, for those who tell it in another language.
    #[serde(skip)]
    pub sentence: &'static str,
    /// What stands in the sentence: no secrets, no control characters.
    #[serde(skip)]
    pub values: Vec<(&'static str, String)>,
    /// The problem of the key that this finding passes on.
    #[serde(skip)]
    pub problem: Option<Problem>,
}

impl Finding {
    /// What a sentence says with these values, which lose secrets and control characters.
    #[must_use]
    pub fn of(sentence: &Sentence, values: &[(&'static str, &str)]) -> Self {
        Self::coded(sentence, sentence.code, values)
    }

    /// A sentence that tells of several things, each with a code of its own.
    pub(super) fn coded(sentence: &Sentence, code: &'static str, values: &[(&'static str, &str)]) -> Self {
        let clean = |text: &str| escape::line(&redact::text(text));
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, clean(value))).collect();
        Self {
            severity: sentence.severity,
            code,
            message: filled(sentence.message, &values),
            remedy: Some(filled(sentence.remedy, &values)).filter(|remedy| !remedy.is_empty()),
            sentence: sentence.name,
            values,
            problem: None,
        }
    }

    pub(super) fn of_problem(problem: Problem) -> Self {
        Self {
            severity: Severity::Error,
            code: problem.code,
            message: problem.message.clone(),
            remedy: Some(problem.remedy.clone()).filter(|remedy| !remedy.is_empty()),
            sentence: problem.sentence,
            values: Vec::new(),
            problem: Some(problem),
        }
    }
}

/// Why something failed: the system's own words where they are all there is.
pub(super) fn reason(error: &io::Error) -> String {
    if error.raw_os_error().is_some() { failure::reason(error) } else { error.to_string() }
}

fn filled(text: &str, values: &[(&'static str, String)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    // From left to right, so that a value that looks like a place is none.
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        filled.push_str(before);
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => filled.push_str(value),
            None => filled.push_str(name),
        }
        rest = after;
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: Sentence = Sentence {
        name: "about",
        severity: Severity::Warning,
        code: "about",
        message: "{path}: {reason}!",
        remedy: "",
    };

    #[test]
    fn values_stand_in_their_places_and_nowhere_else() {
        let finding = Finding::of(&ABOUT, &[("path", "/a {reason}"), ("reason", "gone")]);
        assert_eq!(finding.message, "/a {reason}: gone!");
        assert_eq!(finding.remedy, None);
    }

    #[test]
    fn values_carry_no_secret_and_drive_no_terminal() {
        let finding = Finding::of(&ABOUT, &[("path", "/x?token=abcdefgh"), ("reason", "\u{1b}[2J")]);
        assert!(!finding.message.contains("abcdefgh"), "{}", finding.message);
        assert!(!finding.message.contains('\u{1b}'), "{}", finding.message);
    }
}
