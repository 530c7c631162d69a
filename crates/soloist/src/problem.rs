//! What is not as it should be, in sentences with a remedy.

use serde::Serialize;

use crate::{escape, redact};

/// Something that is not as it should be, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// `ghost`, `duplicates`, `lock-removed`, `lock-replaced`, `foreign-user`, `other-namespace`, `foreign-lock`,
    /// `managed`, `war`, `survived`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to type or do.
    pub remedy: String,
    /// Which sentence this is, finer than the code: for those who tell it in another language.
    #[serde(skip)]
    pub sentence: &'static str,
    /// The pid, path or user that the sentence is about.
    #[serde(skip)]
    pub about: String,
}

/// The sentences: code in documents, finer name, message around `{}`, remedy.
const SENTENCES: [(&str, &str, &str, &str); 16] = [
    ("managed", "managed", "{} would be started again by its supervisor", ""),
    (
        "ghost",
        "ghost",
        "pid {} was left behind by a soloist that was killed, and still keeps the claim",
        "end it with soloist stop",
    ),
    ("ghost", "outlived", "pid {} was left behind by an earlier instance", "end it with soloist stop"),
    (
        "duplicates",
        "duplicates",
        "{} running without the claim",
        "end them with soloist stop, or take over with --replace",
    ),
    (
        "lock-removed",
        "lock-removed",
        "{} was removed under its holder",
        "the claim itself is safe; restart the program to put the file back",
    ),
    (
        "lock-replaced",
        "lock-replaced",
        "{} was replaced under its holder",
        "the claim itself is safe; restart the program to put the file back",
    ),
    (
        "foreign-user",
        "foreign-user",
        "an instance belongs to another user ({})",
        "ask that user to end it, or act as root",
    ),
    (
        "foreign-user",
        "holder-unseen",
        "the claim is kept by a process that cannot be seen from here{}",
        "look as root, at the same key: sudo soloist status",
    ),
    (
        "foreign-user",
        "denied",
        "pid {} may not be signalled by this user",
        "ask its user to end it, or act as root",
    ),
    (
        "foreign-lock",
        "other-tool",
        "pid {} locks the file with another tool and is no instance of the program",
        "end it yourself, or choose another lock path",
    ),
    (
        "other-namespace",
        "other-namespace",
        "the claim is kept in another container or pid namespace, by pid {} there",
        "stop it there",
    ),
    (
        "other-namespace",
        "inside-container",
        "pid {} runs in another container or pid namespace",
        "stop it there, or it may be started again",
    ),
    ("war", "war", "{}: they keep replacing each other", "stop one of them for good"),
    (
        "survived",
        "survived",
        "pid {} did not end within the grace",
        "allow SIGKILL, or give it more time with --grace",
    ),
    (
        "survived",
        "dying",
        "pid {} is just dying, and keeps the claim until it is gone",
        "look again in a moment",
    ),
    (
        "survived",
        "uninterruptible",
        "pid {} hangs in an uninterruptible system call",
        "it ends when its device or file system answers, not before",
    ),
];

impl Problem {
    /// The problem with this name, about this pid, path or user.
    pub(crate) fn of(sentence: &str, about: impl Into<String>) -> Option<Self> {
        let about = about.into();
        let (code, sentence, message, remedy) = *SENTENCES.iter().find(|known| known.1 == sentence)?;
        let message = message.replace("{}", &escape::line(&redact::text(&about)));
        Some(Self { code, message, remedy: remedy.into(), sentence, about })
    }
}
