//! The guard: the value that holds a claim.

use std::ffi::OsString;
use std::io;

use crate::describe::ProcessInfo;
use crate::history::{Event, History, What};
use crate::key::Key;
use crate::lock::{Locks, visible_record};
use crate::process::{Birth, State, is_gone};
use crate::record::{Record, remove_if_there};
use crate::state::{self, StateDirectory};
use crate::stop::StopSignal;
use crate::sys::files::FileIdentity;
use crate::sys::proc::Proc;

/// The value that holds a claim. Dropping it releases the claim and removes its files; only the process that
/// took it can do either, so a forked child neither holds nor releases it. A process that is killed frees
/// its claim at once, because the kernel keeps it.
#[derive(Debug)]
#[must_use = "a claim is released as soon as its guard is dropped"]
pub struct Guard {
    owner: u32,
    locks: Option<Locks>,
    key: Key,
    state: StateDirectory,
    record: Record,
    /// What was ended for this claim.
    pub(crate) replaced: Vec<ProcessInfo>,
    /// What an earlier instance left behind.
    pub(crate) ghosts: Vec<ProcessInfo>,
    /// The claim was kept, not given up because of a copy.
    settled: bool,
    /// A program keeps the claim too.
    handed_on: bool,
    /// Something that the program left behind keeps the claim and goes on.
    outlived: bool,
}

impl Guard {
    /// The guard of these locks; the record is written.
    pub(crate) fn of_locks(
        locks: Locks,
        key: Key,
        state: StateDirectory,
        record: Record,
    ) -> io::Result<Self> {
        let mut guard = Self::nested(key, state, record);
        guard.locks = Some(locks);
        guard.write_record()?;
        Ok(guard)
    }

    /// The guard of a claim that somebody above this process holds and will release.
    pub(crate) fn nested(key: Key, state: StateDirectory, record: Record) -> Self {
        Self {
            owner: std::process::id(),
            locks: None,
            key,
            state,
            record,
            replaced: Vec::new(),
            ghosts: Vec::new(),
            settled: false,
            handed_on: false,
            outlived: false,
        }
    }

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

    /// The variables by which a program knows that it runs under this claim: `SOLOIST_KEY`, `SOLOIST_ID` and `SOLOIST_PID`.
    /// None for a guard inside a claim: its program has the holder's.
    #[must_use]
    pub fn variables(&self) -> Vec<(OsString, OsString)> {
        match self.locks {
            Some(_) => state::program_variables(self.key.text(), self.key.main_id(), self.owner).to_vec(),
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

    /// From here on the claim is kept for good.
    pub(crate) fn settle(&mut self) -> io::Result<()> {
        self.settled = true;
        self.locks.as_ref().map_or(Ok(()), Locks::settle)
    }

    /// Whether something that the program left behind goes on to keep the claim. Then its files stay at the end of
    /// this guard, as after a crash: a lock whose file is gone would keep nobody out.
    pub fn outlived(&mut self, by_something: bool) {
        self.outlived = by_something;
    }

    pub(crate) fn identities(&self) -> Vec<FileIdentity> {
        self.locks.as_ref().map(Locks::identities).unwrap_or_default()
    }

    /// Remembers the program that runs under this claim, a child of this process, for `status`; and the signal with which
    /// the kernel asks it to end when this process is killed.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn runs(&mut self, pid: u32, stop_signal: StopSignal) -> io::Result<()> {
        if self.locks.is_none() {
            // A guard inside a claim: the record is its holder's.
            return Ok(());
        }
        let proc = Proc::open()?;
        let stat = match proc.stat(pid) {
            Err(error) if is_gone(&error) => return Ok(()),
            other => other?,
        };
        if State::from_letter(stat.state) == State::Zombie {
            return Ok(());
        }
        // The same boot and namespace as ours.
        let birth = Birth::parse(&self.record.birth).map(|own| Birth { pid, start: stat.start, ..own });
        self.record.program_pid = Some(pid);
        self.record.program_birth = birth.map(|birth| birth.to_string());
        self.record.stop_signal = Some(stop_signal.to_string());
        self.write_record()
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
        if self.outlived {
            return Ok(());
        }
        let record = self.state.record_path(self.key.main_id());
        let removed = locks.remove_visible(&self.record.birth).and(remove_if_there(&record));
        if self.settled {
            self.note(What::Released);
        }
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
