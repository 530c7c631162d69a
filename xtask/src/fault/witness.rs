//! The program that soloist runs in the soak: it proves by itself that it is alone.
//!
//! The proof is the kernel's: while it is inside, it holds flock(2) on a file of its own, and its children share
//! a lock on another. A file that it creates exclusively says the same once more, and nothing alone: one that was
//! killed leaves it behind. A process that is past the point where it gives up its memory runs no more, though
//! its locks may live on for a moment; whoever finds a lock taken therefore looks who has it open.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use super::manner::{Brood, Manner, Temper};
use super::{storm, sys};
use crate::processes::lock_alone;

/// The word by which the project's own commands know that they are to be the witness.
pub(crate) const WORD: &str = "fault-witness";

/// Nothing outlives the soak by more than this, whatever happens to the driver.
const LONGEST: Duration = Duration::from_secs(900);

/// How long the lock of a process that runs no more may live on.
const DYING: Duration = Duration::from_secs(60);

/// What the witness prints when it is inside.
pub(super) const INSIDE: &str = "inside";

/// Runs the witness, or one of its children: `PLACE MANNER`, or `PLACE child SESSION TEMPER`.
pub(crate) fn run(words: &[String]) -> ExitCode {
    let place = words.first().map(PathBuf::from).unwrap_or_default();
    let ran = match words.get(1).map(String::as_str) {
        Some("child") => child(words.get(2..).unwrap_or_default(), &place),
        Some(text) => Manner::parse(text).ok_or_else(|| io::Error::other("no manner")).and_then(|manner| {
            let witness = Witness { place: place.clone() };
            witness.run(manner)
        }),
        None => Err(io::Error::other("no manner")),
    };
    ran.unwrap_or_else(|error| {
        accuse(&place, &format!("the witness itself failed: {error}"));
        ExitCode::from(100)
    })
}

/// Writes down what must not be.
fn accuse(place: &Path, what: &str) {
    let line = format!("pid {}: {what}\n", std::process::id());
    let file = OpenOptions::new().create(true).append(true).open(place.join("violations"));
    // Nobody is left to tell if even this fails; the witness's exit code 100 is no code of the table.
    file.and_then(|mut file| file.write_all(line.as_bytes())).ok();
}

struct Witness {
    place: PathBuf,
}

impl Witness {
    fn run(&self, manner: Manner) -> io::Result<ExitCode> {
        match manner.temper {
            Temper::AtOnce => {}
            Temper::Slow(_) => sys::hold_term(),
            Temper::Deaf => sys::ignore_term(),
        }
        let Some(inside) = self.alone("inside", "another one is inside")? else {
            return Ok(ExitCode::from(100));
        };
        let Some(children) = self.alone("children", "a child of an earlier one lives")? else {
            return Ok(ExitCode::from(100));
        };
        self.mark()?;
        self.note("came")?;
        bear(manner.brood, manner.temper, &self.place, &children)?;
        // From here on the lock is the children's alone.
        drop(children);
        // Whoever started us may listen or not.
        writeln!(io::stdout(), "{INSIDE}").ok();
        let code = live(manner);
        self.note("left")?;
        fs::remove_file(self.place.join("mark"))?;
        drop(inside);
        Ok(code)
    }

    /// The lock on one of the files; none, and an accusation, if somebody who runs has it.
    fn alone(&self, name: &str, accusation: &str) -> io::Result<Option<File>> {
        let locked = lock_alone(&self.place.join(name), DYING)?;
        let accuse = |others: &Vec<_>| accuse(&self.place, &format!("{accusation}: {others:?}"));
        Ok(locked.inspect_err(accuse).ok())
    }

    /// Creates the file that one at a time may create. Under the lock, one that exists was left by a killed one.
    fn mark(&self) -> io::Result<()> {
        let path = self.place.join("mark");
        let mark = || OpenOptions::new().write(true).create_new(true).open(&path);
        match mark() {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other.map(drop),
        }
        fs::remove_file(&path)?;
        mark().map(drop)
    }

    /// Notes when it was inside, and under whom; for the judgement at the end.
    fn note(&self, what: &str) -> io::Result<()> {
        let file = OpenOptions::new().create(true).append(true).open(self.place.join("visits"));
        let soloist = std::env::var("SOLOIST_PID").unwrap_or_default();
        let line = format!("{what} {soloist} {}\n", sys::since_boot().as_nanos());
        file?.write_all(line.as_bytes())
    }
}

/// Starts what the manner says. The children have the lock as their standard input, so it is theirs from the
/// moment they exist.
fn bear(brood: Brood, temper: Temper, place: &Path, lock: &File) -> io::Result<()> {
    let temper = if temper == Temper::Deaf { "deaf" } else { "at-once" };
    for session in brood.sessions() {
        let mut child = Command::new(std::env::current_exe()?);
        child.arg(WORD).arg(place).args(["child", session, temper]);
        child.stdin(lock.try_clone()?).stdout(Stdio::null());
        let mut child = child.spawn()?;
        if *session == "double" {
            // The one between ends at once.
            child.wait()?;
        }
    }
    Ok(())
}

/// A child that lives until it is ended: with its parent's session, one of its own, or as an orphan.
fn child(words: &[String], place: &Path) -> io::Result<ExitCode> {
    let word = |at: usize| words.get(at).map(String::as_str).unwrap_or_default();
    if word(1) == "deaf" {
        sys::ignore_term();
    }
    match word(0) {
        "own" => sys::leave_session(),
        "storm" => {
            storm::rage();
            return Ok(ExitCode::SUCCESS);
        }
        "double" => {
            sys::leave_session();
            let mut orphan = Command::new(std::env::current_exe()?);
            orphan.arg(WORD).arg(place).args(["child", "parents", word(1)]);
            orphan.spawn()?;
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    std::thread::sleep(LONGEST);
    Ok(ExitCode::SUCCESS)
}

/// Stays inside until the time is over or it is asked to end; answers the exit code.
fn live(manner: Manner) -> ExitCode {
    let life = manner.life.unwrap_or(LONGEST);
    match manner.temper {
        Temper::Slow(time) if sys::await_term(life) => {
            std::thread::sleep(time);
            return ExitCode::SUCCESS;
        }
        Temper::Slow(_) => {}
        Temper::AtOnce | Temper::Deaf => std::thread::sleep(life),
    }
    ExitCode::from(manner.code)
}
