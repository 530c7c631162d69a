//! Who removes files that are not his.

use crate::protocol::Next;
use crate::setting::{Scene, Setting};
use crate::world::{NONE, World};

/// What the outsider may do next.
pub(crate) fn steps(scene: &Scene, world: &World, out: &mut Vec<Next>) {
    if world.removals == 0 || world.contenders.iter().all(crate::contender::Contender::is_gone) {
        return;
    }
    let locked = world.contenders.iter().any(|one| one.private == world.private && (one.seat || one.door));
    let removes = |did, change: fn(&mut World)| {
        let mut next = *world;
        next.removals -= 1;
        change(&mut next);
        Next { world: next, who: None, did, broken: None, is_fault: true }
    };
    let claiming = world.contenders.iter().any(|one| one.door);
    let spares = match scene.setting {
        Setting::Alone => locked,
        Setting::Inside => claiming,
        Setting::Whole | Setting::Apart => false,
    };
    if world.private != NONE && !spares {
        out.push(removes("removes the private lock file", |world| world.private = NONE));
    }
    if world.visible != NONE {
        out.push(removes("removes the visible file", |world| world.visible = NONE));
    }
}
