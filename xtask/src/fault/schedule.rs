//! What is done, and in which order: a pure function of the seed.
//!
//! An action names its target by a number that is reduced to whatever is there when its turn comes. So the same
//! seed is the same schedule, though the machine answers it differently each time.

use std::time::Duration;

use fastrand::Rng;

use super::action::{Action, Blow, Deed, Policy, Question, Stand, Start, Way, What, Whom};
use super::disk::Resource;
use super::key::{KEYS, SPELLINGS};
use super::manner::{Brood, FAILED, Manner, Temper};
use super::user::USERS;

/// The endless schedule of a seed.
#[derive(Debug)]
pub(super) struct Schedule(Rng);

impl Schedule {
    pub(super) fn of(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    fn milliseconds(&mut self, most: u64) -> Duration {
        Duration::from_millis(self.0.u64(0..=most))
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.0.usize(0..choices.len())]
    }

    fn what(&mut self) -> What {
        match self.0.u32(0..100) {
            0..40 => What::Start(vec![self.start()]),
            40..50 => What::Start((0..self.0.usize(2..=5)).map(|_| self.start()).collect()),
            50..57 => {
                What::Stop { way: self.way(), grace: self.milliseconds(300), with_program: self.0.bool() }
            }
            57..67 => {
                let question = self.one_of(&[Question::Status, Question::List, Question::History]);
                What::Ask(question, self.way())
            }
            67..87 => self.strike(),
            87..94 => What::Spoil(self.deed()),
            94..97 => What::KillAll,
            _ => What::Settle,
        }
    }

    fn way(&mut self) -> Way {
        Way { spelling: self.0.usize(0..SPELLINGS), user: self.0.usize(0..USERS) }
    }

    fn start(&mut self) -> Start {
        Start {
            way: self.way(),
            policy: match self.0.u32(0..10) {
                0..2 => Policy::Refuse,
                2..7 => Policy::Replace,
                _ => Policy::Wait(self.milliseconds(800)),
            },
            no_kill: self.0.u32(0..10) == 0,
            grace: self.milliseconds(250),
            stand: self.one_of(&[Stand::Above, Stand::Above, Stand::Above, Stand::Gone, Stand::Restarting]),
            manner: self.manner(),
        }
    }

    fn manner(&mut self) -> Manner {
        let slow = Temper::Slow(self.milliseconds(300));
        let calm = [Brood::None, Brood::None, Brood::None];
        let broods = [Brood::Child, Brood::Session, Brood::Orphan, Brood::All, Brood::Storm];
        let broods = [calm.as_slice(), &broods].concat();
        Manner {
            temper: self.one_of(&[Temper::AtOnce, Temper::AtOnce, slow, Temper::Deaf]),
            brood: self.one_of(&broods),
            life: self.0.bool().then(|| self.milliseconds(400)),
            code: self.one_of(&[0, FAILED]),
        }
    }

    fn strike(&mut self) -> What {
        let whom = self.one_of(&[Whom::Soloist, Whom::Soloist, Whom::Program, Whom::Program, Whom::Child]);
        let blow = match self.0.u32(0..6) {
            0..2 => Blow::Term,
            2..4 => Blow::Kill,
            _ => Blow::Sleep(self.milliseconds(400)),
        };
        What::Strike(whom, blow, self.0.usize(..))
    }

    fn deed(&mut self) -> Deed {
        let resource = self.one_of(&[Resource::Room, Resource::Files]);
        let full = Deed::FillDisk(resource, self.milliseconds(600));
        self.one_of(&[
            full,
            full,
            Deed::RemoveLocks,
            Deed::MoveLocks,
            Deed::RemoveRecords,
            Deed::LieInRecords,
            Deed::RemoveState,
            Deed::MoveState,
            Deed::RemoveVisible,
            Deed::ReplaceVisible,
            Deed::MoveProject,
        ])
    }
}

impl Iterator for Schedule {
    type Item = Action;

    fn next(&mut self) -> Option<Action> {
        let key = self.0.usize(0..KEYS);
        Some(Action { key, what: self.what(), pause: self.milliseconds(80) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(seed: u64) -> Vec<Action> {
        Schedule::of(seed).take(2000).collect()
    }

    #[test]
    fn the_same_seed_is_the_same_schedule() {
        assert_eq!(kinds(7), kinds(7));
        assert_ne!(kinds(7), kinds(8));
    }

    #[test]
    fn every_key_and_every_kind_has_its_turn() {
        let actions = kinds(1);
        for key in 0..KEYS {
            assert!(actions.iter().any(|action| action.key == key), "{key}");
        }
        let kinds: std::collections::BTreeSet<_> = actions.iter().map(|action| action.what.kind()).collect();
        assert_eq!(kinds.len(), 11, "{kinds:?}");
    }
}
