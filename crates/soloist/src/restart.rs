//! Whether and when a program that has ended is started again: a decision without clocks.

use std::time::Duration;

use crate::supervise::Ending;

/// When a program is started again after it has ended by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restart {
    /// Never.
    #[default]
    Never,
    /// When it exited with another code than 0, or a signal ended it.
    OnFailure,
    /// Always.
    Always,
}

/// The first pause.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(60);
/// A program that ran so long was healthy: the pauses begin anew.
const HEALTHY: Duration = Duration::from_secs(60);

/// The pauses between the starts of one program: each twice as long as the one before, up to a minute.
#[derive(Clone, Copy, Debug)]
pub struct BackOff {
    restart: Restart,
    next: Duration,
}

impl BackOff {
    /// The pauses of a new program.
    #[must_use]
    pub fn new(restart: Restart) -> Self {
        Self { restart, next: FIRST }
    }

    /// How long to wait before the next start of a program that ended so after it `ran` so long; `None`: it is
    /// not started again.
    pub fn after(&mut self, ending: Ending, ran: Duration) -> Option<Duration> {
        let again = match self.restart {
            Restart::Never => false,
            Restart::OnFailure => ending != Ending::Exited(0),
            Restart::Always => true,
        };
        if ran >= HEALTHY {
            self.next = FIRST;
        }
        let pause = self.next;
        self.next = (pause * 2).min(LONGEST);
        again.then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRASH: Ending = Ending::Signalled(11);
    const FAILURE: Ending = Ending::Exited(1);
    const SUCCESS: Ending = Ending::Exited(0);

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn each_policy_knows_its_endings() {
        for (restart, ending, again) in [
            (Restart::Never, CRASH, false),
            (Restart::OnFailure, SUCCESS, false),
            (Restart::OnFailure, FAILURE, true),
            (Restart::OnFailure, CRASH, true),
            (Restart::Always, SUCCESS, true),
        ] {
            assert_eq!(
                BackOff::new(restart).after(ending, seconds(1)).is_some(),
                again,
                "{restart:?} {ending:?}"
            );
        }
    }

    #[test]
    fn pauses_double_up_to_a_minute_and_begin_anew_after_a_healthy_one() {
        let mut pauses = BackOff::new(Restart::Always);
        let waited: Vec<u64> = (0..8).map(|_| pauses.after(FAILURE, seconds(1)).unwrap().as_secs()).collect();
        assert_eq!(waited, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pauses.after(FAILURE, seconds(60)), Some(seconds(1)));
    }
}
