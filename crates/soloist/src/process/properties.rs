//! A birth is one process, and has one text.

use proptest::prelude::*;

use super::{Birth, Observer};
use crate::corpus::{cases, kept};

pub(crate) fn birth() -> impl Strategy<Value = Birth> {
    ("[0-9a-f]{8}-[0-9a-f]{4}|[^/]{1,8}", any::<u64>(), any::<u32>(), any::<u64>())
        .prop_map(|(boot, namespace, pid, start)| Birth { pid, start, boot, namespace })
}

/// Whatever reads as a birth is spelled in no other way.
fn has_one_text(text: &str) -> bool {
    Birth::parse(text).is_none_or(|birth| birth.to_string() == text)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_birth_reads_back(birth in birth()) {
        prop_assert_eq!(Birth::parse(&birth.to_string()), Some(birth));
    }

    #[test]
    fn every_birth_has_one_text(text in "[^/]{0,4}/[+0-9]{0,5}/[+0-9]{0,12}/[+ 0-9]{0,21}|\\PC{0,30}") {
        prop_assert!(has_one_text(&text), "{}", text);
    }

    /// This process's own birth with anything in it changed is not this process.
    #[test]
    fn a_birth_that_was_changed_is_another_process(at in any::<prop::sample::Index>(), to in "[-0-9a-f/+ ]") {
        let observer = Observer::new().unwrap();
        let own = observer.own_birth().unwrap();
        let mut text = own.to_string();
        let at = at.index(text.len());
        text.replace_range(at..=at, &to);
        if let Some(other) = Birth::parse(&text) {
            // Under another number there may be another process that was born in the same tick.
            let found = observer.reopen(&other).unwrap();
            prop_assert!(found.as_ref().is_none_or(|found| *found.birth() == other), "{}", text);
            prop_assert!(other.pid != own.pid || found.is_some() == (other == own), "{}", text);
        }
    }
}

mod fixed {
    use super::*;

    #[test]
    fn what_is_kept_has_one_text() {
        for (name, bytes) in kept("birth") {
            assert!(has_one_text(&String::from_utf8_lossy(&bytes)), "{name}");
        }
    }
}
