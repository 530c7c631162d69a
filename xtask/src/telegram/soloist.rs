//! The orders under soloist.

use rustix::process::Signal;

use super::flow::Flow;
use super::process::{first_to_end, tree};
use super::running::{LIMIT, Running};
use super::seen::Seen;
use super::stage::{BOT, HERE, NEIGHBOUR, Stage, THERE};
use crate::machine::Outcome;

/// The exit code of an instance that gave way to a newer one.
const SUPERSEDED: i32 = 76;

/// What makes two directories one bot.
const ONE_BOT: &[&str] = &["--replace", "--telegram", "BOT_TOKEN"];

const REPLACE: &[&str] = &["--replace"];

/// Messages before and after each change.
const SOME: usize = 8;

/// Messages begin to flow when this instance polls, so that it has no heap of them to work off; it has answered some.
fn at_work(stage: &Stage<'_>, running: &Running) -> Outcome<Flow> {
    stage.until_polls(running, BOT)?;
    let flow = stage.flow();
    stage.until_answered(SOME)?;
    Ok(flow)
}

/// The last one that was started polls, answers, and is the one that is left.
fn last_one(stage: &Stage<'_>, flow: Flow, new: &Running) -> Outcome<Seen> {
    stage.until_polls(new, BOT)?;
    stage.until_answered(SOME)?;
    drop(flow);
    let seen = stage.take_stock(BOT);
    new.must_live()?;
    Ok(seen)
}

fn replaced(stage: &Stage<'_>, projects: [&str; 2], options: &[&str]) -> Outcome<Seen> {
    let mut old = stage.soloist(projects[0], options)?;
    let flow = at_work(stage, &old)?;
    let new = stage.soloist(projects[1], options)?;
    old.exits(SUPERSEDED)?;
    last_one(stage, flow, &new)
}

pub(crate) fn rolling_restart(stage: &Stage<'_>) -> Outcome<Seen> {
    replaced(stage, [HERE, HERE], REPLACE)
}

/// Both claim inside, so the old one ends by itself as it was asked to: with exit code 0.
pub(crate) fn claimed_late(stage: &Stage<'_>) -> Outcome<Seen> {
    let mut old = stage.bare(HERE, BOT)?;
    let flow = at_work(stage, &old)?;
    let new = stage.bare(HERE, BOT)?;
    old.exits(0)?;
    last_one(stage, flow, &new)
}

pub(crate) fn two_directories(stage: &Stage<'_>) -> Outcome<Seen> {
    replaced(stage, [HERE, THERE], ONE_BOT)
}

pub(crate) fn hot_stand_by(stage: &Stage<'_>) -> Outcome<Seen> {
    let old = stage.soloist(HERE, &[])?;
    let flow = at_work(stage, &old)?;
    let new = stage.soloist(HERE, &["--wait"])?;
    until_it_stands_by(stage, &new)?;
    stage.until_answered(SOME)?;
    old.process.signal(stage.library.signal());
    last_one(stage, flow, &new)
}

/// A contender waits in the kernel's queue by a child of its own; it cannot run the program yet.
fn until_it_stands_by(stage: &Stage<'_>, contender: &Running) -> Outcome {
    // Messages are answered all the time, so each round of this ends.
    while tree(contender.process.pid).len() < 2 {
        contender.must_live()?;
        stage.until_answered(1)?;
    }
    Ok(())
}

pub(crate) fn two_at_one_instant(stage: &Stage<'_>) -> Outcome<Seen> {
    let flow = stage.flow();
    let mut both = [stage.soloist(HERE, REPLACE)?, stage.soloist(HERE, REPLACE)?];
    let gave_way = first_to_end(&[&both[0].process, &both[1].process], LIMIT);
    let gave_way = gave_way.ok_or("both of two contenders still run")?;
    both[gave_way].exits(SUPERSEDED)?;
    last_one(stage, flow, &both[1 - gave_way])
}

pub(crate) fn killed(stage: &Stage<'_>) -> Outcome<Seen> {
    let old = stage.soloist(HERE, REPLACE)?;
    let flow = at_work(stage, &old)?;
    old.process.signal(Signal::KILL);
    let new = stage.soloist(HERE, REPLACE)?;
    last_one(stage, flow, &new)
}

pub(crate) fn started_by_hand(stage: &Stage<'_>) -> Outcome<Seen> {
    let old = stage.bare(HERE, BOT)?;
    let flow = at_work(stage, &old)?;
    let new = stage.soloist(HERE, REPLACE)?;
    stage.until_polls(&new, BOT)?;
    if old.process.lives() {
        return Err("the copy that was started by hand still runs beside the new one".into());
    }
    last_one(stage, flow, &new)
}

pub(crate) fn slow_shutdown(stage: &Stage<'_>) -> Outcome<Seen> {
    let mut old = stage.soloist(HERE, REPLACE)?;
    stage.until_polls(&old, BOT)?;
    stage.queue(15);
    stage.until_taken()?;
    let new = stage.soloist(HERE, REPLACE)?;
    old.exits(SUPERSEDED)?;
    stage.until_polls(&new, BOT)?;
    let seen = stage.take_stock(BOT);
    new.must_live()?;
    Ok(seen)
}

pub(crate) fn neighbour(stage: &Stage<'_>) -> Outcome<Seen> {
    let neighbour = stage.bare(THERE, NEIGHBOUR)?;
    stage.until_polls(&neighbour, NEIGHBOUR)?;
    let mut old = stage.soloist(HERE, REPLACE)?;
    let beside = stage.flow_to(NEIGHBOUR);
    let flow = at_work(stage, &old)?;
    let new = stage.soloist(HERE, REPLACE)?;
    old.exits(SUPERSEDED)?;
    let restarted = last_one(stage, flow, &new)?;
    if restarted.conflicts > 0 {
        return Err("the restarted bot saw a conflict with its neighbour".into());
    }
    drop(beside);
    neighbour.must_live()?;
    Ok(stage.take_stock(NEIGHBOUR))
}
