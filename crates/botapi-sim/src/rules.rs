//! Every decision of the Bot API, as a pure function of (state, event, now).
//!
//! Nothing in here opens a socket, starts a thread or reads a clock. `now` is the time since the server
//! started; whoever drives the rules says what it is, sees to it that [`Rules::deadline`] is met with a
//! [`Event::Tick`], and carries out the [`Effect`]s in their order. The real server handles all calls of a
//! bot on one thread; the driver gives the same total order by holding a lock.

mod answer;
mod bot;
mod call;
mod conflict;
mod mailbox;
mod message;
mod poll;
mod queue;
mod session;
#[cfg(test)]
mod tests;
mod token;
mod webhook;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

pub(crate) use answer::Answer;
use bot::Bot;
pub(crate) use call::Call;
pub(crate) use conflict::Conflict;
use mailbox::Mailbox;
use queue::Queue;
pub(crate) use token::Token;

/// A request that waits for its one answer.
pub(crate) type QueryId = u64;

/// What can happen to the server.
#[derive(Debug)]
pub(crate) enum Event {
    Call {
        query: QueryId,
        token: Token,
        call: Call,
    },
    /// Somebody writes to the bot.
    Message {
        bot: u64,
        text: String,
    },
    /// Time has passed.
    Tick,
}

/// What the server does about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    Answer {
        query: QueryId,
        answer: Answer,
    },
    Park {
        query: QueryId,
    },
    /// A 409 was decided; its answer comes now or three seconds later.
    Conflict {
        query: QueryId,
        kind: Conflict,
        delayed: bool,
    },
    Queue {
        id: i64,
        text: String,
    },
    Confirm {
        ids: Vec<i64>,
    },
    Drop {
        ids: Vec<i64>,
    },
    Send {
        chat: i64,
        text: String,
    },
}

/// An action and the bot it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Effect {
    pub(crate) bot: u64,
    pub(crate) action: Action,
}

/// The whole server.
#[derive(Debug)]
pub(crate) struct Rules {
    /// The Unix time at which `now` was zero.
    epoch: u64,
    /// Decides where the update ids of each bot begin.
    seed: u64,
    /// How long a `setWebhook` waits until its address is verified.
    verification: Duration,
    bots: BTreeMap<u64, Bot>,
}

impl Rules {
    pub(crate) fn new(epoch: u64, seed: u64) -> Self {
        Self { epoch, seed, verification: Duration::ZERO, bots: BTreeMap::new() }
    }

    pub(crate) fn set_verification(&mut self, verification: Duration) {
        self.verification = verification;
    }

    /// The same server, without bots and with other update ids.
    pub(crate) fn emptied(&self, seed: u64) -> Self {
        Self { epoch: self.epoch, seed, verification: self.verification, bots: BTreeMap::new() }
    }

    pub(crate) fn handle(&mut self, event: Event, now: Duration) -> Vec<Effect> {
        // What was due before the event happens before it, however late the tick would have come.
        let mut effects = self.tick(now);
        match event {
            Event::Tick => {}
            Event::Call { query, token, call } => {
                let verification = self.verification;
                let actions = self.bot(token.bot()).call(query, &token, call, verification, now);
                effects.extend(attributed(token.bot(), actions));
            }
            Event::Message { bot, text } => {
                let actions = self.bot(bot).receive(&text, now);
                effects.extend(attributed(bot, actions));
            }
        }
        effects
    }

    /// When the next [`Event::Tick`] is due.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.bots.values().filter_map(Bot::deadline).min()
    }

    /// The ids of the updates that wait to be confirmed.
    pub(crate) fn pending(&self, bot: u64) -> Vec<i64> {
        self.bots.get(&bot).map(Bot::pending).unwrap_or_default()
    }

    /// How many polls of the bot are parked: at most one for each token.
    pub(crate) fn parked(&self, bot: u64) -> usize {
        self.bots.get(&bot).map_or(0, Bot::parked)
    }

    fn tick(&mut self, now: Duration) -> Vec<Effect> {
        let due = self.bots.iter_mut().map(|(id, bot)| attributed(*id, bot.tick(now)));
        due.flatten().collect()
    }

    fn bot(&mut self, id: u64) -> &mut Bot {
        let (epoch, seed) = (self.epoch, self.seed);
        self.bots
            .entry(id)
            .or_insert_with(|| Bot::new(id, Mailbox::new(epoch, Queue::new(first_id(seed, id)))))
    }
}

fn attributed(bot: u64, actions: Vec<Action>) -> Vec<Effect> {
    actions.into_iter().map(|action| Effect { bot, action }).collect()
}

/// A random-looking id in the range from which the real server chooses.
fn first_id(seed: u64, bot: u64) -> i64 {
    const FIRST: i64 = 2_000_001;
    const LAST: i64 = 1_000_000_000;
    let mut hasher = DefaultHasher::new();
    (seed, bot).hash(&mut hasher);
    FIRST + (hasher.finish() >> 1).cast_signed() % (LAST - FIRST + 1)
}
