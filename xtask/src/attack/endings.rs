//! Attacks on the end: programs that will not, children that stay, and refusals that say nothing.

use rustix::process::Signal;

use super::arena::{Arena, Came, Manner};
use super::outcome::Word;
use crate::machine::Outcome;

/// The program ignores TERM, and is to be replaced.
pub(super) fn deaf_program(arena: &mut Arena<'_>) -> Outcome<Word> {
    let Some(words) = arena.contestant.take_over(&arena.script) else { return Ok(Word::NotOffered) };
    arena.behaves(Manner::Deaf);
    arena.stage()?;
    arena.newest_program()?.signal(Signal::TERM);
    arena.behaves(Manner::Plain);
    if arena.living_programs() != 1 {
        return Err("the program does not ignore TERM".into());
    }
    let (_, came) = arena.start(&words)?;
    Ok(match (arena.saw_two(), came.runs()) {
        (true, _) => Word::TwoAtOnce,
        (_, true) => Word::Ended,
        _ => Word::Blocked,
    })
}

/// The program ends and leaves a child behind, in a session of its own.
pub(super) fn child_left(arena: &mut Arena<'_>) -> Outcome<Word> {
    arena.behaves(Manner::Parent);
    let guard = arena.stage()?;
    arena.behaves(Manner::Plain);
    if !arena.wait(&guard, Arena::has_living_children) {
        return Err("the program has no child".into());
    }
    arena.newest_program()?.signal(Signal::TERM);
    if !arena.wait(&guard, |arena| !guard.lives() && arena.living_programs() == 0) {
        return Ok(Word::Blocked);
    }
    let left = arena.has_living_children();
    let came = arena.start_again()?;
    Ok(match (came.runs(), left) {
        (false, _) => Word::Blocked,
        (true, true) => Word::LeftBehind,
        (true, false) => Word::Ended,
    })
}

/// The guard is asked to end.
pub(super) fn guard_asked_to_end(arena: &mut Arena<'_>) -> Outcome<Word> {
    let guard = arena.stage()?;
    guard.signal(Signal::TERM);
    let ended = arena.wait(&guard, |arena| !guard.lives() && arena.living_programs() == 0);
    Ok(if ended { Word::Ended } else { Word::LeftBehind })
}

/// Another start is refused: what does it say?
pub(super) fn refusal(arena: &mut Arena<'_>) -> Outcome<Word> {
    let guard = arena.stage()?;
    let program = arena.newest_program()?.pid;
    Ok(match arena.start_again()? {
        Came::Runs => Word::NotOffered,
        Came::Hangs => Word::Blocked,
        Came::Refused(said) => told(&said, &[guard.pid, program]),
    })
}

/// Whether one of the numbers is a word of the text.
fn told(said: &str, pids: &[u32]) -> Word {
    let mut numbers = said.split(|it: char| !it.is_ascii_digit()).filter_map(|word| word.parse().ok());
    match (said.trim().is_empty(), numbers.any(|number: u32| pids.contains(&number))) {
        (true, _) => Word::Silent,
        (_, true) => Word::Named,
        _ => Word::NotNamed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_holder_by_a_whole_number() {
        assert_eq!(told("", &[7]), Word::Silent);
        assert_eq!(told("it runs (pid 71)", &[7, 71]), Word::Named);
        assert_eq!(told("it runs (pid 71)", &[7, 1]), Word::NotNamed);
    }
}
