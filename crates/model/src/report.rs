//! The tables.

use crate::check::{self, Broken};
use crate::mutation::Mutation;
use crate::property::Name;
use crate::scene::Scene;
use crate::suite::{self, Extent};

/// The head of the table of scenes.
pub const SCENES: &str = "| key and parties | killed | removed | worlds | steps | verdict |\n| --- | --- | --- | --- | --- | --- |";
/// The head of the table of mutations.
pub const MUTATIONS: &str = "| without it | the rule | what breaks | steps |\n| --- | --- | --- | --- |";

/// A row of a table, and whether it says what it should.
#[derive(Clone, Debug)]
pub struct Row {
    /// The line.
    pub text: String,
    /// As it should be.
    pub good: bool,
}

/// Explores a scene in which every rule is kept.
#[must_use]
pub fn scene(scene: &Scene) -> Row {
    let verdict = check::explore(scene);
    let mut broken: Vec<&str> = verdict.broken.iter().map(|broken| broken.name.text()).collect();
    if broken.is_empty() && check::has_a_cycle(scene) {
        broken.push(Name::Terminates.text());
    }
    let good = broken.is_empty();
    let words = if good { "holds".to_owned() } else { format!("broken: {}", broken.join(", ")) };
    let (faults, removals) = (scene.faults, scene.removals);
    let text =
        format!("| {scene} | {faults} | {removals} | {} | {} | {words} |", verdict.states, verdict.depth);
    Row { text, good }
}

/// Explores a scene in which a rule is broken.
#[must_use]
pub fn mutation(mutation: Mutation) -> Row {
    let scene = mutation.scene();
    let found = mutation.breaks().and_then(|name| check::shortest(&scene, name));
    let (words, steps, good) = match (mutation.breaks(), &found) {
        (Some(name), Some(broken)) => (name.text(), broken.trace.len().to_string(), true),
        (Some(name), None) if name == Name::Terminates && check::has_a_cycle(&scene) => {
            (name.text(), "for ever".to_owned(), true)
        }
        (Some(_), None) => ("nothing", "–".to_owned(), false),
        (None, _) => {
            let nothing = check::explore(&scene).broken.is_empty() && !check::has_a_cycle(&scene);
            ("nothing of the four", "–".to_owned(), nothing)
        }
    };
    Row { text: format!("| `{}` | {} | {words} | {steps} |", mutation.name(), mutation.rule()), good }
}

/// The shortest way in which a mutation breaks what it must, a line for each step.
#[must_use]
pub fn trace(mutation: Mutation) -> Vec<String> {
    let scene = mutation.scene();
    let found = mutation.breaks().and_then(|name| check::shortest(&scene, name));
    let title = format!("{}: {scene}", mutation.name());
    std::iter::once(title).chain(found.iter().flat_map(told)).collect()
}

fn told(broken: &Broken) -> Vec<String> {
    let step = |(number, (action, world)): (usize, &(_, crate::world::World))| {
        let places: Vec<String> =
            world.parties.iter().map(|party| format!("{:?}/{:?}", party.place, party.program)).collect();
        format!("{:>3}  {:<16}  {}", number + 1, format!("{action:?}"), places.join("  "))
    };
    let steps = broken.trace.iter().enumerate().map(step);
    steps.chain(std::iter::once(format!("     broken: {}", broken.name))).collect()
}

/// Both tables of an extent; each row is told as soon as it is known.
pub fn tables(extent: Extent, mut tell: impl FnMut(&str)) -> bool {
    let mut good = true;
    let mut row = |tell: &mut dyn FnMut(&str), row: Row| {
        tell(&row.text);
        good &= row.good;
    };
    tell(SCENES);
    suite::scenes(extent).iter().for_each(|told| row(&mut tell, scene(told)));
    tell("");
    tell(MUTATIONS);
    Mutation::ALL.into_iter().for_each(|told| row(&mut tell, mutation(told)));
    good
}
