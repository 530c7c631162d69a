//! Keeps the books: what the rules did, and what became of their answers.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

use crate::log::{Log, LogEntry};
use crate::report::{ConflictCounts, Poller, Report, SentMessage};
use crate::rules::{Action, Answer, Effect, QueryId, Rules};
use crate::silence::Silence;

#[derive(Debug, Default)]
pub(crate) struct Record {
    books: BTreeMap<u64, Book>,
    log: Log,
}

/// The book of one bot.
#[derive(Debug, Default)]
struct Book {
    conflicts: ConflictCounts,
    visible_conflicts: ConflictCounts,
    texts: HashMap<String, i64>,
    deliveries: BTreeMap<i64, u32>,
    answered: BTreeMap<i64, u32>,
    answers_into_the_void: u32,
    confirmed: Vec<i64>,
    dropped: Vec<i64>,
    sent: Vec<SentMessage>,
    polls: u64,
    pollers: Vec<PollerBook>,
    silence: Silence,
}

#[derive(Debug)]
struct PollerBook {
    address: SocketAddr,
    polls: u64,
    last: Duration,
    waiting: Option<QueryId>,
}

impl Record {
    /// A `getUpdates` came in, which waits for updates or does not.
    pub(crate) fn polled(
        &mut self,
        bot: u64,
        query: QueryId,
        address: SocketAddr,
        waits: bool,
        now: Duration,
    ) {
        self.log.add(now, bot, format!("poll {query} from port {}", address.port()));
        let book = self.book(bot);
        book.polls += 1;
        if waits {
            book.silence.broken_by(query, now);
        }
        let known = book.pollers.iter_mut().find(|poller| poller.address == address);
        let polls = known.as_ref().map_or(0, |poller| poller.polls) + 1;
        let poller = PollerBook { address, polls, last: now, waiting: Some(query) };
        match known {
            Some(known) => *known = poller,
            None => book.pollers.push(poller),
        }
    }

    /// Something else came in.
    pub(crate) fn called(&mut self, bot: u64, query: QueryId, method: &str, now: Duration) {
        self.log.add(now, bot, format!("call {query}: {method}"));
    }

    pub(crate) fn observe(&mut self, effect: &Effect, now: Duration) {
        let bot = effect.bot;
        if let Some(words) = words(&effect.action) {
            self.log.add(now, bot, words);
        }
        let book = self.book(bot);
        match &effect.action {
            Action::Conflict { query, kind, .. } => {
                book.conflicts.add(*kind);
                // Its answer may take three seconds more, in which it gets nothing.
                book.silence.after(*query, now);
            }
            Action::Queue { id, text } => book.queued(*id, text),
            Action::Confirm { ids } => book.confirmed.extend(ids),
            Action::Drop { ids } => book.dropped.extend(ids),
            Action::Send { chat, text } => book.sent(*chat, text),
            Action::Answer { .. } | Action::Park { .. } => {}
        }
    }

    /// An answer is on its way to a connection that is open, or would be if it were.
    pub(crate) fn answered(&mut self, bot: u64, query: QueryId, answer: &Answer, open: bool, now: Duration) {
        let way = if open { "delivered" } else { "into the void" };
        let (status, count) = (answer.status, answer.updates.len());
        self.log.add(now, bot, format!("answer {query}: {status} with {count} updates, {way}"));
        let book = self.book(bot);
        book.stop_waiting(query, now);
        match (open, answer.conflict) {
            (true, Some(kind)) => book.visible_conflicts.add(kind),
            (true, None) => book.delivered(&answer.updates),
            (false, _) => book.answers_into_the_void += u32::from(count > 0),
        }
    }

    /// The client closed its connection while its query waits. The query stays.
    pub(crate) fn abandoned(&mut self, bot: u64, query: QueryId, now: Duration) {
        self.log.add(now, bot, format!("the client of {query} closed its connection"));
        self.book(bot).stop_waiting(query, now);
    }

    pub(crate) fn log(&self, bot: Option<u64>) -> Vec<LogEntry> {
        self.log.entries(bot)
    }

    pub(crate) fn report(&self, bot: u64, rules: &Rules, now: Duration) -> Report {
        let report = self.books.get(&bot).map(|book| book.report(now)).unwrap_or_default();
        let (pending, parked, log) = (rules.pending(bot), rules.parked(bot), self.log.entries(Some(bot)));
        Report { bot, pending, parked, log, ..report }
    }

    fn book(&mut self, bot: u64) -> &mut Book {
        self.books.entry(bot).or_default()
    }
}

impl Book {
    fn queued(&mut self, id: i64, text: &str) {
        self.texts.insert(text.to_owned(), id);
        self.deliveries.insert(id, 0);
        self.answered.insert(id, 0);
    }

    fn delivered(&mut self, ids: &[i64]) {
        for id in ids {
            *self.deliveries.entry(*id).or_default() += 1;
        }
    }

    fn sent(&mut self, chat: i64, text: &str) {
        let reply_to = self.original(text);
        if let Some(id) = reply_to {
            *self.answered.entry(id).or_default() += 1;
        }
        self.sent.push(SentMessage { chat, text: text.to_owned(), reply_to });
    }

    /// The update whose text the reply is, or else the one with the longest text that is in the reply.
    fn original(&self, reply: &str) -> Option<i64> {
        let quoted = || {
            let quoted = self.texts.iter().filter(|(text, _)| reply.contains(*text));
            quoted.max_by_key(|(text, id)| (text.len(), **id)).map(|(_, id)| id)
        };
        self.texts.get(reply).or_else(quoted).copied()
    }

    fn stop_waiting(&mut self, query: QueryId, now: Duration) {
        self.silence.after(query, now);
        for poller in &mut self.pollers {
            poller.waiting.take_if(|waiting| *waiting == query);
        }
    }

    fn report(&self, now: Duration) -> Report {
        Report {
            conflicts: self.conflicts,
            visible_conflicts: self.visible_conflicts,
            deliveries: self.deliveries.clone(),
            answers_into_the_void: self.answers_into_the_void,
            confirmed: self.confirmed.clone(),
            dropped: self.dropped.clone(),
            answered: self.answered.clone(),
            sent: self.sent.clone(),
            polls: self.polls,
            longest_silence: self.silence.longest(now),
            pollers: self.pollers.iter().map(|poller| poller.report(now)).collect(),
            ..Report::default()
        }
    }
}

impl PollerBook {
    fn report(&self, now: Duration) -> Poller {
        let idle = now.saturating_sub(self.last);
        Poller { address: self.address, polls: self.polls, waiting: self.waiting.is_some(), idle }
    }
}

/// What the log says; answers are logged when it is known what becomes of them.
fn words(action: &Action) -> Option<String> {
    Some(match action {
        Action::Answer { .. } => return None,
        Action::Park { query } => format!("parked {query}"),
        Action::Conflict { query, kind, delayed } => {
            let when = if *delayed { "in 3 s" } else { "at once" };
            format!("409 for {query} {when}: {}", kind.description())
        }
        Action::Queue { id, text } => format!("queued {id}: {text}"),
        Action::Confirm { ids } => format!("confirmed {ids:?}"),
        Action::Drop { ids } => format!("dropped {ids:?}"),
        Action::Send { chat, text } => format!("sent to {chat}: {text}"),
    })
}
