//! What is explored: where the contenders meet, what each wants, and how much goes wrong.

use std::fmt;

use crate::mutation::Mutation;
use crate::property::Property;

/// How many contenders there are.
pub const CONTENDERS: usize = 3;

/// What a contender does about a holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Gives up.
    Refuse,
    /// Stands by in the kernel's queue.
    Wait,
    /// Ends the holder, if that claimed before the contender started.
    Replace,
}

impl Policy {
    const ALL: [Self; 3] = [Self::Refuse, Self::Wait, Self::Replace];

    /// Every mix of policies, in the order in which the contenders start.
    pub fn mixes() -> impl Iterator<Item = [Self; CONTENDERS]> {
        let third = |a, b| Self::ALL.into_iter().map(move |c| [a, b, c]);
        let second = move |a| Self::ALL.into_iter().flat_map(move |b| third(a, b));
        Self::ALL.into_iter().flat_map(second)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refuse => "refuse",
            Self::Wait => "wait",
            Self::Replace => "replace",
        })
    }
}

/// Which of the locks the contenders share. Each setting takes away what would hide a rule's use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// `soloist run --lock PATH`: the private lock, the socket name and the visible file; an outsider removes a file
    /// whenever it likes.
    Whole,
    /// `soloist run --name NAME` where sockets are forbidden: the private lock alone; an outsider removes its file
    /// while nobody has it locked.
    Alone,
    /// `soloist run --lock PATH` from different state directories: the visible file alone.
    Apart,
    /// A claim inside the program: private lock, door and socket name; each contender is a copy to the others.
    Inside,
}

impl Setting {
    /// All settings.
    pub const ALL: [Self; 4] = [Self::Whole, Self::Alone, Self::Apart, Self::Inside];

    pub(crate) fn has_private(self) -> bool {
        self != Self::Apart
    }

    pub(crate) fn has_witness(self) -> bool {
        matches!(self, Self::Whole | Self::Inside)
    }

    pub(crate) fn has_visible(self) -> bool {
        matches!(self, Self::Whole | Self::Apart)
    }

    /// How many files the outsider removes, at most.
    #[must_use]
    pub fn removals(self) -> u8 {
        u8::from(self != Self::Apart)
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole => "whole",
            Self::Alone => "alone",
            Self::Apart => "apart",
            Self::Inside => "inside",
        })
    }
}

/// One thing to explore.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// Where the contenders meet.
    pub setting: Setting,
    /// What each wants; the first starts first.
    pub policies: [Policy; CONTENDERS],
    /// How many contenders are killed, at most, each at any step.
    pub crashes: u8,
    /// How many files an outsider removes, at most.
    pub removals: u8,
    /// The rule that is left out.
    pub mutation: Option<Mutation>,
    /// The one promise that is looked at; all when `None`.
    pub sought: Option<Property>,
}

impl Scene {
    pub(crate) fn seeks(&self, property: Property) -> bool {
        self.sought.is_none_or(|sought| sought == property)
    }

    pub(crate) fn lacks(&self, mutation: Mutation) -> bool {
        self.mutation == Some(mutation)
    }
}
