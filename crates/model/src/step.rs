//! What a contender does next.

use crate::leave;
use crate::mutation::Mutation;
use crate::scene::{Kind, Policy, Scene};
use crate::taken;
use crate::world::{Busy, Index, Place, Program, World, only};

/// The world after this party's next step; `None` while it has to wait, or is at its end.
#[must_use]
pub fn step(scene: &Scene, world: &World, me: Index) -> Option<World> {
    let mut next = world.clone();
    let done = match world.party(me).place {
        Place::Off | Place::Gone => false,
        Place::Open => open(scene, &mut next, me),
        Place::Lock => lock(scene, &mut next, me),
        Place::Queue => queue(&mut next, me),
        Place::Door => door(&mut next, me),
        Place::Seat => seat(&mut next, me),
        Place::Compare(waited) => compare(scene, &mut next, me, waited),
        Place::Witness => witness(scene, &mut next, me),
        Place::OpenVisible => open_visible(&mut next, me),
        Place::LockVisible => lock_visible(scene, &mut next, me),
        Place::QueueVisible => queue_visible(&mut next, me),
        Place::CompareVisible(waited) => compare_visible(scene, &mut next, me, waited),
        Place::Record => record(scene, &mut next, me),
        Place::Look => look(scene, &mut next, me),
        Place::Settle => settle(&mut next, me),
        Place::Running => running(scene, &mut next, me),
        Place::Taken(busy) => taken::judge(scene, &mut next, me, busy),
        Place::Ask(other) => taken::ask(&mut next, me, other),
        Place::Await(other) => taken::wait_for(scene, &mut next, me, other),
        Place::StandBy(other) => stand_by(&mut next, me, other),
        Place::Decision(other) => decision(&mut next, me, other),
        leaving => leave::step(scene, &mut next, me, leaving),
    };
    done.then_some(next)
}

/// Starts, under the number of one that is gone if that is given.
#[must_use]
pub fn start(world: &World, me: Index, number: Option<Index>) -> World {
    let mut next = world.clone();
    let elders = world.others(me).filter(|&other| world.party(other).place != Place::Off);
    let elders = elders.map(only).fold(0, |all, one| all | one);
    let party = next.party_mut(me);
    party.elders = elders;
    party.earlier_claims = world.claims;
    party.earlier_records = world.records;
    party.earlier_programs = world.programs;
    party.number = number;
    // A contender inside the program looks before it waits.
    party.patient = party.kind == Kind::Run(Policy::Wait);
    party.place = if party.kind == Kind::Tool { Place::OpenVisible } else { Place::Open };
    next
}

fn go(world: &mut World, me: Index, place: Place) -> bool {
    world.party_mut(me).place = place;
    true
}

fn open(scene: &Scene, world: &mut World, me: Index) -> bool {
    if scene.breaks(Mutation::RecordBeforeLock) {
        write_record(world, me);
    }
    world.party_mut(me).private = world.open_private();
    go(world, me, Place::Lock)
}

fn lock(scene: &Scene, world: &mut World, me: Index) -> bool {
    if !world.is_locked(me, |other| other.seat || other.door) {
        return take_both(world, me, false);
    }
    let waits = std::mem::take(&mut world.party_mut(me).at_the_door);
    let party = world.party(me);
    let at_the_door = waits || party.kind.is_inside() && !scene.breaks(Mutation::NoDoor);
    match (party.patient, at_the_door) {
        (true, _) => go(world, me, Place::Queue),
        (false, true) => go(world, me, Place::Door),
        (false, false) => taken::let_go(world, me, Busy::Private),
    }
}

fn take_both(world: &mut World, me: Index, waited: bool) -> bool {
    let party = world.party_mut(me);
    (party.seat, party.door, party.at_the_door) = (true, true, false);
    let asked = party.asked;
    world.claims |= only(me);
    if !asked {
        world.heir = Some(me);
    }
    go(world, me, Place::Compare(waited))
}

fn queue(world: &mut World, me: Index) -> bool {
    !world.is_locked(me, |other| other.seat || other.door) && take_both(world, me, true)
}

fn door(world: &mut World, me: Index) -> bool {
    if world.is_locked(me, |other| other.door) {
        return false;
    }
    world.party_mut(me).door = true;
    go(world, me, Place::Seat)
}

fn seat(world: &mut World, me: Index) -> bool {
    if world.is_locked(me, |other| other.seat) {
        return taken::let_go(world, me, Busy::Private);
    }
    take_both(world, me, true)
}

/// Whether a comparison is left out.
fn unseen(scene: &Scene, waited: bool) -> bool {
    scene.breaks(Mutation::NoComparison) || waited && scene.breaks(Mutation::WaiterDoesNotCompare)
}

fn compare(scene: &Scene, world: &mut World, me: Index, waited: bool) -> bool {
    if !unseen(scene, waited) && world.party(me).private != world.private {
        world.party_mut(me).close_private();
        return go(world, me, Place::Open);
    }
    match scene.witness && !scene.breaks(Mutation::NoWitness) {
        true => go(world, me, Place::Witness),
        false => after_witness(scene, world, me),
    }
}

fn witness(scene: &Scene, world: &mut World, me: Index) -> bool {
    match world.witness_of(me) {
        None => {
            world.party_mut(me).witness = true;
            after_witness(scene, world, me)
        }
        // It waits for the other's end, with the lock of the new file in hand.
        Some(_) if world.party(me).patient => false,
        Some(_) => taken::let_go(world, me, Busy::Witness),
    }
}

fn after_witness(scene: &Scene, world: &mut World, me: Index) -> bool {
    let place = match (scene.visible, world.party(me).flock) {
        (true, true) => Place::CompareVisible(true),
        (true, false) => Place::OpenVisible,
        (false, _) => Place::Record,
    };
    go(world, me, place)
}

fn open_visible(world: &mut World, me: Index) -> bool {
    world.party_mut(me).visible = world.open_visible();
    go(world, me, Place::LockVisible)
}

fn lock_visible(scene: &Scene, world: &mut World, me: Index) -> bool {
    if !world.is_flocked(me) {
        return take_visible(world, me, false);
    }
    let party = *world.party(me);
    if party.kind == Kind::Tool {
        return leave::end(world, me);
    }
    if !party.patient {
        return taken::let_go(world, me, Busy::Visible);
    }
    if party.seat && !scene.breaks(Mutation::KeepWhileWaiting) {
        // Who waits for another tool's lock must not look like a holder meanwhile.
        world.withdraw(me);
        world.party_mut(me).close();
        return go(world, me, Place::OpenVisible);
    }
    go(world, me, Place::QueueVisible)
}

fn take_visible(world: &mut World, me: Index, waited: bool) -> bool {
    world.party_mut(me).flock = true;
    go(world, me, Place::CompareVisible(waited))
}

fn queue_visible(world: &mut World, me: Index) -> bool {
    !world.is_flocked(me) && take_visible(world, me, true)
}

fn compare_visible(scene: &Scene, world: &mut World, me: Index, waited: bool) -> bool {
    let party = *world.party(me);
    if unseen(scene, waited) || party.visible == world.visible {
        return visible_is_ours(world, me);
    }
    if party.seat && waited {
        world.withdraw(me);
        world.party_mut(me).close();
        return go(world, me, Place::Open);
    }
    world.party_mut(me).close_visible();
    go(world, me, Place::OpenVisible)
}

fn visible_is_ours(world: &mut World, me: Index) -> bool {
    let party = *world.party(me);
    if party.kind == Kind::Tool {
        world.heir = Some(me);
        return go(world, me, Place::Running);
    }
    go(world, me, if party.seat { Place::Record } else { Place::Open })
}

fn write_record(world: &mut World, me: Index) {
    world.record = Some(me);
    world.records |= only(me);
}

fn record(scene: &Scene, world: &mut World, me: Index) -> bool {
    if !scene.breaks(Mutation::RecordBeforeLock) {
        write_record(world, me);
    }
    // Where nobody can be a copy, the look finds nothing.
    let copies = scene.kinds.iter().any(|kind| kind.is_inside());
    go(world, me, if copies { Place::Look } else { Place::Settle })
}

fn look(scene: &Scene, world: &mut World, me: Index) -> bool {
    let Some(copy) = taken::copy(world, me) else { return go(world, me, Place::Settle) };
    match world.party(me).kind.policy() {
        Policy::Refuse => {
            world.heir = Some(copy);
            leave::begin(scene, world, me)
        }
        Policy::Replace => go(world, me, Place::Ask(copy)),
        Policy::Wait => {
            if !scene.breaks(Mutation::StandByWithLocks) {
                give_up(world, me, copy);
            }
            go(world, me, Place::StandBy(copy))
        }
    }
}

/// Lets go of the claim before it was kept; its steps are those of `leave`, taken at once.
fn give_up(world: &mut World, me: Index, copy: Index) {
    world.withdraw(me);
    let party = world.party_mut(me);
    let removes = party.flock && party.visible == world.visible;
    world.party_mut(me).close();
    world.record = None;
    world.heir = Some(copy);
    if removes {
        world.visible = 0;
    }
}

fn stand_by(world: &mut World, me: Index, other: Index) -> bool {
    let place = if world.party(me).seat { Place::Look } else { Place::Open };
    world.party(other).has_ended() && go(world, me, place)
}

fn decision(world: &mut World, me: Index, other: Index) -> bool {
    !world.party(other).door && go(world, me, Place::Open)
}

fn settle(world: &mut World, me: Index) -> bool {
    let party = world.party_mut(me);
    party.door = false;
    if matches!(party.kind, Kind::Run(_)) {
        party.program = Program::Runs;
        world.programs |= only(me);
    }
    go(world, me, Place::Running)
}

fn running(scene: &Scene, world: &mut World, me: Index) -> bool {
    let party = world.party_mut(me);
    match (party.kind, party.program) {
        (Kind::Run(_), Program::None) => leave::begin(scene, world, me),
        (Kind::Run(_), Program::Runs) if party.asked => {
            party.program = Program::Asked;
            true
        }
        (Kind::Inside(_), _) if party.asked => leave::begin(scene, world, me),
        _ => false,
    }
}
