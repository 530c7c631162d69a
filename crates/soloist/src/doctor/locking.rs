//! Locks, really tried between two processes.
//!
//! The files on which they are tried lose their names before they are locked, so that nothing is left behind even
//! when this process is killed meanwhile.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use crate::failure::Doing;
use crate::sys::handle::{self, Handle};
use crate::sys::lock::{self as kernel, LockKind};
use crate::sys::{clock, files};

/// As much as a record needs: where that does not fit, no start succeeds.
const ROOM: [u8; 4096] = [b' '; 4096];

/// Why locks in a place are worth nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The call itself fails.
    Call(io::Error),
    /// Two processes had the lock at the same time.
    TwoAtOnce,
    /// It is refused although nobody has it.
    Stuck,
}

/// What is asked, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// This process takes the lock.
    Take,
    /// Another process asks for it; `true` means that it got it.
    AskElsewhere,
    /// This process gives it up.
    Release,
}

/// The call that takes such a lock, as its manual page names it.
pub(super) fn call(kind: LockKind) -> &'static str {
    match kind {
        LockKind::Description => "fcntl(2) F_OFD_SETLK",
        LockKind::Flock => "flock(2)",
    }
}

/// Tries a lock of this kind on a new file in the directory. The outer error: no such file can be made.
pub(super) fn tried_in(directory: &Path, kind: LockKind) -> io::Result<Result<(), Failure>> {
    let (ours, theirs) = opened_twice(directory)?;
    Ok(judge(|step| match step {
        Step::Take => kernel::try_lock(handle::borrow(&ours), kind),
        Step::AskElsewhere => kernel::try_in_a_child(handle::borrow(&theirs), kind),
        Step::Release => kernel::unlock(handle::borrow(&ours), kind).map(|()| true),
    }))
}

/// Goes through the steps; a lock that is worth something answers each of them in one way only.
fn judge(mut perform: impl FnMut(Step) -> io::Result<bool>) -> Result<(), Failure> {
    let order =
        [(Step::Take, true), (Step::AskElsewhere, false), (Step::Release, true), (Step::AskElsewhere, true)];
    for (step, expected) in order {
        match perform(step) {
            Ok(answer) if answer == expected => {}
            Ok(true) => return Err(Failure::TwoAtOnce),
            Ok(false) => return Err(Failure::Stuck),
            Err(error) => return Err(Failure::Call(error)),
        }
    }
    Ok(())
}

/// A new file, opened once for each of two processes, without a name any more.
fn opened_twice(directory: &Path) -> io::Result<(Handle, Handle)> {
    let unique = clock::since_boot().max(Duration::from_nanos(1)).as_nanos();
    // The ending is one that the state directory knows as its own.
    let path = directory.join(format!(".soloist-doctor-{}-{unique}.new", std::process::id()));
    let mut file = files::create_new(&path, 0o600).doing("create a file in", directory)?;
    let theirs = files::open_to_lock(&path, 0o600).doing("open a file in", directory);
    std::fs::remove_file(&path).doing("remove a file from", directory)?;
    file.write_all(&ROOM).doing("write to a file in", directory)?;
    Ok((file.into(), theirs?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file system on which each kind of asking has its answer.
    fn told(take: bool, meanwhile: bool, afterwards: bool) -> Result<(), Failure> {
        let mut released = false;
        judge(|step| {
            released |= step == Step::Release;
            Ok(match step {
                Step::Take => take,
                Step::Release => true,
                Step::AskElsewhere if released => afterwards,
                Step::AskElsewhere => meanwhile,
            })
        })
    }

    #[test]
    fn a_lock_is_worth_something_when_it_excludes_and_is_free_again() {
        assert!(told(true, false, true).is_ok());
        assert!(matches!(told(true, true, true), Err(Failure::TwoAtOnce)));
        assert!(matches!(told(true, false, false), Err(Failure::Stuck)));
        assert!(matches!(told(false, false, true), Err(Failure::Stuck)));
    }

    #[test]
    fn a_failing_call_is_a_failure_at_each_step() {
        for failing in [Step::Take, Step::AskElsewhere, Step::Release] {
            let answer = judge(|step| match step {
                step if step == failing => Err(io::Error::from(io::ErrorKind::Unsupported)),
                Step::AskElsewhere => Ok(false),
                _ => Ok(true),
            });
            assert!(matches!(answer, Err(Failure::Call(_))), "{failing:?}: {answer:?}");
        }
    }

    #[test]
    fn nothing_is_left_of_a_trial() {
        let directory = tempfile::tempdir().unwrap();
        for kind in [LockKind::Description, LockKind::Flock] {
            assert!(tried_in(directory.path(), kind).unwrap().is_ok());
        }
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
