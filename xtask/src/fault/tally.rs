//! What was counted, and the last actions.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// How many actions are shown after a failure.
const REMEMBERED: usize = 50;

/// The counts of a soak.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: BTreeMap<(&'static str, String), u64>,
    last: VecDeque<String>,
    written: u64,
}

impl Tally {
    pub(super) fn count(&mut self, group: &'static str, name: impl Into<String>) {
        self.add(group, name, 1);
    }

    pub(super) fn add(&mut self, group: &'static str, name: impl Into<String>, number: u64) {
        *self.counts.entry((group, name.into())).or_default() += number;
    }

    /// Remembers what was done.
    pub(super) fn did(&mut self, what: &str) {
        self.written += 1;
        self.last.push_back(format!("{:6} {what}", self.written));
        if self.last.len() > REMEMBERED {
            self.last.pop_front();
        }
    }

    /// The last actions, oldest first.
    pub(super) fn last(&self) -> String {
        self.last.iter().map(|line| format!("  {line}\n")).collect()
    }
}

/// A line a group: `exit codes of run: 0 × 12, 75 × 3`.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = "";
        for ((group, name), number) in &self.counts {
            match before == *group {
                true => write!(f, ", ")?,
                false if before.is_empty() => write!(f, "{group}: ")?,
                false => write!(f, "\n{group}: ")?,
            }
            write!(f, "{name} × {number}")?;
            before = group;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        let mut tally = Tally::default();
        for name in ["b", "a", "b"] {
            tally.count("one", name);
        }
        tally.count("two", "c");
        assert_eq!(tally.to_string(), "one: a × 1, b × 2\ntwo: c × 1");
    }

    #[test]
    fn only_the_last_actions_are_remembered() {
        let mut tally = Tally::default();
        (0..120).for_each(|number| tally.did(&number.to_string()));
        assert_eq!(tally.last().lines().count(), REMEMBERED);
        assert!(tally.last().ends_with("120 119\n"));
    }
}
