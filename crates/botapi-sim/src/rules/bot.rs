//! One bot: its mailbox, and a session for each token that was used.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::answer::Answer;
use super::call::Call;
use super::conflict::Conflict;
use super::mailbox::Mailbox;
use super::message;
use super::poll::Poll;
use super::session::Session;
use super::token::Token;
use super::{Action, QueryId};

const CLOSE_PAUSE: Duration = Duration::from_secs(10 * 60);
const LOGGED_OUT: Duration = Duration::from_secs(1800);
const LOGGED_OUT_AFTER_LONG: Duration = Duration::from_secs(1);

/// A token's session and whether the server has it loaded.
#[derive(Debug, Default)]
struct Loading {
    session: Session,
    loaded_at: Option<Duration>,
    logged_out_until: Duration,
}

#[derive(Debug)]
pub(crate) struct Bot {
    id: u64,
    mailbox: Mailbox,
    sessions: BTreeMap<Token, Loading>,
}

impl Bot {
    pub(crate) fn new(id: u64, mailbox: Mailbox) -> Self {
        Self { id, mailbox, sessions: BTreeMap::new() }
    }

    pub(crate) fn call(
        &mut self,
        query: QueryId,
        token: &Token,
        call: Call,
        verification: Duration,
        now: Duration,
    ) -> Vec<Action> {
        let Self { id, mailbox, sessions } = self;
        let loading = sessions.entry(token.clone()).or_default();
        if let Some(answer) = loading.load(&call, now) {
            return vec![Action::Answer { query, answer }];
        }
        let session = &mut loading.session;
        let answer = match call {
            Call::GetUpdates { .. } if session.webhook.is_active() => {
                return session.refuse(query, Conflict::WebhookActive, now);
            }
            Call::GetUpdates { offset, limit, timeout, allowed } => {
                mailbox.allow(allowed);
                return session.get_updates(Poll { query, offset, limit, timeout }, mailbox, now);
            }
            Call::SetWebhook { address, drop_pending, allowed } => {
                mailbox.allow(allowed);
                return session.set_webhook((query, verification), (address, drop_pending), mailbox, now);
            }
            Call::SendMessage { chat, text } => return mailbox.send(*id, query, &chat, text, now),
            Call::Close => return loading.close(query, mailbox, now),
            Call::LogOut => return loading.log_out(query, mailbox, now),
            Call::GetWebhookInfo => Answer::result(session.webhook.info(mailbox)),
            Call::GetMe => Answer::result(message::bot_user(*id)),
            Call::SetMyCommands { commands } => set_commands(mailbox, commands),
            Call::DeleteMyCommands => set_commands(mailbox, Some(Value::Array(Vec::new()))),
            Call::GetMyCommands => Answer::result(&mailbox.commands),
            Call::Harmless => Answer::result(true),
            Call::Unknown => Answer::error(404, "Not Found: method not found"),
        };
        vec![Action::Answer { query, answer }]
    }

    pub(crate) fn receive(&mut self, text: &str, now: Duration) -> Vec<Action> {
        let actions = self.mailbox.receive(text, now);
        if !actions.is_empty() {
            self.sessions.values_mut().for_each(|loading| loading.session.wake(now));
        }
        actions
    }

    pub(crate) fn tick(&mut self, now: Duration) -> Vec<Action> {
        let mut actions = self.mailbox.tick(now);
        for loading in self.sessions.values_mut() {
            actions.extend(loading.session.tick(&mut self.mailbox, now));
        }
        actions
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.sessions.values().filter_map(|loading| loading.session.deadline()).min()
    }

    pub(crate) fn pending(&self) -> Vec<i64> {
        self.mailbox.queue.ids()
    }

    pub(crate) fn parked(&self) -> usize {
        self.sessions.values().filter(|loading| loading.session.is_parked()).count()
    }
}

impl Loading {
    /// Any call but `close` loads the bot; the answer is there when the call ends here.
    fn load(&mut self, call: &Call, now: Duration) -> Option<Answer> {
        if now < self.logged_out_until {
            return Some(Answer::error(400, "Logged out"));
        }
        if self.loaded_at.is_none() && *call == Call::Close {
            return Some(Answer::error(400, "Bad Request: the bot has already been closed"));
        }
        self.loaded_at.get_or_insert(now);
        None
    }

    fn close(&mut self, query: QueryId, mailbox: &mut Mailbox, now: Duration) -> Vec<Action> {
        let loaded_at = self.loaded_at.unwrap_or(now);
        let pause = CLOSE_PAUSE.saturating_sub(now - loaded_at).as_secs();
        if pause > 0 && loaded_at > CLOSE_PAUSE {
            return vec![Action::Answer { query, answer: Answer::too_many(pause) }];
        }
        self.loaded_at = None;
        let mut actions = self.session.unload(mailbox, now);
        actions.push(Action::Answer { query, answer: Answer::result(true) });
        actions
    }

    fn log_out(&mut self, query: QueryId, mailbox: &mut Mailbox, now: Duration) -> Vec<Action> {
        let age = now - self.loaded_at.take().unwrap_or(now);
        self.logged_out_until = now + if age > LOGGED_OUT { LOGGED_OUT_AFTER_LONG } else { LOGGED_OUT };
        let mut actions = self.session.unload(mailbox, now);
        self.session.webhook = super::webhook::Webhook::default();
        actions.extend(mailbox.clear());
        actions.push(Action::Answer { query, answer: Answer::result(true) });
        actions
    }
}

fn set_commands(mailbox: &mut Mailbox, commands: Option<Value>) -> Answer {
    let Some(commands) = commands else {
        return Answer::error(400, "Bad Request: can't parse commands JSON object");
    };
    mailbox.commands = commands;
    Answer::result(true)
}
