//! Splitting a text into words, as a shell does and as `env -S` does.
//!
//! Only a text that certainly means one simple command is split. Whatever would need the shell itself (variables,
//! patterns, pipes, redirections, a change of directory) gives `None`.

use super::names::is_one_of;
use super::tables::SHELL_WORDS;

/// The words of a simple command (sh(1)), without the assignments before it: `A=b exec python 'my bot.py'` is
/// `[exec, python, my bot.py]`.
pub(super) fn simple_command(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut text = Text(text.trim_ascii());
    while let Some(word) = shell_word(&mut text)? {
        if !(words.is_empty() && word.assigns) {
            words.push(word.bytes);
        }
    }
    let name: &Vec<u8> = words.first()?;
    (!is_one_of(name, SHELL_WORDS)).then_some(words)
}

/// The words of `env -S TEXT` by the rules of env(1), without the `#` comment at its end.
pub(super) fn split_env_string(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut text = Text(text);
    while let Some(word) = env_word(&mut text)? {
        words.push(word);
    }
    Some(words)
}

/// What is left of a text.
struct Text<'t>(&'t [u8]);

impl Text<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn skip(&mut self, spaces: &[u8]) {
        while self.0.first().is_some_and(|byte| spaces.contains(byte)) {
            self.next();
        }
    }
}

#[derive(Default)]
struct ShellWord {
    bytes: Vec<u8>,
    quoted: bool,
    assigns: bool,
}

impl ShellWord {
    /// Takes an unquoted byte; `None` if the shell would do more than take it.
    fn plain(&mut self, byte: u8) -> Option<()> {
        // These are special at the start of a word only (`~user`, zsh's `=command`).
        let special = if self.bytes.is_empty() && !self.quoted { b"~=%".as_slice() } else { b"" };
        if special.contains(&byte) || b";&|<>()$`*?[]#{}!^\n".contains(&byte) {
            return None;
        }
        self.assigns |= byte == b'=' && !self.quoted && is_variable_name(&self.bytes);
        self.bytes.push(byte);
        Some(())
    }
}

/// The next word, or `Some(None)` at the end.
fn shell_word(text: &mut Text<'_>) -> Option<Option<ShellWord>> {
    text.skip(b" \t");
    let mut word = ShellWord::default();
    while let Some(byte) = text.next() {
        match byte {
            b' ' | b'\t' => break,
            b'\'' => single_quoted(text, &mut word.bytes)?,
            b'"' => double_quoted(text, &mut word.bytes)?,
            b'\\' => escaped(text, &mut word.bytes)?,
            plain => word.plain(plain)?,
        }
        word.quoted |= b"'\"\\".contains(&byte);
    }
    Some((word.quoted || !word.bytes.is_empty()).then_some(word))
}

fn single_quoted(text: &mut Text<'_>, word: &mut Vec<u8>) -> Option<()> {
    loop {
        match text.next()? {
            b'\'' => return Some(()),
            byte => word.push(byte),
        }
    }
}

fn double_quoted(text: &mut Text<'_>, word: &mut Vec<u8>) -> Option<()> {
    loop {
        match text.next()? {
            b'"' => return Some(()),
            b'$' | b'`' => return None,
            b'\\' => match text.next()? {
                b'\n' => {}
                byte if b"$`\"\\".contains(&byte) => word.push(byte),
                byte => word.extend([b'\\', byte]),
            },
            byte => word.push(byte),
        }
    }
}

fn escaped(text: &mut Text<'_>, word: &mut Vec<u8>) -> Option<()> {
    match text.next()? {
        b'\n' => {}
        byte => word.push(byte),
    }
    Some(())
}

fn is_variable_name(name: &[u8]) -> bool {
    // `+` is the end of `NAME+=VALUE`.
    let name = name.strip_suffix(b"+").unwrap_or(name);
    name.first().is_some_and(|first| !first.is_ascii_digit())
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

const ENV_SPACES: &[u8] = b" \t\n\r\x0b\x0c";

/// The next word, or `Some(None)` at the end.
fn env_word(text: &mut Text<'_>) -> Option<Option<Vec<u8>>> {
    text.skip(ENV_SPACES);
    if text.0.first().is_none_or(|first| *first == b'#') {
        return Some(None);
    }
    let mut word = Vec::new();
    let mut quote = None;
    let mut any = false;
    while let Some(byte) = text.next() {
        match byte {
            _ if quote == Some(byte) => quote = None,
            b'\'' | b'"' if quote.is_none() => quote = Some(byte),
            b'\\' => match env_escape(text.next()?, quote)? {
                Escape::Byte(byte) => word.push(byte),
                Escape::Kept(byte) => word.extend([b'\\', byte]),
                Escape::WordEnds => break,
                Escape::TextEnds => {
                    text.0 = &[];
                    break;
                }
            },
            // A variable's value is not in the arguments.
            b'$' if quote != Some(b'\'') => return None,
            _ if quote.is_none() && ENV_SPACES.contains(&byte) => break,
            byte => word.push(byte),
        }
        any = true;
    }
    // A quote that never ends is an error to env(1).
    (quote.is_none()).then_some((any || !word.is_empty()).then_some(word))
}

enum Escape {
    Byte(u8),
    Kept(u8),
    WordEnds,
    TextEnds,
}

/// What `\byte` stands for, inside this quote.
fn env_escape(byte: u8, quote: Option<u8>) -> Option<Escape> {
    Some(match (byte, quote) {
        (b'\\' | b'\'', Some(b'\'')) => Escape::Byte(byte),
        (_, Some(b'\'')) => Escape::Kept(byte),
        (b'_', None) => Escape::WordEnds,
        (b'_', Some(_)) => Escape::Byte(b' '),
        (b'c', None) => Escape::TextEnds,
        (b'f', _) => Escape::Byte(b'\x0c'),
        (b'n', _) => Escape::Byte(b'\n'),
        (b'r', _) => Escape::Byte(b'\r'),
        (b't', _) => Escape::Byte(b'\t'),
        (b'v', _) => Escape::Byte(b'\x0b'),
        (b'#' | b'$' | b'"' | b'\'' | b'\\', _) => Escape::Byte(byte),
        _ => return None,
    })
}
