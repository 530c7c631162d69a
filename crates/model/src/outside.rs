//! What befalls the parties: programs that end, processes that are killed, files that are removed.

use crate::leave;
use crate::mutation::Mutation;
use crate::scene::{Kind, Scene};
use crate::world::{Index, Party, Place, Program, World};

/// A program that was asked to end does. Where its soloist is gone, the locks go with it.
#[must_use]
pub fn end_program(world: &World, party: Index) -> Option<World> {
    (world.party(party).program == Program::Asked).then(|| without_program(world, party))
}

fn without_program(world: &World, party: Index) -> World {
    let mut next = world.clone();
    let party = next.party_mut(party);
    party.program = Program::None;
    if party.place == Place::Gone {
        party.close();
    }
    next
}

/// The party's own process is killed. Its program keeps the locks that it inherited, and the kernel asks it to end.
#[must_use]
pub fn kill(scene: &Scene, world: &World, party: Index) -> Option<World> {
    let mut next = strike(world, party, world.party(party).lives())?;
    let party = next.party_mut(party);
    party.place = Place::Gone;
    if party.program == Program::None || scene.breaks(Mutation::NotInherited) {
        party.close();
    }
    if party.program == Program::Runs {
        party.program = Program::Asked;
    }
    Some(next)
}

/// The party's program is killed, or ends by itself.
#[must_use]
pub fn kill_program(world: &World, party: Index) -> Option<World> {
    let next = strike(world, party, world.party(party).program != Program::None)?;
    Some(without_program(&next, party))
}

fn strike(world: &World, party: Index, possible: bool) -> Option<World> {
    let mut next = world.clone();
    next.faults = world.faults.checked_sub(1).filter(|_| possible)?;
    next.party_mut(party).struck = true;
    Some(next)
}

/// Somebody removes the private lock file.
#[must_use]
pub fn remove_private(scene: &Scene, world: &World) -> Option<World> {
    let held = world.parties.iter().any(|party| party.seat);
    let possible = world.private != 0 && (scene.witness || !held);
    let mut next = world.clone();
    next.removals = world.removals.checked_sub(1).filter(|_| possible)?;
    next.private = 0;
    Some(next)
}

/// Somebody removes the visible lock file. Another tool sees no other lock, so that beside one the file is removed only
/// while nobody counts on it: more cannot be promised.
#[must_use]
pub fn remove_visible(world: &World) -> Option<World> {
    let tools = world.parties.iter().any(|party| party.kind == Kind::Tool);
    // Nor can one look and remove in one step, whoever removes.
    let counts_on = |party: &Party| !leave::is_leaving(party.place) || party.place == Place::Unlink;
    let counted_on = world.parties.iter().any(|party| party.flock && counts_on(party));
    let possible = world.visible != 0 && !(tools && counted_on);
    let mut next = world.clone();
    next.removals = world.removals.checked_sub(1).filter(|_| possible)?;
    next.visible = 0;
    Some(next)
}
