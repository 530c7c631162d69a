//! Words for a terminal: other processes choose their arguments, and must not choose what a terminal does.

use std::fmt::Write as _;

/// Characters that change how a line is laid out without being seen (Unicode TR9 and TR36).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A text on one line, with control and invisible characters as `\x1b`, `\n` or `\u{202e}`.
#[must_use]
pub fn line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if c.is_ascii_control() => push(&mut shown, format_args!("\\x{:02x}", u32::from(c))),
            c if c.is_control() || is_invisible(c) => {
                push(&mut shown, format_args!("\\u{{{:x}}}", u32::from(c)));
            }
            c => shown.push(c),
        }
    }
    shown
}

fn push(shown: &mut String, piece: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    if shown.write_fmt(piece).is_err() {
        shown.push('?');
    }
}

/// A command line as a person would type it: words quoted where a shell needs it, control characters escaped.
#[must_use]
pub fn command<W: AsRef<str>>(words: &[W]) -> String {
    words.iter().map(|word| quote(word.as_ref())).collect::<Vec<_>>().join(" ")
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_=+./:,@%".contains(c);
    if word.chars().any(|c| c.is_control() || is_invisible(c)) {
        return quote_controls(word);
    }
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// `$'…'`, which shells read back to the very bytes (bash(1), "QUOTING"; in POSIX since 2024).
fn quote_controls(word: &str) -> String {
    let mut shown = "$'".to_owned();
    for c in word.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\\' | '\'' => shown.extend(['\\', c]),
            c if c.is_control() || is_invisible(c) => {
                for byte in c.to_string().bytes() {
                    push(&mut shown, format_args!("\\x{byte:02x}"));
                }
            }
            c => shown.push(c),
        }
    }
    shown.push('\'');
    shown
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_sees_no_control_character() {
        let hostile = "a\u{1b}[2Jb\nc\u{202e}d\u{9b}e\0";
        assert_eq!(line(hostile), "a\\x1b[2Jb\\nc\\u{202e}d\\u{9b}e\\x00");
        assert!(!command(&[hostile]).chars().any(char::is_control));
    }

    #[test]
    fn words_are_quoted_as_a_shell_wants() {
        assert_eq!(
            command(&["python3", "main.py", "a b", "", "it's"]),
            r"python3 main.py 'a b' '' 'it'\''s'"
        );
    }
}
