//! The orders that people use without soloist.

use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use super::flow::Flow;
use super::library::venv_python;
use super::running::{LIMIT, Running};
use super::seen::Seen;
use super::stage::{BOT, HERE, NEIGHBOUR, Stage, THERE};
use crate::machine::{Outcome, root};

/// Messages before a change.
const SOME: usize = 8;

/// How long messages go on flowing after it. Nobody may be left to answer them, so nothing can be waited for.
const AFTERWARDS: Duration = Duration::from_secs(3);

fn at_work(stage: &Stage<'_>) -> Outcome<(Flow, Running)> {
    let old = stage.bare(HERE, BOT)?;
    stage.until_polls(&old, BOT)?;
    let flow = stage.flow();
    stage.until_answered(SOME)?;
    Ok((flow, old))
}

fn afterwards(stage: &Stage<'_>, flow: Flow) -> Seen {
    thread::sleep(AFTERWARDS);
    drop(flow);
    stage.take_stock(BOT)
}

/// The new one may end before it polls, or after; what that costs is seen.
fn until_polls_or_ends(stage: &Stage<'_>, new: &Running) {
    stage.until_polls(new, BOT).ok();
}

pub(crate) fn start_then_stop(stage: &Stage<'_>) -> Outcome<Seen> {
    let (flow, old) = at_work(stage)?;
    drop(flow);
    stage.take_stock(BOT);
    let new = stage.bare(HERE, BOT)?;
    until_polls_or_ends(stage, &new);
    old.is_stopped_by_hand();
    Ok(afterwards(stage, stage.flow()))
}

pub(crate) fn overlap(stage: &Stage<'_>) -> Outcome<Seen> {
    let (flow, old) = at_work(stage)?;
    let new = stage.bare(HERE, BOT)?;
    until_polls_or_ends(stage, &new);
    thread::sleep(Duration::from_secs(5));
    old.is_stopped_by_hand();
    Ok(afterwards(stage, flow))
}

pub(crate) fn kill_and_sleep(stage: &Stage<'_>) -> Outcome<Seen> {
    let (flow, old) = at_work(stage)?;
    old.process.signal(Signal::TERM);
    thread::sleep(Duration::from_secs(1));
    let new = stage.bare(HERE, BOT)?;
    until_polls_or_ends(stage, &new);
    old.process.ends_within(LIMIT);
    Ok(afterwards(stage, flow))
}

pub(crate) fn kill_and_sleep_busy(stage: &Stage<'_>) -> Outcome<Seen> {
    busy(stage, Signal::TERM, Duration::from_secs(1))
}

pub(crate) fn killed_busy(stage: &Stage<'_>) -> Outcome<Seen> {
    busy(stage, Signal::KILL, Duration::ZERO)
}

fn busy(stage: &Stage<'_>, signal: Signal, pause: Duration) -> Outcome<Seen> {
    let old = stage.bare(HERE, BOT)?;
    stage.until_polls(&old, BOT)?;
    stage.queue(15);
    stage.until_taken()?;
    old.process.signal(signal);
    thread::sleep(pause);
    let new = stage.bare(HERE, BOT)?;
    until_polls_or_ends(stage, &new);
    old.process.ends_within(LIMIT);
    Ok(stage.take_stock(BOT))
}

fn guard(stage: &Stage<'_>) -> Outcome<Running> {
    let script = root().join("bots/guard/guard.py").to_string_lossy().into_owned();
    let mut words = vec![venv_python(), script, stage.program.clone()];
    words.extend(stage.library.command(&stage.program));
    stage.start(&words, HERE, BOT)
}

pub(crate) fn guarded(stage: &Stage<'_>) -> Outcome<Seen> {
    let neighbour = stage.bare(THERE, NEIGHBOUR)?;
    stage.until_polls(&neighbour, NEIGHBOUR)?;
    let (flow, _old) = at_work(stage)?;
    let new = guard(stage)?;
    until_polls_or_ends(stage, &new);
    let seen = afterwards(stage, flow);
    Ok(if neighbour.process.lives() { seen } else { seen.remarked("the neighbour was ended") })
}

pub(crate) fn guarded_twice(stage: &Stage<'_>) -> Outcome<Seen> {
    let (flow, _old) = at_work(stage)?;
    let both = [guard(stage)?, guard(stage)?];
    both.iter().for_each(|new| until_polls_or_ends(stage, new));
    Ok(afterwards(stage, flow))
}
