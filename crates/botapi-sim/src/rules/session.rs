//! One token as the server has it loaded: its parked poll, its webhook, its 409s.

use std::time::Duration;

use super::answer::Answer;
use super::conflict::{Conflict, Refusals};
use super::mailbox::{Mailbox, dropped};
use super::poll::{Parked, Poll, Previous};
use super::webhook::{Address, Waiting, Webhook};
use super::{Action, QueryId};

/// The connection, the address and the program of a caller play no part: the server can't tell two copies of
/// a bot apart.
#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) webhook: Webhook,
    parked: Option<Parked>,
    previous: Option<Previous>,
    refusals: Refusals,
}

impl Session {
    pub(crate) fn get_updates(&mut self, poll: Poll, mailbox: &mut Mailbox, now: Duration) -> Vec<Action> {
        let slowed = poll.slowed_down(self.previous, now);
        self.previous = Some(Previous { offset: poll.offset, at: now });
        self.read(slowed, mailbox, now)
    }

    /// 409 for a poll, or for anything else that has to give way.
    pub(crate) fn refuse(&mut self, query: QueryId, kind: Conflict, now: Duration) -> Vec<Action> {
        self.refusals.refuse(query, kind, now)
    }

    /// Answers with what there is. Only a poll that has to wait evicts the one that waits; a poll that finds
    /// updates leaves it alone, and then both get the same updates.
    fn read(&mut self, mut poll: Poll, mailbox: &mut Mailbox, now: Duration) -> Vec<Action> {
        let (from, mut actions) = settle(&mut poll, mailbox);
        if poll.timeout.is_zero() || mailbox.queue.from(from).next().is_some() {
            let answer = Answer::updates(mailbox.queue.from(from).take(poll.limit));
            actions.push(Action::Answer { query: poll.query, answer });
            return actions;
        }
        actions.extend(self.evict(Conflict::OtherPoll, now));
        actions.push(Action::Park { query: poll.query });
        self.parked = Some(Parked::new(poll, now));
        actions
    }

    fn evict(&mut self, kind: Conflict, now: Duration) -> Vec<Action> {
        let parked = self.parked.take();
        parked.map(|parked| self.refuse(parked.query(), kind, now)).unwrap_or_default()
    }

    /// Sets the webhook, or deletes it when there is no address.
    pub(crate) fn set_webhook(
        &mut self,
        (query, verification): (QueryId, Duration),
        (address, drop_pending): (Option<Address>, bool),
        mailbox: &mut Mailbox,
        now: Duration,
    ) -> Vec<Action> {
        let answer = |answer| Action::Answer { query, answer };
        if address.is_some() && !self.webhook.admit(now) {
            return vec![answer(Answer::too_many(1))];
        }
        let mut actions = Vec::new();
        if let Some(older) = self.webhook.waiting.take() {
            actions.extend(self.refuse(older.query, Conflict::OtherSetWebhook, now));
        } else if self.webhook.address == address && !drop_pending {
            return vec![answer(Answer::done(already(address.is_some())))];
        }
        if address.is_some() {
            actions.extend(self.evict(Conflict::SetWebhook, now));
        }
        let previous = self.webhook.address.take();
        if drop_pending {
            actions.extend(mailbox.clear());
        }
        let Some(address) = address else {
            let words = if previous.is_some() { "Webhook was deleted" } else { already(false) };
            actions.push(answer(Answer::done(words)));
            return actions;
        };
        if let Some(fault) = address.fault() {
            // The webhook before it is gone nevertheless.
            actions.push(answer(Answer::error(400, fault)));
            return actions;
        }
        self.webhook.address = Some(address);
        self.webhook.waiting = Some(Waiting { query, until: now + verification });
        actions.extend(self.verified(now));
        actions
    }

    /// A new update: the parked poll is answered a moment later.
    pub(crate) fn wake(&mut self, now: Duration) {
        if let Some(parked) = &mut self.parked {
            parked.wake(now);
        }
    }

    pub(crate) fn tick(&mut self, mailbox: &mut Mailbox, now: Duration) -> Vec<Action> {
        let mut actions = self.refusals.tick(now);
        actions.extend(self.verified(now));
        if let Some(parked) = self.parked.take_if(|parked| parked.answer_at() <= now) {
            actions.extend(self.read(parked.asked_again(), mailbox, now));
        }
        actions
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        let parked = self.parked.as_ref().map(Parked::answer_at);
        let waiting = self.webhook.waiting.map(|waiting| waiting.until);
        [parked, waiting, self.refusals.deadline()].into_iter().flatten().min()
    }

    pub(crate) fn is_parked(&self) -> bool {
        self.parked.is_some()
    }

    /// The server unloads the bot: whatever waits is answered, and all but the webhook is forgotten.
    pub(crate) fn unload(&mut self, mailbox: &mut Mailbox, now: Duration) -> Vec<Action> {
        let mut actions = Vec::new();
        if let Some(waiting) = self.webhook.waiting.take() {
            let answer = Answer::error(500, "Internal Server Error: restart");
            actions.push(Action::Answer { query: waiting.query, answer });
        }
        if let Some(parked) = self.parked.take() {
            actions.extend(self.read(parked.asked_again(), mailbox, now));
        }
        self.previous = None;
        self.refusals.forget();
        actions
    }

    fn verified(&mut self, now: Duration) -> Option<Action> {
        let query = self.webhook.verified(now)?;
        Some(Action::Answer { query, answer: Answer::done("Webhook was set") })
    }
}

/// Carries out what the offset says and returns where to read from. From then on the poll means the head of
/// the queue, if it gave no offset of its own.
fn settle(poll: &mut Poll, mailbox: &mut Mailbox) -> (i64, Vec<Action>) {
    let queue = &mut mailbox.queue;
    let mut actions = Vec::new();
    if poll.offset < 0 {
        let count = usize::try_from(poll.offset.unsigned_abs()).unwrap_or(usize::MAX);
        actions.extend(dropped(queue.keep_last(count)));
    }
    if poll.offset <= 0 {
        poll.offset = queue.head();
    }
    if !queue.knows(poll.offset) {
        return (queue.head(), actions);
    }
    let confirmed = queue.forget_before(poll.offset);
    if !confirmed.is_empty() {
        actions.push(Action::Confirm { ids: confirmed });
    }
    (poll.offset, actions)
}

fn already(set: bool) -> &'static str {
    if set { "Webhook is already set" } else { "Webhook is already deleted" }
}
