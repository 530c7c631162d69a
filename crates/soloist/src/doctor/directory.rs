//! The two places where locks are kept: the private state directory, and the directory of a lock path.

use std::io;
use std::path::Path;

use super::finding::{Finding, Sentence, reason};
use super::{cleaners, locking, place, sentences};
use crate::failure::{self, Doing};
use crate::key::Key;
use crate::lock;
use crate::state::StateDirectory;
use crate::sys::account;
use crate::sys::files::{self, FileStatus};
use crate::sys::lock::LockKind;

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The state directory, made if it is missing.
pub(super) fn of_state(state: Result<&StateDirectory, &io::Error>) -> Vec<Finding> {
    let unusable =
        |error: &io::Error| Finding::of(&sentences::STATE_DIRECTORY_UNUSABLE, &[("reason", &reason(error))]);
    let state = match state {
        Ok(state) => state,
        Err(error) => return vec![unusable(error)],
    };
    let path = state.path();
    if let Err(error) = state.make() {
        return vec![misfit(path).unwrap_or_else(|| unusable(&error))];
    }
    let mut findings = vec![Finding::of(&sentences::STATE_DIRECTORY, &[("path", &shown(path))])];
    findings.extend(place::runtime_directory(path));
    findings.push(place::of_state(path));
    findings.extend(tried(
        path,
        &[LockKind::Description, LockKind::Flock],
        &sentences::STATE_DIRECTORY_UNWRITABLE,
    ));
    findings.push(cleaners::look(path));
    findings
}

/// Why the state directory's place is not to be used, where one look tells.
fn misfit(path: &Path) -> Option<Finding> {
    let status = files::status(path).ok()?;
    let path = ("path", &*shown(path));
    if !status.is_directory() {
        return Some(Finding::of(&sentences::STATE_DIRECTORY_ODD, &[path]));
    }
    let foreign = status.owner != account::effective_user();
    let owner = account::user_name(status.owner);
    foreign.then(|| Finding::of(&sentences::STATE_DIRECTORY_FOREIGN, &[path, ("owner", &owner)]))
}

/// The lock path and its directory.
pub(super) fn of_lock(path: &Path) -> Vec<Finding> {
    let key = match Key::lock_file(path) {
        Ok(key) => key,
        Err(error) => return vec![no_key(path, &error)],
    };
    let path = key.visible().unwrap_or(path);
    let directory = path.parent().unwrap_or(Path::new("/"));
    let fits = is_directory(directory).and_then(|()| lock::check_visible(&key)).and_then(|()| may_open(path));
    if let Err(error) = fits {
        return vec![unusable_lock(path, directory, &error)];
    }
    if files::may_write(directory).is_err() {
        let closed = Finding::of(&sentences::LOCK_DIRECTORY_CLOSED, &[("path", &shown(path))]);
        return vec![closed, place::of_lock(directory), cleaners::look(path)];
    }
    let mut findings = vec![Finding::of(&sentences::LOCK_PATH, &[("path", &shown(path))])];
    findings.push(place::of_lock(directory));
    findings.extend(tried(directory, &[LockKind::Flock], &sentences::LOCK_DIRECTORY_UNWRITABLE));
    findings.push(cleaners::look(path));
    findings
}

fn is_directory(path: &Path) -> io::Result<()> {
    match files::status(path).doing("look at", path)?.is_directory() {
        true => Ok(()),
        false => Err(failure::refused(path, "it is not a directory")),
    }
}

/// A lock file of somebody else can be locked where it can be read.
fn may_open(path: &Path) -> io::Result<()> {
    match files::link_status(path) {
        Ok(_) => files::open_to_look(path).map(drop).doing("open the lock file", path),
        Err(_) => Ok(()),
    }
}

fn no_key(path: &Path, error: &io::Error) -> Finding {
    let parent = path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    match error.kind() {
        io::ErrorKind::NotFound => {
            Finding::of(&sentences::LOCK_DIRECTORY_MISSING, &[("path", &shown(parent))])
        }
        _ => Finding::of(&sentences::LOCK_PATH_UNUSABLE, &[("reason", &reason(error))]),
    }
}

fn unusable_lock(path: &Path, directory: &Path, error: &io::Error) -> Finding {
    let writable = files::may_write(directory).is_ok() || is_directory(directory).is_err();
    let sentence = lock_sentence(files::link_status(path).ok().as_ref(), writable, error.kind());
    Finding::of(sentence, &[("path", &shown(path)), ("reason", &reason(error))])
}

/// What is wrong with a lock path that was refused.
fn lock_sentence(found: Option<&FileStatus>, writable: bool, kind: io::ErrorKind) -> &'static Sentence {
    match found {
        _ if !writable => &sentences::LOCK_DIRECTORY_UNWRITABLE,
        Some(status) if status.is_link() => &sentences::LOCK_PATH_LINK,
        Some(status) if !status.is_regular() => &sentences::LOCK_PATH_ODD,
        Some(_) if kind == io::ErrorKind::InvalidInput => &sentences::LOCK_PATH_CONTENT,
        _ => &sentences::LOCK_PATH_UNUSABLE,
    }
}

/// Locks of these kinds, tried in the directory; `unwritable` tells that no file can be made for that.
fn tried(directory: &Path, kinds: &[LockKind], unwritable: &Sentence) -> Vec<Finding> {
    let path = ("path", &*shown(directory));
    for &kind in kinds {
        let told = |sentence: &Sentence, reason: &str| {
            vec![Finding::of(sentence, &[path, ("call", locking::call(kind)), ("reason", reason)])]
        };
        match locking::tried_in(directory, kind) {
            Err(error) => return told(unwritable, &reason(&error)),
            Ok(Err(locking::Failure::Call(error))) => {
                return told(&sentences::NO_LOCKING_CALL, &reason(&error));
            }
            Ok(Err(locking::Failure::TwoAtOnce)) => return told(&sentences::NO_LOCKING_TWO, ""),
            Ok(Err(locking::Failure::Stuck)) => return told(&sentences::NO_LOCKING_STUCK, ""),
            Ok(Ok(())) => {}
        }
    }
    vec![Finding::of(&sentences::LOCKING, &[path])]
}
