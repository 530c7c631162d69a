//! Why a claim was not to be had, told so that a person knows what to type next.

use std::fmt;
use std::io;

use serde::Serialize;

use crate::candidate::Candidate;
use crate::describe::ProcessInfo;
use crate::escape;
use crate::failure;
use crate::key::Key;
use crate::problem::Problem;
use crate::process::{Observer, State};
use crate::stop::{Outcome, Report};
use crate::view::{self, HolderInfo, View};

/// Who is in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// What was to be claimed.
    pub key: String,
    /// Who has the claim, as far as it can be seen.
    pub holder: Option<HolderInfo>,
    /// The copies that run without any claim.
    pub duplicates: Vec<ProcessInfo>,
    /// What earlier instances left behind.
    pub ghosts: Vec<ProcessInfo>,
    /// What else is not as it should be.
    pub problems: Vec<Problem>,
    /// The one command to type next.
    pub remedy: String,
    /// The processes that came near, for a dry run.
    #[serde(skip)]
    pub candidates: Vec<Candidate>,
}

impl Conflict {
    pub(crate) fn of(observer: &Observer, key: &Key, view: &View) -> Box<Self> {
        Box::new(Self {
            key: key.shown(),
            holder: view.holder_info(observer),
            duplicates: view.duplicates(observer),
            ghosts: view.ghosts(observer),
            problems: view.problems.clone(),
            remedy: view::remedy(key, view),
            candidates: Vec::new(),
        })
    }

    /// The process in the way: the holder, else the first copy or ghost.
    pub(crate) fn first(&self) -> Option<&ProcessInfo> {
        let holder = self.holder.as_ref().map(|holder| &holder.process);
        holder.or_else(|| self.duplicates.first()).or_else(|| self.ghosts.first())
    }

    /// Its number.
    pub(crate) fn first_pid(&self) -> Option<u32> {
        self.first().map(|process| process.pid)
    }

    /// All of them, each once.
    pub(crate) fn processes(self: Box<Self>) -> Vec<ProcessInfo> {
        let mut all: Vec<ProcessInfo> = Vec::new();
        let holder = self.holder.into_iter().map(|holder| holder.process);
        for process in holder.chain(self.duplicates).chain(self.ghosts) {
            if !all.iter().any(|known| known.pid == process.pid) {
                all.push(process);
            }
        }
        all
    }

    /// The code of what forbids to end anybody, if something does.
    pub(crate) fn forbidden(&self) -> Option<&'static str> {
        let mut codes = self.problems.iter().map(|problem| problem.code);
        codes.find(|code| matches!(*code, "war" | "managed"))
    }

    /// Adds what forbids to end anybody, and makes its remedy the one to type next.
    pub(crate) fn because(&mut self, problems: impl IntoIterator<Item = Problem>) {
        let known = self.problems.len();
        self.problems.extend(problems);
        if let Some(first) = self.problems.get(known) {
            self.remedy.clone_from(&first.remedy);
        }
    }

    /// Adds what could not be ended.
    pub(crate) fn survived(&mut self, report: &Report) {
        for left in &report.ended {
            let sentence = match (left.outcome, left.state) {
                (Outcome::Denied, _) => "denied",
                (Outcome::Survived, State::Uninterruptible) => "uninterruptible",
                (Outcome::Survived, _) => "survived",
                _ => continue,
            };
            self.problems.extend(Problem::of(sentence, left.pid.to_string()));
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "another instance of {} runs", escape::line(&self.key))?;
        let holder = self.holder.as_ref().map(|holder| &holder.process);
        for process in holder.into_iter().chain(&self.duplicates) {
            write!(f, "; pid {}: {}", process.pid, escape::command(&process.command))?;
        }
        Ok(())
    }
}

/// Why a claim failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// Another instance runs, or the wait ran out.
    Conflict(Box<Conflict>),
    /// A newer instance claimed first; this one yields.
    Superseded(Box<Conflict>),
    /// The other instance could not be ended.
    CannotEnd(Box<Conflict>),
    /// The lock cannot be kept there.
    Lock(io::Error),
    /// The wait was ended by the interrupt descriptor.
    Interrupted,
    /// Anything else.
    Io(io::Error),
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(conflict) => conflict.fmt(f),
            Self::Superseded(conflict) => write!(f, "superseded: {conflict}"),
            Self::CannotEnd(conflict) => write!(f, "cannot be ended: {conflict}"),
            // The system's bare word says neither what it was about nor what to do.
            Self::Lock(error) | Self::Io(error) if error.raw_os_error().is_some() => write!(
                f,
                "the system did not let soloist look at processes and locks: {}; `soloist doctor` looks for the cause",
                failure::reason(error)
            ),
            Self::Lock(error) | Self::Io(error) => error.fmt(f),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for Error {}
