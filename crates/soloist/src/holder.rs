//! Who has a claim that is taken, and since when.

use std::io;
use std::time::Duration;

use crate::discover::split;
use crate::environment::Environment;
use crate::evidence::{self, OpenLock};
use crate::key::{Key, Kind};
use crate::lock::{Busy, visible_record};
use crate::process::{Birth, Observer, Process};
use crate::program;
use crate::record::Record;
use crate::state::StateDirectory;
use crate::stop::StopSignal;
use crate::sys::files::{self, FileIdentity};
use crate::sys::proc::ListedLock;
use crate::sys::{account, clock, handle, lock as kernel};
use crate::tree::Table;

/// The process that has a claim, proved by the kernel.
#[derive(Debug)]
pub(crate) struct Holder {
    pub(crate) process: Process,
    /// It is a soloist, which passes a request to end on to its program.
    pub(crate) supervised: bool,
    /// When it claimed, as time since boot.
    pub(crate) claimed: Duration,
    /// What it says of itself, when that is about this very process.
    pub(crate) record: Option<Record>,
    /// A soloist claimed and is gone; this is what it ran.
    pub(crate) ghost: bool,
    /// Nothing tells when it claimed: it is just dying, or was left behind without its soloist's record. It is nobody's
    /// newer instance.
    pub(crate) ageless: bool,
    /// The signal with which the kernel has asked it to end when its soloist was killed.
    pub(crate) asked: Option<StopSignal>,
    /// It locks the visible file with another tool; it is nobody of ours.
    pub(crate) stranger: bool,
}

impl Holder {
    /// Whether it is just dying: it runs nothing any more, and lets go of the claim in a moment.
    pub(crate) fn is_dying(&self) -> bool {
        self.ageless && !self.ghost
    }
}

/// What is known of whoever has the claim.
#[derive(Debug, Default)]
pub(crate) struct Holding {
    pub(crate) holder: Option<Holder>,
    /// Others that keep the claim too, outside the holder's tree.
    pub(crate) beside: Vec<Process>,
    /// The record as it lies there, believed or not.
    pub(crate) record: Option<Record>,
}

/// The record of a key: the private one, else the one beside the visible lock file.
pub(crate) fn read_record(key: &Key, state: &StateDirectory) -> Option<Record> {
    Record::read(&state.record_path(key.main_id())).or_else(|| Record::read(&visible_record(key.visible()?)))
}

/// Finds the holder: where the record says, if the kernel agrees, else among all processes.
pub(crate) fn find(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    busy: &Busy,
) -> io::Result<Holding> {
    let (mut record, mut by_record) = by_record(observer, key, state, busy)?;
    let mut pause = FIRST_PAUSE;
    while by_record.is_none() && pause < LONGEST_PAUSE && is_just_claimed(key, state) {
        std::thread::sleep(pause);
        pause *= 2;
        (record, by_record) = self::by_record(observer, key, state, busy)?;
    }
    let (holder, beside) = match by_record {
        Some(process) => (Some(holder(observer, key, process, record.as_ref(), false)), Vec::new()),
        None => search(observer, key, record.as_ref(), busy)?,
    };
    Ok(Holding { holder, beside, record })
}

/// One that has just claimed writes its record a moment later. To look at every process's descriptors instead takes
/// longer, and of many that start at once each would. Each pause is twice the one before: many that look often would
/// keep the one that is claiming from the processor.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(128);

/// Whether somebody has one of the key's locks and is not yet sure of it.
fn is_just_claimed(key: &Key, state: &StateDirectory) -> bool {
    key.ids().iter().any(|id| {
        let file = files::open_to_look(&state.lock_path(id));
        file.is_ok_and(|file| kernel::is_door_closed(handle::borrow(&file)).unwrap_or(false))
    })
}

fn by_record(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    busy: &Busy,
) -> io::Result<(Option<Record>, Option<Process>)> {
    let record = read_record(key, state);
    let process = match (&record, busy) {
        (Some(record), Busy::File { identity, visible }) => {
            recorded(observer, record, *identity, kind(*visible))?
        }
        _ => None,
    };
    Ok((record, process))
}

/// The kind of lock that keeps the visible file, and the others.
fn kind(visible: bool) -> ListedLock {
    if visible { ListedLock::Flock } else { ListedLock::Description }
}

/// The recorded process, if it lives and keeps the lock.
fn recorded(
    observer: &Observer,
    record: &Record,
    lock: FileIdentity,
    kind: ListedLock,
) -> io::Result<Option<Process>> {
    let Some(birth) = Birth::parse(&record.birth).filter(|birth| birth.pid == record.pid) else {
        return Ok(None);
    };
    let process = observer.reopen(&birth)?;
    Ok(process.filter(|process| evidence::keeps(observer, process.pid(), lock, kind).unwrap_or(false)))
}

/// The slow way: every process's descriptors. The oldest one whose parents are none of the keepers is the holder.
fn search(
    observer: &Observer,
    key: &Key,
    record: Option<&Record>,
    busy: &Busy,
) -> io::Result<(Option<Holder>, Vec<Process>)> {
    let (files, sockets, visible) = match busy {
        Busy::File { identity, visible } => (vec![(*identity, kind(*visible))], vec![], *visible),
        Busy::Witness { inode } => (vec![], vec![*inode], false),
    };
    let keepers = evidence::keepers(observer, &files, &sockets)?;
    let pids: Vec<u32> = keepers.iter().map(Process::pid).collect();
    if pids.is_empty() {
        return Ok((None, Vec::new()));
    }
    let table = Table::read(observer)?;
    let mut tops: Vec<Process> = keepers
        .into_iter()
        .filter(|keeper| !table.ancestors(keeper.pid()).iter().any(|above| pids.contains(above)))
        .collect();
    tops.sort_by_key(|keeper| (is_dying(observer, keeper.pid()), keeper.birth().start));
    let mut tops = tops.into_iter();
    let found = tops.next().map(|process| holder(observer, key, process, record, visible));
    Ok((found, tops.filter(|_| !visible).collect()))
}

fn holder(
    observer: &Observer,
    key: &Key,
    process: Process,
    record: Option<&Record>,
    visible: bool,
) -> Holder {
    let pid = process.pid();
    let birth = process.birth().to_string();
    let asked = record
        .filter(|record| record.program_birth.as_ref() == Some(&birth))
        .and_then(|record| StopSignal::parse(record.stop_signal.as_ref()?));
    let lying_there = record;
    let record = record.filter(|record| record.birth == birth).cloned();
    let supervised = is_soloist(observer, pid);
    let variables = Environment::of(observer, pid).unwrap_or_default();
    let of_this_key = variables.text("SOLOIST_KEY").is_some_and(|text| text == key.text());
    // What a soloist that is gone ran under this very key; or under another name of it (a hard link of the program),
    // for it keeps a lock that is private to us.
    let was_run = |runner: &&str| of_this_key || !visible && is_gone(observer, runner);
    let runner = variables.text("SOLOIST_PID").filter(was_run);
    let ghost = record.is_none() && !supervised && runner.is_some_and(|runner| runner != pid.to_string());
    let own_time = || record.as_ref().and_then(|record| claim_time(record, &process));
    // The claim that it inherited is older than itself: it may have been forked a moment ago.
    let inherited = || {
        let record = lying_there.filter(|record| runner == Some(record.pid.to_string().as_str()))?;
        Duration::try_from_secs_f64(record.claimed_since_boot).ok().map(|at| at.min(process.started()))
    };
    let told = if ghost { inherited() } else { own_time() };
    let dying = record.is_none() && is_dying(observer, pid);
    let ageless = told.is_none() && (ghost || dying);
    let claimed = told.unwrap_or(process.started());
    let of_key = |lock: &OpenLock| lock.locked && key.ids().contains(&lock.id);
    let ours = ghost || record.is_some() || evidence::open_locks(observer, pid).iter().any(of_key);
    let elsewhere = || supervised && key_in_other_state(observer, pid);
    let stranger = visible && !(ours || dying || elsewhere());
    // A program that runs as another user does so by a set-user-id bit, which clears the kernel's request.
    let heard = ghost && observer.proc.user(pid).is_ok_and(|user| user == account::effective_user());
    Holder { process, supervised, claimed, record, ghost, ageless, asked: asked.filter(|_| heard), stranger }
}

/// Whether no process has this number any more.
fn is_gone(observer: &Observer, pid: &str) -> bool {
    pid.parse().is_ok_and(|pid| matches!(observer.open(pid), Ok(None)))
}

/// Whether a process has given up its memory already, and with it its words, its variables and its executable; its
/// descriptors go a moment later.
fn is_dying(observer: &Observer, pid: u32) -> bool {
    observer.proc.link(pid, "exe").is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// A soloist that keeps the same lock path from another state directory has a claim on a lock of its own.
fn key_in_other_state(observer: &Observer, pid: u32) -> bool {
    evidence::open_locks(observer, pid).iter().any(|lock| lock.locked && lock.kind == Kind::Lock)
}

/// The recorded time, if it is possible: not before the process started, not in the future.
fn claim_time(record: &Record, process: &Process) -> Option<Duration> {
    let claimed = Duration::try_from_secs_f64(record.claimed_since_boot).ok()?;
    let tick = Duration::from_millis(20);
    (claimed + tick >= process.started() && claimed <= clock::since_boot()).then_some(claimed)
}

/// Whether a process is `soloist run` itself.
pub(crate) fn is_soloist(observer: &Observer, pid: u32) -> bool {
    let mut buffer = Vec::new();
    if observer.proc.read(pid, "cmdline", &mut buffer).is_err() {
        return false;
    }
    let words = split(&buffer);
    let by_words = program::parse(&words).is_some_and(|invocation| {
        invocation.launchers.first().is_some_and(|first| first.starts_with("soloist"))
    });
    by_words || is_same_executable(observer, pid)
}

/// The same executable as this process, when this process is the command.
fn is_same_executable(observer: &Observer, pid: u32) -> bool {
    let own = files::status(std::path::Path::new("/proc/self/exe"));
    let name = observer.proc.link(pid, "exe").ok().and_then(|path| Some(path.file_name()?.to_owned()));
    match (own, observer.proc.target(pid, "exe")) {
        (Ok(own), Ok(other)) => {
            own.identity.same_file(other.identity) && name.is_some_and(|name| name == "soloist")
        }
        _ => false,
    }
}
