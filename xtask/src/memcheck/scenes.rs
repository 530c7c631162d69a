//! What soloist does in a day, each through its end.

use super::stage::Stage;
use crate::machine::Outcome;

type Scene = fn(&mut Stage<'_>) -> Outcome;

pub(super) const ALL: [(&str, Scene); 16] = [
    ("a program runs and ends", runs),
    ("commands that cannot be executed", cannot_be_executed),
    ("become the program", becomes),
    ("asked to end", asked_to_end),
    ("refused", refused),
    ("replaces an instance", replaces),
    ("is replaced", is_replaced),
    ("waits for its turn", waits),
    ("waits in vain", waits_in_vain),
    ("starts its program again", restarts),
    ("a copy without a claim", bare_copy),
    ("a lock path", lock_path),
    ("a bot's token", token),
    ("stop", stop),
    ("questions", questions),
    ("wrong words, a failed preflight, a lock that cannot be kept", errors),
];

fn runs(stage: &mut Stage<'_>) -> Outcome {
    stage.ends(&["run", "--name", "one", "--", "sh", "ends"], 3)?;
    stage.ends(&["run", "--", "sh", "ends"], 3)
}

fn cannot_be_executed(stage: &mut Stage<'_>) -> Outcome {
    stage.ends(&["run", "--name", "one", "--", "./no-such-program"], 127)?;
    stage.ends(&["run", "--name", "one", "--", "./ends"], 126)
}

fn becomes(stage: &mut Stage<'_>) -> Outcome {
    stage.ends(&["run", "--exec", "--name", "one", "--", "sh", "ends"], 3)
}

fn asked_to_end(stage: &mut Stage<'_>) -> Outcome {
    let running = stage.runs(&["run", "--", "sh", "waits"])?;
    running.term()?;
    running.ends(143)
}

fn refused(stage: &mut Stage<'_>) -> Outcome {
    let _holder = stage.runs_unwatched(&["run", "--", "sh", "waits"])?;
    stage.ends(&["run", "--", "sh", "waits"], 75)?;
    stage.ends(&["run", "--log-format", "json", "--lang", "ru", "--", "sh", "waits"], 75)?;
    stage.ends(&["run", "--replace", "--dry-run", "--", "sh", "waits"], 0)
}

fn replaces(stage: &mut Stage<'_>) -> Outcome {
    let holder = stage.runs_unwatched(&["run", "--", "sh", "waits"])?;
    let new = stage.runs(&["run", "--replace", "--", "sh", "waits"])?;
    holder.ends(76)?;
    new.term()?;
    new.ends(143)
}

fn is_replaced(stage: &mut Stage<'_>) -> Outcome {
    let holder = stage.runs(&["run", "--", "sh", "waits"])?;
    let new = stage.runs_unwatched(&["run", "--replace", "--", "sh", "waits"])?;
    // What /proc shows of a command under Valgrind is Valgrind: nobody knows it for a soloist, and it is asked to end as
    // any program is.
    holder.ends(if stage.is_seen_as_itself() { 76 } else { 143 })?;
    new.term()?;
    new.ends(143)
}

fn waits(stage: &mut Stage<'_>) -> Outcome {
    let holder = stage.runs_unwatched(&["run", "--name", "one", "--", "sh", "waits"])?;
    let waiter = stage.begins(&["run", "--name", "one", "--match", "none", "--wait", "--", "sh", "ends"])?;
    waiter.has_a_child()?;
    holder.term()?;
    holder.ends(143)?;
    waiter.ends(3)
}

fn waits_in_vain(stage: &mut Stage<'_>) -> Outcome {
    let _holder = stage.runs_unwatched(&["run", "--name", "one", "--", "sh", "waits"])?;
    stage.ends(&["run", "--name", "one", "--match", "none", "--wait=100ms", "--", "sh", "ends"], 75)
}

fn restarts(stage: &mut Stage<'_>) -> Outcome {
    stage.ends(&["run", "--restart", "on-failure", "--", "sh", "fails-once"], 0)
}

fn bare_copy(stage: &mut Stage<'_>) -> Outcome {
    let copy = stage.runs_bare(&["sh", "waits"])?;
    stage.ends(&["run", "--", "sh", "waits"], 75)?;
    let new = stage.runs(&["run", "--replace", "--", "sh", "waits"])?;
    copy.ends(143)?;
    new.term()?;
    new.ends(143)
}

fn lock_path(stage: &mut Stage<'_>) -> Outcome {
    stage.ends(&["run", "--lock", "bot.lock", "--", "sh", "ends"], 3)?;
    let _holder = stage.runs_unwatched(&["run", "--lock", "bot.lock", "--", "sh", "waits"])?;
    stage.ends(&["run", "--lock", "bot.lock", "--match", "none", "--", "sh", "ends"], 75)?;
    stage.ends(&["status", "--lock", "bot.lock"], 0)
}

fn token(stage: &mut Stage<'_>) -> Outcome {
    let words = ["--telegram", "BOT_TOKEN", "--env-file", "bot.env", "--", "sh", "waits"];
    let running = stage.runs(&[&["run"], &words[..]].concat())?;
    stage.ends(&[&["run"], &words[..]].concat(), 75)?;
    running.term()?;
    running.ends(143)
}

fn stop(stage: &mut Stage<'_>) -> Outcome {
    let holder = stage.runs_unwatched(&["run", "--", "sh", "waits"])?;
    stage.ends(&["stop", "--dry-run", "--", "sh", "waits"], 0)?;
    stage.ends(&["stop", "--json", "--", "sh", "waits"], 0)?;
    holder.ends(143)?;
    stage.ends(&["stop", "--", "sh", "waits"], 0)
}

fn questions(stage: &mut Stage<'_>) -> Outcome {
    stage.ends(&["status", "--json", "--", "sh", "waits"], 3)?;
    let _holder = stage.runs_unwatched(&["run", "--", "sh", "waits"])?;
    stage.ends(&["status", "--json", "--", "sh", "waits"], 0)?;
    stage.ends(&["status", "--", "sh", "waits"], 0)?;
    stage.ends(&["list"], 0)?;
    stage.ends(&["list", "--json"], 0)?;
    stage.ends(&["history", "--json", "--", "sh", "waits"], 0)?;
    stage.ends(&["doctor", "--json"], 0)
}

fn errors(stage: &mut Stage<'_>) -> Outcome {
    stage.ends(&["run", "--no-such-option", "--", "sh", "ends"], 2)?;
    stage.ends(&["run", "--preflight", "exit 9", "--name", "one", "--", "sh", "ends"], 1)?;
    stage.ends(&["run", "--lock", "no-such-directory/bot.lock", "--", "sh", "ends"], 74)?;
    stage.ends(&["completions", "bash"], 0)
}
