//! What happened, in words and in order.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Serialize, Serializer};

/// Older entries are forgotten, so that a simulator can run for days.
const MOST_ENTRIES: usize = 100_000;

/// One event. Tokens never stand in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LogEntry {
    /// The time since the simulator started; a number of seconds in JSON.
    #[serde(serialize_with = "seconds")]
    pub at: Duration,
    /// The bot it happened to.
    pub bot: u64,
    /// What happened.
    pub event: String,
}

#[derive(Debug, Default)]
pub(crate) struct Log(VecDeque<LogEntry>);

impl Log {
    pub(crate) fn add(&mut self, at: Duration, bot: u64, event: String) {
        if self.0.len() == MOST_ENTRIES {
            self.0.pop_front();
        }
        self.0.push_back(LogEntry { at, bot, event });
    }

    /// The entries of one bot, or of all.
    pub(crate) fn entries(&self, bot: Option<u64>) -> Vec<LogEntry> {
        self.0.iter().filter(|entry| bot.is_none_or(|bot| entry.bot == bot)).cloned().collect()
    }
}

pub(crate) fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}
