//! The rules in virtual time. Each test is named after the rule it shows.

mod conflicts;
mod delivery;
mod lifecycle;
mod offsets;
mod throttle;
mod webhooks;

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Action, Answer, Call, Event, QueryId, Rules, Token};
use crate::http::parse_query;

const TOKEN: &str = "42:first";
const BOT: u64 = 42;

/// A server, a clock that moves only when told, and all that was answered.
struct Scene {
    rules: Rules,
    now: Duration,
    queries: QueryId,
    answers: BTreeMap<QueryId, (Duration, Answer)>,
    actions: Vec<Action>,
}

impl Scene {
    fn new() -> Self {
        let (now, answers, actions) = (Duration::ZERO, BTreeMap::new(), Vec::new());
        Self { rules: Rules::new(1_700_000_000, 7), now, queries: 0, answers, actions }
    }

    /// Moves the clock to the given second, meeting every deadline on the way.
    fn at(&mut self, seconds: f64) -> &mut Self {
        let then = Duration::from_secs_f64(seconds);
        assert!(then >= self.now, "the clock goes forward");
        while let Some(deadline) = self.rules.deadline().filter(|deadline| *deadline <= then) {
            self.now = deadline;
            self.handle(Event::Tick);
        }
        self.now = then;
        self
    }

    fn call_with(&mut self, token: &str, method: &str, parameters: &str) -> QueryId {
        self.queries += 1;
        let token = Token::parse(token).unwrap();
        let call = Call::parse(method, &parse_query(parameters));
        self.handle(Event::Call { query: self.queries, token, call });
        self.queries
    }

    fn call(&mut self, method: &str, parameters: &str) -> QueryId {
        self.call_with(TOKEN, method, parameters)
    }

    fn poll(&mut self, parameters: &str) -> QueryId {
        self.call("getUpdates", parameters)
    }

    /// The answer to a call that is answered at once.
    fn body(&mut self, method: &str, parameters: &str) -> String {
        let query = self.call(method, parameters);
        self.answers[&query].1.body.clone()
    }

    fn message(&mut self, text: &str) -> i64 {
        self.messages(&[text])[0]
    }

    fn messages(&mut self, texts: &[&str]) -> Vec<i64> {
        let tail = self.actions.len();
        for text in texts {
            self.handle(Event::Message { bot: BOT, text: (*text).to_owned() });
        }
        let queued = self.actions[tail..].iter().filter_map(|action| match action {
            Action::Queue { id, .. } => Some(*id),
            _ => None,
        });
        queued.collect()
    }

    fn handle(&mut self, event: Event) {
        for effect in self.rules.handle(event, self.now) {
            assert_eq!(effect.bot, BOT);
            if let Action::Answer { query, answer } = &effect.action {
                let earlier = self.answers.insert(*query, (self.now, answer.clone()));
                assert_eq!(earlier, None, "one answer for each query");
            }
            self.actions.push(effect.action);
        }
    }

    fn is_waiting(&self, query: QueryId) -> bool {
        !self.answers.contains_key(&query)
    }

    /// When the query was answered, in seconds, and with which updates.
    fn updates(&self, query: QueryId) -> (f64, Vec<i64>) {
        let (at, answer) = &self.answers[&query];
        assert_eq!(answer.status, 200, "{}", answer.body);
        (at.as_secs_f64(), answer.updates.clone())
    }

    /// When the query got its 409, in seconds, and with which words.
    fn conflict(&self, query: QueryId) -> (f64, &str) {
        let (at, answer) = &self.answers[&query];
        assert_eq!(answer.status, 409, "{}", answer.body);
        let words = answer.body.split("Conflict: ").nth(1).unwrap();
        (at.as_secs_f64(), words.trim_end_matches("\"}"))
    }

    fn pending(&self) -> Vec<i64> {
        self.rules.pending(BOT)
    }
}
