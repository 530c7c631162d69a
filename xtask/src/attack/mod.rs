//! `cargo xtask attack`: the same attacks on soloist and on what people use in its place, and a table of what came of
//! them. Every cell is measured; every attack looks at its own set-up first and fails the run where it does not stand.
//!
//! Each attack has a private directory, a program with a name that nothing else on the machine has, and an end:
//! whatever it started is killed by handle, found by a variable that only it has set.

mod arena;
mod bystanders;
mod claims;
mod contestant;
mod endings;
mod outcome;
mod processes;
mod strangers;
mod table;
mod tools;

use std::time::Instant;

use arena::Arena;
use contestant::{ALL, Contestant};
use outcome::Word;

use crate::machine;

/// One attack: what is done, and how.
struct Attack {
    title: &'static str,
    run: fn(&mut Arena<'_>) -> machine::Outcome<Word>,
}

const ATTACKS: [Attack; 16] = [
    attack("SIGKILL of the guard, then another start", claims::guard_killed),
    attack("the same, while the program ignores TERM", claims::guard_of_a_deaf_program_killed),
    attack("SIGKILL of everything, then another start", claims::all_killed),
    attack("`rm` of its files while it runs", claims::files_removed),
    attack("empty files moved into the places of its own", claims::files_replaced),
    attack("a copy runs already, without a guard", claims::bare_copy),
    attack("20 starts at once", claims::crowd),
    attack("20 take-overs at once", claims::crowd_that_takes_over),
    attack("its file names an innocent process", strangers::lying_pid),
    attack("`tail` and `grep` with the program's name in their arguments", strangers::tools_with_the_name),
    attack("another project's program of the same name", strangers::another_project),
    attack("its lock or pid file is a link to a precious file", strangers::link_to_a_precious_file),
    attack("the program ignores TERM, and is to be replaced", endings::deaf_program),
    attack("the program leaves a child behind", endings::child_left),
    attack("TERM to the guard: the program", endings::guard_asked_to_end),
    attack("a refusal: the holder", endings::refusal),
];

const fn attack(title: &'static str, run: fn(&mut Arena<'_>) -> machine::Outcome<Word>) -> Attack {
    Attack { title, run }
}

/// Runs the attacks: `[--write] [--soloist]`.
pub(crate) fn attack_command(words: &[String]) -> machine::Outcome {
    let has = |word: &str| words.iter().any(|it| it == word);
    if let Some(unknown) = words.iter().find(|it| !["--write", "--soloist"].contains(&it.as_str())) {
        return Err(format!("unknown word {unknown}; it is: attack [--write] [--soloist]"));
    }
    processes::adopt_orphans()?;
    if has("--soloist") { only_soloist() } else { everybody(has("--write")) }
}

fn only_soloist() -> machine::Outcome {
    let tools = tools::soloist()?;
    let words = column(Contestant::Soloist, &tools)?;
    let failed: Vec<_> = ATTACKS.iter().zip(words).filter(|(_, word)| !word.is_good()).collect();
    match failed.as_slice() {
        [] => Ok(()),
        [(attack, word), ..] => Err(format!("{}: {}", attack.title, word.text())),
    }
}

fn everybody(write: bool) -> machine::Outcome {
    let (tools, missing) = tools::all()?;
    if write && !missing.is_empty() {
        return Err(format!("there is no {} here: a table without it is not written", missing[0].name()));
    }
    let there: Vec<Contestant> = ALL.into_iter().filter(|it| !missing.contains(it)).collect();
    let columns = there.iter().map(|&it| column(it, &tools)).collect::<machine::Outcome<Vec<_>>>()?;
    let titles: Vec<&str> = ATTACKS.iter().map(|attack| attack.title).collect();
    let table = table::render(&there, &titles, &columns);
    println!("{table}");
    if write { table::write(&format!("{table}\n{}\n", tools::versions(&tools))) } else { Ok(()) }
}

fn column(contestant: Contestant, tools: &arena::Tools) -> machine::Outcome<Vec<Word>> {
    ATTACKS
        .iter()
        .enumerate()
        .map(|(number, attack)| {
            let began = Instant::now();
            let mut arena = Arena::new(number, contestant, tools)?;
            let word = (attack.run)(&mut arena);
            let word = word.map_err(|error| format!("{}: {}: {error}", contestant.name(), attack.title))?;
            let took = began.elapsed().as_secs_f64();
            eprintln!("xtask: {}: {}: {} ({took:.1} s)", contestant.name(), attack.title, word.text());
            Ok(word)
        })
        .collect()
}
