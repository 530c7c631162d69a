//! Attacks on those who have nothing to do with it: innocent processes and precious files.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::arena::Arena;
use super::outcome::Word;
use crate::machine::Outcome;

/// How long a tool gets to die of a signal that it should not have got.
const DYING: Duration = Duration::from_millis(200);

/// What is left of an instance that was killed names a process that is none.
pub(super) fn lying_pid(arena: &mut Arena<'_>) -> Outcome<Word> {
    arena.stage()?;
    let old = arena.newest_program()?.pid;
    arena.kill_everything();
    let innocent = arena.stranger("innocent.py")?;
    let main = arena.contestant.file(&arena.place).ok_or("it keeps no file")?;
    arena.write(&main, &innocent.pid.to_string())?;
    for path in arena.contestant.files(&arena.place).iter().filter(|path| is_record(path)) {
        name_in_record(path, old, innocent.pid)?;
    }
    let came = start_as_offered(arena)?;
    Ok(match (arena.is_unharmed(&innocent), came) {
        (false, _) => Word::StrangerSignalled,
        (true, true) => Word::Spared,
        (true, false) => Word::Blocked,
    })
}

fn is_record(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "info" || ending == "json")
}

/// Every number of the old program becomes that of the innocent: with the right time of birth a lie that fits.
fn name_in_record(path: &Path, old: u32, innocent: u32) -> Outcome {
    let told = |error| format!("cannot change {}: {error}", path.display());
    let mut record: serde_json::Value =
        serde_json::from_slice(&fs::read(path).map_err(told)?).map_err(|error| told(error.into()))?;
    if record["program_pid"] != old {
        return Err(format!("{} does not name the program", path.display()));
    }
    let birth = birth_with(&record["birth"], innocent);
    for (name, value) in [("pid", innocent.into()), ("program_pid", innocent.into())] {
        record[name] = value;
    }
    (record["birth"], record["program_birth"]) = (birth.clone(), birth);
    fs::write(path, record.to_string()).map_err(told)
}

/// The innocent's own birth, in the form of the record's: `BOOT/NAMESPACE/PID/START`.
fn birth_with(birth: &serde_json::Value, innocent: u32) -> serde_json::Value {
    let stat = fs::read_to_string(format!("/proc/{innocent}/stat")).unwrap_or_default();
    let start = stat.rsplit_once(')').and_then(|(_, fields)| fields.split_whitespace().nth(19));
    let text = birth.as_str().unwrap_or_default();
    let fields: Vec<&str> = text.split('/').collect();
    let [before @ .., _, _] = fields.as_slice() else { return birth.clone() };
    let pid = innocent.to_string();
    before
        .iter()
        .copied()
        .chain([pid.as_str(), start.unwrap_or_default()])
        .collect::<Vec<_>>()
        .join("/")
        .into()
}

/// Tools are at work with the program's name in their arguments.
pub(super) fn tools_with_the_name(arena: &mut Arena<'_>) -> Outcome<Word> {
    let path = arena.place.join(&arena.script);
    let tail = arena.tool(&format!("tail -f {}", path.display()))?;
    let grep = arena.tool(&format!("grep -e 'python3 {}'", arena.script))?;
    let came = start_as_offered(arena)?;
    let dead = |_: &Arena<'_>| !tail.lives() || !grep.lives();
    let harmed = arena.wait_for(DYING, &[&tail, &grep], dead);
    Ok(if harmed {
        Word::StrangerSignalled
    } else if came {
        Word::Spared
    } else {
        Word::Blocked
    })
}

/// Another project's program has the same name and is started with the same words, in another directory.
pub(super) fn another_project(arena: &mut Arena<'_>) -> Outcome<Word> {
    let name = arena.script.clone();
    let other = arena.stranger(&name)?;
    let came = start_as_offered(arena)?;
    Ok(match (arena.is_unharmed(&other), came) {
        (false, _) => Word::StrangerSignalled,
        (true, true) => Word::Spared,
        (true, false) => Word::Blocked,
    })
}

/// The lock or pid file is a link to a file that somebody needs.
pub(super) fn link_to_a_precious_file(arena: &mut Arena<'_>) -> Outcome<Word> {
    const PRECIOUS: &str = "precious\n";
    arena.stage()?;
    let lock = arena.contestant.file(&arena.place).ok_or("it keeps no file")?;
    arena.kill_everything();
    arena.write("precious", PRECIOUS)?;
    let precious = arena.place.join("precious");
    let before = mode(&precious)?;
    fs::remove_file(&lock).ok();
    symlink(&precious, &lock).map_err(|error| format!("cannot make a link: {error}"))?;
    arena.start_again()?;
    let text = fs::read_to_string(&precious).unwrap_or_default();
    Ok(if text == PRECIOUS && mode(&precious)? == before { Word::Spared } else { Word::FileDestroyed })
}

fn mode(path: &PathBuf) -> Outcome<u32> {
    let found = fs::metadata(path).map_err(|error| format!("cannot look at {}: {error}", path.display()))?;
    Ok(found.permissions().mode())
}

/// By the verb that could hurt somebody, where there is one; answers whether the program runs.
fn start_as_offered(arena: &mut Arena<'_>) -> Outcome<bool> {
    let contestant = arena.contestant;
    let words = contestant.take_over(&arena.script).unwrap_or_else(|| contestant.start(&arena.script));
    Ok(arena.start(&words)?.1.runs())
}
