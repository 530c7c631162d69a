//! What was seen of a key: who started, who was inside, what was answered, which lines were written.

use std::time::Duration;

use crate::fault::action::Policy;

/// From a moment to another, as time since boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fault) struct Span {
    pub(in crate::fault) from: Duration,
    pub(in crate::fault) to: Duration,
}

impl Span {
    pub(in crate::fault) fn overlaps(self, other: Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }

    pub(super) fn contains(self, moment: Duration) -> bool {
        self.from <= moment && moment <= self.to
    }

    /// From the first to the last of these moments.
    pub(super) fn around(moments: &[Duration]) -> Option<Self> {
        Some(Self { from: *moments.iter().min()?, to: *moments.iter().max()? })
    }
}

/// How a `soloist run` ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fault) enum End {
    Code(i32),
    Signal(i32),
}

/// A `soloist run`, from before it was started until it had been reaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::fault) struct Attempt {
    pub(in crate::fault) pid: u32,
    pub(in crate::fault) span: Span,
    pub(in crate::fault) policy: Policy,
    /// What it started may run on after its end.
    pub(in crate::fault) leaves: bool,
    pub(in crate::fault) end: End,
    /// What it said to people: shown where an order does not explain its end.
    pub(in crate::fault) said: String,
}

impl Attempt {
    /// When something of it may have run.
    pub(in crate::fault) fn presence(&self) -> Span {
        Span { to: if self.ended_whole() { self.span.to } else { Duration::MAX }, ..self.span }
    }

    /// Whether nothing of it may run on after its end: no child was left without its soloist.
    pub(super) fn ended_whole(&self) -> bool {
        matches!(self.end, End::Code(_)) && !self.leaves
    }
}

/// A witness that was inside. One that was killed has not told when it left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::fault) struct Visit {
    pub(in crate::fault) soloist: u32,
    pub(in crate::fault) came: Duration,
    pub(in crate::fault) left: Option<Duration>,
}

/// What a question or an order was answered, between its invocation and its response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::fault) struct Answer {
    pub(in crate::fault) span: Span,
    pub(in crate::fault) fact: Fact,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fault) enum Fact {
    /// Nobody has the claim (`status` 3), or nobody of before has it any more (`stop` 0).
    Free,
    /// This process has it, and all is well (`status` 0).
    Held(u32),
}

/// A line of the history that the order is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::fault) struct Line {
    /// Which file it stands in: only lines of one file have an order of their own.
    pub(in crate::fault) file: u64,
    pub(in crate::fault) event: String,
    pub(in crate::fault) pid: u32,
    pub(in crate::fault) at: Duration,
}

/// Everything that was seen of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::fault) struct Story {
    pub(in crate::fault) attempts: Vec<Attempt>,
    pub(in crate::fault) visits: Vec<Visit>,
    pub(in crate::fault) answers: Vec<Answer>,
    /// In the order of each file.
    pub(in crate::fault) lines: Vec<Line>,
    /// When lines may have been lost: the disk was full, or the file removed.
    pub(in crate::fault) gaps: Vec<Span>,
    /// When others may have been in the way who hold other claims.
    pub(in crate::fault) rivals: Vec<Span>,
    /// Lines that are no document, each with the time since the file was last read.
    pub(in crate::fault) torn: Vec<(Span, String)>,
}

/// How many moments are shown of a story before its violation, and after it.
const SHOWN: usize = 40;
const AFTER: usize = 12;

impl Story {
    /// Whose number this was at that moment: numbers are used again.
    pub(super) fn owner(&self, pid: u32, at: Duration) -> Option<usize> {
        let began = |(_, attempt): &(usize, &Attempt)| attempt.pid == pid && attempt.span.from <= at;
        let all = self.attempts.iter().enumerate().filter(began);
        all.max_by_key(|(_, attempt)| attempt.span.from).map(|(at, _)| at)
    }

    /// Whether a line that was to be written then may be missing.
    pub(super) fn may_lack(&self, span: Span) -> bool {
        self.gaps.iter().any(|gap| gap.overlaps(span))
    }

    /// What happened last before the end of the span and next after it, oldest first.
    pub(in crate::fault) fn around(&self, span: Span) -> String {
        let mut moments: Vec<(Duration, String)> = Vec::new();
        for Attempt { pid, span, policy, leaves, end, said } in &self.attempts {
            let leaves = if *leaves { " (may leave something)" } else { "" };
            moments.push((span.from, format!("start {pid} {policy:?}{leaves}")));
            let said = said.lines().next().unwrap_or_default();
            let said = if said.is_empty() { String::new() } else { format!(": {said}") };
            moments.push((span.to, format!("end {pid} {end:?}{said}")));
        }
        for Visit { soloist, came, left } in &self.visits {
            moments.push((*came, format!("inside, under {soloist}")));
            moments.extend(left.map(|left| (left, format!("outside, under {soloist}"))));
        }
        for Answer { span, fact } in &self.answers {
            moments.push((span.to, format!("answer {fact:?}, asked at {:?}", span.from)));
        }
        moments.extend(self.lines.iter().map(|line| (line.at, format!("line {} {}", line.event, line.pid))));
        moments.sort();
        let end = moments.iter().filter(|(at, _)| *at <= span.to).count();
        let shown = end.saturating_sub(SHOWN)..moments.len().min(end + AFTER);
        moments[shown].iter().map(|(at, what)| format!("  {at:?} {what}\n")).collect()
    }
}
