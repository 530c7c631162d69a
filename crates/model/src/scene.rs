//! Who takes part, under which key, and what may befall them.

use std::fmt;

use crate::mutation::Mutation;

/// What a party does when the claim is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Policy {
    /// Gives up (75).
    Refuse,
    /// Stands by in the kernel's queue.
    Wait,
    /// Ends an older holder; yields to a newer one (76).
    Replace,
}

/// What kind of process a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `soloist run`: a supervisor with the program as its child.
    Run(Policy),
    /// A program that claims for itself; to the others it is a copy until it does.
    Inside(Policy),
    /// Another tool that locks the visible file with `flock(2)` and compares the inode, as a careful guard does.
    Tool,
}

impl Kind {
    /// The policies of `soloist run`.
    pub const RUN: [Self; 3] =
        [Self::Run(Policy::Refuse), Self::Run(Policy::Wait), Self::Run(Policy::Replace)];
    /// The policies of a program that claims for itself.
    pub const INSIDE: [Self; 3] =
        [Self::Inside(Policy::Refuse), Self::Inside(Policy::Wait), Self::Inside(Policy::Replace)];

    /// Its policy; a tool gives up.
    #[must_use]
    pub fn policy(self) -> Policy {
        match self {
            Self::Run(policy) | Self::Inside(policy) => policy,
            Self::Tool => Policy::Refuse,
        }
    }

    /// Whether it claims inside the program.
    #[must_use]
    pub fn is_inside(self) -> bool {
        matches!(self, Self::Inside(_))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policy = match self.policy() {
            Policy::Refuse => "refuse",
            Policy::Wait => "wait",
            Policy::Replace => "replace",
        };
        match self {
            Self::Run(_) => f.write_str(policy),
            Self::Inside(_) => write!(f, "inside:{policy}"),
            Self::Tool => f.write_str("tool"),
        }
    }
}

/// One thing to explore.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The parties.
    pub kinds: Vec<Kind>,
    /// The key is a lock path: a visible file is locked too.
    pub visible: bool,
    /// The witness can be bound. It cannot where processes live in different network namespaces; there a lock file
    /// is removed only while nobody holds it, for that is all that is promised without a second witness.
    pub witness: bool,
    /// How many processes are killed, at any point.
    pub faults: u8,
    /// How many lock files an outsider removes, at any point.
    pub removals: u8,
    /// The rule that is broken.
    pub mutation: Option<Mutation>,
}

impl Scene {
    /// Parties of a key that is a name.
    #[must_use]
    pub fn named(kinds: &[Kind], faults: u8, removals: u8) -> Self {
        Self { kinds: kinds.to_vec(), visible: false, witness: true, faults, removals, mutation: None }
    }

    /// Parties of a key that is a lock path.
    #[must_use]
    pub fn visible(kinds: &[Kind], faults: u8, removals: u8) -> Self {
        Self { visible: true, ..Self::named(kinds, faults, removals) }
    }

    /// Parties that share no witness.
    #[must_use]
    pub fn without_witness(kinds: &[Kind], faults: u8, removals: u8) -> Self {
        Self { witness: false, ..Self::named(kinds, faults, removals) }
    }

    /// With a rule broken.
    #[must_use]
    pub fn mutated(self, mutation: Mutation) -> Self {
        Self { mutation: Some(mutation), ..self }
    }

    /// Whether this rule is broken.
    #[must_use]
    pub fn breaks(&self, mutation: Mutation) -> bool {
        self.mutation == Some(mutation)
    }
}

/// What the scene's key is, in a word.
impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = match (self.visible, self.witness) {
            (true, _) => "path",
            (false, true) => "name",
            (false, false) => "no witness",
        };
        let kinds: Vec<String> = self.kinds.iter().map(Kind::to_string).collect();
        write!(f, "{key}: {}", kinds.join(", "))
    }
}

/// Every mix of so many parties, each taken from `kinds`, without regard to order.
#[must_use]
pub fn mixes(kinds: &[Kind], count: usize) -> Vec<Vec<Kind>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let with_first = |(at, &first): (usize, &Kind)| {
        mixes(&kinds[at..], count - 1)
            .into_iter()
            .map(move |rest| [vec![first], rest].concat())
            .collect::<Vec<_>>()
    };
    kinds.iter().enumerate().flat_map(with_first).collect()
}
