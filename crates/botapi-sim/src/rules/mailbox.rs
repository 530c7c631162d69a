//! What belongs to the bot whichever of its tokens is used: the queue and a few settings.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::Value;

use super::answer::Answer;
use super::queue::Queue;
use super::{Action, QueryId, message};

const MESSAGE_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The state all sessions of a bot share. It survives `close`.
#[derive(Debug)]
pub(crate) struct Mailbox {
    pub(crate) queue: Queue,
    /// The kinds of updates the bot wants; empty for the default, which has messages in it.
    pub(crate) allowed: Vec<String>,
    pub(crate) commands: Value,
    epoch: u64,
    messages: i64,
    texts: HashSet<String>,
}

impl Mailbox {
    pub(crate) fn new(epoch: u64, queue: Queue) -> Self {
        let commands = Value::Array(Vec::new());
        Self { queue, allowed: Vec::new(), commands, epoch, messages: 0, texts: HashSet::new() }
    }

    /// A list that was given replaces the one for the whole bot; without one, it stays.
    pub(crate) fn allow(&mut self, kinds: Option<Vec<String>>) {
        if let Some(kinds) = kinds {
            self.allowed = kinds;
        }
    }

    /// Somebody wrote to the bot. A text that came before gets a mark, so that a reply tells which it answers.
    pub(crate) fn receive(&mut self, text: &str, now: Duration) -> Vec<Action> {
        if !self.allowed.is_empty() && !self.allowed.iter().any(|kind| kind == "message") {
            return Vec::new();
        }
        let id = self.queue.tail();
        let text = if self.texts.contains(text) { format!("{text} #{id}") } else { text.to_owned() };
        let body = message::incoming(id, self.messages + 1, self.date(now), &text);
        if !self.queue.push(body, now + MESSAGE_LIFETIME) {
            return Vec::new();
        }
        self.messages += 1;
        self.texts.insert(text.clone());
        vec![Action::Queue { id, text }]
    }

    /// The bot writes to somebody.
    pub(crate) fn send(
        &mut self,
        bot: u64,
        query: QueryId,
        chat: &str,
        text: String,
        now: Duration,
    ) -> Vec<Action> {
        let refused = |description| vec![Action::Answer { query, answer: Answer::error(400, description) }];
        if text.trim().is_empty() {
            return refused("Bad Request: message text is empty");
        }
        if text.encode_utf16().count() > 4096 {
            return refused("Bad Request: message is too long");
        }
        if chat.is_empty() {
            return refused("Bad Request: chat_id is empty");
        }
        let Ok(chat) = chat.parse() else { return refused("Bad Request: chat not found") };
        self.messages += 1;
        let sent = message::outgoing(bot, self.messages, chat, self.date(now), &text);
        vec![Action::Send { chat, text }, Action::Answer { query, answer: Answer::result(sent) }]
    }

    pub(crate) fn clear(&mut self) -> Vec<Action> {
        dropped(self.queue.keep_last(0))
    }

    pub(crate) fn tick(&mut self, now: Duration) -> Vec<Action> {
        dropped(self.queue.expire(now))
    }

    fn date(&self, now: Duration) -> u64 {
        self.epoch + now.as_secs()
    }
}

pub(crate) fn dropped(ids: Vec<i64>) -> Vec<Action> {
    if ids.is_empty() { Vec::new() } else { vec![Action::Drop { ids }] }
}
