//! What runs in a worker's namespace, by its words.

use super::witness;
pub(super) use crate::processes::Seen;
use crate::processes::pids;

/// Whether it is what the program left behind.
pub(super) fn is_orphan(seen: &Seen) -> bool {
    is_program(seen) && seen.command.last().is_some_and(|word| word.starts_with("orphan"))
}

/// Whether it is the program, and not a soloist that names it.
pub(super) fn is_program(seen: &Seen) -> bool {
    seen.command.get(1).is_some_and(|word| word == witness::WORD)
}

/// Those that run and have this word in their argument list.
pub(super) fn naming(word: &str) -> Vec<Seen> {
    let names = |seen: &Seen| seen.runs() && seen.command.iter().any(|it| it == word);
    pids().filter_map(Seen::read).filter(names).collect()
}
