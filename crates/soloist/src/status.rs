//! What is so, what would be done, and ending what runs: the questions and orders beside a claim.

use std::io;
use std::time::Duration;

use serde::Serialize;

use crate::candidate::Candidate;
use crate::claim::{BLIND_ATTEMPTS, BLIND_PAUSE};
use crate::conflict::{Conflict, Error};
use crate::describe::ProcessInfo;
use crate::evidence::{self, Resolve};
use crate::history::{Event, History, What};
use crate::holder::Holder;
use crate::instance::{Instance, OnConflict};
use crate::key::Key;
use crate::managed::Managed;
use crate::matching::Match;
use crate::problem::Problem;
use crate::process::Observer;
use crate::record::Record;
use crate::redact;
use crate::state::StateDirectory;
use crate::stop::{self, Aim, Outcome, Party, Patience, Plan, Report, Stop};
use crate::sys::clock;
use crate::view::{self, HolderInfo, View};
use crate::wanted::Wanted;
use crate::war;

/// How a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Exactly one healthy instance.
    Running,
    /// None.
    Free,
    /// Something is wrong; the problems say what.
    Trouble,
}

/// The lock's places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LockPlaces {
    /// The visible lock file, for a key that is one.
    pub path: Option<String>,
    /// The lock file in the private state directory.
    pub state_path: String,
}

/// `soloist.status/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// What must be unique.
    pub key: String,
    /// How it stands.
    pub state: Standing,
    /// Who has the claim.
    pub holder: Option<HolderInfo>,
    /// Copies without a claim.
    pub duplicates: Vec<ProcessInfo>,
    /// What earlier instances left behind.
    pub ghosts: Vec<ProcessInfo>,
    /// Where the lock is.
    pub lock: LockPlaces,
    /// What is not as it should be.
    pub problems: Vec<Problem>,
    /// How many processes could not be looked into; unknown when `/proc` hides them.
    pub unseen: Option<u64>,
}

/// What a run or a stop would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Intention {
    /// What must be unique.
    pub key: String,
    /// `start`, `replace`, `refuse`, `wait`, `stop` or `nothing`.
    pub would: &'static str,
    /// Each process that came near, and why it would be ended or spared.
    pub candidates: Vec<Candidate>,
}

/// What became of a process that was stopped.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stopped {
    /// The process as it was.
    #[serde(flatten)]
    pub process: ProcessInfo,
    /// `terminated`, `killed`, `vanished`, `survived`, `denied` or `managed`.
    pub outcome: &'static str,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// What a stop did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StopReport {
    /// What must be unique.
    pub key: String,
    /// The processes that were to end.
    pub processes: Vec<Stopped>,
    /// Nothing runs any more.
    #[serde(skip)]
    pub all_gone: bool,
}

/// One claim of this user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// What is unique.
    pub key: String,
    /// How it stands.
    pub state: Standing,
    /// Who has it.
    pub holder: Option<HolderInfo>,
    /// The lock file that people know it by.
    pub lock: String,
}

fn standing(view: &View) -> Standing {
    match view {
        view if view.is_free() => Standing::Free,
        View { holder: Some(_), problems, .. } if problems.is_empty() => Standing::Running,
        _ => Standing::Trouble,
    }
}

/// Whether the claim is kept by nobody of ours.
fn is_strange(view: &View) -> bool {
    view.holder.as_ref().is_some_and(|holder| holder.stranger)
}

/// A key at one moment, with all that it takes to look again.
type Sight = (Observer, Key, StateDirectory, Wanted, View);

impl Instance<'_> {
    /// Looks until it can be seen who has the claim: a holder that is just dying keeps it for a moment longer than
    /// it can be seen, or seen for what it is.
    fn look(&self, ghosts: bool) -> io::Result<Sight> {
        let mut sight = self.look_once(ghosts)?;
        for _ in 0..BLIND_ATTEMPTS {
            if !sight.4.taken || sight.4.holder.as_ref().is_some_and(|holder| !holder.is_dying()) {
                break;
            }
            std::thread::sleep(BLIND_PAUSE);
            sight = self.look_once(ghosts)?;
        }
        Ok(sight)
    }

    fn look_once(&self, ghosts: bool) -> io::Result<Sight> {
        let observer = Observer::new()?;
        let key = self.key()?;
        let state = StateDirectory::of_this_user()?;
        // A younger copy is spared by a contender, which it will meet at the lock; who asks is told of it all the same.
        let mut wanted = Wanted { inside: false, ..self.wanted() };
        wanted.ghosts |= ghosts;
        let mut view = view::look(&observer, &key, &state, &wanted)?;
        if self.executable().is_none()
            && let Some(holder) = &view.holder
            && let Some(of_holder) = wanted_of(&observer, holder)
        {
            wanted = of_holder.with_ghosts(wanted.ghosts).with_bot(wanted.bot.as_ref());
            view = view::look(&observer, &key, &state, &wanted)?;
        }
        Ok((observer, key, state, wanted, view))
    }

    /// How the key stands. Takes no lock and writes nothing.
    ///
    /// # Errors
    /// When `/proc` or the lock file cannot be read.
    pub fn status(&self) -> io::Result<Status> {
        let (observer, key, state, _, mut view) = self.look(true)?;
        let war = war::now(&History::in_state(&state, &key), &observer);
        view.problems.extend(war.and_then(|war| war.problem(&view::remedy(&key, &view))));
        let state_path = redact::text(&state.lock_path(key.main_id()).to_string_lossy());
        let path = key.visible().map(|path| redact::text(&path.to_string_lossy()));
        Ok(Status {
            key: key.shown(),
            state: standing(&view),
            holder: view.holder_info(&observer),
            duplicates: view.duplicates(&observer),
            ghosts: view.ghosts(&observer),
            lock: LockPlaces { path, state_path },
            problems: view.problems.clone(),
            unseen: view.discovery.unseen,
        })
    }

    /// What [`Instance::claim`] would do. Takes no lock, writes nothing, ends nobody.
    ///
    /// # Errors
    /// As [`Instance::status`].
    pub fn intention(&self) -> io::Result<Intention> {
        let (observer, key, state, _, view) = self.look(false)?;
        let replaces = matches!(self.on_conflict, OnConflict::Replace(_));
        let managed = self.left_to_supervisors(&view, &observer, Aim::TakeOver);
        let at_war = || {
            view.holder.as_ref().is_some_and(|holder| !holder.ghost)
                && war::now(&History::in_state(&state, &key), &observer).is_some()
        };
        let would = match self.on_conflict {
            _ if view.is_free() => "start",
            OnConflict::Replace(_) if is_strange(&view) || !view.may_end_all() => "refuse",
            OnConflict::Replace(_) if !managed.is_empty() || at_war() => "refuse",
            OnConflict::Replace(_) => "replace",
            _ if view.lets_start() => "start",
            OnConflict::Refuse => "refuse",
            OnConflict::Wait(_) => "wait",
        };
        let mut candidates = view.candidates(&observer, replaces);
        if replaces && would == "refuse" {
            spare_managed(&mut candidates, &managed);
        }
        Ok(Intention { key: key.shown(), would, candidates })
    }

    /// What is left alone because its supervisor would start it again.
    fn left_to_supervisors(&self, view: &View, observer: &Observer, aim: Aim) -> Vec<Managed> {
        if self.override_supervisor { Vec::new() } else { view.managed(observer, aim) }
    }

    /// What [`Instance::stop`] would do.
    ///
    /// # Errors
    /// As [`Instance::status`].
    pub fn stop_intention(&self) -> io::Result<Intention> {
        let (observer, key, _, _, view) = self.look(true)?;
        let managed = self.left_to_supervisors(&view, &observer, Aim::Stop);
        let mut candidates = view.candidates(&observer, true);
        spare_managed(&mut candidates, &managed);
        let would = match &view {
            view if view.is_free() => "nothing",
            view if is_strange(view) => "refuse",
            _ if candidates.iter().all(|candidate| candidate.verdict == "spare") => "refuse",
            _ => "stop",
        };
        Ok(Intention { key: key.shown(), would, candidates })
    }

    /// Ends the holder, the duplicates and the ghosts: everything that ran when the order was given. Who claims
    /// later is left alone. Inside the program that is asked about, they are the others: a claim of this process, or
    /// of one above it, is left as it is.
    ///
    /// # Errors
    /// [`Error::CannotEnd`] when something lives on; [`Error::Interrupted`].
    pub fn stop(&self, stop: Stop) -> Result<(StopReport, Option<Box<Conflict>>), Error> {
        let ordered = clock::since_boot();
        let mut sight = self.look_for_others()?;
        let mut report = StopReport { key: sight.1.shown(), processes: Vec::new(), all_gone: true };
        let patience = Patience::of(stop);
        // What is ended may have started others, or kept the claim together with them.
        for round in 0..MOST_ROUNDS {
            if sight.4.is_free() || round > 0 && !ran_at(&sight, ordered) {
                return Ok((report, None));
            }
            // What comes up meanwhile, such as the next generation of what forks all the time, has no grace of its own.
            let stop = if round == 0 { stop } else { patience.now() };
            if let Some(left) = self.stop_once(sight, stop, &mut report)? {
                report.all_gone = false;
                return Ok((report, Some(left)));
            }
            sight = self.look_for_others()?;
        }
        report.all_gone = !ran_at(&sight, ordered);
        let (observer, key, .., view) = sight;
        let left = (!report.all_gone).then(|| Conflict::of(&observer, &key, &view));
        Ok((report, left))
    }

    /// What a stop would end.
    fn look_for_others(&self) -> io::Result<Sight> {
        let mut sight = self.look(true)?;
        let view = &mut sight.4;
        if self.inside && view.holder.as_ref().is_some_and(|holder| is_own(&sight.0, holder)) {
            (view.holder, view.taken) = (None, false);
        }
        Ok(sight)
    }

    /// Ends what one look has found; answers what could not be ended.
    fn stop_once(
        &self,
        (observer, key, state, wanted, view): Sight,
        stop: Stop,
        report: &mut StopReport,
    ) -> Result<Option<Box<Conflict>>, Error> {
        let mut conflict = Conflict::of(&observer, &key, &view);
        if view.holder.as_ref().is_none_or(|holder| holder.stranger) && view.taken {
            return Ok(Some(conflict));
        }
        let managed = self.left_to_supervisors(&view, &observer, Aim::Stop);
        let is_managed = |pid: u32| managed.iter().any(|managed| managed.pid == pid);
        let plan = Plan { observer: &observer, stop, aim: Aim::Stop, interrupt: self.interrupt };
        let (left, parties): (Vec<Party<'_>>, Vec<Party<'_>>) = view
            .parties(&observer, &wanted, stop)?
            .into_iter()
            .partition(|party| is_managed(party.main_pid()));
        let about: Vec<ProcessInfo> = parties.iter().flat_map(|party| party.describe(&observer)).collect();
        report.processes.extend(left.iter().flat_map(|party| party.describe(&observer)).map(left_alone));
        let ended = stop::end(parties, &plan)?;
        if ended.interrupted {
            return Err(Error::Interrupted);
        }
        report.add(&ended, &about);
        conflict.survived(&ended);
        let any_left = !managed.is_empty() || !ended.all_gone();
        conflict.because(managed.into_iter().map(|managed| managed.problem));
        if ended.ended.iter().any(|left| matches!(left.outcome, Outcome::Terminated | Outcome::Killed)) {
            History::in_state(&state, &key).add(&Event::of(&key, What::Stopped).with(conflict.first_pid()));
        }
        Ok(any_left.then_some(conflict))
    }
}

/// How often a stop looks again for what it has not ended yet.
const MOST_ROUNDS: usize = 64;

impl StopReport {
    fn add(&mut self, ended: &Report, about: &[ProcessInfo]) {
        let told = ended.ended.iter().filter_map(|left| {
            let process = about.iter().find(|process| process.pid == left.pid)?.clone();
            Some(Stopped { process, outcome: outcome_word(left.outcome), seconds: left.after.as_secs_f64() })
        });
        self.processes.extend(told);
    }
}

/// Whether something runs that ran already then. A soloist without a record is just claiming, unless it is sure of its
/// claim: then the record was taken from it. What an earlier instance left behind did, though it may have been forked
/// since.
fn ran_at((observer, key, .., view): &Sight, then: Duration) -> bool {
    let holder = view.holder.as_ref();
    let is_sure = |holder: &Holder| evidence::resolve(observer, &holder.process, key.ids()) == Resolve::Kept;
    let claimed_then = |holder: &Holder| {
        holder.claimed <= then && (holder.record.is_some() || !holder.supervised || is_sure(holder))
    };
    let ran = |holder: &Holder| holder.ghost || holder.ageless || claimed_then(holder);
    let unseen = view.taken && holder.is_none();
    let mut copies = view.discovery.instances.iter().map(|copy| &copy.main);
    let left_behind = !view.ghosts.is_empty();
    unseen || left_behind || holder.is_some_and(ran) || copies.any(|process| process.started() <= then)
}

/// A process that a stop leaves to its supervisor.
fn left_alone(process: ProcessInfo) -> Stopped {
    Stopped { process, outcome: "managed", seconds: 0.0 }
}

/// Those whose supervisor would start them again are spared, with the supervisor's command.
fn spare_managed(candidates: &mut [Candidate], managed: &[Managed]) {
    for candidate in candidates {
        if let Some(found) = managed.iter().find(|managed| managed.pid == candidate.process.pid) {
            candidate.verdict = "spare";
            candidate.reason =
                format!("its supervisor would start it again; stop it with {}", found.problem.remedy);
        }
    }
}

/// Whether this process has the claim, or one that started it: neither is ever ended from here.
fn is_own(observer: &Observer, holder: &Holder) -> bool {
    let pid = holder.process.pid();
    pid == std::process::id() || observer.ancestors().contains(&pid)
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Terminated => "terminated",
        Outcome::Killed => "killed",
        Outcome::Vanished => "vanished",
        Outcome::Survived => "survived",
        Outcome::Denied => "denied",
        Outcome::Untouched => "survived",
    }
}

/// Which program a live holder runs, so that its copies are found when only the key was named; nothing where the
/// holder itself looks for none, or is none of ours.
fn wanted_of(observer: &Observer, holder: &Holder) -> Option<Wanted> {
    let by_program = holder.record.as_ref().is_none_or(|record| record.matching == Match::Program);
    let file = crate::locate::program_of(observer, holder.process.pid())
        .filter(|_| by_program && !holder.stranger)?;
    Some(Wanted { program: Some(file), chosen: true, ..Wanted::default() })
}

/// Every live claim of this user on this machine.
///
/// # Errors
/// When the state directory or `/proc` cannot be read.
pub fn list() -> io::Result<Vec<Claim>> {
    let observer = Observer::new()?;
    let state = StateDirectory::of_this_user()?;
    let mut claims: Vec<Claim> = Vec::new();
    for id in state.ids()? {
        let record = Record::read(&state.record_path(&id));
        let text = record.as_ref().map(|record| record.key.clone());
        let visible = record
            .as_ref()
            .and_then(|record| record.lock.as_ref())
            // A path that had a secret in it cannot be followed.
            .filter(|path| !path.contains(redact::MARK))
            .map(std::path::PathBuf::from);
        let Some(key) = Key::from_id(&id, text, visible) else { continue };
        let mut view = view::look(&observer, &key, &state, &Wanted::default())?;
        if let Some(wanted) = view.holder.as_ref().and_then(|holder| wanted_of(&observer, holder)) {
            view = view::look(&observer, &key, &state, &wanted)?;
        }
        let holder = view.holder_info(&observer);
        let shown_before = claims.iter().any(|claim| claim.holder == holder);
        // A second name of the same claim (a lock path's other spelling) has no record of its own.
        if !view.taken || record.is_none() && holder.is_some() && shown_before {
            continue;
        }
        let lock = key.visible().map_or_else(|| state.lock_path(&id), std::path::Path::to_path_buf);
        claims.push(Claim {
            key: key.shown(),
            state: standing(&view),
            holder,
            lock: redact::text(&lock.to_string_lossy()),
        });
    }
    Ok(claims)
}
