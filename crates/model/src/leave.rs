//! How a party lets go of its claim: the files first, the locks last.

use crate::mutation::Mutation;
use crate::scene::Scene;
use crate::world::{Index, Place, World, only};

/// Whether it is on its way out.
#[must_use]
pub fn is_leaving(place: Place) -> bool {
    matches!(
        place,
        Place::CheckVisible
            | Place::Unlink
            | Place::Unrecord
            | Place::Unbind
            | Place::UnlockVisible
            | Place::Unlock
    )
}

/// Begins to release the claim.
pub fn begin(scene: &Scene, world: &mut World, me: Index) -> bool {
    // From here on there is no claim that anybody could end.
    world.claims &= !only(me);
    let first = match scene.breaks(Mutation::UnlockBeforeUnlink) {
        true => Place::Unbind,
        false => first_file(scene),
    };
    go(world, me, first)
}

fn first_file(scene: &Scene) -> Place {
    if scene.visible { Place::CheckVisible } else { Place::Unrecord }
}

fn go(world: &mut World, me: Index, place: Place) -> bool {
    world.party_mut(me).place = place;
    true
}

/// The next step of the release.
pub fn step(scene: &Scene, world: &mut World, me: Index, place: Place) -> bool {
    match place {
        Place::CheckVisible => {
            let ours = world.party(me).visible == world.visible;
            let unlinks = ours || scene.breaks(Mutation::UnlinkWithoutHolding);
            go(world, me, if unlinks { Place::Unlink } else { Place::Unrecord })
        }
        Place::Unlink => {
            world.visible = 0;
            go(world, me, Place::Unrecord)
        }
        Place::Unrecord => {
            world.record = None;
            match scene.breaks(Mutation::UnlockBeforeUnlink) {
                true => end(world, me),
                false => go(world, me, Place::Unbind),
            }
        }
        Place::Unbind => {
            world.party_mut(me).witness = false;
            go(world, me, if scene.visible { Place::UnlockVisible } else { Place::Unlock })
        }
        Place::UnlockVisible => {
            world.party_mut(me).flock = false;
            go(world, me, Place::Unlock)
        }
        Place::Unlock => unlock(scene, world, me),
        _ => false,
    }
}

fn unlock(scene: &Scene, world: &mut World, me: Index) -> bool {
    world.party_mut(me).close_private();
    match scene.breaks(Mutation::UnlockBeforeUnlink) {
        true => go(world, me, first_file(scene)),
        false => end(world, me),
    }
}

/// Its process ends, and with it all that it had open.
pub fn end(world: &mut World, me: Index) -> bool {
    world.party_mut(me).close();
    go(world, me, Place::Gone)
}
