//! What can be done: one step of a schedule.

use std::fmt;
use std::time::Duration;

use super::disk::Resource;
use super::manner::Manner;

/// What a contender does about a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    Refuse,
    Replace,
    Wait(Duration),
}

/// How soloist stands above the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    Above,
    Gone,
    Restarting,
}

/// Who says a key, and how: numbers that are reduced to what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) spelling: usize,
    pub(super) user: usize,
}

/// A `soloist run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) way: Way,
    pub(super) policy: Policy,
    /// Never SIGKILL: what does not listen stays. Not where the program would be started again beside it.
    pub(super) no_kill: bool,
    pub(super) grace: Duration,
    pub(super) stand: Stand,
    pub(super) manner: Manner,
}

/// A question to soloist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    Status,
    List,
    History,
}

/// Whom a signal goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    Soloist,
    Program,
    Child,
}

/// A signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blow {
    Term,
    Kill,
    /// SIGSTOP, and SIGCONT so much later.
    Sleep(Duration),
}

/// What is done to the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    RemoveLocks,
    MoveLocks,
    RemoveRecords,
    LieInRecords,
    RemoveState,
    MoveState,
    RemoveVisible,
    ReplaceVisible,
    MoveProject,
    /// Nothing more can be written for so long.
    FillDisk(Resource, Duration),
}

/// One step, with the key that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// One contender, or several at once.
    Start(Vec<Start>),
    Stop {
        way: Way,
        grace: Duration,
        with_program: bool,
    },
    Ask(Question, Way),
    Strike(Whom, Blow, usize),
    Spoil(Deed),
    /// SIGKILL to everything of the key.
    KillAll,
    /// Everything is stopped, and one start must succeed.
    Settle,
}

/// One step of the schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Action {
    pub(super) key: usize,
    pub(super) what: What,
    /// How long until the next.
    pub(super) pause: Duration,
}

impl What {
    /// Its kind, for the counts.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Start(starts) if starts.len() > 1 => "bursts",
            Self::Start(_) => "starts",
            Self::Stop { .. } => "stops",
            Self::Ask(..) => "questions",
            Self::Strike(_, Blow::Term, _) => "TERM",
            Self::Strike(_, Blow::Kill, _) => "KILL",
            Self::Strike(_, Blow::Sleep(_), _) => "STOP and CONT",
            Self::Spoil(Deed::FillDisk(..)) => "full disks",
            Self::Spoil(_) => "spoilt files",
            Self::KillAll => "kills of everything",
            Self::Settle => "settlements",
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(starts) => starts.iter().try_for_each(|start| {
                let Start { way, policy, no_kill, grace, stand, manner } = start;
                let no_kill = if *no_kill { " no-kill" } else { "" };
                write!(f, "start by {} {policy:?}{no_kill} grace {grace:?} {stand:?} {manner}; ", way.user)
            }),
            other => write!(f, "{other:?}"),
        }
    }
}
