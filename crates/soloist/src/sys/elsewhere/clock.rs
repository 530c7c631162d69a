//! A clock that only goes forward, from the first look at it.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Time since the first call.
pub(crate) fn since_boot() -> Duration {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    FIRST.get_or_init(Instant::now).elapsed()
}

/// How many units of start times make a second.
pub(crate) fn ticks_per_second() -> u64 {
    100
}
