//! What can be learned about a bot after, or while, its copies ran.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use serde::Serialize;

use crate::log::{LogEntry, seconds};
use crate::rules::Conflict;

/// Everything the simulator knows about one bot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The bot's user id.
    pub bot: u64,
    /// The 409s that were decided, also those whose receiver is gone or hasn't been told yet.
    pub conflicts: ConflictCounts,
    /// The 409s that reached a connection that was still open.
    pub visible_conflicts: ConflictCounts,
    /// For every update ever queued, how often it was handed to a connection that was still open.
    pub deliveries: BTreeMap<i64, u32>,
    /// How many answers with updates met a closed connection. Nothing is lost by that.
    pub answers_into_the_void: u32,
    /// The updates forgotten because somebody polled with a higher offset, in order.
    pub confirmed: Vec<i64>,
    /// The updates dropped unseen: `drop_pending_updates`, a negative offset, `logOut`, old age.
    pub dropped: Vec<i64>,
    /// The updates that wait to be confirmed.
    pub pending: Vec<i64>,
    /// For every update ever queued, how many messages of the bot were replies to it.
    pub answered: BTreeMap<i64, u32>,
    /// Every message the bot sent, in order.
    pub sent: Vec<SentMessage>,
    /// How many `getUpdates` were received.
    pub polls: u64,
    /// The longest time since the first long poll in which nobody listened: no long poll (`timeout` above 0)
    /// of a connection that is open waited at the server. A poll that lost its place to another doesn't wait
    /// any more, even if its 409 is three seconds away. A number of seconds in JSON.
    #[serde(serialize_with = "seconds")]
    pub longest_silence: Duration,
    /// How many polls are parked now: at most one for each token.
    pub parked: usize,
    /// Every connection that ever polled, in the order of their first polls.
    pub pollers: Vec<Poller>,
    /// What happened, in words.
    pub log: Vec<LogEntry>,
}

/// 409s by the words of their description.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConflictCounts {
    /// "terminated by other getUpdates request": another copy polls.
    pub other_poll: u32,
    /// "terminated by setWebhook request", told to a poll.
    pub set_webhook: u32,
    /// "can't use getUpdates method while webhook is active".
    pub webhook_active: u32,
    /// "terminated by other setWebhook", told to a `setWebhook`.
    pub other_set_webhook: u32,
}

/// A message the bot sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SentMessage {
    /// The chat it went to.
    pub chat: i64,
    /// Its text.
    pub text: String,
    /// The update it replies to, as far as the text tells.
    pub reply_to: Option<i64>,
}

/// A connection that polls, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Poller {
    /// The client's end of the connection.
    pub address: SocketAddr,
    /// How many `getUpdates` came over it.
    pub polls: u64,
    /// Whether one of them waits for its answer, and the connection is still open.
    pub waiting: bool,
    /// The time since its last poll was received; a number of seconds in JSON.
    #[serde(serialize_with = "seconds")]
    pub idle: Duration,
}

impl Report {
    /// The updates that nobody will see any more although nobody replied to them.
    pub fn lost(&self) -> Vec<i64> {
        let gone = self.confirmed.iter().chain(&self.dropped);
        gone.copied().filter(|id| self.answered.get(id).is_none_or(|replies| *replies == 0)).collect()
    }

    /// The updates that were replied to more than once.
    pub fn answered_twice(&self) -> Vec<i64> {
        self.answered.iter().filter(|(_, replies)| **replies > 1).map(|(id, _)| *id).collect()
    }

    /// How many connections wait for an answer to a poll, or polled within the given time.
    pub fn live_pollers(&self, within: Duration) -> usize {
        self.pollers.iter().filter(|poller| poller.waiting || poller.idle <= within).count()
    }
}

impl ConflictCounts {
    /// All kinds together.
    pub fn total(&self) -> u32 {
        self.other_poll + self.set_webhook + self.webhook_active + self.other_set_webhook
    }

    pub(crate) fn add(&mut self, kind: Conflict) {
        let count = match kind {
            Conflict::OtherPoll => &mut self.other_poll,
            Conflict::SetWebhook => &mut self.set_webhook,
            Conflict::WebhookActive => &mut self.webhook_active,
            Conflict::OtherSetWebhook => &mut self.other_set_webhook,
        };
        *count += 1;
    }
}
