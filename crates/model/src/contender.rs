//! A contender: what it holds, and where in the protocol it stands.

use crate::world::{Busy, NONE, Set};

/// The step that a contender takes next. The page `docs/model.md` says which function of the code each one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum At {
    Idle,
    OpenPrivate,
    LockPrivate,
    WaitAtDoor,
    TrySeat,
    ComparePrivate,
    Bind,
    JudgeWitness,
    OpenVisible,
    LockVisible,
    CompareVisible,
    CompareAgain,
    QueueOpen,
    QueueLock,
    QueueCompare,
    TellTime,
    WriteRecord,
    LookForCopies,
    StandBy,
    OpenDoor,
    Listen,
    StartProgram,
    Supervise,
    CheckPlace,
    Unlink,
    RemoveRecord,
    LetGo(Then),
    Look,
    Ask,
    Await,
    /// It has refused, and runs on for a moment: a claim inside the program only.
    Leaving,
    /// Killed; its program runs on and keeps the locks.
    Orphaned,
    /// The kernel closes its descriptors one by one.
    Dying,
    Gone,
}

/// Where a contender goes when it has let go of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Then {
    Open,
    Look,
    Queue,
    StandBy,
    Exit,
}

/// What became of a contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    None,
    Ran,
    Killed,
    YieldedTo(u8),
}

/// A contender's program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Program {
    NotYet,
    Runs,
    Over,
}

/// One contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Contender {
    pub(crate) at: At,
    /// The inode of the private file that it has open.
    pub(crate) private: u8,
    /// It keeps the first byte of it.
    pub(crate) seat: bool,
    /// It keeps the second byte.
    pub(crate) door: bool,
    /// It keeps the socket name.
    pub(crate) witness: bool,
    /// The inode of the visible file that it has open.
    pub(crate) visible: u8,
    /// It keeps the lock on it.
    pub(crate) flocked: bool,
    pub(crate) program: Program,
    /// All locks were its own once.
    pub(crate) claimed: bool,
    /// It has read the clock for its record.
    pub(crate) timed: bool,
    /// It was taken for busy once: from then on it waits in the queue, if that is its policy.
    pub(crate) may_wait: bool,
    pub(crate) busy: Busy,
    /// Whom it deals with.
    pub(crate) target: u8,
    /// Who has asked it to end.
    pub(crate) asked_by: u8,
    /// Who had claimed when it started.
    pub(crate) claimed_before: Set,
    /// Whose recorded time is before its start.
    pub(crate) timed_before: Set,
    /// Whose program ran when it started.
    pub(crate) ran_before: Set,
    /// Who was gone when it started.
    pub(crate) gone_before: Set,
    pub(crate) end: End,
}

impl Contender {
    pub(crate) const AT_FIRST: Self = Self {
        at: At::Idle,
        private: NONE,
        seat: false,
        door: false,
        witness: false,
        visible: NONE,
        flocked: false,
        program: Program::NotYet,
        claimed: false,
        timed: false,
        may_wait: false,
        busy: Busy::Nowhere,
        target: NONE,
        asked_by: NONE,
        claimed_before: 0,
        timed_before: 0,
        ran_before: 0,
        gone_before: 0,
        end: End::None,
    };

    /// It has a guard, or its program runs.
    pub(crate) fn is_inside(&self) -> bool {
        let guards = matches!(
            self.at,
            At::TellTime
                | At::WriteRecord
                | At::LookForCopies
                | At::OpenDoor
                | At::Listen
                | At::StartProgram
                | At::Supervise
        );
        guards || self.program == Program::Runs
    }

    /// Its own process can be seen and signalled.
    pub(crate) fn lives(&self) -> bool {
        !matches!(self.at, At::Idle | At::Orphaned | At::Dying | At::Gone)
    }

    /// Nothing is left of it.
    pub(crate) fn is_gone(&self) -> bool {
        self.at == At::Gone && self.program != Program::Runs
    }

    pub(crate) fn holds_something(&self) -> bool {
        self.witness || self.flocked || self.seat || self.door
    }

    pub(crate) fn holds_a_lock(&self) -> bool {
        self.flocked || self.seat || self.door
    }

    /// It is done, for this reason; the first one counts.
    pub(crate) fn ends(&mut self, end: End) {
        if self.end == End::None {
            self.end = end;
        }
    }
}
