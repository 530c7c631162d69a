//! Whether the history is whole and in order.

use super::story::{Attempt, Line, Span, Story};
use super::{End, Violation};

/// Checks the lines of the history; how many there are.
pub(super) fn check(story: &Story) -> Result<usize, Violation> {
    for (span, line) in &story.torn {
        if !story.may_lack(*span) {
            return Err(Violation { span: *span, what: format!("a line of the history is torn: {line}") });
        }
    }
    story.attempts.iter().try_for_each(|attempt| check_attempt(story, attempt))?;
    check_order(story)?;
    Ok(story.lines.len())
}

/// A claim, a refusal and a yield have a line each, if one could be written.
fn check_attempt(story: &Story, attempt: &Attempt) -> Result<(), Violation> {
    let lacks = |event: &str, span: Span| {
        let written = story.lines.iter().any(|line| is_of(story, line, attempt) && line.event == event);
        let violation = || Violation {
            span: attempt.span,
            what: format!("the history has no line for pid {}: {event}", attempt.pid),
        };
        if written || story.may_lack(span) { Ok(()) } else { Err(violation()) }
    };
    let of_attempt = |soloist: u32, came| {
        soloist == attempt.pid && story.owner(soloist, came).is_some_and(|at| story.attempts[at] == *attempt)
    };
    let mut visits = story.visits.iter().filter(|visit| of_attempt(visit.soloist, visit.came));
    let first = visits.next();
    if let Some(visit) = first {
        return lacks("claimed", Span { from: attempt.span.from, to: visit.came });
    }
    match attempt.end {
        End::Code(75 | 77) => lacks("refused", attempt.span),
        _ => Ok(()),
    }
}

fn is_of(story: &Story, line: &Line, attempt: &Attempt) -> bool {
    line.pid == attempt.pid && story.owner(line.pid, line.at).is_some_and(|at| story.attempts[at] == *attempt)
}

/// In each file a claim is released before the next one is made, unless it never was.
fn check_order(story: &Story) -> Result<(), Violation> {
    let mut lines: Vec<&Line> = story.lines.iter().collect();
    // The order within each file is kept: this sort is stable.
    lines.sort_by_key(|line| line.file);
    for file in lines.chunk_by(|one, other| one.file == other.file) {
        let claims = || file.iter().enumerate().filter(|(_, line)| line.event == "claimed");
        for (place, line) in claims() {
            let next = claims().map(|(next, _)| next).find(|next| *next > place).unwrap_or(file.len());
            let late = file[next..].iter().find(|it| it.event == "released" && is_same(story, it, line));
            if let Some(late) = late {
                let what = format!("pid {} is released after the next claim in the history", late.pid);
                return Err(Violation { span: Span { from: line.at, to: late.at }, what });
            }
        }
    }
    Ok(())
}

fn is_same(story: &Story, one: &Line, other: &Line) -> bool {
    one.pid == other.pid && story.owner(one.pid, one.at) == story.owner(other.pid, other.at)
}
