//! Splitting a text into words, as a shell does and as `env -S` does.
//!
//! Only a text that certainly means one simple command is split. Whatever would need the shell itself
//! (variables, patterns, pipes, input from a file, a change of directory) gives `None`. Where output goes says nothing of
//! the program, as in the usual line of a crontab, `python main.py >>log 2>&1`.

use super::names::is_one_of;
use super::tables::SHELL_WORDS;

/// The words of a simple command (sh(1)), without the assignments before it and where its output goes:
/// `A=b exec python 'my bot.py' >log` is `[exec, python, my bot.py]`.
pub(super) fn simple_command(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut text = Text(trimmed(text));
    while let Some(word) = shell_word(&mut text, false)? {
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

/// Without the blanks and line ends around it, which say nothing to a shell.
fn trimmed(text: &[u8]) -> &[u8] {
    let says_something = |byte: &u8| !b" \t\n".contains(byte);
    match (text.iter().position(says_something), text.iter().rposition(says_something)) {
        (Some(first), Some(last)) => &text[first..=last],
        _ => b"",
    }
}

/// What is left of a text.
struct Text<'t>(&'t [u8]);

impl Text<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }
}

#[derive(Default)]
struct ShellWord {
    bytes: Vec<u8>,
    quoted: bool,
    assigns: bool,
}

impl ShellWord {
    fn is_begun(&self) -> bool {
        self.quoted || !self.bytes.is_empty()
    }

    /// A descriptor's number, if a redirection follows at once: `2>log`.
    fn is_descriptor(&self) -> bool {
        !self.quoted && self.bytes.iter().all(u8::is_ascii_digit)
    }

    /// Where quoted bytes go.
    fn in_quotes(&mut self) -> &mut Vec<u8> {
        self.quoted = true;
        &mut self.bytes
    }

    /// Takes an unquoted byte; `None` if the shell would do more than take it.
    fn plain(&mut self, byte: u8) -> Option<()> {
        // These are special at the start of a word (`~user`, zsh's `=command`), and bash knows `NAME=~`.
        let special = match self.bytes.last() {
            None if !self.quoted => b"~=%".as_slice(),
            Some(b'=' | b':') => b"~",
            _ => b"",
        };
        if special.contains(&byte) || b";&|<>()$`*?[]#{}!^\n".contains(&byte) {
            return None;
        }
        self.assigns |= byte == b'=' && !self.quoted && is_variable_name(&self.bytes);
        self.bytes.push(byte);
        Some(())
    }
}

/// The next word, or `Some(None)` at the end. In the name of a file that output goes to, a number is no descriptor's.
fn shell_word(text: &mut Text<'_>, is_file: bool) -> Option<Option<ShellWord>> {
    let mut word = ShellWord::default();
    loop {
        let before = text.0;
        let Some(byte) = text.next() else { break };
        match byte {
            b' ' | b'\t' if word.is_begun() => break,
            b' ' | b'\t' => {}
            // A line that goes on: the shell sees neither byte.
            b'\\' if text.0.starts_with(b"\n") => text.0 = &text.0[1..],
            b'\'' => single_quoted(text, word.in_quotes())?,
            b'"' => double_quoted(text, word.in_quotes())?,
            b'\\' => word.in_quotes().push(text.next()?),
            b'>' if word.is_begun() && (is_file || !word.is_descriptor()) => {
                text.0 = before;
                break;
            }
            b'>' if !is_file => {
                output(text)?;
                word = ShellWord::default();
            }
            plain => word.plain(plain)?,
        }
    }
    Some(word.is_begun().then_some(word))
}

/// Passes over where output goes, behind a `>`: `>log`, `>>log`, `>|log`, `>&1`, `>&-`.
fn output(text: &mut Text<'_>) -> Option<()> {
    match text.0.first()? {
        b'&' => {
            text.next();
            let digits = text.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let length = if digits == 0 && text.0.starts_with(b"-") { 1 } else { digits };
            text.0 = &text.0[length..];
            (length > 0 && matches!(text.0.first(), None | Some(b' ' | b'\t'))).then_some(())
        }
        first => {
            if b">|".contains(first) {
                text.next();
            }
            shell_word(text, true)?.map(drop)
        }
    }
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

fn is_variable_name(name: &[u8]) -> bool {
    // `+` is the end of `NAME+=VALUE`.
    let name = name.strip_suffix(b"+").unwrap_or(name);
    name.first().is_some_and(|first| !first.is_ascii_digit())
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

const ENV_SPACES: &[u8] = b" \t\n\r\x0b\x0c";

/// The next word, or `Some(None)` at the end.
fn env_word(text: &mut Text<'_>) -> Option<Option<Vec<u8>>> {
    let mut word = EnvWord::default();
    while let Some(byte) = text.next() {
        match byte {
            b'\\' => match env_escape(text.next()?, word.quote)? {
                Escape::Byte(byte) => word.push(byte),
                Escape::Kept(byte) => word.bytes.extend([b'\\', byte]),
                Escape::WordEnds if word.begun => break,
                Escape::WordEnds => {}
                Escape::TextEnds => text.0 = b"",
            },
            _ if word.quote.is_none() && ENV_SPACES.contains(&byte) => {
                if word.begun {
                    break;
                }
            }
            b'#' if !word.begun => text.0 = b"",
            byte => word.take(byte)?,
        }
    }
    // A quote that never ends is an error to env(1).
    word.quote.is_none().then_some(word.begun.then_some(word.bytes))
}

#[derive(Default)]
struct EnvWord {
    bytes: Vec<u8>,
    quote: Option<u8>,
    /// It may be empty: `''`.
    begun: bool,
}

impl EnvWord {
    fn push(&mut self, byte: u8) {
        self.begun = true;
        self.bytes.push(byte);
    }

    /// Takes a byte that no `\` stands before; `None` for a variable, whose value is not in the arguments.
    fn take(&mut self, byte: u8) -> Option<()> {
        match (byte, self.quote) {
            (b'$', None | Some(b'"')) => return None,
            (byte, Some(quote)) if byte == quote => self.quote = None,
            (b'\'' | b'"', None) => {
                self.quote = Some(byte);
                self.begun = true;
            }
            (byte, _) => self.push(byte),
        }
        Some(())
    }
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
