//! What earlier instances left behind: processes that were started under a claim of the key, outlived their soloist
//! and keep nothing (those that keep the claim are found by their lock, see `holder`).
//!
//! They are known by the variables that every program under a claim gets and hands on: `SOLOIST_KEY`, `SOLOIST_ID` and
//! `SOLOIST_PID`. While the soloist with that number lives, its descendants are no ghosts. Numbers are given out
//! again, so a process with that number that started later than the descendant is another one.

use std::io;

use crate::environment::Environment;
use crate::evidence;
use crate::holder;
use crate::key::Key;
use crate::locate;
use crate::process::{Observer, Process};
use crate::state::StateDirectory;
use crate::sys::{account, files};
use crate::tree::Table;

/// The ghosts of a key that are not below another ghost, this process, its ancestors and descendants excepted.
pub(crate) fn find(observer: &Observer, key: &Key, state: &StateDirectory) -> io::Result<Vec<Process>> {
    let mut variables = Environment::default();
    let marked: Vec<u32> = observer
        .proc
        .processes()?
        .into_iter()
        .filter(|&pid| is_ghost(observer, key, state, pid, &mut variables))
        .collect();
    if marked.is_empty() {
        return Ok(Vec::new());
    }
    let table = Table::read(observer)?;
    let own = std::process::id();
    let own_tree: Vec<u32> =
        table.ancestors(own).into_iter().chain([own]).chain(table.descendants(&[own])).collect();
    let tops = marked.iter().filter(|&&pid| {
        !own_tree.contains(&pid) && !table.ancestors(pid).iter().any(|above| marked.contains(above))
    });
    Ok(tops.filter_map(|&pid| confirmed(observer, key, state, pid)).collect())
}

/// Looked at again once it is held: another process may have got the number in between.
fn confirmed(observer: &Observer, key: &Key, state: &StateDirectory, pid: u32) -> Option<Process> {
    let process = observer.open(pid).ok().flatten()?;
    let still = is_ghost(observer, key, state, pid, &mut Environment::default()) && !process.has_ended();
    still.then_some(process)
}

/// Whether a process was started under a claim of the key whose holder is gone, and keeps no claim itself.
pub(crate) fn is_ghost(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    pid: u32,
    variables: &mut Environment,
) -> bool {
    if variables.read_again(observer, pid).is_err() {
        return false;
    }
    // Two keys may be spelled alike; what a program outside of soloist has set lacks the id.
    let same_id = variables.text("SOLOIST_ID").is_none_or(|id| key.ids().iter().any(|own| own == id));
    let of_key = variables.bytes("SOLOIST_KEY") == Some(key.text().as_bytes()) && same_id;
    let soloist = variables.text("SOLOIST_PID").filter(|_| of_key).and_then(|text| text.parse().ok());
    soloist.is_some_and(|soloist| {
        !lives(observer, soloist, pid)
            && !observer.lives_elsewhere(pid)
            && is_of_state(observer, key, state, pid, variables)
            && !keeps_or_asks(observer, pid)
    })
}

/// Whether the soloist that started `descendant` still lives.
fn lives(observer: &Observer, soloist: u32, descendant: u32) -> bool {
    match observer.open(soloist) {
        Ok(Some(process)) => {
            observer.proc.stat(descendant).is_ok_and(|stat| process.birth().start <= stat.start)
        }
        Ok(None) => false,
        // One that could not be looked at is not dead: its descendant is no ghost.
        Err(_) => true,
    }
}

/// Keys of the same name in two state directories are two keys. The key's lock file tells the directories apart: one may
/// be spelled in many ways, and one spelling may lead to another in the process's own root.
fn is_of_state(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    pid: u32,
    variables: &Environment,
) -> bool {
    let user = observer.proc.user(pid).unwrap_or_else(|_| account::effective_user());
    let working = observer.proc.link(pid, "cwd").unwrap_or_default();
    let theirs = StateDirectory::of_environment(variables, user, &working);
    let lock = |state: &StateDirectory| state.lock_path(key.main_id());
    match (locate::identity_inside(observer, pid, &lock(&theirs)), files::link_status(&lock(state))) {
        (Some(there), Ok(here)) => there.same_file(here.identity),
        _ => theirs == *state,
    }
}

/// Whoever has a claim of its own is an instance, and a soloist that asks for one is judged by the lock.
fn keeps_or_asks(observer: &Observer, pid: u32) -> bool {
    evidence::open_locks(observer, pid).iter().any(|lock| lock.locked) || holder::is_soloist(observer, pid)
}
