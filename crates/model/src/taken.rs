//! What a contender does when the claim is somebody's.

use crate::leave;
use crate::mutation::Mutation;
use crate::scene::{Kind, Policy, Scene};
use crate::world::{Busy, Index, Place, Program, World, only};

impl World {
    /// Its claim, if it had begun, has not.
    pub fn withdraw(&mut self, me: Index) {
        self.claims &= !only(me);
        self.records &= !only(me);
        for party in &mut self.parties {
            party.earlier_claims &= !only(me);
            party.earlier_records &= !only(me);
        }
    }
}

/// One lock is taken: lets go of the rest. What was found taken is remembered, not kept.
pub fn let_go(world: &mut World, me: Index, busy: Busy) -> bool {
    world.withdraw(me);
    let party = world.party_mut(me);
    (party.seat, party.door, party.witness, party.flock) = (false, false, false, false);
    party.place = Place::Taken(busy);
    true
}

/// Looks who has the claim, and decides.
pub fn judge(scene: &Scene, world: &mut World, me: Index, busy: Busy) -> bool {
    let holder = holder(world, me, busy);
    let newer = holder.is_some_and(|holder| is_newer(world, me, holder));
    let policy = world.party(me).kind.policy();
    if world.heir == Some(me) && holder.is_some() {
        world.heir = holder;
    }
    let undecided = holder.filter(|&holder| may_change_its_mind(scene, world, me, holder, newer));
    let place = match (holder, policy) {
        // Its second attempt stands in the queue, whoever holds the claim.
        (_, Policy::Wait) => {
            world.party_mut(me).patient = true;
            Place::Open
        }
        // Between the attempt and the look the holder may have gone; or somebody stands between door and seat.
        (None, _) => {
            world.party_mut(me).at_the_door = busy == Busy::Private;
            Place::Open
        }
        (Some(_), _) if undecided.is_some() && busy == Busy::Private => {
            world.party_mut(me).at_the_door = true;
            Place::Open
        }
        (Some(holder), _) if undecided.is_some() => Place::Decision(holder),
        (Some(_), Policy::Refuse) => Place::Gone,
        (Some(holder), Policy::Replace) if world.party(holder).kind == Kind::Tool => Place::Gone,
        (Some(_), Policy::Replace) if newer && !scene.breaks(Mutation::ReplaceRegardlessOfAge) => Place::Gone,
        (Some(holder), Policy::Replace) => Place::Ask(holder),
    };
    if let (Place::Ask(_), Some(holder)) = (place, holder) {
        world.newer_ended |= claimed_later(world, me, holder);
    }
    let party = world.party_mut(me);
    party.close();
    party.place = place;
    true
}

/// Whether it waits for this holder's decision: it claims inside the program, or replaces and the holder is newer or has
/// not told yet since when it holds.
fn may_change_its_mind(scene: &Scene, world: &World, me: Index, holder: Index, newer: bool) -> bool {
    let kind = world.party(me).kind;
    let tells_nothing = world.record != Some(holder) && world.party(holder).lives();
    let matters = kind.is_inside() || newer || tells_nothing;
    let party = world.party(holder);
    let may = party.kind != Kind::Tool && (kind.is_inside() || kind.policy() == Policy::Replace);
    may && matters && party.door && !scene.breaks(Mutation::JudgeTheUndecided)
}

/// Whether the other took the seat, or, if it is letting go of it already, started, after this party had.
fn claimed_later(world: &World, me: Index, other: Index) -> bool {
    let own = world.party(me);
    let earlier = if world.claims & only(other) == 0 { own.elders } else { own.earlier_claims };
    earlier & only(other) == 0
}

/// Who has what was found taken: the recorded one, if it lives and has it, else the oldest that does.
fn holder(world: &World, me: Index, busy: Busy) -> Option<Index> {
    let own = world.party(me);
    let has = |&other: &Index| {
        let party = world.party(other);
        match busy {
            Busy::Private => party.private == own.private && party.seat,
            Busy::Witness => party.witness,
            Busy::Visible => party.visible == own.visible && party.flock,
        }
    };
    let keepers: Vec<Index> = world.others(me).filter(has).collect();
    let recorded = world.record.filter(|&record| keepers.contains(&record) && world.party(record).lives());
    let oldest = || keepers.iter().copied().min_by_key(|&keeper| world.party(keeper).elders.count_ones());
    recorded.filter(|_| busy != Busy::Witness).or_else(oldest)
}

/// Whether the holder claimed after this party had started, as far as that can be told: by its record, else by the
/// start of its process. Where its soloist is gone, the process is its program.
fn is_newer(world: &World, me: Index, holder: Index) -> bool {
    let own = world.party(me);
    let earlier = match (world.party(holder).lives(), world.record == Some(holder)) {
        (true, true) => own.earlier_records,
        (true, false) => own.elders,
        (false, _) => own.earlier_programs,
    };
    earlier & only(holder) == 0
}

/// A process that runs the program without the claim, and is not just asking for it. To one that claims inside the
/// program, a younger one is about to ask.
#[must_use]
pub fn copy(world: &World, me: Index) -> Option<Index> {
    let own = world.party(me);
    let judged_by_the_lock = |other: Index| {
        let party = world.party(other);
        party.contends() && party.private == own.private
            || own.kind.is_inside() && own.elders & only(other) == 0
    };
    world.others(me).find(|&other| {
        let party = world.party(other);
        party.kind.is_inside() && party.lives() && !judged_by_the_lock(other)
    })
}

/// Asks the other to end: the process that was looked at, whatever its number is by now.
pub fn ask(world: &mut World, me: Index, other: Index) -> bool {
    let reused = |&party: &Index| world.party(party).number == Some(other) && world.party(party).lives();
    let victim = world.others(me).find(reused).unwrap_or(other);
    world.party_mut(me).place = Place::Await(other);
    if world.party(victim).has_ended() {
        return true;
    }
    world.stranger_ended |= victim != other;
    if world.heir == Some(victim) {
        world.heir = Some(me);
    }
    let target = world.party_mut(victim);
    target.asked = true;
    if target.place == Place::Gone {
        target.program = Program::Asked;
    }
    true
}

/// Waits until the whole tree of the other is gone.
pub fn wait_for(scene: &Scene, world: &mut World, me: Index, other: Index) -> bool {
    let other = world.party(other);
    let enough = scene.breaks(Mutation::TreeNotAwaited) && other.place == Place::Gone;
    if !other.has_ended() && !enough {
        return false;
    }
    let party = world.party_mut(me);
    party.place = if party.seat { Place::Look } else { Place::Open };
    true
}

/// One that was asked to end before it ran anything ends at once.
#[must_use]
pub fn obey(world: &World, me: Index) -> Option<World> {
    let party = world.party(me);
    let runs_nothing = party.lives() && party.place != Place::Running && !leave::is_leaving(party.place);
    (party.asked && runs_nothing).then(|| {
        let mut next = world.clone();
        leave::end(&mut next, me);
        next
    })
}
