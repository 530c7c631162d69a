//! Command lines: durations, and the quick reading beside clap's.

use std::ffi::OsString;
use std::time::Duration;

use clap::Parser as _;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Line, duration, usual};
use crate::corpus::{cases, kept};

/// Options and values, right and wrong, and words that are neither.
const WORDS: [&str; 60] = [
    "run",
    "status",
    "--",
    "--name",
    "bot",
    "a/b",
    "--name=bot",
    "--name=",
    "--name=-x",
    "--lock",
    "x.lock",
    "--lock=y",
    "--lock=",
    "--telegram",
    "TOKEN",
    "--telegram=T",
    "--replace",
    "--replace=yes",
    "--wait",
    "--wait=5s",
    "--wait=",
    "--wait=x",
    "5s",
    "--stop-signal",
    "INT",
    "--stop-signal=9",
    "STOP",
    "--grace",
    "--grace=1h30m",
    "--grace=-5s",
    "-5s",
    "--no-kill",
    "--no-kill=",
    "--match",
    "none",
    "--match=command",
    "--match=None",
    "--exec",
    "--restart",
    "always",
    "--preflight",
    "true",
    "--dry-run",
    "--conflict-exit-code",
    "300",
    "--quiet",
    "-q",
    "--verbose",
    "-v",
    "-qv",
    "--json",
    "--lang",
    "ru",
    "--env-file",
    "--frobnicate",
    "--nam",
    "--override-supervisor",
    "-h",
    "-",
    "",
];

fn word() -> impl Strategy<Value = OsString> {
    prop_oneof![
        12 => prop::sample::select(&WORDS[..]).prop_map(OsString::from),
        1 => "-{0,3}[a-z=]{0,6}|\\PC{0,4}".prop_map(OsString::from),
        1 => vec(1u8.., 0..5).prop_map(std::os::unix::ffi::OsStringExt::from_vec),
    ]
}

/// Options that are usual, so that lines that are read here are often met.
fn option() -> impl Strategy<Value = Vec<OsString>> {
    let usual = prop::sample::select(vec![
        "--name bot",
        "--name=b.c",
        "--lock x",
        "--lock=./y",
        "--telegram T",
        "--replace",
        "--wait",
        "--wait=1h",
        "--grace 5s",
        "--grace=500ms",
        "--no-kill",
        "--match none",
        "--match=command",
        "--exec",
        "--quiet",
        "--verbose",
        "--stop-signal HUP",
        "--stop-signal=sigint",
    ]);
    prop_oneof![
        6 => usual.prop_map(|option| option.split(' ').map(OsString::from).collect()),
        1 => vec(word(), 1..3),
    ]
}

fn line() -> impl Strategy<Value = Vec<OsString>> {
    let name = prop::sample::select(&["run", "run", "status", "stop"]);
    let usual = (name, vec(option(), 0..4), vec(word(), 1..4)).prop_map(|(name, options, command)| {
        let front = ["soloist", name].map(OsString::from).to_vec();
        [front, options.concat(), vec!["--".into()], command].concat()
    });
    let any = vec(word(), 0..8).prop_map(|words| [vec!["soloist".into()], words].concat());
    prop_oneof![3 => usual, 1 => any]
}

/// Either the quick reading declines, or clap says the very same.
fn agree(words: &[OsString]) -> Result<(), String> {
    let Some(usual) = usual::command(words) else { return Ok(()) };
    match Line::try_parse_from(words) {
        Ok(Line { command }) if format!("{usual:?}") == format!("{command:?}") => Ok(()),
        other => Err(format!("{words:?}: {usual:?}, and by clap {other:?}")),
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_read_quickly_is_what_clap_reads(words in line()) {
        prop_assert_eq!(agree(&words), Ok(()));
    }

    /// Hours, minutes, seconds and milliseconds add up, and are spelled in one way.
    #[test]
    fn a_duration_is_the_sum_of_its_parts(
        hours in prop::option::of(0..100_000u64),
        minutes in prop::option::of(0..100_000u64),
        seconds in prop::option::of(0..100_000u64),
        milliseconds in prop::option::of(0..100_000u64),
    ) {
        let parts = [(hours, "h", 3_600_000), (minutes, "m", 60_000), (seconds, "s", 1_000), (milliseconds, "ms", 1)];
        let text: String =
            parts.iter().filter_map(|(count, unit, _)| Some(format!("{}{unit}", (*count)?))).collect();
        let sum: u64 = parts.iter().map(|(count, _, length)| count.unwrap_or(0) * length).sum();
        let expected = (!text.is_empty()).then(|| Duration::from_millis(sum));
        prop_assert_eq!(duration(&text).ok(), expected, "{}", text);
    }

    #[test]
    fn any_text_is_a_duration_or_none(text in "-?[0-9]{0,25}(h|m|s|ms|us|ns|d|y| |\\.|,){0,3}[0-9hms]{0,6}|\\PC{0,12}") {
        let parsed = duration(&text);
        prop_assert!(!text.starts_with('-') || parsed.is_err_and(|why| why.contains("500ms")) || text.starts_with("-0") || is_zero(&text));
    }
}

/// `-0s` is no less than nothing.
fn is_zero(text: &str) -> bool {
    !text.contains(|c: char| ('1'..='9').contains(&c))
}

mod fixed {
    use super::*;

    #[test]
    fn what_is_kept_is_read_alike() {
        for (name, bytes) in kept("lines") {
            let words: Vec<OsString> = bytes
                .split(|&byte| byte == 0)
                .map(|word| std::os::unix::ffi::OsStringExt::from_vec(word.to_vec()))
                .collect();
            assert_eq!(agree(&words), Ok(()), "{name}");
        }
    }
}
