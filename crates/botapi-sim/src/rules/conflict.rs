//! The four kinds of 409, and the rule that delays them.

use std::time::Duration;

use super::answer::Answer;
use super::{Action, QueryId};

const PAUSE: Duration = Duration::from_secs(3);

/// Who disturbed whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// A newer `getUpdates` had to park: the older one gets this.
    OtherPoll,
    /// A webhook was set while the poll was parked.
    SetWebhook,
    /// The bot has a webhook, so it can't be polled.
    WebhookActive,
    /// A newer `setWebhook` came while this one waited.
    OtherSetWebhook,
}

impl Conflict {
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::OtherPoll => {
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            }
            Self::SetWebhook => "Conflict: terminated by setWebhook request",
            Self::WebhookActive => {
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            }
            Self::OtherSetWebhook => "Conflict: terminated by other setWebhook",
        }
    }
}

#[derive(Debug)]
struct Late {
    query: QueryId,
    kind: Conflict,
    at: Duration,
}

/// The 409s of one session: one at once, then every further one three seconds late until three seconds
/// have passed since the one at once. The delayed query just hangs.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    next_at_once: Duration,
    late: Vec<Late>,
}

impl Refusals {
    pub(crate) fn refuse(&mut self, query: QueryId, kind: Conflict, now: Duration) -> Vec<Action> {
        let delayed = now < self.next_at_once;
        let decided = Action::Conflict { query, kind, delayed };
        if delayed {
            // Three seconds from this moment, not until the free slot; the slot isn't moved.
            self.late.push(Late { query, kind, at: now + PAUSE });
            return vec![decided];
        }
        self.next_at_once = now + PAUSE;
        vec![decided, Action::Answer { query, answer: Answer::conflict(kind) }]
    }

    pub(crate) fn tick(&mut self, now: Duration) -> Vec<Action> {
        let due = self.late.extract_if(.., |late| late.at <= now);
        due.map(|late| Action::Answer { query: late.query, answer: Answer::conflict(late.kind) }).collect()
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.late.iter().map(|late| late.at).min()
    }

    /// The session was unloaded: the rule starts anew, and what is under way still comes.
    pub(crate) fn forget(&mut self) {
        self.next_at_once = Duration::ZERO;
    }
}
