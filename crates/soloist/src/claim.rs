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

use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::conflict::{Conflict, Error};
use crate::describe::{ProcessInfo, describe};
use crate::discover;
use crate::evidence;
use crate::ghost;
use crate::history::{Event, History, What, command_of};
use crate::holder::{self, Holder};
use crate::key::{self, Key};
use crate::locate::{self, Located, Program};
use crate::lock::{self, Asked, Busy, Locks, Manner, Patience, visible_record};
use crate::matching::Match;
use crate::origin::{self, Origin};
use crate::process::Observer;
use crate::record::{Record, remove_if_there};
use crate::state::{self, StateDirectory};
use crate::stop::{self, Aim, Plan, Stop, StopSignal};
use crate::sys::files::FileIdentity;
use crate::sys::handle::BorrowedHandle;
use crate::sys::proc::ListedLock;
use crate::sys::{account, clock, poll};
use crate::view::{self, View, Wanted};
use crate::{redact, time, war};

/// What to do when the key is taken or copies of the program run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// Explain, and leave everything as it is.
    #[default]
    Refuse,
    /// End the old ones, wait until their whole process trees are gone, then claim.
    Replace(Stop),
    /// Stand by until the claim is free; for ever, or for this long.
    Wait(Option<Duration>),
}

/// What is to be the only one of its kind, and how that is brought about.
#[derive(Debug)]
pub struct Instance<'a> {
    program: Option<Located>,
    inside: bool,
    key: Option<Key>,
    matching: Match,
    on_conflict: OnConflict,
    started: Option<Duration>,
    override_supervisor: bool,
    interrupt: Option<BorrowedHandle<'a>>,
}

impl<'a> Instance<'a> {
    fn of(program: Option<Located>, inside: bool) -> Self {
        Self {
            program,
            inside,
            key: None,
            matching: Match::default(),
            on_conflict: OnConflict::default(),
            started: None,
            override_supervisor: false,
            interrupt: None,
        }
    }

    /// The program that calls this: the executable of this process.
    ///
    /// # Errors
    /// When this process's own executable cannot be found any more.
    pub fn this_program() -> io::Result<Self> {
        locate::this_program().map(|located| Self::of(Some(located), true))
    }

    /// The program that an interpreter runs in this process. `words` are those that the process was started with,
    /// `file` is the script that the interpreter reads, and none where it reads no file (`python -c`, a prompt):
    /// then the whole command is the key, and no copies are looked for.
    ///
    /// # Errors
    /// When the file is gone, or this process's own executable.
    pub fn of_interpreted(words: &[OsString], file: Option<&Path>) -> io::Result<Self> {
        locate::interpreted(words, file).map(|located| Self::of(Some(located), true))
    }

    /// A command that is about to be started.
    ///
    /// # Errors
    /// `NotFound` and `PermissionDenied` as `execve(2)` would answer, found before anything is touched.
    pub fn of_command(words: &[OsString]) -> io::Result<Self> {
        Ok(Self::of(Some(locate::command(words)?), false))
    }

    /// No program at all: only what the key says.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self::of(None, false)
    }

    /// Uses this key in place of the program itself.
    #[must_use]
    pub fn keyed(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }

    /// Which copies without a claim count.
    #[must_use]
    pub fn matching(mut self, matching: Match) -> Self {
        self.matching = matching;
        self
    }

    /// What to do about a conflict.
    #[must_use]
    pub fn on_conflict(mut self, on_conflict: OnConflict) -> Self {
        self.on_conflict = on_conflict;
        self
    }

    /// When the contender started, as time since boot (`CLOCK_BOOTTIME`); by default when this process did.
    #[must_use]
    pub fn started(mut self, since_boot: Duration) -> Self {
        self.started = Some(since_boot);
        self
    }

    /// Ends instances even if their supervisor would start them again.
    #[must_use]
    pub fn override_supervisor(mut self, insist: bool) -> Self {
        self.override_supervisor = insist;
        self
    }

    /// Whether this process is the program itself.
    pub(crate) fn runs_here(&self) -> bool {
        self.inside
    }

    pub(crate) fn overrides_supervisor(&self) -> bool {
        self.override_supervisor
    }

    /// A descriptor that ends every wait with [`Error::Interrupted`] when it becomes readable.
    #[must_use]
    pub fn interrupted_by(mut self, descriptor: BorrowedHandle<'a>) -> Self {
        self.interrupt = Some(descriptor);
        self
    }

    /// The file that is executed for the command.
    #[must_use]
    pub fn executable(&self) -> Option<&Path> {
        self.program.as_ref().map(|located| located.executable.as_path())
    }

    /// The key under which the claim is made.
    ///
    /// # Errors
    /// When there is neither a key nor a program.
    pub fn key(&self) -> io::Result<Key> {
        match (&self.key, &self.program) {
            (Some(key), Some(located)) => Ok(key.clone().running(located)),
            (Some(key), None) => Ok(key.clone()),
            (None, Some(located)) => Ok(Key::program(located, self.matching == Match::Command)),
            (None, None) => {
                Err(io::Error::new(io::ErrorKind::InvalidInput, "neither a key nor a command is given"))
            }
        }
    }

    fn arguments(&self) -> Option<&[Vec<u8>]> {
        (self.matching == Match::Command)
            .then(|| self.program.as_ref().map(|located| located.arguments.as_slice()))?
    }

    pub(crate) fn wanted(&self) -> Wanted {
        let wanted = match &self.program {
            Some(located) if self.matching != Match::Nothing => Wanted::of(
                &located.program,
                self.arguments().map(<[_]>::to_vec),
                self.inside,
                self.key.is_some(),
            ),
            _ => Wanted::default(),
        };
        // Who replaces reads every process's variables; who only starts does so after a crash (see `clear`).
        let replaces = matches!(self.on_conflict, OnConflict::Replace(_));
        let looks = self.matching != Match::Nothing;
        let bot = self.key.as_ref().and_then(Key::bot).filter(|_| looks);
        wanted.with_bot(bot).with_ghosts(replaces && looks)
    }

    pub(crate) fn policy(&self) -> OnConflict {
        self.on_conflict
    }

    pub(crate) fn interrupt(&self) -> Option<BorrowedHandle<'a>> {
        self.interrupt
    }

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
            replaced: RefCell::default(),
            blind: Cell::new(0),
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

/// One attempt, with everything it needs at hand.
struct Contender<'a> {
    instance: &'a Instance<'a>,
    key: Key,
    state: StateDirectory,
    wanted: Wanted,
    started: Duration,
    deadline: Option<Duration>,
    observer: Observer,
    /// What was ended for this claim.
    replaced: RefCell<Vec<ProcessInfo>>,
    /// How often the claim was taken by somebody who could not be seen.
    blind: Cell<u32>,
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
                false if self.instance.inside => Manner::AtTheDoor(interrupt),
                false => Manner::AtOnce,
            };
            match lock::take(&self.observer, &self.key, &self.state, manner).map_err(Error::Lock)? {
                Asked::Taken(locks) => {
                    // A record without its holder tells of a crash, after which something may be left.
                    let crashed = self.instance.matching != Match::Nothing
                        && holder::read_record(&self.key, &self.state).is_some();
                    let mut guard = self.guard(locks)?;
                    self.clear(guard.identities())?;
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
            Ok(guard) if guard.locks.is_some() => (What::Claimed, None),
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
        event.party = conflict.holder.as_ref().map(|_| war::party(&self.observer, &origin, &program));
        event
    }

    /// Says where each of the two sides comes from; answers where this one does.
    fn name_both(&self, event: &mut Event, conflict: &Conflict) -> Origin {
        let origin = origin::of_process(&self.observer, std::process::id());
        event.cwd = std::env::current_dir().ok().map(|path| redact::text(&path.to_string_lossy()));
        event.stop_command = origin.stop_command().map(str::to_owned);
        event.other_origin = conflict.first().map(|process| process.origin.clone());
        event.origin = Some(origin.clone());
        origin
    }

    fn program_path(&self) -> Option<String> {
        let located = self.instance.program.as_ref()?;
        match &located.program {
            Program::File(file) => Some(file.path().to_string_lossy().into_owned()),
            Program::WholeCommand { .. } => None,
        }
    }

    /// What earlier instances left behind, for those who will tell of it.
    fn ghosts(&self) -> io::Result<Vec<ProcessInfo>> {
        let found = ghost::find(&self.observer, &self.key, &self.state)?;
        Ok(found.iter().map(|process| describe(&self.observer, process)).collect())
    }

    fn look(&self, busy: Option<&Busy>) -> io::Result<View> {
        view::of_busy(&self.observer, &self.key, &self.state, &self.wanted, busy)
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
        let (key, state) = (self.key.clone(), self.state.clone());
        Ok(Guard {
            owner: std::process::id(),
            identities: Vec::new(),
            locks: None,
            key,
            state,
            record,
            replaced: Vec::new(),
            ghosts: Vec::new(),
            handed_on: false,
        })
    }

    /// The locks are somebody's. `None` when it is worth trying again; a guard when the claim is ours already.
    fn taken(&self, busy: &Busy, will_wait: bool) -> Result<Option<Guard>, Error> {
        let view = self.look(Some(busy))?;
        if view.holder.as_ref().is_some_and(|holder| self.is_inside(holder)) {
            return Ok(Some(self.nested(&view)?));
        }
        if will_wait {
            return Ok(None);
        }
        let unseen = view.holder.as_ref().is_none_or(|holder| self.is_passing(holder));
        if unseen && self.is_changing(busy)? && self.may_try_again() {
            return Ok(None);
        }
        let OnConflict::Replace(stop) = self.instance.on_conflict else {
            return Err(Error::Conflict(self.conflict(&view)));
        };
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
        if holder.claimed > self.started {
            return Err(Error::Superseded(self.conflict(&view)));
        }
        lock::check_visible(&self.key).map_err(Error::Lock)?;
        self.replace(view, stop).map(|()| None)
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

    /// The locks are ours; copies without a claim are treated by the same policy, until none is left.
    fn clear(&self, lock_files: &[FileIdentity]) -> Result<(), Error> {
        loop {
            let mut view = View::free();
            if let Some(search) = self.wanted.search(lock_files, &[]) {
                view.discovery = discover::discover(&self.observer, &search)?;
            }
            if self.wanted.ghosts {
                view.ghosts = ghost::find(&self.observer, &self.key, &self.state)?;
            }
            if view.is_free() {
                return Ok(());
            }
            view.explain(&self.observer, &self.key, &self.state, None);
            match self.instance.on_conflict {
                OnConflict::Refuse => return Err(Error::Conflict(self.conflict(&view))),
                OnConflict::Replace(stop) => self.replace(view, stop)?,
                OnConflict::Wait(_) => self.stand_by(&view)?,
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
            && let Some(war) = war::judge(&self.history().newest(), &self.observer, clock::since_boot())
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
        let guard = Guard {
            owner: std::process::id(),
            identities: locks.identities(),
            locks: Some(locks),
            key: self.key.clone(),
            state: self.state.clone(),
            record,
            replaced: Vec::new(),
            ghosts: Vec::new(),
            handed_on: false,
        };
        guard.write_record().map_err(Error::Lock)?;
        Ok(guard)
    }

    fn record(&self) -> io::Result<Record> {
        let observer = &self.observer;
        let pid = std::process::id();
        let own = observer.open(pid)?.ok_or_else(|| io::Error::other("cannot see this process in /proc"))?;
        let about = describe(observer, &own);
        let now = SystemTime::now();
        let program = self.instance.program.as_ref().and_then(|located| match &located.program {
            Program::File(file) => Some(file.path()),
            Program::WholeCommand { .. } => None,
        });
        Ok(Record {
            schema: Record::SCHEMA.into(),
            pid,
            timestamp: time::unix_seconds(now),
            app_name: self.app_name(program),
            key: self.key.shown(),
            birth: own.birth().to_string(),
            host: account::host_name(),
            user: account::user_name(account::effective_user()),
            started_at: time::rfc3339(now).unwrap_or_default(),
            claimed_since_boot: clock::since_boot().as_secs_f64(),
            command: about.command,
            cwd: about.cwd,
            program: program.map(|path| redact::text(&path.to_string_lossy())),
            lock: self.key.visible().map(|path| redact::text(&path.to_string_lossy())),
            matching: self.instance.matching,
            program_pid: None,
            program_birth: None,
            stop_signal: None,
            origin: about.origin,
            version: env!("CARGO_PKG_VERSION").into(),
        })
    }

    fn app_name(&self, program: Option<&Path>) -> String {
        let path = match self.key.kind() {
            key::Kind::Name => return self.key.text().into(),
            _ => program.or(self.key.visible()),
        };
        let name = path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        redact::text(&name.unwrap_or_else(|| self.key.text().into()))
    }
}

/// The value that holds a claim. Dropping it releases the claim and removes its files; only the process that
/// took it can do either, so a forked child neither holds nor releases it. A process that is killed frees
/// its claim at once, because the kernel keeps it.
#[derive(Debug)]
#[must_use = "a claim is released as soon as its guard is dropped"]
pub struct Guard {
    owner: u32,
    locks: Option<Locks>,
    identities: Vec<FileIdentity>,
    key: Key,
    state: StateDirectory,
    record: Record,
    /// What was ended for this claim.
    replaced: Vec<ProcessInfo>,
    /// What an earlier instance left behind.
    ghosts: Vec<ProcessInfo>,
    /// A program keeps the claim too.
    handed_on: bool,
}

impl Guard {
    /// What is claimed.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Whether somebody else keeps the claim: the soloist that runs this program, a parent, or another guard of this
    /// process. The end of this guard releases nothing.
    #[must_use]
    pub fn is_nested(&self) -> bool {
        self.locks.is_none()
    }

    /// The instances that were ended for this claim.
    #[must_use]
    pub fn replaced(&self) -> &[ProcessInfo] {
        &self.replaced
    }

    /// What an earlier instance that crashed left behind and what still runs, without a claim. Looked for after a
    /// crash; whoever replaces ends it instead.
    #[must_use]
    pub fn ghosts(&self) -> &[ProcessInfo] {
        &self.ghosts
    }

    /// What the holder says of itself.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The variables by which a program knows that it runs under this claim: `SOLOIST_KEY` and `SOLOIST_PID`.
    /// None for a guard inside a claim: its program has the holder's.
    #[must_use]
    pub fn variables(&self) -> Vec<(OsString, OsString)> {
        match self.locks {
            Some(_) => state::program_variables(self.key.text(), self.owner).to_vec(),
            None => Vec::new(),
        }
    }

    /// The descriptors that keep the claim, for a program that is to keep it too. From now on the end of this
    /// guard leaves the locks to whoever still keeps them: what the program leaves behind goes on to hold the
    /// claim, and is found.
    #[must_use]
    pub fn hand_on(&mut self) -> Vec<i32> {
        self.handed_on = true;
        self.locks.as_ref().map(Locks::descriptors).unwrap_or_default()
    }

    fn settle(&self) -> io::Result<()> {
        self.locks.as_ref().map_or(Ok(()), Locks::settle)
    }

    pub(crate) fn identities(&self) -> &[FileIdentity] {
        &self.identities
    }

    /// Remembers the program that runs under this claim, for `status`; and, if it is a child, the signal with which
    /// the kernel asks it to end when this process is killed.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn runs(
        &mut self,
        pid: u32,
        command: &[OsString],
        stop_signal: Option<StopSignal>,
    ) -> io::Result<()> {
        if self.locks.is_none() {
            // A guard inside a claim: the record is its holder's.
            return Ok(());
        }
        let observer = Observer::new()?;
        if let Some(program) = observer.open(pid)? {
            self.record.program_pid = Some(pid);
            self.record.program_birth = Some(program.birth().to_string());
            self.record.stop_signal = stop_signal.map(|signal| signal.to_string());
            self.record.command = redact::arguments(&key::bytes(command));
            self.write_record()?;
        }
        Ok(())
    }

    fn write_record(&self) -> io::Result<()> {
        self.record.write(&self.state.record_path(self.key.main_id()), 0o600)?;
        let Some(visible) = self.key.visible() else { return Ok(()) };
        match self.record.write(&visible_record(visible), 0o644) {
            // A full disk keeps nothing. Anything else in the way there is no reason not to start: this record is
            // only a label, and its place may be somebody else's.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) =>
            {
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// Remembers in the key's history what happened under this claim.
    pub fn note(&self, what: What) {
        self.remember(&Event::of(&self.key, what));
    }

    /// The same, with all that the event has to say.
    pub fn remember(&self, event: &Event) {
        History::in_state(&self.state, &self.key).add(event);
    }

    /// Releases the claim and removes its files, telling what went wrong.
    ///
    /// # Errors
    /// When a file cannot be removed; the claim is free all the same.
    pub fn release(mut self) -> io::Result<()> {
        self.give_up()
    }

    fn give_up(&mut self) -> io::Result<()> {
        let Some(locks) = self.locks.take() else { return Ok(()) };
        if std::process::id() != self.owner {
            // A forked child: closing its copies leaves the parent's locks alone; unlocking would not.
            return Ok(());
        }
        let record = self.state.record_path(self.key.main_id());
        let removed = locks.remove_visible(&self.record.birth).and(remove_if_there(&record));
        self.note(What::Released);
        if !self.handed_on {
            locks.unlock()?;
        }
        removed
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // A destructor has nobody to tell; `release` does.
        self.give_up().ok();
    }
}
