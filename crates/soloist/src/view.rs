//! Everything that can be seen of a key at one moment, without disturbing anybody.

use std::io;
use std::path::Path;

use serde::Serialize;

use crate::describe::{ProcessInfo, describe};
use crate::discover::{self, Discovery, Instance};
use crate::evidence::{self, OpenLock, Resolve};
use crate::failure::Doing;
use crate::ghost;
use crate::holder::{self, Holder};
use crate::key::Key;
use crate::lock::{self, Busy};
use crate::problem::Problem;
use crate::process::{Birth, Observer, Process};
use crate::record::Record;
use crate::state::StateDirectory;
use crate::stop::{Party, Stop};
use crate::sys::files::{self, FileIdentity};
use crate::sys::proc::ListedLock;
use crate::sys::{account, handle, lock as kernel};
use crate::tree::Table;
use crate::wanted::Wanted;
use crate::{escape, time};

/// The holder as documents tell of it: a process, the program under it, and since when it has the claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HolderInfo {
    /// The process; `started_at` is the time of the claim.
    #[serde(flatten)]
    pub process: ProcessInfo,
    /// The program, when a supervisor holds the claim for it.
    pub program_pid: Option<u32>,
}

/// A key at one moment.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) holder: Option<Holder>,
    /// The claim is taken, even if it can't be seen by whom.
    pub(crate) taken: bool,
    pub(crate) record: Option<Record>,
    pub(crate) discovery: Discovery,
    /// What earlier instances left behind, beside the holder.
    pub(crate) ghosts: Vec<Process>,
    pub(crate) problems: Vec<Problem>,
}

/// Looks at a key: takes no lock, writes nothing.
pub(crate) fn look(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    wanted: &Wanted,
) -> io::Result<View> {
    let busy = what_is_busy(observer, key, state)?;
    let view = of_busy(observer, key, state, wanted, busy.as_ref())?;
    if !matches!(busy, Some(Busy::File { visible: false, .. })) || keeps_for_good(observer, key, &view) {
        return Ok(view);
    }
    // A contender that has just locked a new lock file finds only now that the claim is kept by its witness: the old file
    // was removed under its holder (test `a_contender_at_a_new_lock_file_hides_no_holder`).
    let Some(beyond) = first_busy(others(observer, key, state))? else { return Ok(view) };
    let behind = of_busy(observer, key, state, wanted, Some(&beyond))?;
    Ok(if behind.holder.is_some() { behind } else { view })
}

fn keeps_for_good(observer: &Observer, key: &Key, view: &View) -> bool {
    let resolve = |holder: &Holder| evidence::resolve(observer, &holder.process, key.ids());
    view.holder.as_ref().is_some_and(|holder| resolve(holder) == Resolve::Kept)
}

/// The same, when it is known already what is taken.
pub(crate) fn of_busy(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    wanted: &Wanted,
    busy: Option<&Busy>,
) -> io::Result<View> {
    let holding = match busy {
        Some(busy) => holder::find(observer, key, state, busy)?,
        None => holder::Holding { record: holder::read_record(key, state), ..holder::Holding::default() },
    };
    let lock_files: Vec<FileIdentity> =
        key.ids().iter().filter_map(|id| Some(files::status(&state.lock_path(id)).ok()?.identity)).collect();
    let holders: Vec<u32> = holding.holder.iter().map(|holder| holder.process.pid()).collect();
    let discovery = match wanted.search(&lock_files, &holders) {
        Some(search) => discover::discover(observer, &search)?,
        None => Discovery { unseen: Some(0), ..Discovery::default() },
    };
    let mut view = View {
        holder: holding.holder,
        taken: busy.is_some(),
        record: holding.record,
        discovery,
        ghosts: holding.beside,
        problems: Vec::new(),
    };
    if wanted.ghosts {
        view.ghosts.extend(ghost::find(observer, key, state)?);
    }
    view.explain(observer, key, state, busy);
    Ok(view)
}

/// Which of the key's locks is taken, asked without taking any.
///
/// # Errors
/// When a lock cannot be asked about and no other one is known to be taken: what is not known is not free.
pub(crate) fn what_is_busy(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
) -> io::Result<Option<Busy>> {
    let private = key.ids().iter().map(|id| busy_file(&state.lock_path(id)));
    first_busy(private.chain(others(observer, key, state)))
}

/// The locks beside the private files, in the order in which they are taken.
fn others(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
) -> impl Iterator<Item = io::Result<Option<Busy>>> {
    let sockets = key.socket_ids().map(|id| lock::busy_witness(observer, &lock::witness_name(state, id)));
    sockets.chain(key.visible().into_iter().map(|path| busy_visible(observer, path)))
}

/// The first that is taken, else the first error.
fn first_busy(answers: impl Iterator<Item = io::Result<Option<Busy>>>) -> io::Result<Option<Busy>> {
    let mut unknown = None;
    for answer in answers {
        match answer {
            Ok(None) => {}
            Ok(busy) => return Ok(busy),
            Err(error) => unknown = unknown.or(Some(error)),
        }
    }
    unknown.map_or(Ok(None), Err)
}

/// Whether a private lock file is locked. One that was removed tells nothing, its witness does.
fn busy_file(path: &Path) -> io::Result<Option<Busy>> {
    let file = match files::open_to_look(path) {
        Err(error) if files::leads_nowhere(&error) => return Ok(None),
        other => other.doing("open the lock file", path)?,
    };
    let file = handle::borrow(&file);
    let locked = kernel::is_locked(file).doing("ask about the lock of", path)?;
    let identity = files::descriptor_status(file).doing("look at", path)?.identity;
    Ok(locked.then_some(Busy::File { identity, visible: false }))
}

fn busy_visible(observer: &Observer, path: &Path) -> io::Result<Option<Busy>> {
    let identity = match files::link_status(path) {
        Err(error) if files::leads_nowhere(&error) => return Ok(None),
        other => other.doing("look at", path)?.identity,
    };
    let seen = !evidence::keepers(observer, &[(identity, ListedLock::Flock)], &[])?.is_empty();
    Ok((seen || kernel::is_listed(identity)).then_some(Busy::File { identity, visible: true }))
}

fn problems(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    view: &View,
    busy: Option<&Busy>,
) -> Vec<Problem> {
    let mut found = Vec::new();
    if let Some(holder) = view.holder.as_ref() {
        let pid = holder.process.pid().to_string();
        found.extend(holder.ghost.then(|| Problem::of("ghost", pid.as_str())).flatten());
        found.extend(holder.stranger.then(|| Problem::of("other-tool", pid.as_str())).flatten());
        found.extend(holder.is_dying().then(|| Problem::of("dying", pid.as_str())).flatten());
    }
    found.extend(view.ghosts.iter().filter_map(|ghost| Problem::of("outlived", ghost.pid().to_string())));
    let pids: Vec<String> =
        view.discovery.instances.iter().map(|instance| instance.main.pid().to_string()).collect();
    if !pids.is_empty() {
        found.extend(Problem::of("duplicates", format!("pid {}", pids.join(", "))));
    }
    found.extend(missing_files(observer, key, state, view, busy));
    found.extend(foreign_user(observer, view).and_then(|user| Problem::of("foreign-user", user)));
    found.extend(contained(observer, view).and_then(|pid| Problem::of("inside-container", pid.to_string())));
    if view.taken && view.holder.is_none() {
        found.extend(unseen_holder(observer, view.record.as_ref()));
    }
    found
}

/// The holder or a copy, when it lives in a pid namespace of its own.
fn contained(observer: &Observer, view: &View) -> Option<u32> {
    let holder = view.holder.iter().map(|holder| holder.process.pid());
    let mut pids = holder.chain(view.discovery.instances.iter().map(|instance| instance.main.pid()));
    pids.find(|&pid| observer.lives_elsewhere(pid))
}

/// The other user to whom the holder or a copy belongs.
fn foreign_user(observer: &Observer, view: &View) -> Option<String> {
    let holder = view.holder.iter().map(|holder| holder.process.pid());
    let copies = view.discovery.instances.iter().map(|instance| instance.main.pid());
    let own = account::effective_user();
    let users = holder.chain(copies).filter_map(|pid| observer.proc.user(pid).ok());
    users.into_iter().find(|&user| user != own).map(account::user_name)
}

fn unseen_holder(observer: &Observer, record: Option<&Record>) -> Option<Problem> {
    let elsewhere =
        record.and_then(|record| Birth::parse(&record.birth)).filter(|birth| !observer.can_see(birth));
    match elsewhere {
        Some(birth) => Problem::of("other-namespace", birth.pid.to_string()),
        None => Problem::of("holder-unseen", ""),
    }
}

/// A holder whose lock files were removed or replaced still holds the claim; people should know.
fn missing_files(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    view: &View,
    busy: Option<&Busy>,
) -> Vec<Problem> {
    let Some(holder) = view.holder.as_ref().filter(|holder| !holder.stranger) else { return Vec::new() };
    let pid = holder.process.pid();
    let unlocked = matches!(busy, Some(Busy::Witness { .. })).then(|| state.lock_path(key.main_id()));
    let unlocked = unlocked.filter(|_| !keeps_another_name(observer, key, state, pid));
    let unlocked = unlocked.map(|path| (path, ListedLock::Description));
    let visible = key.visible().map(|path| (path.to_path_buf(), ListedLock::Flock));
    unlocked
        .into_iter()
        .chain(visible)
        .filter_map(|(path, kind)| {
            let sentence = match files::link_status(&path) {
                Err(_) => "lock-removed",
                Ok(status) if !evidence::keeps(observer, pid, status.identity, kind).unwrap_or(true) => {
                    "lock-replaced"
                }
                Ok(_) => return None,
            };
            Problem::of(sentence, path.to_string_lossy())
        })
        .collect()
}

/// Whether a holder keeps the claim by another name of the same program (a hard link, a bind mount), with its lock
/// file in place: then the file of our name was never there.
fn keeps_another_name(observer: &Observer, key: &Key, state: &StateDirectory, pid: u32) -> bool {
    let in_place = |lock: &OpenLock| {
        let there = files::link_status(&state.lock_path(&lock.id));
        there.is_ok_and(|there| there.identity.same_file(lock.identity))
    };
    let locks = evidence::open_locks(observer, pid);
    locks.iter().any(|lock| lock.locked && !key.ids().contains(&lock.id) && in_place(lock))
}

/// The one command to type next: it ends what is in the way, wherever it is typed.
pub(crate) fn remedy(key: &Key, view: &View) -> String {
    let copies = !view.discovery.instances.is_empty() || !view.ghosts.is_empty();
    let foreign = view.problems.iter().any(|problem| problem.code == "foreign-user");
    let front: &[&str] = if foreign { &["sudo", "soloist", "stop"] } else { &["soloist", "stop"] };
    let words: Vec<&str> = front.iter().copied().chain(key.said_with(copies)).collect();
    escape::command(&words)
}

impl View {
    /// Nobody has the claim but the contender that looks.
    pub(crate) fn free() -> Self {
        let discovery = Discovery { unseen: Some(0), ..Discovery::default() };
        Self { holder: None, taken: false, record: None, discovery, ghosts: Vec::new(), problems: Vec::new() }
    }

    /// Says what is not as it should be.
    pub(crate) fn explain(
        &mut self,
        observer: &Observer,
        key: &Key,
        state: &StateDirectory,
        busy: Option<&Busy>,
    ) {
        self.problems = problems(observer, key, state, self, busy);
        let command = remedy(key, self);
        for problem in &mut self.problems {
            if matches!(problem.sentence, "ghost" | "outlived" | "duplicates") {
                problem.remedy.clone_from(&command);
            }
        }
    }

    /// Whether nothing runs.
    pub(crate) fn is_free(&self) -> bool {
        self.lets_start() && self.ghosts.is_empty()
    }

    /// Whether a start meets neither a claim nor a copy. What an earlier instance left behind does not keep a new
    /// one from starting unless it keeps the claim or runs the program: a crash frees the claim (contract §3.1).
    pub(crate) fn lets_start(&self) -> bool {
        !self.taken && self.discovery.instances.is_empty()
    }

    /// The holder for documents.
    pub(crate) fn holder_info(&self, observer: &Observer) -> Option<HolderInfo> {
        let holder = self.holder.as_ref()?;
        let mut process = describe(observer, &holder.process);
        process.started_at = time::rfc3339(time::wall(holder.claimed));
        let program_pid = holder.record.as_ref().and_then(|record| {
            let birth = Birth::parse(record.program_birth.as_deref()?)?;
            observer.reopen(&birth).ok().flatten().map(|program| program.pid())
        });
        let program_pid = program_pid.or_else(|| {
            if holder.supervised { only_child(observer, &holder.process) } else { Some(holder.process.pid()) }
        });
        Some(HolderInfo { process, program_pid })
    }

    pub(crate) fn duplicates(&self, observer: &Observer) -> Vec<ProcessInfo> {
        self.discovery.instances.iter().map(|instance| describe(observer, &instance.main)).collect()
    }

    pub(crate) fn ghosts(&self, observer: &Observer) -> Vec<ProcessInfo> {
        let holder = self.holder.iter().filter(|holder| holder.ghost).map(|holder| &holder.process);
        holder.chain(&self.ghosts).map(|process| describe(observer, process)).collect()
    }

    /// Everything that has to end before a new instance may start: the holder's tree and the duplicates'.
    pub(crate) fn parties<'a>(
        self,
        observer: &'a Observer,
        wanted: &'a Wanted,
        stop: Stop,
    ) -> io::Result<Vec<Party<'a>>> {
        let ghosts = self.ghosts.iter();
        let roots: Vec<u32> =
            self.holder.iter().map(|holder| &holder.process).chain(ghosts).map(Process::pid).collect();
        let table = Table::below(observer, &roots)?;
        let mut parties: Vec<Party<'a>> = Vec::new();
        if let Some(holder) = self.holder {
            let others = table.open_below(observer, &holder.process);
            // The holder was found by its lock; the pidfd is what pins it.
            let party = Party::new(holder.process, holder.supervised, others, |_| true);
            parties.push(party.asked_before(holder.asked == Some(stop.signal)));
        }
        for Instance { main, supervised, others, .. } in self.discovery.instances {
            parties.push(Party::new(main, supervised, others, move |process| {
                supervised
                    || wanted
                        .search(&[], &[])
                        .is_some_and(|search| discover::still_runs(observer, &search, process.pid()))
            }));
        }
        for ghost in self.ghosts {
            // One that runs the program is a duplicate as well.
            if !parties.iter().any(|party| party.includes(ghost.pid())) {
                let others = table.open_below(observer, &ghost);
                // A process keeps the variables of its start until it executes another program; its pidfd pins it.
                parties.push(Party::new(ghost, false, others, |_| true));
            }
        }
        Ok(parties)
    }
}

/// The program of a soloist whose record is lost.
fn only_child(observer: &Observer, soloist: &crate::process::Process) -> Option<u32> {
    let pid = soloist.pid();
    let table = Table::below(observer, &[pid]).ok()?;
    let is_child = |below: &u32| table.stat(*below).is_some_and(|stat| stat.parent == pid);
    table.descendants(&[pid]).into_iter().find(is_child)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown() -> io::Result<Option<Busy>> {
        Err(io::Error::from(io::ErrorKind::OutOfMemory))
    }

    #[test]
    fn what_could_not_be_asked_is_not_free() {
        let taken = || Ok(Some(Busy::Witness { inode: 7 }));
        assert!(matches!(first_busy([Ok(None), Ok(None)].into_iter()), Ok(None)));
        assert!(first_busy([Ok(None), unknown(), Ok(None)].into_iter()).is_err());
        for answers in [[unknown(), taken()], [taken(), unknown()]] {
            assert!(matches!(first_busy(answers.into_iter()), Ok(Some(Busy::Witness { inode: 7 }))));
        }
    }

    #[test]
    fn a_holder_that_is_just_dying_is_no_healthy_one() {
        let observer = Observer::new().unwrap();
        let key = Key::from_id("name-dying", Some("dying".into()), None).unwrap();
        let state = StateDirectory::of_this_user().unwrap();
        for dying in [true, false] {
            let process = observer.open(std::process::id()).unwrap().unwrap();
            let holder = Holder {
                claimed: process.started(),
                process,
                supervised: false,
                record: None,
                ghost: false,
                ageless: dying,
                asked: None,
                stranger: false,
            };
            let mut view = View { holder: Some(holder), taken: true, ..View::free() };
            view.explain(&observer, &key, &state, None);
            assert_eq!(view.problems.iter().any(|problem| problem.sentence == "dying"), dying);
        }
    }
}
