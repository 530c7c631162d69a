//! What must hold, whatever happens.

use std::fmt;

use crate::protocol::Protocol;
use crate::world::{Index, Party, Place, World};

/// The four promises that are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// Two instances never run at the same time.
    NeverTwo,
    /// When nothing moves any more, one instance runs, or a fault has struck the one that would.
    AtLeastOne,
    /// Nobody ends a holder that claimed after it started itself, nor a process that it did not look at.
    NoNewerEnded,
    /// Every run comes to rest, and at rest nobody waits for nothing.
    Terminates,
}

impl Name {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::NeverTwo, Self::AtLeastOne, Self::NoNewerEnded, Self::Terminates];

    /// The words for it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::NeverTwo => "never two",
            Self::AtLeastOne => "at least one",
            Self::NoNewerEnded => "no newer one ended",
            Self::Terminates => "terminates",
        }
    }

    /// The property with these words.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.text() == text)
    }

    /// Whether it holds in this world.
    #[must_use]
    pub fn holds(self, protocol: &Protocol, world: &World) -> bool {
        match self {
            Self::NeverTwo => running(world) <= 1,
            Self::NoNewerEnded => !world.newer_ended && !world.stranger_ended,
            Self::AtLeastOne => has_an_heir(world) || !protocol.is_at_rest(world),
            Self::Terminates => nobody_is_stuck(world) || !protocol.is_at_rest(world),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

fn running(world: &World) -> usize {
    world.parties.iter().filter(|party| party.runs()).count()
}

/// One runs, or whoever answers for it was struck.
fn has_an_heir(world: &World) -> bool {
    let struck = |heir: Index| world.party(heir).struck;
    running(world) > 0 || world.heir.map_or_else(|| world.parties.iter().all(|party| party.struck), struck)
}

fn nobody_is_stuck(world: &World) -> bool {
    let one_runs = running(world) > 0;
    world.parties.iter().all(|party| match party.place {
        Place::Gone | Place::Running => true,
        _ => one_runs && is_waiting(party),
    })
}

fn is_waiting(party: &Party) -> bool {
    let queues = matches!(party.place, Place::Queue | Place::QueueVisible | Place::StandBy(_));
    queues || party.patient && party.place == Place::Witness
}
