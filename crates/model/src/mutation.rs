//! The rules of the protocol, each of which can be broken.

use crate::property::Name;
use crate::scene::{Kind, Policy, Scene};

/// A rule that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mutation {
    /// After locking, device and inode of handle and path are not compared.
    NoComparison,
    /// Who waited in the kernel's queue does not compare them.
    WaiterDoesNotCompare,
    /// The visible file is unlocked before it is removed.
    UnlockBeforeUnlink,
    /// The visible file is removed although another one lies at the path.
    UnlinkWithoutHolding,
    /// Who waits for another tool's lock keeps the private locks meanwhile.
    KeepWhileWaiting,
    /// A holder is replaced whenever it claimed.
    ReplaceRegardlessOfAge,
    /// The holder is signalled by its number, whoever has it by now.
    KillByNumber,
    /// There is no socket name beside the lock file.
    NoWitness,
    /// The program does not inherit the locks.
    NotInherited,
    /// Who claims inside the program judges at once instead of at the door.
    NoDoor,
    /// Who stands by until a copy ends keeps the locks meanwhile.
    StandByWithLocks,
    /// A holder that has not decided yet whether it keeps the claim is judged like one that has.
    JudgeTheUndecided,
    /// The record is written before the locks are taken.
    RecordBeforeLock,
    /// The next instance starts as soon as the soloist of the old one is gone, whatever its program does.
    TreeNotAwaited,
}

const REFUSE: Kind = Kind::Run(Policy::Refuse);
const WAIT: Kind = Kind::Run(Policy::Wait);
const REPLACE: Kind = Kind::Run(Policy::Replace);
const INSIDE: Kind = Kind::Inside(Policy::Refuse);

impl Mutation {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::NoComparison,
        Self::WaiterDoesNotCompare,
        Self::UnlockBeforeUnlink,
        Self::UnlinkWithoutHolding,
        Self::KeepWhileWaiting,
        Self::ReplaceRegardlessOfAge,
        Self::KillByNumber,
        Self::NoWitness,
        Self::NotInherited,
        Self::NoDoor,
        Self::StandByWithLocks,
        Self::JudgeTheUndecided,
        Self::RecordBeforeLock,
        Self::TreeNotAwaited,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoComparison => "no-comparison",
            Self::WaiterDoesNotCompare => "waiter-does-not-compare",
            Self::UnlockBeforeUnlink => "unlock-before-unlink",
            Self::UnlinkWithoutHolding => "unlink-without-holding",
            Self::KeepWhileWaiting => "keep-while-waiting",
            Self::ReplaceRegardlessOfAge => "replace-regardless-of-age",
            Self::KillByNumber => "kill-by-number",
            Self::NoWitness => "no-witness",
            Self::NotInherited => "not-inherited",
            Self::NoDoor => "no-door",
            Self::StandByWithLocks => "stand-by-with-locks",
            Self::JudgeTheUndecided => "judge-the-undecided",
            Self::RecordBeforeLock => "record-before-lock",
            Self::TreeNotAwaited => "tree-not-awaited",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mutation| mutation.name() == name)
    }

    /// The rule that it leaves out.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::NoComparison => "device and inode of handle and path are compared after locking",
            Self::WaiterDoesNotCompare => "also after a wait in the kernel's queue",
            Self::UnlockBeforeUnlink => "files are removed first, locks dropped last",
            Self::UnlinkWithoutHolding => "a visible file that is not the locked one is not removed",
            Self::KeepWhileWaiting => "who waits for another tool's lock keeps no private one",
            Self::ReplaceRegardlessOfAge => {
                "only a holder that claimed before the contender started is ended"
            }
            Self::KillByNumber => "the process that was looked at is signalled, by its pidfd",
            Self::NoWitness => "a socket name is a second witness",
            Self::NotInherited => "the program inherits the locks",
            Self::NoDoor => "who claims inside the program waits at the door",
            Self::StandByWithLocks => "who stands by for a copy keeps no lock",
            Self::JudgeTheUndecided => "a holder is judged when it has decided whether it keeps the claim",
            Self::RecordBeforeLock => "the record is written after the locks are taken",
            Self::TreeNotAwaited => "the whole tree of the old instance is awaited",
        }
    }

    /// What must catch it; `None` where another rule covers it.
    #[must_use]
    pub fn breaks(self) -> Option<Name> {
        match self {
            Self::NoComparison
            | Self::WaiterDoesNotCompare
            | Self::UnlockBeforeUnlink
            | Self::UnlinkWithoutHolding
            | Self::NoWitness
            | Self::NotInherited => Some(Name::NeverTwo),
            Self::StandByWithLocks | Self::JudgeTheUndecided => Some(Name::AtLeastOne),
            Self::ReplaceRegardlessOfAge | Self::RecordBeforeLock | Self::KillByNumber => {
                Some(Name::NoNewerEnded)
            }
            Self::TreeNotAwaited | Self::KeepWhileWaiting => Some(Name::Terminates),
            Self::NoDoor => None,
        }
    }

    /// Where it shows, or would.
    #[must_use]
    pub fn scene(self) -> Scene {
        let scene = match self {
            Self::NoComparison => Scene::without_witness(&[REFUSE, REFUSE], 0, 1),
            Self::WaiterDoesNotCompare => Scene::without_witness(&[WAIT, WAIT, REFUSE], 1, 1),
            Self::UnlockBeforeUnlink => Scene::visible(&[REFUSE, REFUSE, Kind::Tool], 1, 0),
            Self::UnlinkWithoutHolding => Scene::visible(&[REFUSE, REFUSE, Kind::Tool], 1, 1),
            Self::KeepWhileWaiting => Scene::visible(&[WAIT, REPLACE, Kind::Tool], 1, 0),
            Self::ReplaceRegardlessOfAge | Self::RecordBeforeLock => Scene::named(&[REPLACE, REPLACE], 0, 0),
            Self::KillByNumber => Scene::named(&[REFUSE, REPLACE, REFUSE], 1, 0),
            Self::NoWitness => Scene::named(&[REFUSE, REFUSE], 0, 1),
            Self::NotInherited => Scene::named(&[REFUSE, REFUSE], 1, 0),
            Self::NoDoor => Scene::named(&[INSIDE, INSIDE], 0, 0),
            Self::StandByWithLocks => Scene::named(&[INSIDE, Kind::Inside(Policy::Wait)], 0, 0),
            Self::JudgeTheUndecided => Scene::named(&[INSIDE; 3], 1, 0),
            Self::TreeNotAwaited => Scene::named(&[REPLACE, REPLACE], 1, 0),
        };
        scene.mutated(self)
    }
}
