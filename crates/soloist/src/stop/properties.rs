//! The names of signals.

use proptest::prelude::*;

use super::StopSignal;
use crate::corpus::cases;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_signal_is_known_by_its_name_and_number_only(
        text in "(SIG|sig|Sig)?(TERM|INT|HUP|QUIT|USR1|USR2|KILL|term|Kill|[0-9]{1,3}|STOP|CONT|)|\\PC{0,8}",
    ) {
        let plain = text.to_ascii_uppercase();
        let plain = plain.strip_prefix("SIG").unwrap_or(&plain).to_owned();
        let known = [("TERM", 15), ("INT", 2), ("HUP", 1), ("QUIT", 3), ("USR1", 10), ("USR2", 12), ("KILL", 9)];
        let expected = known.iter().find(|(name, number)| plain == *name || plain == number.to_string());
        let parsed = StopSignal::parse(&text);
        prop_assert_eq!(parsed.map(|signal| signal.to_string()), expected.map(|(name, _)| (*name).to_owned()));
        if let Some(signal) = parsed {
            prop_assert_eq!(StopSignal::parse(&signal.to_string()), Some(signal));
        }
    }
}
