//! How long nobody listened: the times in which no long poll of a bot waits at the server.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::rules::QueryId;

/// A poll counts from its arrival until it is answered, refused or abandoned. One that asks for an answer at
/// once (`timeout=0`) does not count: libraries send such a poll while they stop, to confirm.
#[derive(Debug, Default)]
pub(crate) struct Silence {
    listening: BTreeSet<QueryId>,
    since: Option<Duration>,
    longest: Duration,
}

impl Silence {
    /// A long poll came in.
    pub(crate) fn broken_by(&mut self, query: QueryId, now: Duration) {
        self.longest = self.longest(now);
        self.since = None;
        self.listening.insert(query);
    }

    /// A poll is over; whatever isn't listened to any more, or never was, changes nothing.
    pub(crate) fn after(&mut self, query: QueryId, now: Duration) {
        if self.listening.remove(&query) && self.listening.is_empty() {
            self.since = Some(now);
        }
    }

    /// The longest silence since the first long poll, the one that lasts included.
    pub(crate) fn longest(&self, now: Duration) -> Duration {
        let current = self.since.map(|since| now.saturating_sub(since));
        self.longest.max(current.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn before_the_first_poll_nobody_is_missed() {
        let mut silence = Silence::default();
        assert_eq!(silence.longest(seconds(9)), Duration::ZERO);
        silence.broken_by(1, seconds(9));
        assert_eq!(silence.longest(seconds(20)), Duration::ZERO);
    }

    #[test]
    fn the_longest_silence_stays_and_the_present_one_grows() {
        let mut silence = Silence::default();
        silence.broken_by(1, seconds(0));
        silence.after(1, seconds(10));
        silence.broken_by(2, seconds(13));
        silence.after(2, seconds(20));
        assert_eq!(silence.longest(seconds(21)), seconds(3));
        assert_eq!(silence.longest(seconds(25)), seconds(5));
    }

    #[test]
    fn as_long_as_one_of_two_listens_there_is_no_silence() {
        let mut silence = Silence::default();
        silence.broken_by(1, seconds(0));
        silence.broken_by(2, seconds(1));
        silence.after(1, seconds(2));
        silence.after(1, seconds(3));
        assert_eq!(silence.longest(seconds(9)), Duration::ZERO);
    }
}
