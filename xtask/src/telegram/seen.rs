//! What the simulator saw of an order.

use std::time::{Duration, Instant};

use botapi_sim::Report;

use super::running::LIMIT;
use super::stage::Stage;

/// When nothing was answered for so long, nothing more comes: longer than any handler works.
const QUIET: Duration = Duration::from_secs(2);

/// The same while messages wait: longer than most libraries pause after a refusal.
const PATIENCE: Duration = Duration::from_secs(6);

/// The cost of an order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Seen {
    pub(crate) messages: usize,
    /// 409s that reached a client that still listened.
    pub(crate) conflicts: u32,
    /// Confirmed, and never answered.
    pub(crate) lost: usize,
    pub(crate) twice: usize,
    /// The longest time without a poll.
    pub(crate) gap: Duration,
    /// Nobody polls at the end.
    pub(crate) dead: bool,
    /// What else happened.
    pub(crate) remark: Option<&'static str>,
}

impl Stage<'_> {
    /// Waits until nothing more comes, and takes stock of a bot.
    pub(crate) fn take_stock(&self, bot: u64) -> Seen {
        self.until_quiet(bot);
        let dead = !self.somebody_polls(bot);
        Seen { dead, ..Seen::of(&self.report(bot)) }
    }

    fn until_quiet(&self, bot: u64) {
        let until = Instant::now() + LIMIT;
        let goes_on = || {
            let before = self.report(bot);
            let pause = if before.pending.is_empty() { QUIET } else { PATIENCE };
            let more = |report: &Report| report.sent.len() > before.sent.len();
            self.sees(bot, pause.max(self.work * 2), more)
        };
        while Instant::now() < until && goes_on() {}
    }

    /// Whether somebody polls, now or before all patience is over.
    fn somebody_polls(&self, bot: u64) -> bool {
        let until = Instant::now() + LIMIT;
        let waiting = |report: &Report| report.pollers.iter().any(|poller| poller.waiting);
        while Instant::now() < until {
            if self.sees(bot, Duration::from_millis(200), waiting) {
                return true;
            }
            if self.living().is_empty() {
                return false;
            }
        }
        false
    }
}

impl Seen {
    fn of(report: &Report) -> Self {
        Self {
            messages: report.answered.len(),
            conflicts: report.visible_conflicts.total(),
            lost: report.lost().len(),
            twice: report.answered_twice().len(),
            gap: report.longest_silence,
            ..Self::default()
        }
    }

    pub(crate) fn remarked(self, remark: &'static str) -> Self {
        Self { remark: Some(remark), ..self }
    }
}
