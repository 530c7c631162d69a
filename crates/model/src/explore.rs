//! The checker: every state, breadth first, so that the first counterexample is a shortest one.
//!
//! States are kept whole, not as hashes, so none is taken for another. That no run is endless is read from the finished
//! graph: a graph whose states can be taken away one by one, each after all that lead to it, has no circle.

use crate::contender::At;
use crate::outsider;
use crate::property::{self, Property};
use crate::protocol::{Next, Turn};
use crate::setting::{CONTENDERS, Scene};
use crate::states::States;
use crate::world::World;

/// What came of an exploration.
#[derive(Debug)]
pub struct Explored {
    /// How many different states there are.
    pub states: usize,
    /// How many steps the longest of the shortest ways to a state has.
    pub depth: usize,
    /// What is broken, and the way there.
    pub broken: Option<(Property, Vec<String>)>,
}

/// Explores every run of the scene, or as many as show that something is broken.
#[must_use]
pub fn explore(scene: &Scene) -> Explored {
    let mut graph = Graph::new(scene);
    let broken = graph.grow();
    let broken = broken.map(|(property, place, last)| (property, graph.way_to(place, last)));
    let broken = broken.or_else(|| {
        let place = scene.seeks(Property::Terminates).then(|| graph.circle()).flatten()?;
        Some((Property::Terminates, graph.way_to(place, None)))
    });
    Explored { states: graph.states.len(), depth: graph.depth, broken }
}

struct Graph<'a> {
    scene: &'a Scene,
    states: States,
    /// From where each state was first reached.
    parents: Vec<u32>,
    /// Where the steps from each state lead, one state after the other; the second says where each one's begin.
    edges: Vec<u32>,
    begins: Vec<u32>,
    depth: usize,
}

/// Something broken: what, in which state or on a step from it.
type Broken = (Property, u32, Option<Next>);

impl<'a> Graph<'a> {
    fn new(scene: &'a Scene) -> Self {
        let mut states = States::default();
        states.insert(World::at_first(scene));
        Self { scene, states, parents: vec![0], edges: Vec::new(), begins: vec![0], depth: 0 }
    }

    fn grow(&mut self) -> Option<Broken> {
        let mut out = Vec::new();
        let mut layer_ends = 1;
        let mut place = 0;
        while place < self.states.len() {
            if place == layer_ends {
                self.depth += 1;
                layer_ends = self.states.len();
            }
            if let Some(broken) = self.expand(number(place), &mut out) {
                return Some(broken);
            }
            self.begins.push(number(self.edges.len()));
            place += 1;
        }
        None
    }

    fn expand(&mut self, place: u32, out: &mut Vec<Next>) -> Option<Broken> {
        let world = *self.states.at(place);
        if let Some(property) = property::broken(self.scene, &world) {
            return Some((property, place, None));
        }
        out.clear();
        successors(self.scene, &world, out);
        if out.iter().all(|next| next.is_fault)
            && let Some(property) = property::broken_at_rest(self.scene, &world)
        {
            return Some((property, place, None));
        }
        for next in out.iter() {
            if let Some(property) = next.broken.filter(|&property| self.scene.seeks(property)) {
                return Some((property, place, Some(*next)));
            }
            let (target, is_new) = self.states.insert(next.world);
            if is_new {
                self.parents.push(place);
            }
            self.edges.push(target);
        }
        None
    }

    fn targets(&self, place: usize) -> &[u32] {
        &self.edges[self.begins[place] as usize..self.begins[place + 1] as usize]
    }

    /// A state on a circle, or behind one; `None` when there is none.
    fn circle(&self) -> Option<u32> {
        let mut arrows = vec![0u32; self.states.len()];
        self.edges.iter().for_each(|&target| arrows[target as usize] += 1);
        let mut free: Vec<u32> = vec![0];
        if arrows[0] > 0 {
            return Some(0);
        }
        let mut taken = 0;
        while let Some(place) = free.pop() {
            taken += 1;
            for &target in self.targets(place as usize) {
                arrows[target as usize] -= 1;
                if arrows[target as usize] == 0 {
                    free.push(target);
                }
            }
        }
        (taken < self.states.len()).then(|| arrows.iter().position(|&left| left > 0).map(number)).flatten()
    }

    /// The steps to a state, and one more, in words.
    fn way_to(&self, place: u32, last: Option<Next>) -> Vec<String> {
        let mut places = vec![place];
        while places.last().is_some_and(|&place| place != 0) {
            places.extend(places.last().map(|&place| self.parents[place as usize]));
        }
        places.reverse();
        let mut steps: Vec<String> = places.windows(2).map(|pair| self.step(pair[0], pair[1])).collect();
        steps.extend(last.as_ref().map(sentence));
        steps
    }

    fn step(&self, from: u32, to: u32) -> String {
        let mut out = Vec::new();
        successors(self.scene, self.states.at(from), &mut out);
        let taken = out.iter().find(|next| next.world == *self.states.at(to));
        taken.map(sentence).unwrap_or_default()
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn sentence(next: &Next) -> String {
    match next.who {
        Some(who) => format!("{} {}", ["A", "B", "C"][who], next.did),
        None => format!("an outsider {}", next.did),
    }
}

fn successors(scene: &Scene, world: &World, out: &mut Vec<Next>) {
    for who in 0..CONTENDERS {
        if world.contenders[who].is_gone() {
            continue;
        }
        let mut turn = Turn { scene, world, who, out };
        turn.steps();
        if world.contenders[who].at != At::Idle {
            turn.crash();
        }
    }
    outsider::steps(scene, world, out);
}
