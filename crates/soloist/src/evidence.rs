//! Who keeps a claim, by the kernel's word.
//!
//! A record only says where to look first. That a process has the lock is read from its open descriptors: the
//! file behind one of them is the lock file (device and inode), and the kernel lists a write lock on it
//! (`/proc/PID/fdinfo/N`). Copies that a program inherited share the open file and count too.

use std::io;

use crate::key::Kind;
use crate::locate::without_deleted;
use crate::process::{Observer, Process, is_gone};
use crate::sys::files::FileIdentity;
use crate::sys::proc::{ListedLock, is_shortage};
use crate::sys::witness;

/// A lock file of soloist's that a process has open.
#[derive(Clone, Debug)]
pub(crate) struct OpenLock {
    pub(crate) kind: Kind,
    /// The id of the key: the file's name without `.lock`.
    pub(crate) id: String,
    pub(crate) identity: FileIdentity,
    /// Whether the kernel keeps a lock for it: a holder, not a contender.
    pub(crate) locked: bool,
    /// The lock has not been narrowed to the seat yet.
    door: bool,
}

/// How far a holder has come with its claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolve {
    /// It keeps the claim for good; its record was written before.
    Kept,
    /// It still looks for copies, and may give the claim up for one of them.
    Deciding,
    /// It has no lock any more.
    Gone,
}

/// How far a holder has come, by the kernel's word. One that cannot be looked into counts as sure.
pub(crate) fn resolve(observer: &Observer, holder: &Process, ids: &[String]) -> Resolve {
    if holder.has_ended() {
        return Resolve::Gone;
    }
    let held: Vec<OpenLock> = match locks_of(observer, holder.pid()) {
        Ok(locks) => locks.into_iter().filter(|lock| lock.locked).collect(),
        Err(error) if is_gone(&error) => return Resolve::Gone,
        Err(_) => return Resolve::Kept,
    };
    // It may have other claims too. One that holds this key by another name of the program has none of ours.
    let of_key = |lock: &&OpenLock| ids.contains(&lock.id);
    let named = held.iter().any(|lock| of_key(&lock));
    if held.is_empty() {
        Resolve::Gone
    } else if held.iter().filter(|lock| !named || of_key(lock)).any(|lock| lock.door) {
        Resolve::Deciding
    } else {
        Resolve::Kept
    }
}

/// The lock files that a process has open; empty when its descriptors cannot be seen.
pub(crate) fn open_locks(observer: &Observer, pid: u32) -> Vec<OpenLock> {
    locks_of(observer, pid).unwrap_or_default()
}

fn locks_of(observer: &Observer, pid: u32) -> io::Result<Vec<OpenLock>> {
    let open = observer
        .proc
        .descriptors(pid)?
        .into_iter()
        .filter_map(|number| {
            let link = without_deleted(observer.proc.link(pid, &format!("fd/{number}")).ok()?);
            let name = link.file_name()?;
            let kind = Kind::of_lock_file(name)?;
            let identity = observer.proc.target(pid, &format!("fd/{number}")).ok()?.identity;
            let id = name.to_str()?.strip_suffix(".lock")?.to_owned();
            let locks = observer.proc.locks(pid, number).unwrap_or_default();
            let has = |lock| locks.contains(&lock);
            Some(OpenLock {
                kind,
                id,
                identity,
                locked: has(ListedLock::Description),
                door: has(ListedLock::Door),
            })
        })
        .collect();
    Ok(open)
}

/// Whether a process keeps a lock of this kind on this file.
pub(crate) fn keeps(observer: &Observer, pid: u32, file: FileIdentity, kind: ListedLock) -> io::Result<bool> {
    for number in observer.proc.descriptors(pid)? {
        let Ok(target) = observer.proc.target(pid, &format!("fd/{number}")) else { continue };
        if target.identity.same_file(file) && observer.proc.locks(pid, number)?.contains(&kind) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How often one looks again at a process whose descriptors move.
const MOST_LISTINGS: usize = 8;

/// Whether a process keeps any description lock, whatever its file is called by now. What cannot be seen counts as kept. A
/// descriptor that is gone may have been given another number since they were listed (`--exec` does that right before
/// `execve(2)`): then they are listed again.
pub(crate) fn may_keep_a_claim(observer: &Observer, pid: u32) -> bool {
    for _ in 0..MOST_LISTINGS {
        let Ok(numbers) = observer.proc.descriptors(pid) else { return true };
        let mut moved = false;
        for number in numbers {
            match observer.proc.locks(pid, number) {
                Ok(locks) if locks.contains(&ListedLock::Description) => return true,
                Ok(_) => {}
                Err(error) if is_gone(&error) => moved = true,
                Err(_) => return true,
            }
        }
        if !moved {
            return false;
        }
    }
    true
}

/// Whether a process keeps a claim by a lock file whose name tells nothing any more: it was renamed under it. Other
/// programs lock files too, so one of our witnesses must stand beside the lock.
pub(crate) fn keeps_a_renamed_claim(observer: &Observer, pid: u32) -> bool {
    let is_named = |number: u32| {
        let link = observer.proc.link(pid, &format!("fd/{number}"));
        link.is_ok_and(|link| without_deleted(link).file_name().and_then(Kind::of_lock_file).is_some())
    };
    let locked = |number: u32| {
        observer.proc.locks(pid, number).is_ok_and(|locks| locks.contains(&ListedLock::Description))
    };
    let Ok(numbers) = observer.proc.descriptors(pid) else { return false };
    numbers.into_iter().any(|number| locked(number) && !is_named(number))
        && witness::all().is_ok_and(|all| all.into_iter().any(|inode| has_socket(observer, pid, inode)))
}

/// Whether a process has this socket open.
pub(crate) fn has_socket(observer: &Observer, pid: u32, inode: u64) -> bool {
    let wanted = format!("socket:[{inode}]");
    observer.proc.descriptors(pid).unwrap_or_default().into_iter().any(|number| {
        observer.proc.link(pid, &format!("fd/{number}")).is_ok_and(|link| link.as_os_str() == wanted.as_str())
    })
}

/// Every process that keeps a lock on one of the files or has one of the sockets open, this one excepted.
/// The descriptors of all processes are looked at: the slow way, for when the record is of no help.
///
/// # Errors
/// When processes cannot be looked at for want of descriptors or memory: one that was not seen may be a keeper.
pub(crate) fn keepers(
    observer: &Observer,
    files: &[(FileIdentity, ListedLock)],
    sockets: &[u64],
) -> io::Result<Vec<Process>> {
    let own = std::process::id();
    let mut found = Vec::new();
    observer.proc.take_failure();
    for pid in observer.proc.processes()? {
        if pid == own {
            continue;
        }
        let keeps_any = || {
            let lock = files.iter().any(|&(file, kind)| keeps(observer, pid, file, kind).unwrap_or(false));
            lock || sockets.iter().any(|&socket| has_socket(observer, pid, socket))
        };
        if !keeps_any() {
            continue;
        }
        // Looked at again once it is held: another process may have got the number in between.
        let held = observer.open(pid)?.filter(|process| keeps_any() && !process.has_ended());
        found.extend(held);
    }
    match observer.proc.take_failure().filter(is_shortage) {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};

    use super::*;

    /// Keeps a lock. Told so, it gives it a low number, or ever higher ones.
    const RESTLESS: &str = "import fcntl, os, struct, sys
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
fcntl.fcntl(file, 37, struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 1, 0))
def move(first):
    global file
    new = fcntl.fcntl(file, fcntl.F_DUPFD, first)
    os.close(file)
    file = new
for line in sys.stdin:
    for first in [10] if line == 'down\\n' else range(20, 900):
        move(first)
    print(flush=True)
";

    /// Contract §3.1: who looked while a holder gave its descriptors the numbers that its program inherits took its witness
    /// for nobody's, and two ran.
    #[test]
    fn a_lock_that_moves_to_a_higher_number_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let mut holder = Command::new("python3");
        holder.args(["-c", RESTLESS]).arg(directory.path().join("lock"));
        let mut holder = holder.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut orders = holder.stdin.take().unwrap();
        let mut answers = BufReader::new(holder.stdout.take().unwrap()).lines();
        let observer = Observer::new().unwrap();
        for _ in 0..60 {
            orders.write_all(b"down\n").unwrap();
            answers.next().unwrap().unwrap();
            orders.write_all(b"up\n").unwrap();
            assert!((0..40).all(|_| may_keep_a_claim(&observer, holder.id())));
            answers.next().unwrap().unwrap();
        }
        drop(orders);
        holder.wait().unwrap();
    }
}
