//! The kernel's locks that keep a claim, taken together and in one order.
//!
//! 1. A lock file for each of the key's names in the private state directory. It is never deleted. After
//!    locking, the file behind the handle and the file at the path are compared by device and inode: had
//!    somebody replaced the file in between, two could hold two different ones (test `rm_breaks_nothing`).
//! 2. A witness for each name, which no `rm` reaches (see `sys::witness`).
//! 3. The visible file of `--lock PATH`, locked with `flock(2)`, compared in the same way, and removed at a
//!    clean end while its lock is still held: whoever waits on the removed file finds another at the path
//!    and starts over.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::evidence;
use crate::failure::{self, Doing};
use crate::key::{Key, fingerprint};
use crate::process::{Observer, Process};
use crate::record::{Record, remove_if_there};
use crate::state::StateDirectory;
use crate::sys::files::{self, FileIdentity};
use crate::sys::handle::{self, BorrowedHandle, Handle};
use crate::sys::lock::{self as kernel, LockKind, Waited};
use crate::sys::{account, poll, witness};

/// How often a lock file may be replaced under our hands before we call it hostile.
const MOST_REPLACEMENTS: usize = 64;

/// A process that dies closes its descriptors one after the other; how long, at most, we give one that is
/// between the two.
const DYING_PAUSE: Duration = Duration::from_millis(1);
const DYING_ATTEMPTS: usize = 200;

/// The locks of a claim, while they are held.
#[derive(Debug)]
pub(crate) struct Locks {
    // Fields drop in this order: the lock is what the next contender waits for, so it goes last.
    witnesses: Vec<Handle>,
    visible: Option<LockFile>,
    files: Vec<LockFile>,
}

/// One locked file.
#[derive(Debug)]
struct LockFile {
    file: Handle,
    path: PathBuf,
    identity: FileIdentity,
    kind: LockKind,
}

/// Where the claim is taken already.
#[derive(Debug)]
pub(crate) enum Busy {
    /// This lock file, in the state directory or visible, is locked.
    File { identity: FileIdentity, visible: bool },
    /// This socket is bound though the lock was free: the lock file was removed under its holder.
    Witness { inode: u64 },
}

/// How long somebody is willing to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience<'a> {
    /// Until when, as time since boot; for ever when `None`.
    pub(crate) deadline: Option<Duration>,
    pub(crate) interrupt: Option<BorrowedHandle<'a>>,
}

/// How the locks are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner<'a> {
    /// Now or never.
    AtOnce,
    /// Not before whoever is just claiming is sure of it. Contenders that run the program themselves look like
    /// copies to each other; were one refused by another that then gives up, none would run (§3.2).
    AtTheDoor(Option<BorrowedHandle<'a>>),
    /// In the kernel's queue.
    Patient(Patience<'a>),
}

/// What came of asking for the locks.
#[derive(Debug)]
pub(crate) enum Asked {
    Taken(Locks),
    Busy(Busy),
    TimedOut(Busy),
    Interrupted,
}

/// An answer that is not "taken", on its way up.
enum Stopped {
    Busy(Busy),
    TimedOut(Busy),
    Interrupted,
    Failed(io::Error),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// Takes all the locks of a key, or none.
pub(crate) fn take(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    manner: Manner<'_>,
) -> io::Result<Asked> {
    match take_all(observer, key, state, manner) {
        Ok(locks) => Ok(Asked::Taken(locks)),
        Err(Stopped::Busy(busy)) => Ok(Asked::Busy(busy)),
        Err(Stopped::TimedOut(busy)) => Ok(Asked::TimedOut(busy)),
        Err(Stopped::Interrupted) => Ok(Asked::Interrupted),
        Err(Stopped::Failed(error)) => Err(error),
    }
}

fn take_all(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    manner: Manner<'_>,
) -> Result<Locks, Stopped> {
    state.prepare()?;
    let mut visible = None;
    loop {
        let mut locks = take_private(observer, key, state, manner)?;
        let Some(path) = key.visible() else { return Ok(locks) };
        if visible.is_none() {
            match take_file(path, LockKind::Flock, open_visible, Manner::AtOnce) {
                Err(Stopped::Busy(_)) if matches!(manner, Manner::Patient(_)) => {
                    // Who waits for another tool's lock must not look like a holder meanwhile.
                    drop(locks);
                    visible = Some(take_file(path, LockKind::Flock, open_visible, manner)?);
                    continue;
                }
                other => visible = Some(other?),
            }
        }
        let file = visible.take().filter(LockFile::is_in_place);
        let Some(file) = file else { continue };
        refuse_content(&file)?;
        locks.visible = Some(file);
        return Ok(locks);
    }
}

fn take_private(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    manner: Manner<'_>,
) -> Result<Locks, Stopped> {
    let mut locks = Locks { files: Vec::new(), witnesses: Vec::new(), visible: None };
    // One order for everybody, so that no two wait for each other.
    let mut ids: Vec<&String> = key.ids().iter().collect();
    ids.sort();
    for id in ids {
        let path = state.lock_path(id);
        locks.files.push(take_file(&path, LockKind::Description, open_private, manner)?);
    }
    for id in key.socket_ids() {
        locks.witnesses.extend(take_witness(observer, &witness_name(state, id), manner)?);
    }
    Ok(locks)
}

impl LockFile {
    /// Whether the path still leads to the file that is locked: else the lock guards nothing.
    fn is_in_place(&self) -> bool {
        files::link_status(&self.path).is_ok_and(|now| now.identity.same_file(self.identity))
    }
}

/// Whether a visible lock file can be kept at this path at all: asked before anybody is ended for it. Nothing is
/// created or locked.
///
/// # Errors
/// Why it cannot.
pub(crate) fn check_visible(key: &Key) -> io::Result<()> {
    let Some(path) = key.visible() else { return Ok(()) };
    if files::link_status(path).is_err() {
        let directory = path.parent().unwrap_or(Path::new("/"));
        return files::may_write(directory).doing("create files in", directory);
    }
    refuse_odd_place(path)?;
    match files::open_to_look(path) {
        Ok(file) => refuse_content_of(file, path),
        Err(_) => Ok(()),
    }
}

fn take_file(
    path: &Path,
    kind: LockKind,
    open: impl Fn(&Path) -> io::Result<Handle>,
    manner: Manner<'_>,
) -> Result<LockFile, Stopped> {
    for _ in 0..MOST_REPLACEMENTS {
        let file = open(path).and_then(files::high)?;
        let status = files::descriptor_status(handle::borrow(&file)).doing("look at", path)?;
        if !status.is_regular() {
            return Err(failure::refused(
                path,
                "the lock's place is taken by something that is not a regular file",
            )
            .into());
        }
        if kind == LockKind::Description {
            // A umask may take even the owner's rights from a new file; the next start would find it closed.
            files::ensure_mode(&file, status, 0o600).doing("set the mode of", path)?;
        }
        let locked =
            kernel::try_lock(handle::borrow(&file), kind).map_err(|error| cannot_lock(path, &error))?;
        if !locked {
            wait_for(&file, status.identity, kind, path, manner)?;
        }
        // Between open and lock the file may have been removed or replaced: then this lock guards nothing.
        let lock = LockFile { file, path: path.to_owned(), identity: status.identity, kind };
        if lock.is_in_place() {
            return Ok(lock);
        }
    }
    Err(failure::refused(path, "the lock file is replaced again and again").into())
}

fn cannot_lock(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("{}; its file system keeps no locks", failure::doing("lock", path, error)),
    )
}

fn wait_for(
    file: &Handle,
    identity: FileIdentity,
    kind: LockKind,
    path: &Path,
    manner: Manner<'_>,
) -> Result<(), Stopped> {
    let busy = Busy::File { identity, visible: kind == LockKind::Flock };
    let waited = match manner {
        Manner::Patient(patience) => {
            kernel::wait_lock(handle::borrow(&file), kind, patience.deadline, patience.interrupt)
        }
        Manner::AtTheDoor(interrupt) if kind == LockKind::Description => {
            kernel::wait_at_door(handle::borrow(&file), interrupt)
        }
        Manner::AtTheDoor(_) | Manner::AtOnce => return Err(Stopped::Busy(busy)),
    };
    match waited.doing("wait for the lock", path)? {
        Waited::Locked => Ok(()),
        Waited::TimedOut if matches!(manner, Manner::AtTheDoor(_)) => Err(Stopped::Busy(busy)),
        Waited::TimedOut => Err(Stopped::TimedOut(busy)),
        Waited::Interrupted => Err(Stopped::Interrupted),
    }
}

fn open_private(path: &Path) -> io::Result<Handle> {
    files::open_to_lock(path, 0o600).map_err(|error| failure::doing("open the lock file", path, &error))
}

/// Opens the visible lock file, made if it is missing. What stands there and is no lock file is left alone.
fn open_visible(path: &Path) -> io::Result<Handle> {
    refuse_odd_place(path)?;
    files::open_to_lock(path, 0o644)
        // Another user's lock file: to lock it, reading is enough.
        .or_else(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => files::open_to_look(path).map_err(|_| error),
            _ => Err(error),
        })
        .map_err(|error| failure::doing("open the lock file", path, &error))
}

fn refuse_odd_place(path: &Path) -> io::Result<()> {
    match files::link_status(path) {
        Ok(status) if status.is_link() => Err(failure::refused(
            path,
            "the lock path is a symbolic link, which is never followed; name its target",
        )),
        Ok(status) if !status.is_regular() => {
            Err(failure::refused(path, "the lock path is not a regular file; choose another path"))
        }
        _ => Ok(()),
    }
}

/// A lock file is empty, or holds the bare pid that older tools write; anything else is somebody's data.
fn refuse_content(lock: &LockFile) -> io::Result<()> {
    refuse_content_of(lock.file.try_clone()?, &lock.path)
}

fn refuse_content_of(file: Handle, path: &Path) -> io::Result<()> {
    const LONGEST_PID: usize = 24;
    let mut content = Vec::new();
    std::fs::File::from(file).take(LONGEST_PID as u64 + 1).read_to_end(&mut content).doing("read", path)?;
    let pid = content.trim_ascii().iter().all(u8::is_ascii_digit);
    if content.len() <= LONGEST_PID && pid {
        return Ok(());
    }
    Err(failure::refused(
        path,
        "the file has content and is nobody's lock; it was left alone: choose another path",
    ))
}

/// `soloist/claim-of-user/UID/HASH`: of this user, this state directory and this name. It is so long that no name of a
/// socket has room for a whole line about it in `/proc/net/unix` (see `sys::witness`).
pub(crate) fn witness_name(state: &StateDirectory, id: &str) -> String {
    let user = account::effective_user();
    let parts = [state.path().as_os_str().as_encoded_bytes(), id.as_bytes()];
    format!("soloist/claim-of-user/{user}/{:032x}", fingerprint(parts.into_iter()))
}

/// Who has a witness bound, as far as it counts.
pub(crate) enum Witness {
    /// Nobody.
    Free,
    /// A stranger, or the forked child of a guard that has released its claim: it holds nothing (contract §6).
    Ignored,
    /// Somebody whose process cannot be seen: it is just dying, or hidden.
    Unseen {
        /// The socket.
        inode: u64,
    },
    /// These processes.
    Kept {
        /// The socket.
        inode: u64,
        /// Who has it open.
        keepers: Vec<Process>,
    },
}

/// Whether a witness is kept, or may be: by somebody who cannot be seen.
pub(crate) fn busy_witness(observer: &Observer, name: &str) -> io::Result<Option<Busy>> {
    match witness::is_bound(name) {
        Ok(true) => {}
        // Where none can be made, there is none of ours.
        Err(error) if witness::is_forbidden(&error) => return Ok(None),
        other => return other.map(|_| None),
    }
    Ok(match look_at_witness(observer, name)? {
        Witness::Kept { inode, .. } | Witness::Unseen { inode } => Some(Busy::Witness { inode }),
        Witness::Free | Witness::Ignored => None,
    })
}

/// Who has bound the name. The kernel's list is read in pieces while sockets come and go, and may lack one: that it is
/// not there is believed only when the name is free.
fn owner(name: &str) -> io::Result<Option<witness::Bound>> {
    for _ in 0..DYING_ATTEMPTS {
        let found = witness::owner(name)?;
        if found.is_some() || !witness::is_bound(name)? {
            return Ok(found);
        }
        std::thread::sleep(DYING_PAUSE);
    }
    Err(io::Error::other("a socket keeps the claim, and the kernel does not tell whose it is"))
}

/// Looks at a witness without disturbing anybody.
pub(crate) fn look_at_witness(observer: &Observer, name: &str) -> io::Result<Witness> {
    let Some(bound) = owner(name)? else { return Ok(Witness::Free) };
    if bound.user.is_some_and(|user| user != account::effective_user()) {
        return Ok(Witness::Ignored);
    }
    let inode = bound.inode;
    let keepers = evidence::keepers(observer, &[], &[inode])?;
    if keepers.iter().any(|keeper| evidence::may_keep_a_claim(observer, keeper.pid())) {
        return Ok(Witness::Kept { inode, keepers });
    }
    // One that ended between the two looks has lost its locks and the socket together. It says nothing of whoever
    // binds the name next, so only one that has the socket after its locks were looked at is ignored.
    let stays = |keeper: &Process| evidence::has_socket(observer, keeper.pid(), inode) && !keeper.has_ended();
    Ok(if keepers.iter().any(stays) { Witness::Ignored } else { Witness::Unseen { inode } })
}

/// Binds the witness; `None` where it is bound by somebody who does not count.
fn take_witness(observer: &Observer, name: &str, manner: Manner<'_>) -> Result<Option<Handle>, Stopped> {
    for attempt in 0.. {
        match witness::bind(name) {
            Ok(Some(socket)) => return Ok(Some(socket)),
            Ok(None) => {}
            Err(error) if witness::is_forbidden(&error) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        match look_at_witness(observer, name)? {
            Witness::Free => {}
            Witness::Ignored => return Ok(None),
            // Its last process is just dying: the lock is free already, the socket will be in a moment.
            Witness::Unseen { .. } if attempt < DYING_ATTEMPTS => std::thread::sleep(DYING_PAUSE),
            Witness::Unseen { inode } => return Err(Stopped::Busy(Busy::Witness { inode })),
            Witness::Kept { inode, keepers } => match manner {
                Manner::Patient(patience) => wait_for_end(&keepers, Busy::Witness { inode }, patience)?,
                _ => return Err(Stopped::Busy(Busy::Witness { inode })),
            },
        }
    }
    Ok(None)
}

fn wait_for_end(keepers: &[Process], busy: Busy, patience: Patience<'_>) -> Result<(), Stopped> {
    let mut watched: Vec<BorrowedHandle<'_>> = keepers.iter().map(Process::handle).collect();
    watched.extend(patience.interrupt);
    let ready = poll::readable(&watched, patience.deadline)?;
    if ready[..keepers.len()].contains(&true) {
        return Ok(());
    }
    Err(if ready.contains(&true) { Stopped::Interrupted } else { Stopped::TimedOut(busy) })
}

impl Locks {
    /// The numbers of the descriptors that keep the claim: a program that inherits them keeps it too.
    pub(crate) fn descriptors(&self) -> Vec<i32> {
        // In the order in which the kernel closes them when a process dies: the lock last.
        let files = self.visible.iter().chain(&self.files).map(|lock| handle::number(&lock.file));
        self.witnesses.iter().map(handle::number).chain(files).collect()
    }

    /// The lock files in the state directory.
    pub(crate) fn identities(&self) -> Vec<FileIdentity> {
        self.files.iter().map(|lock| lock.identity).collect()
    }

    /// Removes the visible file and its record, while the lock on it is still held. A record in that place that
    /// is not `ours` is left to whoever wrote it, if the file is not ours any more either.
    pub(crate) fn remove_visible(&self, ours: &str) -> io::Result<()> {
        let Some(visible) = &self.visible else { return Ok(()) };
        let record = visible_record(&visible.path);
        let in_place = visible.is_in_place();
        let mut removed = Ok(());
        if in_place || Record::read(&record).is_some_and(|record| record.birth == ours) {
            removed = remove_if_there(&record).doing("remove the record", &record);
        }
        if in_place {
            let gone = remove_if_there(&visible.path).doing("remove the lock file", &visible.path);
            removed = removed.and(gone);
        }
        match removed {
            // Somebody else's file in the record's place is his, and a lock file in his directory stays there.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory) =>
            {
                Ok(())
            }
            other => other,
        }
    }

    /// Says that the claim is kept: whoever waits at the door may judge now.
    pub(crate) fn settle(&self) -> io::Result<()> {
        self.files
            .iter()
            .try_for_each(|lock| kernel::open_door(handle::borrow(&lock.file)).doing("settle", &lock.path))
    }

    /// Gives the claim up for every process that shares the open files. The witnesses go first: a socket without a
    /// lock is one that a contender ignores.
    pub(crate) fn unlock(self) -> io::Result<()> {
        drop(self.witnesses);
        for lock in self.visible.iter().chain(&self.files) {
            kernel::unlock(handle::borrow(&lock.file), lock.kind).doing("unlock", &lock.path)?;
        }
        Ok(())
    }
}

/// `PATH.info`, the record beside the visible lock file.
pub(crate) fn visible_record(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".info");
    PathBuf::from(name)
}
