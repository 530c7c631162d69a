//! The orders in which copies are started and stopped.

use std::time::Duration;

use super::library::{Library, Manner};
use super::seen::Seen;
use super::stage::Stage;
use super::table::Row;
use super::{soloist, without};
use crate::machine::Outcome;

/// An order of starts and stops.
pub(crate) struct Order {
    pub(crate) title: &'static str,
    /// Only then is anything promised.
    pub(crate) with_soloist: bool,
    /// The bot that plays.
    pub(crate) manner: Manner,
    /// How long a handler works.
    work: Duration,
    play: fn(&Stage<'_>) -> Outcome<Seen>,
}

const AT_ONCE: Duration = Duration::ZERO;
const SLOWLY: Duration = Duration::from_secs(1);

const fn soloist(title: &'static str, work: Duration, play: fn(&Stage<'_>) -> Outcome<Seen>) -> Order {
    Order { title, with_soloist: true, manner: Manner::Plain, work, play }
}

const fn without(title: &'static str, work: Duration, play: fn(&Stage<'_>) -> Outcome<Seen>) -> Order {
    Order { title, with_soloist: false, manner: Manner::Plain, work, play }
}

/// All of them, in the order of the table.
pub(crate) const ORDERS: &[Order] = &[
    soloist("rolling restart", AT_ONCE, soloist::rolling_restart),
    soloist("hot stand-by", AT_ONCE, soloist::hot_stand_by),
    soloist("two starts at one instant", AT_ONCE, soloist::two_at_one_instant),
    soloist("SIGKILL of soloist, then a restart", AT_ONCE, soloist::killed),
    soloist("a copy started by hand is replaced", AT_ONCE, soloist::started_by_hand),
    soloist("the same token in two directories", AT_ONCE, soloist::two_directories),
    soloist("15 messages queued, 1 s each, replaced", SLOWLY, soloist::slow_shutdown),
    Order {
        manner: Manner::Careful,
        ..soloist("the same, by a bot that takes care", SLOWLY, soloist::slow_shutdown)
    },
    soloist("a neighbour with another token (its numbers)", AT_ONCE, soloist::neighbour),
    without("start new, stop old as soon as new polls, idle", AT_ONCE, without::start_then_stop),
    without("start new, stop old 5 s later", AT_ONCE, without::overlap),
    without("kill, sleep 1, start", AT_ONCE, without::kill_and_sleep),
    without("kill, sleep 1, start: 15 messages queued, 1 s each", SLOWLY, without::kill_and_sleep_busy),
    without("kill -9, start: 15 messages queued, 1 s each", SLOWLY, without::killed_busy),
    without("hand-made guard: restart beside a neighbour", AT_ONCE, without::guarded),
    without("hand-made guard: two starts at one instant", AT_ONCE, without::guarded_twice),
];

/// A restart in two ways: the program's start-up in the gap, and before it.
pub(crate) const LATE_ORDERS: &[Order] = &[
    soloist("`soloist run --replace`", AT_ONCE, soloist::rolling_restart),
    Order { manner: Manner::Late, ..soloist("late claim inside", AT_ONCE, soloist::claimed_late) },
];

impl Order {
    /// Plays it with a library's bot. What the processes of a failure printed stays there to be read.
    pub(crate) fn play(&'static self, library: &'static Library) -> Row {
        let seen = Stage::set(library, self.manner, self.work).and_then(|stage| {
            let seen = (self.play)(&stage)?;
            stage.clear()?;
            Ok(seen)
        });
        Row { library, order: self, seen }
    }
}
