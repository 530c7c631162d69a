//! What is so, what would be done, and ending what runs: the questions and orders beside a claim.

use std::io;

use serde::Serialize;

use crate::claim::{Instance, OnConflict};
use crate::conflict::{Conflict, Error};
use crate::describe::ProcessInfo;
use crate::history::{Event, History, What};
use crate::holder::Holder;
use crate::key::Key;
use crate::matching::Match;
use crate::process::Observer;
use crate::record::Record;
use crate::redact;
use crate::state::StateDirectory;
use crate::stop::{self, Aim, Outcome, Plan, Stop};
use crate::view::{self, Candidate, HolderInfo, Problem, View, Wanted};

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

impl Instance<'_> {
    fn look(&self) -> io::Result<(Observer, Key, StateDirectory, Wanted, View)> {
        let observer = Observer::new()?;
        let key = self.key()?;
        let state = StateDirectory::of_this_user()?;
        let mut wanted = self.wanted();
        let mut view = view::look(&observer, &key, &state, &wanted)?;
        if self.executable().is_none()
            && let Some(holder) = &view.holder
            && let Some(of_holder) = wanted_of(&observer, holder)
        {
            wanted = of_holder;
            view = view::look(&observer, &key, &state, &wanted)?;
        }
        Ok((observer, key, state, wanted, view))
    }

    /// How the key stands. Takes no lock and writes nothing.
    ///
    /// # Errors
    /// When `/proc` or the lock file cannot be read.
    pub fn status(&self) -> io::Result<Status> {
        let (observer, key, state, _, view) = self.look()?;
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
        let (observer, key, _, _, view) = self.look()?;
        let (would, ending) = match self.policy() {
            _ if view.is_free() => ("start", false),
            OnConflict::Refuse => ("refuse", false),
            OnConflict::Wait(_) => ("wait", false),
            OnConflict::Replace(_) if is_strange(&view) || !view.may_end_all() => ("refuse", true),
            OnConflict::Replace(_) => ("replace", true),
        };
        Ok(Intention { key: key.shown(), would, candidates: view.candidates(&observer, ending) })
    }

    /// What [`Instance::stop`] would do.
    ///
    /// # Errors
    /// As [`Instance::status`].
    pub fn stop_intention(&self) -> io::Result<Intention> {
        let (observer, key, _, _, view) = self.look()?;
        let would = match &view {
            view if view.is_free() => "nothing",
            view if is_strange(view) => "refuse",
            _ => "stop",
        };
        Ok(Intention { key: key.shown(), would, candidates: view.candidates(&observer, true) })
    }

    /// Ends the holder, the duplicates and the ghosts.
    ///
    /// # Errors
    /// [`Error::CannotEnd`] when something lives on; [`Error::Interrupted`].
    pub fn stop(&self, stop: Stop) -> Result<(StopReport, Option<Box<Conflict>>), Error> {
        let (observer, key, state, wanted, view) = self.look()?;
        let mut report = StopReport { key: key.shown(), processes: Vec::new(), all_gone: true };
        if view.is_free() {
            return Ok((report, None));
        }
        let mut conflict = Conflict::of(&observer, &key, &view);
        if view.holder.as_ref().is_none_or(|holder| holder.stranger) && view.taken {
            report.all_gone = false;
            return Ok((report, Some(conflict)));
        }
        let managed = view.managed(&observer);
        if !managed.is_empty() && !self.overrides_supervisor() {
            report.all_gone = false;
            report.processes = left_to_supervisors(&view, &observer);
            conflict.is_managed(managed);
            return Ok((report, Some(conflict)));
        }
        let plan = Plan { observer: &observer, stop, aim: Aim::Stop, interrupt: self.interrupt() };
        let parties = view.parties(&observer, &wanted)?;
        let about: Vec<ProcessInfo> = parties.iter().flat_map(|party| party.describe(&observer)).collect();
        let ended = stop::end(parties, &plan)?;
        if ended.interrupted {
            return Err(Error::Interrupted);
        }
        report.all_gone = ended.all_gone();
        for left in &ended.ended {
            if let Some(process) = about.iter().find(|process| process.pid == left.pid) {
                report.processes.push(Stopped {
                    process: process.clone(),
                    outcome: outcome_word(left.outcome),
                    seconds: left.after.as_secs_f64(),
                });
            }
        }
        conflict.survived(&ended);
        History::in_state(&state, &key).add(&Event::of(&key, What::Stopped).with(conflict.first_pid()));
        let left = (!report.all_gone).then_some(conflict);
        Ok((report, left))
    }
}

/// What a stop leaves alone because a supervisor would start it again.
fn left_to_supervisors(view: &View, observer: &Observer) -> Vec<Stopped> {
    let told = |process: ProcessInfo| Stopped { process, outcome: "managed", seconds: 0.0 };
    let holder = view.holder_info(observer).into_iter().map(|holder| holder.process);
    holder.chain(view.duplicates(observer)).map(told).collect()
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
    Some(Wanted { program: Some(file), arguments: None, inside: false, chosen: true })
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
