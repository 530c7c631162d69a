//! The protocol as a model for the checker.

use stateright::{Model, Property};

use crate::mutation::Mutation;
use crate::outside;
use crate::property::Name;
use crate::scene::Scene;
use crate::step;
use crate::taken;
use crate::world::{Index, Place, World};

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A party starts; it may get the process number of one that is gone.
    Start(Index, Option<Index>),
    /// A party takes its next step.
    Step(Index),
    /// A party that was asked to end does so before it runs anything.
    Obey(Index),
    /// A program that was asked to end does.
    EndProgram(Index),
    /// A party is killed.
    Kill(Index),
    /// Its program is killed.
    KillProgram(Index),
    /// The private lock file is removed.
    RemovePrivate,
    /// The visible lock file is removed.
    RemoveVisible,
}

/// A scene, played by the rules.
#[derive(Clone, Debug)]
pub struct Protocol {
    /// Who takes part.
    pub scene: Scene,
}

impl Protocol {
    fn indices(&self) -> impl Iterator<Item = Index> {
        (0..self.scene.kinds.len()).filter_map(|party| Index::try_from(party).ok())
    }

    /// What the parties might do by themselves; not all of it can happen in this world.
    fn own(&self, world: &World, actions: &mut Vec<Action>) {
        for party in self.indices() {
            match world.party(party).place {
                Place::Off => {
                    actions.push(Action::Start(party, None));
                    actions.extend(self.free_numbers(world).map(|gone| Action::Start(party, Some(gone))));
                }
                Place::Gone => actions.push(Action::EndProgram(party)),
                _ => actions.extend([Action::Step(party), Action::Obey(party), Action::EndProgram(party)]),
            }
        }
    }

    /// The process numbers that a new process may get; they matter only to one who signals by number.
    fn free_numbers(&self, world: &World) -> impl Iterator<Item = Index> {
        let matters = self.scene.breaks(Mutation::KillByNumber);
        self.indices().filter(move |&party| matters && world.party(party).has_ended())
    }

    /// What might befall them.
    fn faults(&self, world: &World, actions: &mut Vec<Action>) {
        if world.faults > 0 {
            actions
                .extend(self.indices().flat_map(|party| [Action::Kill(party), Action::KillProgram(party)]));
        }
        if world.removals > 0 {
            actions.extend([Action::RemovePrivate, Action::RemoveVisible]);
        }
    }

    /// The world after it; `None` where it cannot happen.
    #[must_use]
    pub fn after(&self, world: &World, action: Action) -> Option<World> {
        match action {
            Action::Start(party, number) => Some(step::start(world, party, number)),
            Action::Step(party) => step::step(&self.scene, world, party),
            Action::Obey(party) => taken::obey(world, party),
            Action::EndProgram(party) => outside::end_program(world, party),
            Action::Kill(party) => outside::kill(&self.scene, world, party),
            Action::KillProgram(party) => outside::kill_program(world, party),
            Action::RemovePrivate => outside::remove_private(&self.scene, world),
            Action::RemoveVisible => outside::remove_visible(world),
        }
    }

    /// Whether nothing moves any more by itself.
    #[must_use]
    pub fn is_at_rest(&self, world: &World) -> bool {
        let mut actions = Vec::new();
        self.own(world, &mut actions);
        actions.into_iter().all(|action| self.after(world, action).is_none())
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::of(&self.scene)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        self.own(world, actions);
        self.faults(world, actions);
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        self.after(world, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(Name::NeverTwo.text(), |protocol, world| Name::NeverTwo.holds(protocol, world)),
            Property::always(Name::AtLeastOne.text(), |protocol, world| {
                Name::AtLeastOne.holds(protocol, world)
            }),
            Property::always(Name::NoNewerEnded.text(), |protocol, world| {
                Name::NoNewerEnded.holds(protocol, world)
            }),
            Property::always(Name::Terminates.text(), |protocol, world| {
                Name::Terminates.holds(protocol, world)
            }),
        ]
    }
}
