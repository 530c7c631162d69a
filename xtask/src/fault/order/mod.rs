//! Whether one order of claims, releases and answers explains everything that was seen of a key.
//!
//! A claim is a lock, so its history is linearizable if every operation can be thought to happen at one moment
//! between its invocation and its response, and those moments make sense one after the other. For one lock that is
//! decided without a search: what certainly held the claim must not overlap, and every answer needs somebody who
//! may have held it, or may not, at some moment of its own span.
//!
//! All of it is a pure function of a [`Story`], so its tests tell it wrong stories.

mod answers;
mod holds;
mod lines;
mod story;
#[cfg(test)]
mod tests;

use std::fmt;

pub(super) use story::{Answer, Attempt, End, Fact, Line, Span, Story, Visit};

use holds::Holds;

/// What no order explains, and where in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Violation {
    pub(super) span: Span,
    pub(super) what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?})", self.what, self.span)
    }
}

/// How much was checked: a check of nothing finds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) claims: usize,
    pub(super) answers: usize,
    pub(super) lines: usize,
}

/// Looks for an order that explains the story.
///
/// # Errors
/// The first thing that none explains.
pub(super) fn check(story: &Story) -> Result<Checked, Violation> {
    let holds = Holds::of(story)?;
    let claims = holds.check()?;
    let answers = answers::check(story, &holds)?;
    let lines = lines::check(story)?;
    Ok(Checked { claims, answers, lines })
}
