//! Whether each answer was true at some moment between its question and its response.

use super::holds::{Hold, Holds};
use super::story::{Attempt, Span, Story};
use super::{End, Fact, Violation};
use crate::fault::action::Policy;
use crate::fault::manner::FAILED;

/// Checks every answer; how many there were.
pub(super) fn check(story: &Story, holds: &Holds) -> Result<usize, Violation> {
    for (number, attempt) in story.attempts.iter().enumerate() {
        check_end(story, holds, number).map_err(|what| Violation {
            span: attempt.span,
            what: format!("pid {} ended with {:?}, {what}", attempt.pid, attempt.end),
        })?;
    }
    for answer in &story.answers {
        check_fact(story, holds, answer.span, answer.fact)
            .map_err(|what| Violation { span: answer.span, what: format!("{:?}: {what}", answer.fact) })?;
    }
    Ok(story.attempts.len() + story.answers.len())
}

/// The other starts, with their holds.
fn others<'a>(
    story: &'a Story,
    holds: &'a Holds,
    number: usize,
) -> impl Iterator<Item = (&'a Attempt, &'a Hold)> {
    let all = story.attempts.iter().zip(&holds.0).enumerate();
    all.filter(move |(other, _)| *other != number).map(|(_, pair)| pair)
}

fn check_end(story: &Story, holds: &Holds, number: usize) -> Result<(), &'static str> {
    let (attempt, hold) = (&story.attempts[number], &holds.0[number]);
    let mut others = others(story, holds, number);
    let fine = match attempt.end {
        End::Code(0) => hold.certain.is_some(),
        End::Code(code) if code == i32::from(FAILED) => hold.certain.is_some(),
        End::Code(75 | 77) => {
            others.any(|(_, other)| other.able && other.possible.overlaps(attempt.span))
                || story.rivals.iter().any(|rival| rival.overlaps(attempt.span))
        }
        End::Code(76) => others.any(|(other, held)| is_newer(other, held, attempt, hold)),
        _ => true,
    };
    let why = match attempt.end {
        End::Code(75 | 77) => "and nobody can have held the claim meanwhile",
        End::Code(76) => "and nobody newer was there",
        _ => "and was never seen inside",
    };
    if fine { Ok(()) } else { Err(why) }
}

/// Whether the other one may be the newer one to which this one gave way: it claimed after this one had started, or
/// it came to replace while this one was there.
fn is_newer(other: &Attempt, held: &Hold, attempt: &Attempt, hold: &Hold) -> bool {
    let latest_claim = held.certain.map_or(held.possible.to, |certain| certain.from);
    let claimed = held.able && latest_claim >= attempt.span.from && other.span.from <= attempt.span.to;
    let reach = Span { from: hold.certain.map_or(attempt.span.from, |it| it.from), to: attempt.span.to };
    let replaces = other.policy == Policy::Replace
        && other.span.overlaps(reach)
        && hold.certain.is_none_or(|_| other.span.to >= attempt.span.from);
    match hold.certain {
        // It ran: only somebody who replaces can have ended it.
        Some(_) => replaces,
        None => claimed || replaces,
    }
}

fn check_fact(story: &Story, holds: &Holds, span: Span, fact: Fact) -> Result<(), String> {
    match fact {
        Fact::Free => {
            let covers = |hold: &&Hold| hold.certain.is_some_and(|it| it.from < span.from && it.to > span.to);
            let holder = holds.0.iter().find(covers);
            holder.map_or(Ok(()), |hold| Err(format!("somebody held all the time: {:?}", hold.certain)))
        }
        Fact::Held(pid) => {
            let owner = story.owner(pid, span.to);
            let held = owner.is_some_and(|owner| holds.0[owner].possible.overlaps(span));
            if held { Ok(()) } else { Err("it cannot have held the claim then".into()) }
        }
    }
}
