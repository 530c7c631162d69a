//! The protocol with one rule left out: the checker must see what the rule is good for.

use std::fmt;

use crate::property::Property;
use crate::setting::{CONTENDERS, Policy, Setting};

/// A rule of the protocol that is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutation {
    /// The private file is not compared with its path after locking.
    NoPrivateComparison,
    /// The visible file is never compared with its path after locking.
    NoVisibleComparison,
    /// Who comes out of the kernel's queue for the visible file believes that the file is still in its place.
    NoComparisonAfterTheQueue,
    /// The first of the two comparisons of the visible file is left out.
    NoFirstComparison,
    /// The locks are let go before the visible file is removed.
    UnlockBeforeUnlink,
    /// Who gives up removes the visible file, too.
    UnlinkWithoutHolding,
    /// There is no socket name beside the private lock.
    NoWitness,
    /// The socket is closed after the lock, not before.
    WitnessLast,
    /// The program does not inherit the locks.
    NotInherited,
    /// A holder is replaced however late it claimed.
    ReplaceRegardlessOfAge,
    /// The age of a holder that has not written its record yet is that of its process.
    AgeByStart,
    /// A claim inside the program gives up for a holder that has not opened its door yet.
    JudgeTheUnsettled,
    /// The holder is signalled by its number, without a handle that pins it.
    SignalByNumber,
    /// A record counts as a claim.
    RecordIsProof,
    /// Who waits for the visible file keeps the private lock meanwhile.
    KeepWhileWaiting,
    /// A claim inside the program does not wait at the door.
    NoDoor,
    /// A claim inside the program takes younger contenders for copies as well.
    YoungerAreCopies,
    /// A claim inside the program keeps its locks while it stands by for a copy.
    StandByHolding,
    /// The replacer takes the locks without waiting for the holder's tree to end.
    NoWaitForTheEnd,
}

/// A mutation with what it should break and where.
#[derive(Clone, Copy, Debug)]
pub struct Expectation {
    /// The rule that is left out.
    pub mutation: Mutation,
    /// Where it shows.
    pub setting: Setting,
    /// What breaks; `None` when other rules cover this one.
    pub breaks: Option<Property>,
}

impl Expectation {
    pub(crate) fn needs_a_kill(&self) -> bool {
        matches!(self.mutation, Mutation::NotInherited | Mutation::RecordIsProof)
    }

    pub(crate) fn needs_a_removal(&self) -> bool {
        let about_files = matches!(
            self.mutation,
            Mutation::NoPrivateComparison | Mutation::NoWitness | Mutation::WitnessLast
        );
        about_files && self.setting.removals() > 0
    }

    /// Whether this mix is tried: what nothing breaks is tried with those in which the files matter most.
    pub(crate) fn mixes(&self, mix: &[Policy; CONTENDERS]) -> bool {
        self.breaks.is_some() || mix.iter().all(|policy| *policy == mix[0])
    }
}

impl Mutation {
    /// What each mutation should break.
    pub const EXPECTED: [Expectation; 23] = {
        use Mutation as M;
        use Property as P;
        use Setting as S;
        const fn row(mutation: Mutation, setting: Setting, breaks: Option<Property>) -> Expectation {
            Expectation { mutation, setting, breaks }
        }
        [
            row(M::NoPrivateComparison, S::Alone, Some(P::NeverTwo)),
            row(M::NoPrivateComparison, S::Whole, None),
            row(M::NoVisibleComparison, S::Apart, Some(P::NeverTwo)),
            row(M::NoVisibleComparison, S::Whole, None),
            row(M::NoComparisonAfterTheQueue, S::Apart, Some(P::NeverTwo)),
            row(M::NoFirstComparison, S::Apart, None),
            row(M::UnlockBeforeUnlink, S::Apart, Some(P::NeverTwo)),
            row(M::UnlockBeforeUnlink, S::Whole, Some(P::Shown)),
            row(M::UnlinkWithoutHolding, S::Apart, Some(P::NeverTwo)),
            row(M::NoWitness, S::Whole, None),
            row(M::WitnessLast, S::Inside, Some(P::NeverTwo)),
            row(M::NotInherited, S::Whole, Some(P::NeverTwo)),
            row(M::ReplaceRegardlessOfAge, S::Whole, Some(P::NoNewerEnded)),
            row(M::SignalByNumber, S::Whole, Some(P::RightProcess)),
            row(M::RecordIsProof, S::Whole, Some(P::AtLeastOne)),
            row(M::KeepWhileWaiting, S::Whole, None),
            row(M::NoDoor, S::Inside, Some(P::AtLeastOne)),
            row(M::YoungerAreCopies, S::Inside, Some(P::AtLeastOne)),
            row(M::NoWaitForTheEnd, S::Whole, Some(P::AtLeastOne)),
            row(M::AgeByStart, S::Whole, Some(P::NoNewerEnded)),
            row(M::JudgeTheUnsettled, S::Inside, Some(P::AtLeastOne)),
            row(M::StandByHolding, S::Inside, Some(P::Terminates)),
            row(M::NoWitness, S::Inside, Some(P::NeverTwo)),
        ]
    };

    /// Whether the code does what this mutation does: a rule that the model shows to be missing.
    #[must_use]
    pub fn is_the_code(self) -> bool {
        matches!(self, Self::AgeByStart | Self::JudgeTheUnsettled)
    }

    /// The mutation with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::EXPECTED.into_iter().map(|row| row.mutation).find(|mutation| mutation.to_string() == name)
    }
}

impl fmt::Display for Mutation {
    /// Its name in small letters, with hyphens: `no-private-comparison`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, letter) in format!("{self:?}").char_indices() {
            if place > 0 && letter.is_ascii_uppercase() {
                f.write_str("-")?;
            }
            write!(f, "{}", letter.to_ascii_lowercase())?;
        }
        Ok(())
    }
}
