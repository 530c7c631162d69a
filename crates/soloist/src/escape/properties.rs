//! A command line that is shown can be typed: a shell reads the same words, and a terminal sees nothing but text.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{command, is_invisible, line};
use crate::corpus::{cases, kept};

/// How bash(1) reads a line that [`command`] has written: `'…'`, `$'…'`, `\'` and plain characters. `None` is what it
/// would read otherwise.
fn words(line: &str) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            ' ' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next()? {
                        '\'' => break,
                        c => word.extend(c.to_string().bytes()),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(rest.next()?.to_string().bytes()),
            '$' => {
                if rest.next()? != '\'' {
                    return None;
                }
                ansi(&mut rest, word.get_or_insert_default())?;
            }
            c if c.is_alphanumeric() || "-_=+./:,@%".contains(c) => {
                word.get_or_insert_default().extend(c.to_string().bytes());
            }
            _ => return None,
        }
    }
    words.extend(word);
    Some(words)
}

/// The inside of `$'…'` (bash(1), "QUOTING").
fn ansi(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, word: &mut Vec<u8>) -> Option<()> {
    loop {
        match rest.next()? {
            '\'' => return Some(()),
            '\\' => match rest.next()? {
                'n' => word.push(b'\n'),
                'r' => word.push(b'\r'),
                't' => word.push(b'\t'),
                'x' => {
                    let mut value = 0;
                    let mut digits = 0;
                    while let Some(digit) = rest.peek().and_then(|c| c.to_digit(16)).filter(|_| digits < 2) {
                        value = value * 16 + digit;
                        digits += 1;
                        rest.next();
                    }
                    word.push(u8::try_from(value).ok().filter(|_| digits > 0)?);
                }
                c @ ('\\' | '\'' | '"' | '?') => word.push(u8::try_from(c).ok()?),
                _ => return None,
            },
            c => word.extend(c.to_string().bytes()),
        }
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,6}",
        "[a-z'\"\\\\$`~!*?#&;|<> =n-]{0,8}",
        "[a-f0-9'\\\\\\x01-\\x1f\\x7f-\\x9f\u{200b}-\u{200f}\u{2028}-\u{202e}\u{feff}]{0,6}",
    ]
}

/// Neither moves a terminal's cursor nor changes the order of its letters.
fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || is_invisible(c))
}

fn can_be_typed(list: &[String]) -> Result<(), String> {
    let shown = command(list);
    let expected: Vec<Vec<u8>> = list.iter().map(|word| word.clone().into_bytes()).collect();
    match words(&shown) {
        Some(read) if read == expected && is_plain(&shown) => Ok(()),
        read => Err(format!("{list:?} is shown as {shown} and read as {read:?}")),
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_shell_reads_the_words_that_are_shown(list in vec(word(), 0..5)) {
        prop_assert_eq!(can_be_typed(&list), Ok(()));
    }

    #[test]
    fn a_terminal_sees_text_on_one_line(text in word()) {
        let shown = line(&text);
        prop_assert!(is_plain(&shown), "{:?}", shown);
        prop_assert_eq!(shown == text, is_plain(&text));
        prop_assert_eq!(line(&shown), shown);
    }
}

mod fixed {
    use super::*;

    #[test]
    fn what_is_kept_can_be_typed() {
        for (name, bytes) in kept("words") {
            let list: Vec<String> = bytes
                .split(|&byte| byte == 0)
                .map(|word| String::from_utf8_lossy(word).into_owned())
                .collect();
            assert_eq!(can_be_typed(&list), Ok(()), "{name}");
        }
    }
}
