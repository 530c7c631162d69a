//! Everything that the steps read and change.

use crate::scene::{Kind, Scene};

/// The number of a party.
pub type Index = u8;

/// A set of parties, one bit each.
pub type Set = u8;

/// The set of one party.
#[must_use]
pub fn only(party: Index) -> Set {
    1 << party
}

/// A file behind a path or a handle; none has number 0.
pub type Inode = u8;

/// Where the claim was found taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Busy {
    /// The private lock file is locked.
    Private,
    /// The socket name is bound.
    Witness,
    /// The visible lock file is locked.
    Visible,
}

/// What a party does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// It has not started.
    Off,
    /// Opens the private lock file.
    Open,
    /// Asks for seat and door.
    Lock,
    /// Waits in the kernel's queue for both.
    Queue,
    /// Waits for the door.
    Door,
    /// Has the door, asks for the seat.
    Seat,
    /// Compares handle and path. True after a wait.
    Compare(bool),
    /// Binds the socket name.
    Witness,
    /// Opens the visible lock file.
    OpenVisible,
    /// Asks for its lock.
    LockVisible,
    /// Waits in its queue, without the private locks.
    QueueVisible,
    /// Compares its handle and path. True after a wait.
    CompareVisible(bool),
    /// Writes the record.
    Record,
    /// Looks for copies.
    Look,
    /// Opens the door and starts the program.
    Settle,
    /// The claim is kept and the program runs.
    Running,
    /// Found the claim taken and let go of all locks; looks who has it.
    Taken(Busy),
    /// Has decided to end that party.
    Ask(Index),
    /// Waits until all of it is gone.
    Await(Index),
    /// Waits until that copy is gone.
    StandBy(Index),
    /// Waits until that holder, whose door is out of reach, has decided.
    Decision(Index),
    /// Looks whether the visible file is its own.
    CheckVisible,
    /// Removes what lies at the visible path.
    Unlink,
    /// Removes the record.
    Unrecord,
    /// Closes the socket.
    Unbind,
    /// Unlocks the visible file.
    UnlockVisible,
    /// Unlocks the private file.
    Unlock,
    /// Its process has ended.
    Gone,
}

/// The program under a `soloist run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Program {
    /// Not started, or ended.
    None,
    /// It runs.
    Runs,
    /// It was asked to end.
    Asked,
}

/// One party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Party {
    /// What it is.
    pub kind: Kind,
    /// What it does next.
    pub place: Place,
    /// What it runs.
    pub program: Program,
    /// It was asked to end.
    pub asked: bool,
    /// It waits in the queue when it next finds the lock taken.
    pub patient: bool,
    /// It waits at the door when it next finds the lock taken.
    pub at_the_door: bool,
    /// The private file that it has open, or had when it found it taken.
    pub private: Inode,
    /// It locks the first byte of that.
    pub seat: bool,
    /// It locks the second.
    pub door: bool,
    /// The visible file that it has open.
    pub visible: Inode,
    /// It locks that.
    pub flock: bool,
    /// It has the socket name.
    pub witness: bool,
    /// A fault has struck it.
    pub struck: bool,
    /// Who started before it did.
    pub elders: Set,
    /// Who had taken the seat before it started.
    pub earlier_claims: Set,
    /// Whose records were written before it started.
    pub earlier_records: Set,
    /// Whose programs were started before it did.
    pub earlier_programs: Set,
    /// Whose process number it got, when that one was gone.
    pub number: Option<Index>,
}

impl Party {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            place: Place::Off,
            program: Program::None,
            asked: false,
            patient: false,
            at_the_door: false,
            private: 0,
            seat: false,
            door: false,
            visible: 0,
            flock: false,
            witness: false,
            struck: false,
            elders: 0,
            earlier_claims: 0,
            earlier_records: 0,
            earlier_programs: 0,
            number: None,
        }
    }

    /// Its own process lives.
    #[must_use]
    pub fn lives(&self) -> bool {
        !matches!(self.place, Place::Off | Place::Gone)
    }

    /// Neither it nor its program lives.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.place == Place::Gone && self.program == Program::None
    }

    /// An instance of the program runs under its guard.
    #[must_use]
    pub fn runs(&self) -> bool {
        match self.kind {
            Kind::Run(_) => self.program != Program::None,
            Kind::Inside(_) | Kind::Tool => self.place == Place::Running,
        }
    }

    /// It has its private lock file open and no lock on it: the lock will judge it.
    #[must_use]
    pub fn contends(&self) -> bool {
        matches!(self.place, Place::Lock | Place::Queue | Place::Door)
    }

    /// Closes what it has open: the kernel drops the locks.
    pub fn close(&mut self) {
        self.close_private();
        self.close_visible();
    }

    /// Closes the private file and the socket.
    pub fn close_private(&mut self) {
        (self.private, self.seat, self.door, self.witness) = (0, false, false, false);
    }

    /// Closes the visible file.
    pub fn close_visible(&mut self) {
        (self.visible, self.flock) = (0, false);
    }
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    /// The parties.
    pub parties: Vec<Party>,
    /// What lies at the private lock file's path.
    pub private: Inode,
    /// What lies at the visible one's.
    pub visible: Inode,
    /// Whose record lies there.
    pub record: Option<Index>,
    /// Who has taken the seat and not let go of it.
    pub claims: Set,
    /// Who has written a record so far.
    pub records: Set,
    /// Who has started a program so far.
    pub programs: Set,
    /// Who answers for it that an instance runs: the last that took the seat, or that ended the one who did, or in whose
    /// favour that one gave up.
    pub heir: Option<Index>,
    /// How many may still be killed.
    pub faults: u8,
    /// How many files may still be removed.
    pub removals: u8,
    /// One was ended that claimed after its contender had started.
    pub newer_ended: bool,
    /// One was signalled that was never looked at.
    pub stranger_ended: bool,
}

impl World {
    /// Nobody has started.
    #[must_use]
    pub fn of(scene: &Scene) -> Self {
        Self {
            parties: scene.kinds.iter().copied().map(Party::new).collect(),
            private: 0,
            visible: 0,
            record: None,
            claims: 0,
            records: 0,
            programs: 0,
            heir: None,
            faults: scene.faults,
            removals: scene.removals,
            newer_ended: false,
            stranger_ended: false,
        }
    }

    /// The party with this number.
    #[must_use]
    pub fn party(&self, party: Index) -> &Party {
        &self.parties[usize::from(party)]
    }

    /// The same, to change it.
    pub fn party_mut(&mut self, party: Index) -> &mut Party {
        &mut self.parties[usize::from(party)]
    }

    /// All numbers but this one.
    pub fn others(&self, but: Index) -> impl Iterator<Item = Index> {
        (0..self.parties.len())
            .filter_map(|party| Index::try_from(party).ok())
            .filter(move |&party| party != but)
    }

    /// A file that nobody has open and that lies nowhere: what a path leads to after it was created.
    #[must_use]
    pub fn new_inode(&self, of: impl Fn(&Party) -> Inode) -> Inode {
        (1..).find(|&inode| self.parties.iter().all(|party| of(party) != inode)).unwrap_or(Inode::MAX)
    }

    /// Opens the private lock file, made if it is missing.
    pub fn open_private(&mut self) -> Inode {
        if self.private == 0 {
            self.private = self.new_inode(|party| party.private);
        }
        self.private
    }

    /// Opens the visible lock file, made if it is missing.
    pub fn open_visible(&mut self) -> Inode {
        if self.visible == 0 {
            self.visible = self.new_inode(|party| party.visible);
        }
        self.visible
    }

    /// Whether another than this one locks a byte of the private file that it has open.
    #[must_use]
    pub fn is_locked(&self, party: Index, byte: impl Fn(&Party) -> bool) -> bool {
        let own = self.party(party).private;
        self.others(party).any(|other| self.party(other).private == own && byte(self.party(other)))
    }

    /// Whether another locks the visible file that this one has open.
    #[must_use]
    pub fn is_flocked(&self, party: Index) -> bool {
        let own = self.party(party).visible;
        self.others(party).any(|other| self.party(other).visible == own && self.party(other).flock)
    }

    /// Who has the socket name, this one excepted.
    #[must_use]
    pub fn witness_of(&self, party: Index) -> Option<Index> {
        self.others(party).find(|&other| self.party(other).witness)
    }
}
