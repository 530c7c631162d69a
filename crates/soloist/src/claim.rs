//! The claim: the right to be the instance of a key.
//!
//! The algorithm reads as the contract does:
//!
//! 1. Take the kernel's locks. Exactly one contender gets them; from here on never two (§3.1).
//! 2. Taken already: refuse, wait in the kernel's queue, or end the holder's whole tree and try again. A
//!    contender replaces only an instance that claimed before the contender started; otherwise it yields
//!    (§3.2).
//! 3. With the locks in hand, look for copies that run without any claim, and treat them by the same policy.
//! 4. Write the record, which proves nothing, and hand out the guard.

use std::cell::{Cell, OnceCell, RefCell};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::conflict::{Conflict, Error};
use crate::describe::{self, ProcessInfo, describe};
use crate::discover;
use crate::evidence::{self, Resolve};
use crate::ghost;
use crate::guard::Guard;
use crate::history::{Event, History, What, command_of};
use crate::holder::{self, Holder};
use crate::instance::{Instance, OnConflict};
use crate::key::{self, Key};
use crate::lock::{self, Asked, Busy, Locks, Manner, Patience};
use crate::matching::Match;
use crate::origin::{self, Origin};
use crate::process::Observer;
use crate::record::Record;
use crate::state::StateDirectory;
use crate::stop::{self, Aim, Plan, Stop};
use crate::sys::files::FileIdentity;
use crate::sys::handle::BorrowedHandle;
use crate::sys::proc::ListedLock;
use crate::sys::{account, clock, poll};
use crate::view::{self, View};
use crate::wanted::Wanted;
use crate::{redact, time, war};

impl Instance<'_> {
    /// Claims the key.
    ///
    /// # Errors
    /// [`Error::Conflict`], [`Error::Superseded`] and [`Error::CannotEnd`] say who is in the way;
    /// [`Error::Lock`] that no lock can be kept; [`Error::Interrupted`] that the wait was ended.
    pub fn claim(&self) -> Result<Guard, Error> {
        let observer = Observer::new()?;
        let contender = Contender {
            instance: self,
            key: self.key()?,
            state: StateDirectory::of_this_user()?,
            wanted: self.wanted(),
            started: self.started.map_or_else(|| own_start(&observer), Ok)?,
            deadline: match self.on_conflict {
                OnConflict::Wait(Some(limit)) => Some(clock::since_boot().saturating_add(limit)),
                _ => None,
            },
            observer,
            origin: OnceCell::new(),
            replaced: RefCell::default(),
            blind: Cell::new(0),
            at_the_door: Cell::new(false),
        };
        let claimed = contender.claim();
        contender.remember(&claimed);
        claimed
    }
}

fn own_start(observer: &Observer) -> io::Result<Duration> {
    Ok(crate::process::ticks(observer.own_birth()?.start + 1))
}

/// Whether this very process keeps what is busy.
fn keeps(observer: &Observer, busy: &Busy) -> bool {
    let own = std::process::id();
    match busy {
        Busy::File { identity, visible: false } => {
            evidence::keeps(observer, own, *identity, ListedLock::Description).unwrap_or(false)
        }
        Busy::File { identity, .. } => {
            evidence::keeps(observer, own, *identity, ListedLock::Flock).unwrap_or(false)
        }
        Busy::Witness { inode } => evidence::has_socket(observer, own, *inode),
    }
}

/// Whether nothing tells when the holder claimed: it has not written its record yet, or somebody has removed it.
fn tells_nothing(holder: &Holder) -> bool {
    holder.record.is_none() && !holder.ghost && !holder.ageless
}

/// One attempt, with everything it needs at hand.
struct Contender<'a> {
    instance: &'a Instance<'a>,
    key: Key,
    state: StateDirectory,
    wanted: Wanted,
    started: Duration,
    deadline: Option<Duration>,
    observer: Observer,
    origin: OnceCell<Origin>,
    /// What was ended for this claim.
    replaced: RefCell<Vec<ProcessInfo>>,
    /// How often the claim was taken by somebody who could not be seen.
    blind: Cell<u32>,
    /// The next attempt waits until the holder has decided whether it keeps the claim.
    at_the_door: Cell<bool>,
}

/// A holder that is just dying has let go of the lock a moment later; one that cannot be seen never does.
pub(crate) const BLIND_ATTEMPTS: u32 = 50;
pub(crate) const BLIND_PAUSE: Duration = Duration::from_millis(1);

impl Contender<'_> {
    fn claim(&self) -> Result<Guard, Error> {
        // A contender inside the claim would wait for itself, so it looks before it waits.
        let mut may_wait =
            !self.instance.inside && std::env::var_os("SOLOIST_KEY").is_none_or(|set| set != self.key.text());
        loop {
            let waits = matches!(self.instance.on_conflict, OnConflict::Wait(_));
            let interrupt = self.instance.interrupt;
            let manner = match waits && may_wait {
                true => Manner::Patient(Patience { deadline: self.deadline, interrupt }),
                // Also where no copies are looked for: another thread of this program may be just claiming.
                false if self.at_the_door.take() || self.instance.inside => Manner::AtTheDoor(interrupt),
                false => Manner::AtOnce,
            };
            match lock::take(&self.observer, &self.key, &self.state, manner).map_err(Error::Lock)? {
                Asked::Taken(locks) => {
                    // A record without its holder tells of a crash, after which something may be left.
                    let crashed = self.instance.matching != Match::Nothing
                        && holder::read_record(&self.key, &self.state)
                            .is_some_and(|record| self.observer.is_of_this_boot(&record.birth));
                    let mut guard = self.guard(locks)?;
                    if let Some(copies) = self.clear(&guard.identities())? {
                        // Who only waits must not look like a holder: others would yield to it, and it may give up.
                        // An older copy may be about to claim, too. Would it wait at our door while we wait for its end,
                        // neither would ever run (tests `nobody_yields_to_one_that_stands_by_for_a_copy` and
                        // `an_older_copy_that_claims_later_is_not_waited_for_at_its_door`).
                        drop(guard);
                        self.stand_by(&copies)?;
                        continue;
                    }
                    guard.settle().map_err(Error::Lock)?;
                    guard.replaced = self.replaced.take();
                    if crashed && !self.wanted.ghosts {
                        guard.ghosts = self.ghosts()?;
                    }
                    return Ok(guard);
                }
                Asked::Interrupted => return Err(Error::Interrupted),
                Asked::TimedOut(busy) => {
                    return Err(Error::Conflict(self.conflict(&self.look(Some(&busy))?)));
                }
                Asked::Busy(busy) => {
                    if let Some(guard) = self.taken(&busy, waits && !may_wait)? {
                        return Ok(guard);
                    }
                    may_wait = true;
                }
            }
        }
    }

    /// Writes what came of it into the history.
    fn remember(&self, claimed: &Result<Guard, Error>) {
        let (what, other) = match claimed {
            Ok(guard) if !guard.is_nested() => (What::Claimed, None),
            Err(Error::Conflict(conflict) | Error::CannotEnd(conflict)) => {
                (What::Refused, conflict.first_pid())
            }
            Err(Error::Superseded(conflict)) => (What::Superseded, conflict.first_pid()),
            _ => return,
        };
        let mut event = self.event(what).with(other);
        if let Err(Error::Conflict(conflict) | Error::CannotEnd(conflict)) = claimed {
            event.code = conflict.forbidden().map(str::to_owned);
            if event.code.as_deref() == Some(war::CODE) {
                self.name_both(&mut event, conflict);
            }
        }
        self.history().add(&event);
    }

    fn history(&self) -> History {
        History::in_state(&self.state, &self.key)
    }

    /// An event that tells of this contender.
    fn event(&self, what: What) -> Event {
        let mut event = Event::of(&self.key, what);
        event.command =
            self.instance.program.as_ref().map(|located| command_of(&located.words)).unwrap_or_default();
        event.birth = self.observer.own_birth().ok().map(|birth| birth.to_string());
        event
    }

    /// The event of a replacement; that of a holder counts for a war.
    fn replacement(&self, conflict: &Conflict) -> Event {
        let mut event = self.event(What::Replaced).with(conflict.first_pid());
        let origin = self.name_both(&mut event, conflict);
        let program = self.program_path().unwrap_or_default();
        event.starter = war::starter(&self.observer);
        let party = || war::party(&origin, &program, event.starter.as_deref());
        event.party = conflict.holder.as_ref().map(|_| party());
        event
    }

    /// Says where each of the two sides comes from; answers where this one does.
    fn name_both(&self, event: &mut Event, conflict: &Conflict) -> Origin {
        let origin = self.origin();
        event.cwd = std::env::current_dir().ok().map(|path| redact::text(&path.to_string_lossy()));
        event.stop_command = origin.stop_command().map(str::to_owned);
        event.other_origin = conflict.first().map(|process| process.origin.clone());
        event.origin = Some(origin.clone());
        origin
    }

    /// What started this process: told by the record and by each replacement.
    fn origin(&self) -> Origin {
        self.origin.get_or_init(|| origin::of_process(&self.observer, std::process::id())).clone()
    }

    fn program_path(&self) -> Option<String> {
        self.instance.program_file().map(|path| path.to_string_lossy().into_owned())
    }

    /// What earlier instances left behind, for those who will tell of it.
    fn ghosts(&self) -> io::Result<Vec<ProcessInfo>> {
        let found = ghost::find(&self.observer, &self.key, &self.state)?;
        Ok(found.iter().map(|process| describe(&self.observer, process)).collect())
    }

    fn look(&self, busy: Option<&Busy>) -> io::Result<View> {
        // What else was left behind is looked for once the locks are ours: many may look at a holder, one gets there.
        let wanted = self.wanted.clone().with_ghosts(false);
        view::of_busy(&self.observer, &self.key, &self.state, &wanted, busy)
    }

    /// Whether the holder's claim is ours: it is the soloist above us, which runs us for this very key; or, when the
    /// program claims for itself, another part of it (a reloader, the parent of a worker): one tree is one instance.
    fn is_inside(&self, holder: &Holder) -> bool {
        let named = |name: &str, value: &str| std::env::var_os(name).is_some_and(|set| set == value);
        let above = holder.process.pid();
        let told = || named("SOLOIST_PID", &above.to_string()) && named("SOLOIST_KEY", self.key.text());
        (self.instance.inside && !holder.stranger || told())
            && (above == std::process::id() || self.observer.ancestors().contains(&above))
    }

    /// A guard of a claim that somebody above us holds and will release.
    fn nested(&self, view: &View) -> Result<Guard, Error> {
        let record = match view.record.clone() {
            Some(record) => record,
            None => self.record()?,
        };
        Ok(Guard::nested(self.key.clone(), self.state.clone(), record))
    }

    /// The locks are somebody's. `None` when it is worth trying again; a guard when the claim is ours already.
    fn taken(&self, busy: &Busy, will_wait: bool) -> Result<Option<Guard>, Error> {
        let mut view = self.look(Some(busy))?;
        if view.holder.as_ref().is_some_and(|holder| self.is_inside(holder)) {
            return Ok(Some(self.nested(&view)?));
        }
        if will_wait {
            return Ok(None);
        }
        // Nobody has the seat any more, or yet: one that stands between door and seat is waited for at the door.
        self.at_the_door.set(view.holder.is_none() && matches!(busy, Busy::File { visible: false, .. }));
        let unseen = view.holder.as_ref().is_none_or(|holder| self.is_passing(holder));
        if unseen && self.is_changing(busy)? && self.may_try_again() {
            return Ok(None);
        }
        let OnConflict::Replace(stop) = self.instance.on_conflict else {
            if self.instance.inside && self.may_change_its_mind(&view, busy) {
                return Ok(None);
            }
            return Err(Error::Conflict(self.conflict(&view)));
        };
        if view.holder.as_ref().is_some_and(|holder| self.is_newer(holder) || tells_nothing(holder)) {
            if self.may_change_its_mind(&view, busy) {
                return Ok(None);
            }
            if view.holder.as_ref().is_some_and(tells_nothing) {
                // It is sure of its claim, and wrote its record before that.
                view = self.look(Some(busy))?;
            }
        }
        let Some(holder) = &view.holder else {
            // Between the attempt and the look the holder may have gone; a few more attempts tell.
            if self.may_try_again() {
                return Ok(None);
            }
            return Err(Error::CannotEnd(self.conflict(&view)));
        };
        if holder.stranger {
            return Err(Error::CannotEnd(self.conflict(&view)));
        }
        if self.is_newer(holder) {
            return Err(Error::Superseded(self.conflict(&view)));
        }
        lock::check_visible(&self.key).map_err(Error::Lock)?;
        self.replace(view, stop).map(|()| None)
    }

    /// Whether the holder claimed after this contender had started.
    fn is_newer(&self, holder: &Holder) -> bool {
        holder.claimed > self.started && !holder.ageless
    }

    /// Whether the holder has not decided yet that it keeps the claim: it may give it up for a copy, or be ended, and
    /// whoever had yielded to it would be missed (tests `nobody_yields_to_one_that_is_ended_before_it_takes_over` and
    /// `crates/model`). Then the next attempt waits at its door, or a moment where that was removed with the lock file.
    fn may_change_its_mind(&self, view: &View, busy: &Busy) -> bool {
        let Some(holder) = view.holder.as_ref().filter(|holder| !holder.stranger) else { return false };
        let resolve = evidence::resolve(&self.observer, &holder.process, self.key.ids());
        let at_the_door = resolve == Resolve::Deciding && matches!(busy, Busy::File { visible: false, .. });
        self.at_the_door.set(at_the_door);
        at_the_door || resolve != Resolve::Kept && self.may_try_again()
    }

    /// Whether what looks like the holder has ended meanwhile, or is a child of ours: another thread's wait for a lock
    /// is such a child for a moment, and shares the lock.
    fn is_passing(&self, holder: &Holder) -> bool {
        let parent = self.observer.proc.stat(holder.process.pid()).map(|stat| stat.parent);
        holder.process.has_ended() || parent.is_ok_and(|parent| parent == std::process::id())
    }

    /// Whether the claim was released since it was asked for, or another thread of this program is just releasing it:
    /// its record is gone then, and its lock not yet.
    /// Between these looks too the claim may change hands, so the first few times it counts as changing anyway.
    fn is_changing(&self, busy: &Busy) -> io::Result<bool> {
        let ours = self.instance.inside && keeps(&self.observer, busy);
        let early = self.blind.get() < BLIND_ATTEMPTS / 10;
        Ok(early || ours || view::what_is_busy(&self.observer, &self.key, &self.state)?.is_none())
    }

    /// Whether it is worth trying again, a moment later, to see who has the claim.
    fn may_try_again(&self) -> bool {
        let attempts = self.blind.get();
        self.blind.set(attempts + 1);
        let again = attempts < BLIND_ATTEMPTS;
        if again {
            std::thread::sleep(BLIND_PAUSE);
        }
        again
    }

    /// The locks are ours; copies without a claim are treated by the same policy, until none is left. Answers those
    /// whose end is to be waited for without the locks.
    fn clear(&self, lock_files: &[FileIdentity]) -> Result<Option<View>, Error> {
        loop {
            let mut view = View::free();
            if let Some(search) = self.wanted.search(lock_files, &[]) {
                view.discovery = discover::discover(&self.observer, &search)?;
            }
            if self.wanted.ghosts {
                view.ghosts = ghost::find(&self.observer, &self.key, &self.state)?;
            }
            if view.is_free() {
                return Ok(None);
            }
            view.explain(&self.observer, &self.key, &self.state, None);
            match self.instance.on_conflict {
                OnConflict::Refuse => return Err(Error::Conflict(self.conflict(&view))),
                OnConflict::Replace(stop) => self.replace(view, stop)?,
                OnConflict::Wait(_) => return Ok(Some(view)),
            }
        }
    }

    fn replace(&self, view: View, stop: Stop) -> Result<(), Error> {
        let mut conflict = self.conflict(&view);
        self.keep_the_peace(&view, &mut conflict)?;
        let plan =
            Plan { observer: &self.observer, stop, aim: Aim::TakeOver, interrupt: self.instance.interrupt };
        let report = stop::end(view.parties(&self.observer, &self.wanted, stop)?, &plan)?;
        if report.interrupted {
            return Err(Error::Interrupted);
        }
        if report.all_gone() {
            self.history().add(&self.replacement(&conflict));
            self.replaced.borrow_mut().extend(conflict.processes());
            return Ok(());
        }
        conflict.survived(&report);
        Err(Error::CannotEnd(conflict))
    }

    /// Refuses what would only begin or go on a war (contract §3.9): nobody is ended then.
    fn keep_the_peace(&self, view: &View, conflict: &mut Box<Conflict>) -> Result<(), Error> {
        if view.holder.as_ref().is_some_and(|holder| !holder.ghost)
            && let Some(war) = war::now(&self.history(), &self.observer)
        {
            let otherwise = conflict.remedy.clone();
            conflict.because(war.problem(&otherwise));
            return Err(Error::Conflict(conflict.clone()));
        }
        if self.instance.override_supervisor {
            return Ok(());
        }
        let managed = view.managed(&self.observer, Aim::TakeOver);
        if managed.is_empty() {
            return Ok(());
        }
        conflict.because(managed.into_iter().map(|managed| managed.problem));
        Err(Error::CannotEnd(conflict.clone()))
    }

    fn stand_by(&self, view: &View) -> Result<(), Error> {
        let mut watched: Vec<BorrowedHandle<'_>> =
            view.discovery.instances.iter().map(|instance| instance.main.handle()).collect();
        let count = watched.len();
        watched.extend(self.instance.interrupt);
        let ready = poll::readable(&watched, self.deadline)?;
        if ready[..count].contains(&true) {
            return Ok(());
        }
        Err(if ready.contains(&true) { Error::Interrupted } else { Error::Conflict(self.conflict(view)) })
    }

    fn conflict(&self, view: &View) -> Box<Conflict> {
        Conflict::of(&self.observer, &self.key, view)
    }

    fn guard(&self, locks: Locks) -> Result<Guard, Error> {
        let record = self.record().map_err(Error::Lock)?;
        Guard::of_locks(locks, self.key.clone(), self.state.clone(), record).map_err(Error::Lock)
    }

    fn record(&self) -> io::Result<Record> {
        let observer = &self.observer;
        let birth = observer.own_birth()?;
        let becomes = self.instance.in_place.then_some(&birth);
        let now = SystemTime::now();
        let program = self.instance.program_file();
        let path = |path: &Path| redact::text(&path.to_string_lossy());
        Ok(Record {
            schema: Record::SCHEMA.into(),
            pid: birth.pid,
            timestamp: time::unix_seconds(now),
            app_name: self.app_name(program),
            key: self.key.shown(),
            host: account::host_name(),
            user: account::user_name(account::effective_user()),
            started_at: time::rfc3339(now).unwrap_or_default(),
            claimed_since_boot: clock::since_boot().as_secs_f64(),
            command: match &self.instance.program {
                Some(located) if !self.instance.inside => redact::arguments(&located.words),
                _ => describe::command(observer, birth.pid),
            },
            cwd: std::env::current_dir().ok().as_deref().map(path),
            program: program.map(path),
            lock: self.key.visible().map(path),
            matching: self.instance.matching,
            program_pid: becomes.map(|birth| birth.pid),
            program_birth: becomes.map(ToString::to_string),
            stop_signal: None,
            origin: self.origin(),
            version: env!("CARGO_PKG_VERSION").into(),
            birth: birth.to_string(),
        })
    }

    fn app_name(&self, program: Option<&Path>) -> String {
        if let Some(name) = &self.instance.app_name {
            return redact::text(name);
        }
        let path = match self.key.kind() {
            key::Kind::Name => return self.key.text().into(),
            _ => program.or(self.key.visible()),
        };
        let name = path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        redact::text(&name.unwrap_or_else(|| self.key.text().into()))
    }
}
