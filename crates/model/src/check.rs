//! The exploration and its verdict.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use stateright::{Checker, Model};

use crate::property::Name;
use crate::protocol::{Action, Protocol};
use crate::scene::Scene;
use crate::world::World;

/// A broken promise, and how it came to it.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Which.
    pub name: Name,
    /// What happened, in order, with the world after each.
    pub trace: Vec<(Action, World)>,
}

/// What the exploration of a scene came to.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// How many different worlds there are; all of them, if nothing broke.
    pub states: usize,
    /// How many steps the last of them is from the beginning.
    pub depth: usize,
    /// What broke, by the shortest ways.
    pub broken: Vec<Broken>,
}

impl Verdict {
    /// How this promise was broken.
    #[must_use]
    pub fn broken(&self, name: Name) -> Option<&Broken> {
        self.broken.iter().find(|broken| broken.name == name)
    }
}

/// Explores a scene, the nearest worlds first, until there are no others or every promise is broken.
#[must_use]
pub fn explore(scene: &Scene) -> Verdict {
    explore_to(scene, usize::MAX)
}

/// Explores a scene no further than so many steps.
fn explore_to(scene: &Scene, steps: usize) -> Verdict {
    let protocol = Protocol { scene: scene.clone() };
    // The checker counts worlds, and looks at those before its target.
    let checker = protocol.checker().target_max_depth(steps.saturating_add(2)).spawn_bfs().join();
    let broken = checker.discoveries().into_iter().filter_map(|(text, path)| {
        let protocol = Protocol { scene: scene.clone() };
        Some(Broken { name: Name::parse(text)?, trace: trace(&protocol, path.into_actions()) })
    });
    let mut broken: Vec<Broken> = broken.collect();
    broken.sort_by_key(|broken| broken.trace.len());
    Verdict { states: checker.unique_state_count(), depth: checker.max_depth(), broken }
}

/// The shortest way to break a promise. The checker keeps the last way that it found, so it is asked again for shorter
/// ones until there are none.
#[must_use]
pub fn shortest(scene: &Scene, name: Name) -> Option<Broken> {
    let mut best = explore(scene).broken(name).cloned()?;
    while let Some(steps) = best.trace.len().checked_sub(1) {
        match explore_to(scene, steps).broken(name) {
            Some(shorter) => best = shorter.clone(),
            None => break,
        }
    }
    Some(best)
}

fn trace(protocol: &Protocol, actions: Vec<Action>) -> Vec<(Action, World)> {
    let mut world = World::of(&protocol.scene);
    let mut told = Vec::new();
    for action in actions {
        if let Some(next) = protocol.after(&world, action) {
            world = next;
        }
        told.push((action, world.clone()));
    }
    told
}

/// Whether some world can be reached again from itself: then a run could go on for ever. Looks along one way at a
/// time and remembers of the others only a number each.
#[must_use]
pub fn has_a_cycle(scene: &Scene) -> bool {
    let protocol = Protocol { scene: scene.clone() };
    let numbers = RandomState::new();
    let mut on_the_way: HashMap<u64, bool> = HashMap::new();
    let start = World::of(scene);
    on_the_way.insert(numbers.hash_one(&start), true);
    let mut way = vec![(numbers.hash_one(&start), protocol.next_states(&start))];
    while let Some((number, ahead)) = way.last_mut() {
        let Some(world) = ahead.pop() else {
            on_the_way.insert(*number, false);
            way.pop();
            continue;
        };
        let next = numbers.hash_one(&world);
        match on_the_way.get(&next) {
            Some(true) => return true,
            Some(false) => {}
            None => {
                on_the_way.insert(next, true);
                way.push((next, protocol.next_states(&world)));
            }
        }
    }
    false
}
