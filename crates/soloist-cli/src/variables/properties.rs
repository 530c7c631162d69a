//! What a file in dotenv syntax sets is what was written into it, and no file costs more than its size.

use std::ffi::OsString;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{MOST_REPLACED, parse};
use crate::corpus::{cases, kept};
use crate::effort;

/// A value in one of the ways in which it can be written.
fn written(value: &str, form: usize) -> String {
    match form {
        0 if !value.contains('\'') && !value.contains('\\') => format!("'{value}'"),
        _ => {
            let escaped: String = value
                .chars()
                .flat_map(|c| match c {
                    '\n' => vec!['\\', 'n'],
                    '"' | '\\' | '$' => vec!['\\', c],
                    c => vec![c],
                })
                .collect();
            format!("\"{escaped}\"")
        }
    }
}

/// Its values come to no more than they may, and take no longer than a text of this size should.
fn is_bounded(text: &[u8]) -> Result<(), String> {
    let before = effort::so_far();
    let parsed = parse(text);
    let took = effort::so_far() - before;
    let most = parsed.iter().flatten().map(|(_, value)| value.len()).max().unwrap_or(0);
    if took > Duration::from_secs(20) || most > MOST_REPLACED + text.len() {
        return Err(format!("{took:?}, {most} bytes"));
    }
    let lines = text.split(|&byte| byte == b'\n').count();
    match parsed {
        Err(line) if !(1..=lines).contains(&line) => Err(format!("line {line} of {lines}")),
        Ok(pairs) if pairs.iter().any(|(_, value)| value.as_encoded_bytes().contains(&0)) => {
            Err("a value holds a NUL byte".into())
        }
        _ => Ok(()),
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_written_is_set(
        pairs in vec(("SOLOIST_[A-Z]{1,4}", "[a-z0-9 '\"\\\\$#=\\n:é-]{0,12}", 0..2usize, any::<bool>()), 0..6),
        ended in any::<bool>(),
        before in "(# a comment\\n|\\n){0,2}",
    ) {
        let lines: Vec<String> = pairs
            .iter()
            .map(|(name, value, form, export)| {
                format!("{}{name}={}", if *export { "export " } else { "" }, written(value, *form))
            })
            .collect();
        let text = before + &lines.join("\n") + if ended { " \n" } else { " " };
        let expected: Vec<(OsString, OsString)> =
            pairs.iter().map(|(name, value, ..)| (name.into(), value.into())).collect();
        prop_assert_eq!(parse(text.as_bytes()), Ok(expected), "{}", text);
    }

    #[test]
    fn any_text_is_read(bytes in vec(prop_oneof![3 => prop::sample::select(&b"A=B\n\"'\\$ {}#\t\r"[..]), 1 => any::<u8>()], 0..80)) {
        prop_assert_eq!(is_bounded(&bytes), Ok(()));
    }

    /// Lines that name each other grow no further than they may.
    #[test]
    fn variables_that_name_each_other_are_bounded(times in 1..40usize, lines in 1..20usize, seed in 1..5_000usize) {
        let mut text = format!("V0={}\n", "x".repeat(seed));
        for line in 1..=lines {
            text += &format!("V{line}={}\n", format!("${{V{}}}", line - 1).repeat(times));
        }
        prop_assert_eq!(is_bounded(text.as_bytes()), Ok(()));
    }
}

mod fixed {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        for (name, bytes) in kept("dotenv") {
            assert_eq!(is_bounded(&bytes), Ok(()), "{name}");
        }
    }

    #[test]
    fn a_wide_margin_costs_no_more_than_its_length() {
        let text = [" ".repeat(500_000), "A=\"".into(), "\n".repeat(500_000)].concat();
        assert_eq!(is_bounded(text.as_bytes()), Ok(()));
        assert_eq!(parse(text.as_bytes()), Err(1));
    }
}
