//! The patterns of tmpfiles.d(5).

use std::time::Duration;

use proptest::prelude::*;

use super::{Rule, matches};
use crate::corpus::cases;
use crate::effort;

/// glob(7) as plainly as it can be said: slow, and only for short patterns.
fn slow(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some(b'*'), None) => slow(&pattern[1..], text),
        (Some(b'*'), Some(byte)) => slow(&pattern[1..], text) || *byte != b'/' && slow(pattern, &text[1..]),
        (Some(b'?'), Some(byte)) => *byte != b'/' && slow(&pattern[1..], &text[1..]),
        (Some(one), Some(other)) => one == other && slow(&pattern[1..], &text[1..]),
        _ => false,
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_pattern_matches_as_glob_has_it(pattern in "[ab/*?]{0,8}", text in "[ab/]{0,10}") {
        prop_assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), slow(pattern.as_bytes(), text.as_bytes()));
    }

    #[test]
    fn any_line_is_read(line in "(\\PC|[ \\t\"]){0,40}") {
        if let Some(rule) = Rule::read(&line) {
            let _said = (rule.cleans(), rule.exempts(), rule.covers("/tmp/x".as_ref()));
        }
    }
}

mod fixed {
    use super::*;

    #[test]
    fn a_hostile_pattern_costs_no_more_than_its_length() {
        let before = effort::so_far();
        let (pattern, text) = ("*a".repeat(40), "a".repeat(39) + &"b".repeat(60));
        assert!(!matches(pattern.as_bytes(), text.as_bytes()));
        assert!(effort::so_far() - before < Duration::from_secs(5));
    }
}
