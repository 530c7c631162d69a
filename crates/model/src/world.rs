//! A state of the modelled machine: the kernel's objects, and each contender.

use crate::contender::{At, Contender, Program};
use crate::setting::{CONTENDERS, Scene};

/// No file, or nobody.
pub(crate) const NONE: u8 = u8::MAX;

/// A state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    /// The inode at the private lock's path. Numbers are given anew when nobody refers to one any more.
    pub(crate) private: u8,
    /// The inode at the visible path.
    pub(crate) visible: u8,
    /// Whose record lies there.
    pub(crate) record: u8,
    /// How many more contenders may be killed.
    pub(crate) crashes: u8,
    /// How many more files the outsider may remove.
    pub(crate) removals: u8,
    /// In the order in which they start.
    pub(crate) contenders: [Contender; CONTENDERS],
}

/// A set of contenders.
pub(crate) type Set = u8;

pub(crate) fn has(set: Set, who: usize) -> bool {
    set & (1 << who) != 0
}

impl World {
    /// Before anybody starts.
    pub(crate) fn at_first(scene: &Scene) -> Self {
        Self {
            private: if scene.setting.has_private() { 0 } else { NONE },
            visible: NONE,
            record: NONE,
            crashes: scene.crashes,
            removals: scene.removals,
            contenders: [Contender::AT_FIRST; CONTENDERS],
        }
    }

    pub(crate) fn others(&self, who: usize) -> impl Iterator<Item = (usize, &Contender)> {
        self.contenders.iter().enumerate().filter(move |&(other, _)| other != who)
    }

    pub(crate) fn all_who(&self, what: impl Fn(&Contender) -> bool) -> Set {
        self.contenders.iter().enumerate().map(|(who, one)| u8::from(what(one)) << who).sum()
    }

    /// Who else keeps any part of the private file.
    pub(crate) fn keeper_of_private(&self, who: usize, inode: u8) -> Option<usize> {
        let keeps = |other: &Contender| other.private == inode && (other.seat || other.door);
        let seated = self.others(who).find(|(_, other)| keeps(other) && other.seat);
        seated.or_else(|| self.others(who).find(|(_, other)| keeps(other))).map(|(who, _)| who)
    }

    pub(crate) fn keeper_of_visible(&self, who: usize, inode: u8) -> Option<usize> {
        self.others(who).find(|(_, other)| other.visible == inode && other.flocked).map(|(who, _)| who)
    }

    pub(crate) fn keeper_of_witness(&self, who: usize) -> Option<usize> {
        self.others(who).find(|(_, other)| other.witness).map(|(who, _)| who)
    }

    /// A number for a new private file.
    pub(crate) fn new_private(&self) -> u8 {
        let used = |inode: u8| {
            self.private == inode
                || self.contenders.iter().any(|one| one.private == inode || one.busy == Busy::Private(inode))
        };
        (0..NONE).find(|&inode| !used(inode)).unwrap_or(NONE)
    }

    /// A number for a new visible file.
    pub(crate) fn new_visible(&self) -> u8 {
        let used = |inode: u8| {
            self.visible == inode
                || self.contenders.iter().any(|one| one.visible == inode || one.busy == Busy::Visible(inode))
        };
        (0..NONE).find(|&inode| !used(inode)).unwrap_or(NONE)
    }

    /// A contender has come to its end: nothing of it but how it ended matters any more.
    pub(crate) fn bury(&mut self, who: usize) {
        let Contender { end, program, .. } = self.contenders[who];
        self.contenders[who] = Contender { at: At::Gone, end, ..Contender::AT_FIRST };
        if program == Program::Runs {
            // Only where the program does not inherit the locks.
            self.contenders[who].program = program;
        }
        for one in &mut self.contenders {
            one.claimed_before &= !(1 << who);
            one.timed_before &= !(1 << who);
            one.ran_before &= !(1 << who);
        }
    }
}

/// Where the claim was found to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Busy {
    Nowhere,
    Private(u8),
    Visible(u8),
    Witness(u8),
}
