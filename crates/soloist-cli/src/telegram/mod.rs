//! What `soloist doctor --telegram` asks the Bot API, and what it knows of bot libraries.
//!
//! Two calls are made, `getMe` and `getWebhookInfo`, and never another one: a `getUpdates` would take the place of
//! the bot that polls. The token is part of every URL, so no error of the HTTP client is ever shown: each is told in
//! a sentence of our own, and what a server answers is shown only where its form is known.

mod answer;
mod api;
mod drops;
mod failure;
mod libraries;
mod manifest;
#[cfg(test)]
mod properties;
mod question;
mod recognise;
mod root;
mod search;
mod sentences;

use std::path::Path;

use soloist::doctor::Finding;

pub(crate) use question::Question;
pub(crate) use root::Root;
#[cfg(test)]
pub(crate) use sentences::SENTENCES;

/// What there is to say of the bot, of its server, and of the library that the program uses.
pub(crate) fn look(question: Option<&Question>, program: Option<&Path>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(question) = question {
        findings.extend(question.root.finding());
        findings.extend(question.answers());
    }
    if let Some(program) = program {
        let seen = search::look(program);
        findings.extend(seen.libraries.iter().flat_map(|found| found.findings(question)));
        findings.extend(seen.drops.map(|drops| drops.finding()));
    }
    findings
}
