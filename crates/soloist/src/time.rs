//! Times for people and documents. Order and identity never depend on these: clocks are stepped.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::sys::clock;

/// A moment of wall-clock time as RFC 3339 with an offset: `2026-11-23T09:30:00+00:00`.
pub(crate) fn rfc3339(moment: SystemTime) -> Option<String> {
    let stamp = jiff::Timestamp::try_from(moment).ok()?;
    let whole = stamp.round(jiff::Unit::Millisecond).unwrap_or(stamp);
    Some(whole.display_with_offset(jiff::tz::Offset::UTC).to_string())
}

/// The wall-clock time of a moment given as time since boot, by today's clocks.
pub(crate) fn wall(since_boot: Duration) -> SystemTime {
    let ago = clock::since_boot().saturating_sub(since_boot);
    SystemTime::now().checked_sub(ago).unwrap_or(UNIX_EPOCH)
}

/// Whole seconds since 1970.
pub(crate) fn unix_seconds(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
