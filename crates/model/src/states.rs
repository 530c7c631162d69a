//! The set of states that were seen, each with its number.

use std::hash::{Hash, Hasher};

use crate::world::World;

/// A table with open addresses over the list of states.
#[derive(Debug, Default)]
pub(crate) struct States {
    list: Vec<World>,
    /// The number of the state in each place, and one more; zero where there is none.
    table: Vec<u32>,
}

impl States {
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn at(&self, number: u32) -> &World {
        &self.list[number as usize]
    }

    /// The number of a state, and whether it is new.
    pub(crate) fn insert(&mut self, world: World) -> (u32, bool) {
        if self.list.len() * 2 >= self.table.len() {
            self.grow();
        }
        let slot = self.slot(&world);
        match self.table[slot].checked_sub(1) {
            Some(number) => (number, false),
            None => {
                self.list.push(world);
                let count = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
                self.table[slot] = count;
                (count - 1, true)
            }
        }
    }

    /// Where a state is, or would be put.
    fn slot(&self, world: &World) -> usize {
        let mask = self.table.len() - 1;
        let mut slot = hash(world) & mask;
        while let Some(number) = self.table[slot].checked_sub(1)
            && self.at(number) != world
        {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        self.table = vec![0; (self.table.len() * 2).max(1 << 12)];
        for number in 0..self.list.len() {
            let slot = self.slot(&self.list[number]);
            self.table[slot] = u32::try_from(number + 1).unwrap_or(u32::MAX);
        }
    }
}

fn hash(world: &World) -> usize {
    let mut mixer = Mixer(0);
    world.hash(&mut mixer);
    (mixer.finish() >> 20) as usize
}

/// Multiplies and rotates: quick, and nobody attacks the model.
struct Mixer(u64);

impl Mixer {
    fn mix(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.mix(u64::from(byte)));
    }

    fn write_u8(&mut self, value: u8) {
        self.mix(u64::from(value));
    }

    fn write_usize(&mut self, value: usize) {
        self.mix(value as u64);
    }
}
