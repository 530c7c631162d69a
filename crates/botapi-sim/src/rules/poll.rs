//! One `getUpdates`: before it is answered, and while it is parked.

use std::time::Duration;

use super::QueryId;

/// After a new update, a parked poll waits for this much quiet, but never longer than the second.
const QUIET: Duration = Duration::from_millis(1);
const LONGEST_QUIET: Duration = Duration::from_millis(2);

const SOON: Duration = Duration::from_secs(3);
const AT_ONCE: Duration = Duration::from_millis(500);

/// What a `getUpdates` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Poll {
    pub(crate) query: QueryId,
    pub(crate) offset: i64,
    pub(crate) limit: usize,
    pub(crate) timeout: Duration,
}

/// The call before this one, whoever made it: all that the throttle looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Previous {
    pub(crate) offset: i64,
    pub(crate) at: Duration,
}

impl Poll {
    /// The throttle: a poll that repeats the offset of a recent one gets a timeout, and if it is a very
    /// recent one, a single update.
    pub(crate) fn slowed_down(mut self, previous: Option<Previous>, now: Duration) -> Self {
        let Some(previous) = previous.filter(|previous| previous.offset == self.offset) else { return self };
        if self.timeout < SOON && now < previous.at + SOON {
            self.timeout = SOON;
        }
        if now < previous.at + AT_ONCE {
            self.limit = 1;
        }
        self
    }
}

/// The one poll that waits for updates.
#[derive(Debug)]
pub(crate) struct Parked {
    poll: Poll,
    until: Duration,
    /// When it is answered: at its end, or shortly after an update has come.
    answer_at: Duration,
    woken: bool,
}

impl Parked {
    pub(crate) fn new(poll: Poll, now: Duration) -> Self {
        let until = now + poll.timeout;
        Self { poll, until, answer_at: until, woken: false }
    }

    pub(crate) fn query(&self) -> QueryId {
        self.poll.query
    }

    /// The poll as it is asked again: whatever there is now, without waiting.
    pub(crate) fn asked_again(&self) -> Poll {
        Poll { timeout: Duration::ZERO, ..self.poll }
    }

    pub(crate) fn wake(&mut self, now: Duration) {
        if !self.woken {
            self.woken = true;
            self.until = self.until.min(now + LONGEST_QUIET);
        }
        self.answer_at = self.until.min(now + QUIET);
    }

    pub(crate) fn answer_at(&self) -> Duration {
        self.answer_at
    }
}
