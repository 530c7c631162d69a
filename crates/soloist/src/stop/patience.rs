//! One grace for several rounds of ending.

use std::time::Duration;

use super::{Stop, StopSignal};
use crate::sys::clock;

/// How long all rounds together wait: what comes up while others end gets what is left of it.
#[derive(Debug)]
pub(crate) struct Patience {
    pub(crate) stop: Stop,
    /// Its end, as time since boot.
    pub(crate) until: Duration,
}

impl Patience {
    /// The patience that begins now.
    pub(crate) fn of(stop: Stop) -> Self {
        Self { stop, until: clock::since_boot().saturating_add(stop.grace) }
    }

    /// What is left of it: past its end, whoever may kill kills.
    pub(crate) fn now(&self) -> Stop {
        let grace = self.until.saturating_sub(clock::since_boot());
        match grace.is_zero() && self.stop.kill {
            true => self.stop.with_signal(StopSignal::Kill),
            false => Stop { grace, ..self.stop },
        }
    }
}
