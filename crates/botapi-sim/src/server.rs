//! The driver of the rules: the clock, the lock, and who waits for which answer.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::record::Record;
use crate::rules::{Action, Answer, Call, Event, QueryId, Rules, Token};

/// What all threads share.
#[derive(Debug)]
pub(crate) struct Server {
    started: Instant,
    state: Mutex<State>,
    /// Something happened: the clock may have an earlier deadline, and a test may have what it waits for.
    changed: Condvar,
}

/// What the lock protects; holding it gives all events their one order.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) rules: Rules,
    pub(crate) record: Record,
    pub(crate) latency: Duration,
    waiting: HashMap<QueryId, Sender<Answer>>,
    connections: HashMap<u64, TcpStream>,
    next_id: u64,
    stopping: bool,
}

impl Server {
    pub(crate) fn new(rules: Rules) -> Self {
        let state = State {
            rules,
            record: Record::default(),
            latency: Duration::ZERO,
            waiting: HashMap::new(),
            connections: HashMap::new(),
            next_id: 1,
            stopping: false,
        };
        Self { started: Instant::now(), state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The time as the rules count it.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// A thread that panicked has left a state that is as good as any other.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and tells everybody who waits for that.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State, Duration) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state, self.now());
        self.changed.notify_all();
        result
    }

    /// Hands a call to the rules. The receiver gets its answer, or nothing at all if the simulator ends.
    pub(crate) fn submit(&self, from: SocketAddr, token: Token, call: Call, method: &str) -> Query {
        self.change(|state, now| {
            let (id, bot) = (state.id(), token.bot());
            let (sender, answer) = mpsc::channel();
            state.waiting.insert(id, sender);
            match call {
                Call::GetUpdates { timeout, .. } => {
                    state.record.polled(bot, id, from, !timeout.is_zero(), now);
                }
                _ => state.record.called(bot, id, method, now),
            }
            state.apply(Event::Call { query: id, token, call }, now);
            Query { id, bot, answer }
        })
    }

    /// The client is gone. Its query isn't cancelled: it will be answered into the void.
    pub(crate) fn abandon(&self, query: &Query) {
        self.change(|state, now| {
            state.waiting.remove(&query.id);
            state.record.abandoned(query.bot, query.id, now);
        });
    }

    /// Meets the deadlines of the rules until the simulator stops.
    pub(crate) fn keep_time(&self) {
        let mut state = self.lock();
        while !state.stopping {
            let now = self.now();
            if state.rules.deadline().is_some_and(|deadline| deadline <= now) {
                state.apply(Event::Tick, now);
                self.changed.notify_all();
            }
            let deadline = state.rules.deadline();
            state = self.wait(state, deadline);
        }
    }

    /// Waits until the state changes or the time has come.
    pub(crate) fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        until: Option<Duration>,
    ) -> MutexGuard<'a, State> {
        match until {
            Some(until) => {
                let left = until.saturating_sub(self.now());
                let waited = self.changed.wait_timeout(state, left);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Keeps a hand on the connection, so that stopping can close it; `None` if it is too late for new ones.
    pub(crate) fn admit(&self, stream: &TcpStream) -> io::Result<Option<u64>> {
        let stream = stream.try_clone()?;
        let mut state = self.lock();
        if state.stopping {
            return Ok(None);
        }
        let id = state.id();
        state.connections.insert(id, stream);
        Ok(Some(id))
    }

    pub(crate) fn dismiss(&self, connection: u64) {
        drop(self.lock().connections.remove(&connection));
    }

    /// Forgets all bots, and closes the connections whose queries wait.
    pub(crate) fn reset(&self) {
        self.change(|state, _| {
            state.rules = state.rules.emptied(random());
            state.record = Record::default();
            state.waiting.clear();
        });
    }

    /// Ends all threads: no answers come any more, and all connections are closed.
    pub(crate) fn stop(&self) {
        self.change(|state, _| {
            state.stopping = true;
            state.waiting.clear();
            for stream in state.connections.values() {
                // A connection that is already gone is as good as closed.
                stream.shutdown(Shutdown::Both).ok();
            }
        });
    }
}

impl State {
    /// Lets the rules decide and passes their answers on. Returns the id of the update if one was queued.
    pub(crate) fn apply(&mut self, event: Event, now: Duration) -> Option<i64> {
        let mut queued = None;
        for effect in self.rules.handle(event, now) {
            self.record.observe(&effect, now);
            match effect.action {
                Action::Answer { query, answer } => self.post(effect.bot, query, answer, now),
                Action::Queue { id, .. } => queued = Some(id),
                _ => {}
            }
        }
        queued
    }

    fn post(&mut self, bot: u64, query: QueryId, answer: Answer, now: Duration) {
        let sent = match self.waiting.remove(&query) {
            Some(receiver) => receiver.send(answer).map_err(|unsent| unsent.0),
            None => Err(answer),
        };
        if let Err(answer) = sent {
            self.record.answered(bot, query, &answer, false, now);
        }
    }

    fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

/// A number that is different each time.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(0_u8)
}

/// A call that was handed to the rules.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) id: QueryId,
    pub(crate) bot: u64,
    pub(crate) answer: Receiver<Answer>,
}
