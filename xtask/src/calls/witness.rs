//! The program that soloist runs here, and the bystanders beside it.
//!
//! The program proves by flock(2) on a file of its own that it is alone. A bystander looks like it from afar, by its
//! argument list, and writes down every signal that it gets.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use super::processes::Seen;
use super::sys;
use crate::processes::lock_alone;

/// The word by which the project's own commands know that they are to be the program.
pub(crate) const WORD: &str = "calls-witness";
/// The same for a bystander.
pub(crate) const BYSTANDER: &str = "calls-bystander";

/// What the program prints when it is inside.
pub(super) const INSIDE: &str = "inside";

/// Nothing outlives the harness by more than this.
const LONGEST: Duration = Duration::from_secs(300);

/// How long the lock of a process that runs no more may live on.
const DYING: Duration = Duration::from_secs(5);

/// Runs the program: `PLACE MANNER`.
pub(crate) fn run(words: &[String]) -> ExitCode {
    let [place, manner] = words else { return ExitCode::from(100) };
    let place = PathBuf::from(place);
    be(&place, manner).unwrap_or_else(|error| {
        accuse(&place, &format!("the program itself failed: {error}"));
        ExitCode::from(100)
    })
}

fn be(place: &Path, manner: &str) -> io::Result<ExitCode> {
    match manner {
        "orphan" | "orphan-deaf" => {
            sys::leave_session();
            if manner == "orphan-deaf" {
                sys::ignore_term();
            }
            std::thread::sleep(LONGEST);
            return Ok(ExitCode::SUCCESS);
        }
        "deaf" => sys::ignore_term(),
        _ => {}
    }
    let Some(inside) = alone(place)? else { return Ok(ExitCode::from(100)) };
    OpenOptions::new().create(true).append(true).open(place.join("entries"))?.write_all(b".")?;
    writeln!(io::stdout(), "{INSIDE}").ok();
    let code = match manner {
        "stay" | "deaf" => {
            std::thread::sleep(LONGEST);
            ExitCode::SUCCESS
        }
        "once" => fail_once(place)?,
        "leave" => leave_one_behind(place, "orphan")?,
        "leave-deaf" => leave_one_behind(place, "orphan-deaf")?,
        _ => ExitCode::SUCCESS,
    };
    drop(inside);
    Ok(code)
}

/// The lock; none, and an accusation, if somebody who runs has it.
fn alone(place: &Path) -> io::Result<Option<File>> {
    let locked = lock_alone(&place.join("inside"), DYING)?;
    let accuse = |others: &Vec<Seen>| {
        let others: Vec<u32> = others.iter().map(|seen| seen.pid).collect();
        accuse(place, &format!("two are inside: {} beside {others:?}", std::process::id()));
    };
    Ok(locked.inspect_err(accuse).ok())
}

fn fail_once(place: &Path) -> io::Result<ExitCode> {
    let mark = OpenOptions::new().write(true).create_new(true).open(place.join("failed"));
    match mark {
        Ok(_) => Ok(ExitCode::from(3)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error),
    }
}

/// Starts one that would live on, in a session of its own, and ends.
fn leave_one_behind(place: &Path, manner: &str) -> io::Result<ExitCode> {
    let mut orphan = Command::new(std::env::current_exe()?);
    orphan.arg(WORD).arg(place).arg(manner).stdin(Stdio::null()).stdout(Stdio::null());
    orphan.spawn()?;
    Ok(ExitCode::SUCCESS)
}

/// Writes down what must not be.
fn accuse(place: &Path, what: &str) {
    let file = OpenOptions::new().create(true).append(true).open(place.join("violations"));
    // Nobody is left to tell if even this fails; the exit code 100 is no code of the table.
    file.and_then(|mut file| writeln!(file, "{what}")).ok();
}

/// Every signal that can be waited for.
fn all_signals() -> Vec<i32> {
    (1..32).filter(|signal| ![libc::SIGKILL, libc::SIGSTOP].contains(signal)).collect()
}

/// Runs a bystander: the first word is the file to which it adds each signal that it gets.
pub(crate) fn stand_by(words: &[String]) -> ExitCode {
    let Some(notes) = words.first() else { return ExitCode::from(100) };
    let set = sys::block(&all_signals());
    sys::leave_session();
    fs::write(notes, "").ok();
    println!("{INSIDE}");
    while let Ok(signal) = sys::next_signal(&set) {
        let file = OpenOptions::new().append(true).open(notes);
        file.and_then(|mut file| writeln!(file, "{signal}")).ok();
    }
    ExitCode::from(100)
}
