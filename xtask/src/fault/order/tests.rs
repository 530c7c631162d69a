//! A right story is believed, and every wrong one that is made of it is not.

use std::time::Duration;

use super::*;
use crate::fault::action::Policy;

fn at(moment: u64) -> Duration {
    Duration::from_millis(moment)
}

fn span(from: u64, to: u64) -> Span {
    Span { from: at(from), to: at(to) }
}

fn attempt(pid: u32, (from, to): (u64, u64), policy: Policy, code: i32) -> Attempt {
    Attempt { pid, span: span(from, to), policy, leaves: false, end: End::Code(code), said: String::new() }
}

fn line(event: &str, pid: u32, moment: u64) -> Line {
    Line { file: 1, event: event.into(), pid, at: at(moment) }
}

fn visit(soloist: u32, came: u64, left: Option<u64>) -> Visit {
    Visit { soloist, came: at(came), left: left.map(at) }
}

/// 1 runs, 2 is refused, 3 replaces 1, 4 is older and yields; 3 is killed, 5 runs.
fn right() -> Story {
    let mut killed = attempt(3, (30, 70), Policy::Replace, 0);
    killed.end = End::Signal(9);
    Story {
        attempts: vec![
            attempt(1, (0, 40), Policy::Refuse, 76),
            attempt(2, (15, 20), Policy::Refuse, 75),
            killed,
            attempt(4, (25, 50), Policy::Replace, 76),
            attempt(5, (80, 100), Policy::Refuse, 0),
        ],
        visits: vec![visit(1, 10, Some(38)), visit(3, 45, None), visit(5, 90, Some(95))],
        answers: vec![
            Answer { span: span(11, 13), fact: Fact::Held(1) },
            Answer { span: span(39, 43), fact: Fact::Free },
        ],
        lines: vec![
            line("claimed", 1, 5),
            line("refused", 2, 18),
            line("released", 1, 39),
            line("claimed", 3, 42),
            line("superseded", 4, 48),
            line("claimed", 5, 85),
            line("released", 5, 97),
        ],
        ..Story::default()
    }
}

/// What is wrong with the story after this change.
fn wrong(change: impl FnOnce(&mut Story)) -> String {
    let mut story = right();
    change(&mut story);
    check(&story).expect_err("this must be found").what
}

#[test]
fn a_right_story_is_believed() {
    assert_eq!(check(&right()), Ok(Checked { claims: 3, answers: 7, lines: 7 }));
}

#[test]
fn two_witnesses_at_once_are_found() {
    assert!(wrong(|story| story.visits[1].came = at(37)).contains("two held at once"));
}

#[test]
fn two_claims_at_once_in_the_history_are_found() {
    assert!(wrong(|story| story.lines[3].at = at(36)).contains("two held at once"));
}

#[test]
fn a_witness_after_the_end_of_its_soloist_is_found() {
    assert!(wrong(|story| story.visits[0].left = Some(at(41))).contains("after the end"));
}

#[test]
fn a_refusal_by_nobody_is_found() {
    let change = |story: &mut Story| {
        story.attempts.push(attempt(6, (110, 120), Policy::Refuse, 75));
        story.lines.push(line("refused", 6, 115));
    };
    assert!(wrong(change).contains("nobody can have held"));
}

#[test]
fn a_refusal_by_another_that_was_refused_is_found() {
    let change = |story: &mut Story| {
        for pid in [6, 7] {
            story.attempts.push(attempt(pid, (110, 120), Policy::Refuse, 75));
            story.lines.push(line("refused", pid, 115));
        }
    };
    assert!(wrong(change).contains("nobody can have held"));
}

#[test]
fn a_yield_to_nobody_newer_is_found() {
    let change = |story: &mut Story| story.attempts.push(attempt(6, (86, 99), Policy::Replace, 76));
    assert!(wrong(change).contains("nobody newer"));
}

#[test]
fn one_that_ran_and_yields_to_one_that_only_refuses_is_found() {
    let change = |story: &mut Story| {
        story.attempts[2].policy = Policy::Refuse;
        story.attempts[3] = attempt(4, (25, 50), Policy::Wait(at(1)), 76);
    };
    assert!(wrong(change).contains("nobody newer"));
}

#[test]
fn a_success_without_a_witness_is_found() {
    let change = |story: &mut Story| story.attempts.push(attempt(6, (110, 120), Policy::Refuse, 0));
    assert!(wrong(change).contains("never seen inside"));
}

#[test]
fn a_free_key_under_a_holder_is_found() {
    assert!(wrong(|story| story.answers[1].span = span(12, 30)).contains("somebody held"));
}

#[test]
fn a_holder_that_has_ended_is_found() {
    assert!(wrong(|story| story.answers[0].span = span(50, 60)).contains("cannot have held"));
}

#[test]
fn a_witness_of_nobody_is_found() {
    assert!(wrong(|story| story.visits[0].soloist = 9).contains("no start had"));
}

#[test]
fn a_missing_line_is_found_unless_it_may_be_missing() {
    for (lost, event) in [(0, "claimed"), (1, "refused"), (3, "claimed"), (5, "claimed")] {
        assert!(wrong(|story| drop(story.lines.remove(lost))).contains(event));
    }
    let mut story = right();
    story.lines.remove(1);
    story.gaps.push(span(16, 17));
    assert!(check(&story).is_ok());
}

#[test]
fn lines_in_the_wrong_order_are_found() {
    assert!(wrong(|story| story.lines.swap(2, 3)).contains("after the next claim"));
}

#[test]
fn a_torn_line_is_found_unless_the_disk_was_full() {
    let mut story = right();
    story.torn.push((span(40, 60), "{".into()));
    assert!(check(&story).is_err());
    story.gaps.push(span(50, 55));
    assert!(check(&story).is_ok());
}

#[test]
fn a_number_that_is_used_again_is_another_start() {
    let mut story = right();
    story.attempts.push(attempt(1, (110, 130), Policy::Refuse, 0));
    story.visits.push(visit(1, 115, Some(120)));
    story.lines.extend([line("claimed", 1, 112), line("released", 1, 125)]);
    assert!(check(&story).is_ok());
}

#[test]
fn the_moments_around_a_violation_are_shown() {
    let shown = right().around(span(0, 20));
    let moments: Vec<&str> = shown.lines().collect();
    assert_eq!(moments[0], "  0ns start 1 Refuse");
    assert!(moments.contains(&"  20ms end 2 Code(75)"), "{shown}");
    assert!(moments.contains(&"  25ms start 4 Replace"), "{shown}");
}
