//! Attacks on "at most one, and one that runs".

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Signal;

use super::arena::{Arena, Came, Manner};
use super::outcome::Word;
use super::processes::Process;
use crate::machine::Outcome;

/// How many start together.
const CROWD: usize = 20;

/// How long a crowd may take to become one.
const CROWDS_PATIENCE: Duration = Duration::from_secs(30);

/// The guard is killed while its program lives; then comes another start.
pub(super) fn guard_killed(arena: &mut Arena<'_>) -> Outcome<Word> {
    kill_the_guard(arena)
}

/// The same, with a program that does not end when it is asked to.
pub(super) fn guard_of_a_deaf_program_killed(arena: &mut Arena<'_>) -> Outcome<Word> {
    arena.behaves(Manner::Deaf);
    kill_the_guard(arena)
}

fn kill_the_guard(arena: &mut Arena<'_>) -> Outcome<Word> {
    let guard = arena.stage()?;
    guard.signal(Signal::KILL);
    if !arena.wait(&guard, |_| !guard.lives()) {
        return Err("the guard outlives SIGKILL".into());
    }
    let came = arena.start_again()?;
    match (arena.saw_two(), arena.living_programs(), came) {
        (true, ..) => Ok(Word::TwoAtOnce),
        (_, _, Came::Hangs) => Ok(Word::Blocked),
        // The old program was just ending when the other start was refused: now there is none.
        (_, 0, Came::Refused(_)) => one_starts(arena),
        _ => Ok(Word::Held),
    }
}

/// Everything is killed, then comes another start.
pub(super) fn all_killed(arena: &mut Arena<'_>) -> Outcome<Word> {
    arena.stage()?;
    arena.kill_everything();
    if arena.living_programs() != 0 {
        return Err("something outlives SIGKILL".into());
    }
    one_starts(arena)
}

/// Its files are removed while it runs.
pub(super) fn files_removed(arena: &mut Arena<'_>) -> Outcome<Word> {
    arena.stage()?;
    for path in kept(arena)? {
        fs::remove_file(&path).map_err(|error| format!("cannot remove {}: {error}", path.display()))?;
    }
    another_start(arena)
}

/// Empty files are moved into the places of its own while it runs.
pub(super) fn files_replaced(arena: &mut Arena<'_>) -> Outcome<Word> {
    arena.stage()?;
    let files = kept(arena)?;
    arena.write("other", "")?;
    for path in files {
        let other = arena.place.join("other");
        let moved = fs::copy(&other, arena.place.join("copy"))
            .and_then(|_| fs::rename(arena.place.join("copy"), &path));
        moved.map_err(|error| format!("cannot replace {}: {error}", path.display()))?;
    }
    another_start(arena)
}

/// A copy runs that nobody guards.
pub(super) fn bare_copy(arena: &mut Arena<'_>) -> Outcome<Word> {
    arena.bare_copy()?;
    another_start(arena)
}

/// Many start at once.
pub(super) fn crowd(arena: &mut Arena<'_>) -> Outcome<Word> {
    let words = arena.contestant.start(&arena.script);
    crowd_of(arena, &words)
}

/// Many take over at once, with one that runs already.
pub(super) fn crowd_that_takes_over(arena: &mut Arena<'_>) -> Outcome<Word> {
    let Some(words) = arena.contestant.take_over(&arena.script) else { return Ok(Word::NotOffered) };
    arena.stage()?;
    crowd_of(arena, &words)
}

fn crowd_of(arena: &mut Arena<'_>, words: &str) -> Outcome<Word> {
    let crowd: Vec<Process> =
        (0..CROWD).map(|_| arena.launch(words).map(|(guard, _)| guard)).collect::<Outcome<_>>()?;
    let living = || crowd.iter().filter(|guard| guard.lives()).count();
    let is_one = |arena: &Arena<'_>| living() <= 1 && arena.living_programs() == living();
    // Once two were seen, nothing that comes changes the answer.
    let is_over = |arena: &Arena<'_>| arena.has_seen_two() || is_one(arena);
    let over = arena.wait_for(CROWDS_PATIENCE, &crowd.iter().collect::<Vec<_>>(), is_over);
    Ok(match (arena.saw_two(), arena.living_programs()) {
        (true, _) | (_, 2..) => Word::TwoAtOnce,
        (_, 1) if over => Word::Held,
        (_, 0) if over => Word::NoneLeft,
        _ => Word::Blocked,
    })
}

fn kept(arena: &Arena<'_>) -> Outcome<Vec<PathBuf>> {
    let files = arena.contestant.files(&arena.place);
    if files.is_empty() { Err("it keeps no file, against what is said here".into()) } else { Ok(files) }
}

/// A start while one runs: refused, or in its place.
fn another_start(arena: &mut Arena<'_>) -> Outcome<Word> {
    let came = arena.start_again()?;
    Ok(match (arena.saw_two(), arena.living_programs(), came) {
        (true, ..) => Word::TwoAtOnce,
        (_, _, Came::Hangs) => Word::Blocked,
        (_, 0, _) => Word::NoneLeft,
        _ => Word::Held,
    })
}

/// A start while none runs.
pub(super) fn one_starts(arena: &mut Arena<'_>) -> Outcome<Word> {
    let came = arena.start_again()?;
    Ok(match (arena.saw_two(), came.runs()) {
        (true, _) => Word::TwoAtOnce,
        (_, true) => Word::Held,
        _ => Word::Blocked,
    })
}
