//! A secret never survives, what is none stays, and what was cleaned is clean.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{arguments, text};
use crate::corpus::{cases, kept};
use crate::effort;

/// What may stand before a secret and behind it.
fn surroundings() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z/:=@?&'\"%. ,;()<>{}\\n-]{0,10}",
        "\\PC{0,8}",
        prop::sample::select(vec![
            "https://api.telegram.org/bot",
            "http://u:p@h/",
            "--token=",
            "--header=",
            "TOKEN='",
            "{\"a\":\"",
            "x=%3a",
            "-u",
            "Authorization: Bearer ",
            "é",
        ])
        .prop_map(str::to_owned),
    ]
}

/// The letters of a secret, which stand nowhere else.
const SECRET: &str = "QZXJQZXJ[QZXJ0-9]{20,40}";

fn is_shown(shown: &[String], secret: &str) -> bool {
    shown.iter().any(|word| word.contains(&secret[..8]))
}

proptest! {
    #![proptest_config(cases())]

    /// A bot's token, wherever it stands, in an argument list and in a text.
    #[test]
    fn a_token_never_survives(
        before in surroundings(),
        id in "[1-9][0-9]{4,12}",
        colon in prop::sample::select(vec![":", "%3A", "%3a"]),
        secret in SECRET,
        times in 1..3usize,
        after in surroundings(),
        words in vec("[a-z=-]{0,6}", 0..3),
    ) {
        let tokens = format!("{id}{colon}{secret}").repeat(times);
        let word = format!("{before}{tokens}{after}");
        prop_assert!(!is_shown(&[text(&word)], &secret), "{} is shown as {}", word, text(&word));
        let list: Vec<String> = words.iter().cloned().chain([word]).chain(words.iter().cloned()).collect();
        let shown = arguments(&list);
        prop_assert_eq!(shown.len(), list.len());
        prop_assert!(!is_shown(&shown, &secret), "{:?} is shown as {:?}", list, shown);
    }

    /// The value of a telling name, in each way in which options and variables are written.
    #[test]
    fn the_value_of_a_telling_name_never_survives(
        name in "(BOT_|x-|)(token|TOKEN|secret|password|api-key|dbPassword|API_KEY)",
        form in 0..7usize,
        secret in "QZXJQZXJ[!-&*-~]{0,12}",
        words in vec("[a-z.]{1,6}", 0..3),
    ) {
        let list: Vec<String> = match form {
            0 => vec![format!("--{name}"), secret.clone()],
            1 => vec![format!("--{name}={secret}")],
            2 => vec![format!("{name}={secret}")],
            3 => vec!["-H".into(), format!("{name}: {secret}")],
            5 => vec!["-u".into(), format!("{name}={secret}:x")],
            4 => vec![format!("{{\"{name}\":\"{}\"}}", secret.replace(['"', '\\'], ""))],
            _ => vec!["--proxy-user".into(), format!("me:{secret}")],
        };
        let list: Vec<String> = words.iter().cloned().chain(list).chain(words.iter().cloned()).collect();
        let shown = arguments(&list);
        prop_assert!(!is_shown(&shown, &secret), "{:?} is shown as {:?}", list, shown);
    }

    #[test]
    fn a_password_in_a_url_never_survives(
        scheme in "[a-z]{2,8}",
        user in "[a-z0-9._-]{0,8}",
        secret in "QZXJQZXJ[!-&*-~]{0,12}",
        host in "[a-z0-9.-]{1,12}",
        before in "(--url=|url |'|)",
        after in "(/[a-z]{0,5}|:[0-9]{1,4}|)",
    ) {
        let url = format!("{before}{scheme}://{user}:{secret}@{host}{after}");
        prop_assert!(!is_shown(&[text(&url)], &secret), "{} is shown as {}", url, text(&url));
        prop_assert!(!is_shown(&arguments(&[&url]), &secret), "{} is shown as {:?}", url, arguments(&[&url]));
    }

    /// Words without a secret's form or name are shown as they are.
    #[test]
    fn harmless_words_stay(
        words in vec("[a-df-oq-rt-z]{1,6}\\.(py|js)|-[a-tv-z]|--[a-dfgik-oqrt-z]{2,6}|[0-9]{1,4}|/[a-df-oq-rt-z]{1,5}/[a-d]{1,3}", 0..6),
    ) {
        prop_assert_eq!(&arguments(&words), &words);
        let line = words.join(" ");
        prop_assert_eq!(text(&line), line);
    }

    /// What was cleaned once is not changed again: it is what it is shown as.
    #[test]
    fn what_is_clean_stays(words in vec(surroundings(), 0..4), secret in SECRET, at in 0..3usize) {
        let mut words = words;
        words.insert(at.min(words.len()), format!("12345678:{secret}"));
        let line = words.join(["", " ", "="][at]);
        let once = text(&line);
        prop_assert_eq!(text(&once), once.clone(), "{}", line);
        let once = arguments(&words);
        prop_assert_eq!(arguments(&once), once.clone(), "{:?}", words);
    }

    #[test]
    fn any_words_are_read(words in vec(vec(any::<u8>(), 0..20), 0..5)) {
        prop_assert_eq!(arguments(&words).len(), words.len());
    }
}

mod fixed {
    use super::*;

    /// Long words (the kernel takes twice as long ones: `MAX_ARG_STRLEN`, `execve(2)`) cost a look a byte.
    #[test]
    fn long_words_cost_a_look_a_byte() {
        const LONGEST: usize = 64 * 1024;
        for piece in [
            ":", "=", "a:", "1:", "%", "%3", "%3A", "'", "a='", "token=\"", "sk-", "@", "//", "a//b:c@", ".",
            "é", " ", "x ",
        ] {
            let word = piece.repeat(LONGEST / piece.len());
            let before = effort::so_far();
            let _shown = (arguments(&[&word]), text(&word));
            let took = effort::so_far() - before;
            assert!(took < Duration::from_secs(3), "{piece:?} took {took:?}");
        }
    }

    /// Each kept input holds a secret, which is called `QZXJ…` in it.
    #[test]
    fn what_is_kept_shows_no_secret() {
        for (name, bytes) in kept("secrets") {
            let words: Vec<&[u8]> = bytes.split(|&byte| byte == 0).collect();
            let once = arguments(&words);
            let line = text(&String::from_utf8_lossy(&bytes).replace('\0', " "));
            assert!(!is_shown(&once, "QZXJQZXJ") && !line.contains("QZXJQZXJ"), "{name}: {once:?} {line}");
            assert_eq!(arguments(&once), once, "{name}");
            assert_eq!(text(&line), line, "{name}");
        }
    }
}
