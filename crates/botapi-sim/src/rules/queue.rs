//! The updates of one bot that nobody has confirmed yet.

use std::collections::VecDeque;
use std::time::Duration;

/// More than this is dropped silently, as the real server does.
const MOST_UPDATES: usize = 100_000;
const MOST_BYTES: usize = 128 << 20;
const MOST_BYTES_EACH: usize = 512 << 10;

/// How far from the queue an offset may lie before it is ignored.
const FAR_AHEAD: i64 = 10;
const FAR_BEHIND: i64 = 100_000;

/// One update, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Update {
    pub(crate) id: i64,
    pub(crate) body: String,
    pub(crate) expires: Duration,
}

/// Updates in the order of their consecutive ids.
#[derive(Debug)]
pub(crate) struct Queue {
    updates: VecDeque<Update>,
    bytes: usize,
    tail: i64,
}

impl Queue {
    pub(crate) fn new(first: i64) -> Self {
        Self { updates: VecDeque::new(), bytes: 0, tail: first }
    }

    /// The id of the first update, or of the next one if there is none.
    pub(crate) fn head(&self) -> i64 {
        self.updates.front().map_or(self.tail, |update| update.id)
    }

    /// The id of the next update.
    pub(crate) fn tail(&self) -> i64 {
        self.tail
    }

    pub(crate) fn ids(&self) -> Vec<i64> {
        self.updates.iter().map(|update| update.id).collect()
    }

    /// Whether the queue has room for the update, which then has the id [`Queue::tail`].
    pub(crate) fn push(&mut self, body: String, expires: Duration) -> bool {
        let fits = self.updates.len() < MOST_UPDATES
            && body.len() <= MOST_BYTES_EACH
            && self.bytes + body.len() <= MOST_BYTES;
        if fits {
            self.bytes += body.len();
            self.updates.push_back(Update { id: self.tail, body, expires });
            self.tail += 1;
        }
        fits
    }

    /// Whether an offset is near enough to be meant for this queue.
    pub(crate) fn knows(&self, offset: i64) -> bool {
        offset <= self.tail + FAR_AHEAD && offset >= self.head() - FAR_BEHIND
    }

    pub(crate) fn from(&self, offset: i64) -> impl Iterator<Item = &Update> {
        self.updates.iter().skip_while(move |update| update.id < offset)
    }

    /// Forgets the updates before `id`. This is the confirmation: global, and not to be undone.
    pub(crate) fn forget_before(&mut self, id: i64) -> Vec<i64> {
        self.pop_while(|update| update.id < id)
    }

    pub(crate) fn keep_last(&mut self, count: usize) -> Vec<i64> {
        let surplus = self.updates.len().saturating_sub(count);
        let first_kept = self.updates.get(surplus).map_or(self.tail, |update| update.id);
        self.forget_before(first_kept)
    }

    /// All updates live equally long, so the first ones expire first.
    pub(crate) fn expire(&mut self, now: Duration) -> Vec<i64> {
        self.pop_while(|update| update.expires <= now)
    }

    fn pop_while(&mut self, condition: impl Fn(&Update) -> bool) -> Vec<i64> {
        let mut ids = Vec::new();
        while let Some(update) = self.updates.pop_front_if(|update| condition(update)) {
            self.bytes -= update.body.len();
            ids.push(update.id);
        }
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(count: usize) -> Queue {
        let mut queue = Queue::new(1000);
        for _ in 0..count {
            assert!(queue.push("{}".to_owned(), Duration::from_secs(60)));
        }
        queue
    }

    #[test]
    fn ids_are_consecutive_and_go_on_after_confirmation() {
        let mut queue = queue(3);
        assert_eq!(queue.forget_before(1003), [1000, 1001, 1002]);
        assert_eq!((queue.head(), queue.tail()), (1003, 1003));
        assert!(queue.push("{}".to_owned(), Duration::MAX));
        assert_eq!(queue.ids(), [1003]);
    }

    #[test]
    fn the_hundred_thousand_and_first_update_is_dropped_silently() {
        let mut queue = queue(MOST_UPDATES);
        assert!(!queue.push("{}".to_owned(), Duration::MAX));
        assert_eq!(queue.tail(), 1000 + 100_000);
    }

    #[test]
    fn an_update_above_512_kibibytes_is_dropped_silently() {
        let mut queue = queue(0);
        assert!(queue.push("x".repeat(MOST_BYTES_EACH), Duration::MAX));
        assert!(!queue.push("x".repeat(MOST_BYTES_EACH + 1), Duration::MAX));
    }

    #[test]
    fn a_queue_of_128_mebibytes_is_full() {
        let mut queue = queue(0);
        let body = "x".repeat(MOST_BYTES_EACH);
        let taken = (0..300).take_while(|_| queue.push(body.clone(), Duration::MAX)).count();
        assert_eq!(taken, 256);
    }

    #[test]
    fn keeping_more_than_there_are_drops_nothing() {
        assert_eq!(queue(2).keep_last(5), [] as [i64; 0]);
        assert_eq!(queue(5).keep_last(2), [1000, 1001, 1002]);
        assert_eq!(queue(2).keep_last(0), [1000, 1001]);
    }
}
