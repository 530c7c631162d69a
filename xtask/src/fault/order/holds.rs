//! When each start held the claim: certainly, and possibly.

use std::time::Duration;

use super::story::{Attempt, Span, Story};
use super::{End, Violation};

/// When a start held the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hold {
    /// Between two moments at which somebody has seen it hold.
    pub(super) certain: Option<Span>,
    /// Between the moments before and after which it cannot have held.
    pub(super) possible: Span,
    /// Whether it may have held at all: one that was refused has told that it did not.
    pub(super) able: bool,
}

/// The holds, in the order of the story's attempts.
#[derive(Debug)]
pub(super) struct Holds(pub(super) Vec<Hold>);

impl Holds {
    pub(super) fn of(story: &Story) -> Result<Self, Violation> {
        let certain = certain(story)?;
        let mut begins: Vec<Duration> = certain.iter().flatten().map(|span| span.from).collect();
        begins.sort();
        let hold = |(attempt, certain): (&Attempt, &Option<Span>)| Hold {
            certain: *certain,
            possible: Span { from: attempt.span.from, to: latest(attempt, *certain, &begins) },
            able: certain.is_some() || may_have_held(attempt),
        };
        Ok(Self(story.attempts.iter().zip(&certain).map(hold).collect()))
    }

    /// Whether the certain holds can stand in one order; how many there are.
    pub(super) fn check(&self) -> Result<usize, Violation> {
        let mut certain: Vec<Span> = self.0.iter().filter_map(|hold| hold.certain).collect();
        certain.sort_by_key(|span| span.from);
        for pair in certain.windows(2) {
            if pair[1].from <= pair[0].to {
                return Err(Violation { span: pair[1], what: format!("two held at once: {pair:?}") });
            }
        }
        Ok(certain.len())
    }
}

/// When a start can have held at the latest. What was killed, or has become the program, may leave something that
/// holds on; but whoever holds after its end holds alone.
fn latest(attempt: &Attempt, certain: Option<Span>, begins: &[Duration]) -> Duration {
    if attempt.ended_whole() {
        return attempt.span.to;
    }
    let held = certain.map_or(attempt.span.to, |certain| certain.to.max(attempt.span.to));
    begins.iter().copied().find(|begin| *begin > held).unwrap_or(Duration::MAX)
}

fn may_have_held(attempt: &Attempt) -> bool {
    !matches!(attempt.end, End::Code(75..=77))
}

/// The moments at which each start was seen to hold.
fn certain(story: &Story) -> Result<Vec<Option<Span>>, Violation> {
    let mut moments: Vec<Vec<Duration>> = vec![Vec::new(); story.attempts.len()];
    let nobody = |what: &str, pid: u32, at: Duration| Violation {
        span: Span { from: at, to: at },
        what: format!("{what} pid {pid}, which no start had then"),
    };
    for visit in &story.visits {
        let owner = story.owner(visit.soloist, visit.came);
        let owner = owner.ok_or_else(|| nobody("a witness came in under", visit.soloist, visit.came))?;
        let attempt = &story.attempts[owner];
        let last = visit.left.unwrap_or(visit.came);
        if attempt.ended_whole() && !attempt.span.contains(last) {
            let what = format!("a witness was inside after the end of its soloist, pid {}", attempt.pid);
            return Err(Violation { span: Span { from: visit.came, to: last }, what });
        }
        moments[owner].extend([visit.came, last]);
    }
    for line in story.lines.iter().filter(|line| matches!(line.event.as_str(), "claimed" | "released")) {
        let owner = story.owner(line.pid, line.at);
        let owner = owner.ok_or_else(|| nobody(&format!("{} by", line.event), line.pid, line.at))?;
        moments[owner].push(line.at);
    }
    Ok(moments.iter().map(|moments| Span::around(moments)).collect())
}
