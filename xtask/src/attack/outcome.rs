//! What an attack did: one word of a closed set, found by measuring.

/// What came of one attack on one contestant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Never two, and one runs that should.
    Held,
    /// The program's own witness saw two at once.
    TwoAtOnce,
    /// Several were started, and none runs.
    NoneLeft,
    /// What should start does not, or not in time.
    Blocked,
    /// Strangers, or their file, are as they were.
    Spared,
    /// A process that is no instance got a signal.
    StrangerSignalled,
    /// A file that is no lock has other content, or another mode.
    FileDestroyed,
    /// The program, its children, or the old instance ended as it was asked.
    Ended,
    /// Something runs on without a guard.
    LeftBehind,
    /// The refusal names the process that holds.
    Named,
    /// The refusal says something, but not who holds.
    NotNamed,
    /// The refusal says nothing.
    Silent,
    /// The contestant has no such verb.
    NotOffered,
}

impl Word {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::TwoAtOnce => "**two at once**",
            Self::NoneLeft => "**none left**",
            Self::Blocked => "**blocked**",
            Self::Spared => "spared",
            Self::StrangerSignalled => "**stranger signalled**",
            Self::FileDestroyed => "**file destroyed**",
            Self::Ended => "ended",
            Self::LeftBehind => "**left behind**",
            Self::Named => "named",
            Self::NotNamed => "not named",
            Self::Silent => "silent",
            Self::NotOffered => "not offered",
        }
    }

    /// Whether this is what somebody who starts a program wants.
    pub(super) fn is_good(self) -> bool {
        matches!(self, Self::Held | Self::Spared | Self::Ended | Self::Named)
    }
}
