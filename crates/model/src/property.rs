//! What must hold.

use std::fmt;

use crate::contender::End;
use crate::setting::{CONTENDERS, Scene};
use crate::world::World;

/// A promise of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// Two guards, or two programs, or a guard and another's program, never exist at the same time.
    NeverTwo,
    /// Who gives up does so for somebody that lived when it started, and whoever follows these reasons comes to one
    /// that ran or was killed. So, where nobody is killed, one runs. The second half is promised only where nobody
    /// removes the private lock file in the middle of it.
    AtLeastOne,
    /// Nobody is ended by a contender that started before it claimed.
    NoNewerEnded,
    /// A signal reaches only the process that was looked at.
    RightProcess,
    /// As long as nobody removes it, the visible file at its path is the one that the holder has locked.
    Shown,
    /// No step can be taken for ever, and nobody is left waiting when there is none to take.
    Terminates,
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NeverTwo => "never two",
            Self::AtLeastOne => "at least one",
            Self::NoNewerEnded => "no newer one ended",
            Self::RightProcess => "only the right process",
            Self::Shown => "the visible lock is the holder's",
            Self::Terminates => "terminates",
        })
    }
}

/// What is wrong with a state by itself.
pub(crate) fn broken(scene: &Scene, world: &World) -> Option<Property> {
    let inside = |who: &usize| world.contenders[*who].is_inside();
    if scene.seeks(Property::NeverTwo) && (0..CONTENDERS).filter(inside).count() > 1 {
        return Some(Property::NeverTwo);
    }
    let untouched = world.removals == scene.removals;
    let shown = |who: usize| {
        let contender = &world.contenders[who];
        contender.flocked && contender.visible == world.visible
    };
    let asked = scene.seeks(Property::Shown) && scene.setting.has_visible();
    let hidden = asked && untouched && (0..CONTENDERS).filter(inside).any(|who| !shown(who));
    hidden.then_some(Property::Shown)
}

/// What is wrong with a state from which only faults lead on.
pub(crate) fn broken_at_rest(scene: &Scene, world: &World) -> Option<Property> {
    if !world.contenders.iter().all(crate::contender::Contender::is_gone) {
        return scene.seeks(Property::Terminates).then_some(Property::Terminates);
    }
    let asked = scene.seeks(Property::AtLeastOne) && world.removals == scene.removals;
    (asked && (0..CONTENDERS).any(|who| leads_nowhere(world, who))).then_some(Property::AtLeastOne)
}

/// Whether the reasons for which contenders gave up go round in a circle.
fn leads_nowhere(world: &World, mut who: usize) -> bool {
    for _ in 0..=CONTENDERS {
        match world.contenders[who].end {
            End::YieldedTo(other) => who = usize::from(other),
            End::None | End::Ran | End::Killed => return false,
        }
    }
    true
}
