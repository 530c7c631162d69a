//! When to ask, when to wait, when to insist: a state machine without processes or clocks.

use std::time::Duration;

use super::{Stop, StopSignal};

/// How long a soloist gets to see that its program was killed, and to exit 76, before it is killed too.
const SUPERVISOR_TIME: Duration = Duration::from_secs(2);

/// How long SIGKILL may take before a process counts as a survivor (an uninterruptible one does not heed it).
const KILL_TIME: Duration = Duration::from_secs(5);

/// Who of an instance is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Alive {
    /// The main process.
    pub(super) main: bool,
    /// Any other.
    pub(super) others: bool,
    /// Any other that has not been asked.
    pub(super) unasked: bool,
    /// The main process may not be signalled.
    pub(super) denied: bool,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Send the stop signal to the main process.
    Ask,
    /// Send it to the others that have not been asked.
    AskOthers,
    /// Send SIGKILL to the others, and to the main process if so said.
    Kill {
        /// The main process as well.
        main_too: bool,
    },
    /// Nothing, until somebody ends or this time since boot comes.
    Wait {
        /// The time since boot.
        until: Duration,
    },
    /// Nothing more: all are gone, or nothing helps.
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Fresh,
    Asked,
    Killed { until: Duration },
    KilledAll { until: Duration },
    Over,
}

/// The escalation of one instance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Escalation {
    phase: Phase,
    deadline: Duration,
    kill: bool,
    at_once: bool,
    supervised: bool,
}

impl Escalation {
    pub(super) fn new(stop: &Stop, supervised: bool, now: Duration) -> Self {
        let at_once = stop.signal == StopSignal::Kill;
        let grace = if at_once { Duration::ZERO } else { stop.grace };
        Self {
            phase: Phase::Fresh,
            deadline: now.saturating_add(grace),
            kill: stop.kill || at_once,
            at_once,
            supervised,
        }
    }

    pub(super) fn step(&mut self, alive: Alive, now: Duration) -> Step {
        if !alive.main && !alive.others || alive.denied {
            self.phase = Phase::Over;
        }
        match self.phase {
            Phase::Over => Step::Over,
            Phase::Fresh if alive.main => {
                self.phase = Phase::Asked;
                // A killed program needs no asking; a soloist above it still has to be told.
                if self.at_once && !self.supervised { self.insist(now) } else { Step::Ask }
            }
            Phase::Fresh | Phase::Asked => {
                self.phase = Phase::Asked;
                self.wait_or_insist(alive, now)
            }
            Phase::Killed { until } if now < until => Step::Wait { until },
            Phase::Killed { .. } => {
                self.phase = Phase::KilledAll { until: now.saturating_add(KILL_TIME) };
                Step::Kill { main_too: true }
            }
            Phase::KilledAll { until } if now < until => Step::Wait { until },
            Phase::KilledAll { .. } => {
                self.phase = Phase::Over;
                Step::Over
            }
        }
    }

    fn wait_or_insist(&mut self, alive: Alive, now: Duration) -> Step {
        if now < self.deadline {
            return if !alive.main && alive.unasked {
                Step::AskOthers
            } else {
                Step::Wait { until: self.deadline }
            };
        }
        if self.kill {
            return self.insist(now);
        }
        self.phase = Phase::Over;
        Step::Over
    }

    /// The tree first; a soloist above it sees its program end and says what happened.
    fn insist(&mut self, now: Duration) -> Step {
        let time = if self.supervised { SUPERVISOR_TIME } else { KILL_TIME };
        self.phase = if self.supervised {
            Phase::Killed { until: now.saturating_add(time) }
        } else {
            Phase::KilledAll { until: now.saturating_add(time) }
        };
        Step::Kill { main_too: !self.supervised }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Alive = Alive { main: true, others: true, unasked: true, denied: false };
    const MAIN: Alive = Alive { main: true, others: false, unasked: false, denied: false };
    const OTHERS: Alive = Alive { main: false, others: true, unasked: true, denied: false };
    const ASKED: Alive = Alive { main: false, others: true, unasked: false, denied: false };
    const NONE: Alive = Alive { main: false, others: false, unasked: false, denied: false };

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn machine(stop: Stop, supervised: bool) -> Escalation {
        Escalation::new(&stop, supervised, seconds(100))
    }

    fn graceful() -> Stop {
        Stop::gracefully(seconds(30))
    }

    #[test]
    fn a_polite_program_is_asked_once_and_waited_for() {
        let mut machine = machine(graceful(), false);
        assert_eq!(machine.step(ALL, seconds(100)), Step::Ask);
        assert_eq!(machine.step(ALL, seconds(101)), Step::Wait { until: seconds(130) });
        assert_eq!(machine.step(NONE, seconds(102)), Step::Over);
    }

    #[test]
    fn what_the_main_process_leaves_behind_is_asked() {
        let mut machine = machine(graceful(), false);
        assert_eq!(machine.step(ALL, seconds(100)), Step::Ask);
        assert_eq!(machine.step(OTHERS, seconds(101)), Step::AskOthers);
        assert_eq!(machine.step(ASKED, seconds(101)), Step::Wait { until: seconds(130) });
    }

    #[test]
    fn after_the_grace_everything_is_killed() {
        let mut machine = machine(graceful(), false);
        assert_eq!(machine.step(ALL, seconds(100)), Step::Ask);
        assert_eq!(machine.step(ALL, seconds(130)), Step::Kill { main_too: true });
        assert_eq!(machine.step(ALL, seconds(130)), Step::Wait { until: seconds(135) });
        assert_eq!(machine.step(ALL, seconds(135)), Step::Over);
    }

    #[test]
    fn a_soloist_outlives_its_killed_program_long_enough_to_say_so() {
        let mut machine = machine(graceful(), true);
        assert_eq!(machine.step(ALL, seconds(100)), Step::Ask);
        assert_eq!(machine.step(ALL, seconds(130)), Step::Kill { main_too: false });
        assert_eq!(machine.step(MAIN, seconds(130)), Step::Wait { until: seconds(132) });
        assert_eq!(machine.step(MAIN, seconds(132)), Step::Kill { main_too: true });
        assert_eq!(machine.step(NONE, seconds(132)), Step::Over);
    }

    #[test]
    fn without_kill_the_grace_is_the_end() {
        let mut machine = machine(graceful().without_kill(), false);
        assert_eq!(machine.step(ALL, seconds(100)), Step::Ask);
        assert_eq!(machine.step(ALL, seconds(130)), Step::Over);
    }

    #[test]
    fn kill_as_stop_signal_does_not_wait() {
        let stop = graceful().with_signal(StopSignal::Kill);
        assert_eq!(machine(stop, false).step(ALL, seconds(100)), Step::Kill { main_too: true });
        let mut supervised = machine(stop, true);
        assert_eq!(supervised.step(ALL, seconds(100)), Step::Ask);
        assert_eq!(supervised.step(ALL, seconds(100)), Step::Kill { main_too: false });
    }

    #[test]
    fn who_may_not_be_signalled_is_not_waited_for() {
        assert_eq!(machine(graceful(), false).step(Alive { denied: true, ..ALL }, seconds(100)), Step::Over);
    }

    #[test]
    fn a_gone_main_process_leaves_its_tree_to_be_asked() {
        assert_eq!(machine(graceful(), false).step(OTHERS, seconds(100)), Step::AskOthers);
    }
}
