//! The protocol, step by step: what a contender may do next.

use crate::contender::{At, Contender, End, Program, Then};
use crate::mutation::Mutation;
use crate::property::Property;
use crate::setting::{Policy, Scene, Setting};
use crate::world::{Busy, NONE, World, has};

/// A state that one step leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Next {
    pub(crate) world: World,
    /// Who took the step; nobody for the outsider.
    pub(crate) who: Option<usize>,
    pub(crate) did: &'static str,
    /// What the step itself has broken.
    pub(crate) broken: Option<Property>,
    /// A kill or a removal, which may happen but need not.
    pub(crate) is_fault: bool,
}

/// One contender in one state.
pub(crate) struct Turn<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) world: &'a World,
    pub(crate) who: usize,
    pub(crate) out: &'a mut Vec<Next>,
}

impl Turn<'_> {
    pub(crate) fn own(&self) -> &Contender {
        &self.world.contenders[self.who]
    }

    fn policy(&self) -> Policy {
        self.scene.policies[self.who]
    }

    fn is_patient(&self) -> bool {
        self.policy() == Policy::Wait && (self.own().may_wait || self.scene.setting != Setting::Inside)
    }

    pub(crate) fn emit(&mut self, did: &'static str, change: impl FnOnce(&mut World, usize)) {
        self.emit_broken(did, None, change);
    }

    fn emit_broken(
        &mut self,
        did: &'static str,
        broken: Option<Property>,
        change: impl FnOnce(&mut World, usize),
    ) {
        let mut world = *self.world;
        change(&mut world, self.who);
        self.out.push(Next { world, who: Some(self.who), did, broken, is_fault: false });
    }

    /// A step that changes this contender alone.
    fn own_step(&mut self, did: &'static str, change: impl FnOnce(&mut Contender)) {
        self.emit(did, |world, who| change(&mut world.contenders[who]));
    }

    /// A step that changes nothing but where it stands.
    fn go(&mut self, did: &'static str, at: At) {
        self.own_step(did, |own| own.at = at);
    }

    pub(crate) fn steps(&mut self) {
        match self.own().at {
            At::Idle => self.start(),
            At::OpenPrivate => self.open_private(),
            At::LockPrivate => self.lock_private(),
            At::WaitAtDoor => self.wait_at_door(),
            At::TrySeat => self.try_seat(),
            At::ComparePrivate => self.compare_private(),
            At::Bind => self.bind(),
            At::JudgeWitness => self.judge_witness(),
            At::OpenVisible => self.open_visible(At::LockVisible),
            At::LockVisible => self.lock_visible(),
            At::CompareVisible => self.compare_visible(),
            At::CompareAgain => self.compare_again(),
            At::QueueOpen => self.open_visible(At::QueueLock),
            At::QueueLock => self.queue_lock(),
            At::QueueCompare => self.queue_compare(),
            At::TellTime => self.own_step("reads the clock for its record", |own| {
                own.timed = true;
                own.at = At::WriteRecord;
            }),
            At::WriteRecord => self.write_record(),
            At::LookForCopies => self.look_for_copies(),
            At::StandBy => self.stand_by(),
            At::OpenDoor => self.open_door(),
            At::Listen => self.listen(),
            At::StartProgram => self.own_step("starts its program", |own| {
                own.program = Program::Runs;
                own.ends(End::Ran);
                own.at = At::Supervise;
            }),
            At::Supervise => self.supervise(),
            At::CheckPlace => self.check_place(),
            At::Unlink => self.unlink(),
            At::RemoveRecord => self.remove_record(),
            At::LetGo(then) => self.let_go(then),
            At::Look => self.look(),
            At::Ask => self.ask(),
            At::Await => self.wait_for_the_end(),
            At::Leaving => self.emit("exits", World::bury),
            At::Orphaned => {}
            At::Dying => self.die_on(),
            At::Gone => {}
        }
        self.end_of_the_program();
    }

    fn start(&mut self) {
        // They start in their order; every mix of policies is explored, so no order is lost.
        if self.who > 0 && self.world.contenders[self.who - 1].at == At::Idle {
            return;
        }
        let claimed = self.world.all_who(|one| one.claimed);
        let timed = self.world.all_who(|one| one.timed);
        let ran = self.world.all_who(|one| one.program == Program::Runs);
        let gone = self.world.all_who(Contender::is_gone);
        let at = self.entrance(self.own());
        let alone = self.scene.setting.has_private();
        self.emit("starts", |world, who| {
            let own = &mut world.contenders[who];
            own.claimed_before = claimed;
            own.timed_before = timed;
            own.ran_before = ran;
            own.gone_before = gone;
            own.at = at;
            if !alone {
                enter(own, who);
            }
        });
    }

    /// Where an attempt begins.
    fn entrance(&self, own: &Contender) -> At {
        if self.scene.setting.has_private() { At::OpenPrivate } else { self.after_private(own) }
    }

    fn after_private(&self, own: &Contender) -> At {
        match () {
            () if own.visible != NONE => At::CompareAgain,
            () if self.scene.setting.has_visible() => At::OpenVisible,
            () => At::TellTime,
        }
    }

    /// Begins an attempt.
    fn begin(&mut self, did: &'static str) {
        let at = self.entrance(self.own());
        let apart = !self.scene.setting.has_private();
        self.emit(did, |world, who| {
            let own = &mut world.contenders[who];
            own.at = at;
            own.target = NONE;
            own.busy = Busy::Nowhere;
            if apart {
                enter(own, who);
            }
        });
    }

    fn open_private(&mut self) {
        if self.scene.lacks(Mutation::RecordIsProof)
            && self.policy() == Policy::Refuse
            && self.world.record != NONE
        {
            return self.yield_to("believes a record, and gives up", self.world.record);
        }
        let new = self.world.new_private();
        self.emit("opens the private lock file", |world, who| {
            if world.private == NONE {
                world.private = new;
            }
            world.contenders[who].private = world.private;
            world.contenders[who].at = At::LockPrivate;
        });
    }

    fn lock_private(&mut self) {
        let inode = self.own().private;
        if self.world.keeper_of_private(self.who, inode).is_none() {
            return self.own_step("locks the private file", |own| {
                own.seat = true;
                own.door = true;
                own.at = At::ComparePrivate;
            });
        }
        let inside = self.scene.setting == Setting::Inside;
        match self.is_patient() {
            true => self.be_interrupted(),
            false if inside && !self.scene.lacks(Mutation::NoDoor) => {
                self.go("waits at the door", At::WaitAtDoor)
            }
            false => self.is_busy("finds the private file locked", Busy::Private(inode)),
        }
    }

    fn wait_at_door(&mut self) {
        let inode = self.own().private;
        if self.world.others(self.who).any(|(_, other)| other.private == inode && other.door) {
            return self.be_interrupted();
        }
        self.own_step("comes through the door", |own| {
            own.door = true;
            own.at = At::TrySeat;
        });
    }

    fn try_seat(&mut self) {
        let inode = self.own().private;
        if self.world.others(self.who).any(|(_, other)| other.private == inode && other.seat) {
            return self.is_busy("finds the seat taken", Busy::Private(inode));
        }
        self.own_step("takes the seat", |own| {
            own.seat = true;
            own.at = At::ComparePrivate;
        });
    }

    fn compare_private(&mut self) {
        let in_place = self.own().private == self.world.private;
        if !in_place && !self.scene.lacks(Mutation::NoPrivateComparison) {
            return self.own_step("finds another private file in its place", |own| {
                close_private(own);
                own.at = At::OpenPrivate;
            });
        }
        let at = match self.scene.setting.has_witness() && !self.scene.lacks(Mutation::NoWitness) {
            true => At::Bind,
            false => self.after_private(self.own()),
        };
        self.arrive("compares the private file with its path", at);
    }

    /// Goes on; beyond the last lock the claim is its own.
    fn arrive(&mut self, did: &'static str, at: At) {
        self.own_step(did, |own| {
            own.at = at;
            own.target = NONE;
            own.claimed |= at == At::TellTime;
        });
    }

    fn bind(&mut self) {
        match self.world.keeper_of_witness(self.who) {
            Some(keeper) => self.own_step("finds the socket name bound", |own| {
                own.target = number(keeper);
                own.at = At::JudgeWitness;
            }),
            None => {
                let at = self.after_private(self.own());
                self.emit("binds the socket name", |world, who| {
                    let own = &mut world.contenders[who];
                    own.witness = true;
                    own.at = at;
                    own.claimed |= at == At::TellTime;
                });
            }
        }
    }

    fn judge_witness(&mut self) {
        let target = self.own().target;
        let keeper = &self.world.contenders[usize::from(target)];
        let keeps_a_lock = keeper.seat || keeper.door;
        match () {
            () if !keeper.witness => self.own_step("finds the socket name free again", |own| {
                own.target = NONE;
                own.at = At::Bind;
            }),
            // It cannot be seen, so one waits a moment: it closes the socket in bounded time.
            () if keeper.at == At::Dying && keeper.program != Program::Runs => {}
            () if !keeps_a_lock => {
                let at = self.after_private(self.own());
                self.arrive("ignores a socket whose owner keeps no lock", at);
            }
            () if self.is_patient() => self.be_interrupted(),
            () => self.is_busy("sees who has the socket", Busy::Witness(target)),
        }
    }

    fn open_visible(&mut self, at: At) {
        let new = self.world.new_visible();
        self.emit("opens the visible file", |world, who| {
            if world.visible == NONE {
                world.visible = new;
            }
            world.contenders[who].visible = world.visible;
            world.contenders[who].at = at;
        });
    }

    fn lock_visible(&mut self) {
        let inode = self.own().visible;
        if self.world.keeper_of_visible(self.who, inode).is_none() {
            return self.own_step("locks the visible file", |own| {
                own.flocked = true;
                own.at = At::CompareVisible;
            });
        }
        if !self.is_patient() {
            return self.is_busy("finds the visible file locked", Busy::Visible(inode));
        }
        // Who waits for it must not look like a holder meanwhile.
        let keeps = self.scene.lacks(Mutation::KeepWhileWaiting);
        let did = "finds the visible file locked, and lets go to wait for it";
        self.emit(did, |world, who| {
            let own = &mut world.contenders[who];
            own.visible = NONE;
            match keeps {
                true => own.at = At::QueueOpen,
                false => own.at = At::LetGo(Then::Queue),
            }
        });
    }

    fn compare_visible(&mut self) {
        let in_place = self.own().visible == self.world.visible;
        let skips =
            self.scene.lacks(Mutation::NoVisibleComparison) || self.scene.lacks(Mutation::NoFirstComparison);
        if in_place || skips {
            return self.go("compares the visible file with its path", At::CompareAgain);
        }
        self.own_step("finds another visible file in its place", |own| {
            close_visible(own);
            own.at = At::OpenVisible;
        });
    }

    /// With every lock in hand.
    fn compare_again(&mut self) {
        let in_place = self.own().visible == self.world.visible;
        let skips = self.scene.lacks(Mutation::NoVisibleComparison)
            || self.scene.lacks(Mutation::NoComparisonAfterTheQueue) && self.is_patient();
        if in_place || skips {
            return self.arrive("has all locks", At::TellTime);
        }
        self.go("finds another visible file in its place, and starts over", At::LetGo(Then::Open));
    }

    fn queue_lock(&mut self) {
        let inode = self.own().visible;
        if self.world.keeper_of_visible(self.who, inode).is_some() {
            return self.be_interrupted();
        }
        self.own_step("gets the visible file from the queue", |own| {
            own.flocked = true;
            own.at = At::QueueCompare;
        });
    }

    fn queue_compare(&mut self) {
        let in_place = self.own().visible == self.world.visible;
        let skips = self.scene.lacks(Mutation::NoVisibleComparison)
            || self.scene.lacks(Mutation::NoComparisonAfterTheQueue)
            || self.scene.lacks(Mutation::NoFirstComparison);
        if !in_place && !skips {
            return self.own_step("finds another visible file in its place", |own| {
                close_visible(own);
                own.at = At::QueueOpen;
            });
        }
        match self.own().seat {
            true => self.go("compares the visible file with its path", At::CompareAgain),
            false => self.begin("compares the visible file with its path"),
        }
    }

    fn write_record(&mut self) {
        let inside = self.scene.setting == Setting::Inside;
        self.emit("writes its record", |world, who| {
            world.record = number(who);
            world.contenders[who].at = if inside { At::LookForCopies } else { At::Listen };
        });
    }

    /// The copies that a claim inside the program finds: those that neither hold nor contend, and are older.
    fn copy(&self) -> Option<usize> {
        let own = self.own();
        let young_too = self.scene.lacks(Mutation::YoungerAreCopies);
        let is_copy = |other: &Contender| other.lives() && other.private != own.private && !other.seat;
        let mut others = self.world.others(self.who);
        others.find(|&(who, other)| is_copy(other) && (who < self.who || young_too)).map(|(who, _)| who)
    }

    fn look_for_copies(&mut self) {
        let Some(copy) = self.copy() else { return self.go("finds no copy", At::OpenDoor) };
        match self.policy() {
            Policy::Refuse => self.yield_to("finds a copy, and gives up", number(copy)),
            Policy::Wait => {
                let holds = self.scene.lacks(Mutation::StandByHolding);
                self.own_step("finds a copy, and lets go to stand by", |own| {
                    own.target = number(copy);
                    own.at = if holds { At::StandBy } else { At::RemoveRecord };
                });
            }
            Policy::Replace => self.own_step("finds a copy", |own| {
                own.target = number(copy);
                own.at = At::Ask;
            }),
        }
    }

    fn stand_by(&mut self) {
        if !self.world.contenders[usize::from(self.own().target)].is_gone() {
            return self.be_interrupted();
        }
        match self.own().seat {
            true => self.go("sees that the copy has ended", At::LookForCopies),
            false => self.begin("sees that the copy has ended"),
        }
    }

    fn open_door(&mut self) {
        self.own_step("opens the door, and is the instance", |own| {
            own.door = false;
            own.program = Program::Runs;
            own.ends(End::Ran);
            own.at = At::Supervise;
        });
    }

    fn listen(&mut self) {
        match self.own().asked_by {
            NONE => self.go("was not asked to end", At::StartProgram),
            by => self.emit("was asked to end before its program started", |world, who| {
                world.contenders[who].ends(End::YieldedTo(by));
                world.contenders[who].at = At::CheckPlace;
            }),
        }
    }

    fn supervise(&mut self) {
        if self.own().program == Program::Runs {
            return;
        }
        let early = self.scene.lacks(Mutation::UnlockBeforeUnlink);
        self.own_step("sees that its program has ended", |own| {
            own.at = At::CheckPlace;
            if early {
                (own.witness, own.flocked, own.seat, own.door) = (false, false, false, false);
            }
        });
    }

    /// The record in the state directory goes after the visible file; where all that is shared is the record beside
    /// that file, it goes before.
    fn check_place(&mut self) {
        let in_place = self.own().visible != NONE && self.own().visible == self.world.visible;
        match (in_place, self.scene.setting) {
            (true, Setting::Apart) => self.go("sees its visible file in its place", At::RemoveRecord),
            (true, _) => self.go("sees its visible file in its place", At::Unlink),
            // The record there is another's by now.
            (false, Setting::Apart) => self.go("has no visible file to remove", At::LetGo(Then::Exit)),
            (false, _) => self.go("has no visible file to remove", At::RemoveRecord),
        }
    }

    fn unlink(&mut self) {
        let apart = self.scene.setting == Setting::Apart;
        self.emit("removes the visible file", |world, who| {
            world.visible = NONE;
            world.contenders[who].at = if apart { At::LetGo(Then::Exit) } else { At::RemoveRecord };
        });
    }

    fn remove_record(&mut self) {
        let apart = self.scene.setting == Setting::Apart;
        self.emit("removes its record", |world, who| {
            world.record = NONE;
            let own = &mut world.contenders[who];
            own.at = match () {
                () if apart => At::Unlink,
                () if own.end == End::None => At::LetGo(Then::StandBy),
                () => At::LetGo(Then::Exit),
            };
        });
    }

    /// Closes one lock after the other: the lock that the next one waits for goes last.
    fn let_go(&mut self, then: Then) {
        let mut own = *self.own();
        if own.holds_something() {
            let did = close_one(&mut own, self.scene.lacks(Mutation::WitnessLast));
            return self.own_step(did, |changed| *changed = own);
        }
        let inside = self.scene.setting == Setting::Inside;
        match then {
            Then::Open => {
                let apart = !self.scene.setting.has_private();
                let mut fresh = own;
                close_private(&mut fresh);
                close_visible(&mut fresh);
                let at = self.entrance(&fresh);
                self.own_step("tries again", |changed| {
                    *changed = fresh;
                    changed.at = at;
                    if apart {
                        enter(changed, usize::from(own.private));
                    }
                });
            }
            Then::Look => self.own_step("has let go", |own| {
                close_private(own);
                close_visible(own);
                own.at = At::Look;
            }),
            Then::Queue => self.own_step("has let go", |own| {
                close_private(own);
                own.at = At::QueueOpen;
            }),
            Then::StandBy => self.own_step("has let go", |own| {
                close_private(own);
                (own.claimed, own.timed) = (false, false);
                own.at = At::StandBy;
            }),
            Then::Exit if inside => self.own_step("is done", |own| {
                close_private(own);
                own.at = At::Leaving;
            }),
            Then::Exit => self.emit("exits", World::bury),
        }
    }

    fn is_busy(&mut self, did: &'static str, busy: Busy) {
        self.own_step(did, |own| {
            own.busy = busy;
            own.target = NONE;
            own.at = At::LetGo(Then::Look);
        });
    }

    /// One that waits hears a request to end.
    fn be_interrupted(&mut self) {
        let by = self.own().asked_by;
        if by != NONE {
            self.yield_to("is asked to end while it waits", by);
        }
    }

    fn yield_to(&mut self, did: &'static str, other: u8) {
        // One gives up only for somebody that lived after one's own start.
        let stale = has(self.own().gone_before, usize::from(other));
        let careless = self.scene.lacks(Mutation::UnlinkWithoutHolding);
        self.emit_broken(did, stale.then_some(Property::AtLeastOne), |world, who| {
            let own = &mut world.contenders[who];
            own.ends(End::YieldedTo(other));
            own.busy = Busy::Nowhere;
            own.target = NONE;
            own.at = match () {
                () if careless => At::Unlink,
                () if own.claimed => At::CheckPlace,
                () => At::LetGo(Then::Exit),
            };
        });
    }

    /// Who keeps what was busy.
    fn keeper(&self) -> Option<usize> {
        match self.own().busy {
            Busy::Nowhere => None,
            Busy::Private(inode) => self.world.keeper_of_private(self.who, inode),
            Busy::Visible(inode) => self.world.keeper_of_visible(self.who, inode),
            Busy::Witness(who) => Some(usize::from(who)).filter(|&who| self.world.contenders[who].witness),
        }
    }

    fn look(&mut self) {
        let Some(keeper) = self.keeper() else {
            return self.try_again();
        };
        let holder = &self.world.contenders[keeper];
        let (lives, runs) = (holder.lives(), holder.program == Program::Runs);
        if !lives && !runs {
            // It cannot be seen, so one tries again: it closes the lock in bounded time.
            return;
        }
        let unsettled = self.scene.setting == Setting::Inside && holder.door;
        if unsettled && !self.scene.lacks(Mutation::JudgeTheUnsettled) && !self.scene.lacks(Mutation::NoDoor)
        {
            // It may yet give up because of us.
            return self.try_again();
        }
        let stranger =
            matches!(self.own().busy, Busy::Visible(_)) && !holder.seat && holder.program != Program::Runs;
        let by_record = self.world.record == number(keeper);
        let by_start = self.scene.lacks(Mutation::AgeByStart);
        if self.policy() == Policy::Replace && lives && holder.claimed && !by_record && !by_start {
            // Its record is about to come, so one looks again until it is there.
            return;
        }
        let own = self.own();
        let older = match (lives, by_record) {
            (true, true) => has(own.timed_before, keeper),
            // Nothing says when it claimed, so its start counts.
            (true, false) => keeper < self.who,
            (false, _) => has(own.ran_before, keeper),
        };
        match self.policy() {
            Policy::Wait => self.try_again(),
            Policy::Refuse => self.yield_to("sees the holder, and refuses", number(keeper)),
            Policy::Replace if stranger => self.yield_to("sees a stranger with the file", number(keeper)),
            Policy::Replace if older || self.scene.lacks(Mutation::ReplaceRegardlessOfAge) => {
                let newer = keeper > self.who || holder.claimed && !has(own.claimed_before, keeper);
                let broken = newer.then_some(Property::NoNewerEnded);
                self.emit_broken("sees a holder to be replaced", broken, |world, who| {
                    let own = &mut world.contenders[who];
                    own.busy = Busy::Nowhere;
                    own.target = number(keeper);
                    own.at = At::Ask;
                });
            }
            Policy::Replace => self.yield_to("sees a newer holder, and yields", number(keeper)),
        }
    }

    fn try_again(&mut self) {
        let at = self.entrance(self.own());
        let apart = !self.scene.setting.has_private();
        let inside = self.scene.setting == Setting::Inside;
        self.emit("tries again", |world, who| {
            let own = &mut world.contenders[who];
            own.at = at;
            own.busy = Busy::Nowhere;
            own.may_wait = inside;
            if apart {
                enter(own, who);
            }
        });
    }

    fn ask(&mut self) {
        let target = usize::from(self.own().target);
        let other = &self.world.contenders[target];
        let alive = other.lives() || other.program == Program::Runs;
        // By then the number may be anybody's.
        let stray = !alive && self.scene.lacks(Mutation::SignalByNumber);
        let broken = stray.then_some(Property::RightProcess);
        let by = number(self.who);
        let at_once = self.scene.lacks(Mutation::NoWaitForTheEnd);
        let at = self.entrance(self.own());
        self.emit_broken("asks the holder to end", broken, |world, who| {
            let other = &mut world.contenders[target];
            if other.lives() && other.asked_by == NONE {
                other.asked_by = by;
            }
            world.contenders[who].at = if at_once { at } else { At::Await };
        });
    }

    fn wait_for_the_end(&mut self) {
        let target = usize::from(self.own().target);
        let other = &self.world.contenders[target];
        let runs = other.program == Program::Runs;
        let by = number(self.who);
        if other.at == At::Gone && !runs || !other.lives() && other.at != At::Dying && !runs {
            return match self.own().claimed {
                true => self.own_step("sees that the copy has ended", |own| {
                    own.target = NONE;
                    own.at = At::LookForCopies;
                }),
                false => self.begin("sees that the holder's tree has ended"),
            };
        }
        let inside = self.scene.setting == Setting::Inside;
        if other.lives() && (!runs || inside) {
            self.emit("kills the holder, which has not ended in time", |world, _| {
                world.contenders[target].ends(End::YieldedTo(by));
                kill(world, target, inside);
            });
        }
        self.be_interrupted();
    }

    fn end_of_the_program(&mut self) {
        if self.own().program != Program::Runs {
            return;
        }
        let inside = self.scene.setting == Setting::Inside;
        self.emit("has a program that ends", |world, who| {
            let own = &mut world.contenders[who];
            own.program = Program::Over;
            match own.at {
                At::Orphaned => own.at = At::Dying,
                At::Supervise if inside => own.at = At::RemoveRecord,
                _ => {}
            }
        });
    }

    fn die_on(&mut self) {
        let mut own = *self.own();
        if !own.holds_something() {
            return self.emit("is gone", World::bury);
        }
        let did = close_one(&mut own, self.scene.lacks(Mutation::WitnessLast));
        self.own_step(did, |changed| *changed = own);
    }

    /// SIGKILL, at any step.
    pub(crate) fn crash(&mut self) {
        let lives = self.own().lives();
        if self.world.crashes == 0 || !lives {
            return;
        }
        let inside = self.scene.setting == Setting::Inside;
        let inherits = !self.scene.lacks(Mutation::NotInherited);
        let mut world = *self.world;
        world.crashes -= 1;
        world.contenders[self.who].ends(End::Killed);
        kill(&mut world, self.who, inside || !inherits);
        if !inherits {
            world.contenders[self.who].program = self.own().program;
        }
        self.out.push(Next { world, who: Some(self.who), did: "is killed", broken: None, is_fault: true });
    }
}

/// The process ends; what it shares with its program stays open.
fn kill(world: &mut World, who: usize, alone: bool) {
    let own = &mut world.contenders[who];
    own.busy = Busy::Nowhere;
    own.target = NONE;
    own.asked_by = NONE;
    if own.program == Program::Runs && !alone {
        own.at = At::Orphaned;
        return;
    }
    own.program = Program::Over;
    own.at = At::Dying;
}

/// In a state directory of its own, nobody else is in the way.
fn enter(own: &mut Contender, who: usize) {
    own.private = number(who);
    own.seat = true;
}

fn close_private(own: &mut Contender) {
    own.private = NONE;
    own.seat = false;
    own.door = false;
}

fn close_visible(own: &mut Contender) {
    own.visible = NONE;
    own.flocked = false;
}

fn close_one(own: &mut Contender, witness_last: bool) -> &'static str {
    if own.witness && !(witness_last && own.holds_a_lock()) {
        own.witness = false;
        return "closes the socket";
    }
    if own.flocked {
        own.flocked = false;
        return "closes the visible file";
    }
    own.seat = false;
    own.door = false;
    "closes the private lock"
}

pub(crate) fn number(who: usize) -> u8 {
    u8::try_from(who).unwrap_or(NONE)
}
