//! Reading options by the rows of a table.

use std::borrow::Cow;

use super::arguments::{Arguments, Word, tail};
use super::words::split_env_string;

/// One option, or several that behave alike.
#[derive(Clone, Copy)]
pub(super) struct Opt {
    /// How it is spelled, separated by spaces: `-x` may stand in a cluster of letters, `--long` may be
    /// followed by `=VALUE`, and a name that ends in `*` stands for all words that begin like it.
    pub(super) spelled: &'static str,
    pub(super) takes: Takes,
    pub(super) means: Means,
}

/// Where the value of an option stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// It has none.
    Nothing,
    /// In the rest of its own word, else in the next word.
    Value,
    /// In the rest of its own word, or nowhere.
    Attached,
    /// In the next word; after a cluster's last letter only (the `-o` of shells).
    NextWord,
}

/// What an option says about the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// Nothing.
    Nothing,
    /// There is no file (`-c CODE`), or the command only informs, checks or edits.
    Whole,
    /// Options end here.
    End,
    /// The value is the program's file.
    File,
    /// The value is a Python module, and options end here.
    Module,
    /// The first operand is a Python module (`uv run -m`).
    OperandIsModule,
    /// The first operand is a Python file (`uv run -s`).
    OperandIsScript,
    /// The first operand is a `.jar`.
    OperandIsJar,
    /// A shell reads the value, or the first operand if there is no value.
    ShellText,
    /// The value is split into words that take its place (`env -S`).
    Split,
    /// The value is the directory to work in.
    Directory,
    /// An account is named by an option and not by an operand (`runuser -u`).
    User,
    /// Python's `-I`, `-E`, `-P`, `-s`, `-S`.
    Isolated,
    /// See [`Means::Isolated`].
    IgnoreEnvironment,
    /// See [`Means::Isolated`].
    SafePath,
    /// See [`Means::Isolated`].
    NoUserSite,
    /// See [`Means::Isolated`].
    NoSite,
}

/// How a program reads its options.
#[derive(Clone, Copy)]
pub(super) struct Grammar {
    pub(super) options: &'static [Opt],
    /// `-abc` is `-a -b -c` (getopt(3)); otherwise each word is one option.
    pub(super) clusters: bool,
    /// A long option that is not in the table takes no next word (node(1): V8's flags).
    pub(super) unknown_long_is_flag: bool,
    /// `+x` takes back what `-x` sets (sh(1)).
    pub(super) plus: bool,
    /// Options may follow operands (su(1)).
    pub(super) permutes: bool,
}

/// The options that were found and say something.
#[derive(Default)]
pub(super) struct Findings<'a> {
    options: Vec<(Means, Option<Word<'a>>)>,
    /// The operands before the last option, where the grammar permutes them.
    pub(super) operands: Vec<Word<'a>>,
}

impl<'a> Findings<'a> {
    pub(super) fn has(&self, means: Means) -> bool {
        self.options.iter().any(|(found, _)| *found == means)
    }

    /// The value of the last such option.
    pub(super) fn value(&self, means: Means) -> Option<&Word<'a>> {
        self.options.iter().rev().find(|(found, _)| *found == means)?.1.as_ref()
    }
}

/// How many `env -S` one command may hold. Each splits the rest of a text again, so without a bound a hostile
/// line costs the square of its length.
const MOST_SPLITS: usize = 8;

/// Reads options up to the first operand and adds what they say; `None` if a word is not understood or there
/// is no file to find.
pub(super) fn read<'a>(words: &mut Arguments<'a>, grammar: &Grammar, found: &mut Findings<'a>) -> Option<()> {
    let mut reader = Reader { words, grammar, found, splits: 0 };
    loop {
        match reader.word()? {
            State::Options => {}
            State::Operand if grammar.permutes => reader.set_aside(),
            State::Operand | State::Ended => return Some(()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Options,
    Operand,
    Ended,
}

struct Reader<'r, 'a> {
    words: &'r mut Arguments<'a>,
    grammar: &'r Grammar,
    found: &'r mut Findings<'a>,
    splits: usize,
}

impl<'a> Reader<'_, 'a> {
    /// Reads one word with all its options; an operand is left where it is.
    fn word(&mut self) -> Option<State> {
        let Some(word) = self.words.peek().cloned() else { return Some(State::Ended) };
        if word.as_ref() == b"--" {
            self.words.next();
            return Some(State::Ended);
        }
        if let Some(option) = self.exactly(&word) {
            self.words.next();
            return self.take(option, None);
        }
        match word.as_ref() {
            [b'-', b'-', ..] => self.long(&word),
            [b'-', _, ..] if self.grammar.clusters => self.cluster(&word),
            [b'-', _, ..] => self.long(&word),
            [b'+', _, ..] if self.grammar.plus => self.cluster(&word),
            _ => Some(State::Operand),
        }
    }

    /// `--name=value`, or a long option that the table need not know.
    fn long(&mut self, word: &Word<'a>) -> Option<State> {
        self.words.next();
        let equals = word.iter().position(|byte| *byte == b'=');
        let named = equals.and_then(|at| Some((self.exactly(&word[..at])?, at)));
        match named {
            Some((option, at)) => self.take(option, Some(tail(word, at + 1))),
            None => (self.grammar.unknown_long_is_flag && word.starts_with(b"--")).then_some(State::Options),
        }
    }

    /// `-abc`, the last of which may have a value.
    fn cluster(&mut self, word: &Word<'a>) -> Option<State> {
        self.words.next();
        let mut state = State::Options;
        for (at, letter) in word.iter().enumerate().skip(1) {
            let option = self.exactly(&[b'-', *letter])?;
            let rest = tail(word, at + 1);
            match option.takes {
                Takes::Nothing => state = self.take(option, None)?,
                Takes::NextWord if !rest.is_empty() => return None,
                _ => return self.take(option, (!rest.is_empty()).then_some(rest)),
            }
        }
        Some(state)
    }

    fn exactly(&self, name: &[u8]) -> Option<&'static Opt> {
        self.grammar.options.iter().find(|option| option.is_spelled(name))
    }

    /// Takes the option's value, and notes what it means.
    fn take(&mut self, option: &Opt, attached: Option<Word<'a>>) -> Option<State> {
        let value = match option.takes {
            Takes::Nothing | Takes::Attached => attached,
            Takes::Value | Takes::NextWord => Some(attached.or_else(|| self.words.next())?),
        };
        match option.means {
            Means::Nothing => {}
            Means::Whole => return None,
            Means::End => return Some(State::Ended),
            Means::Split => self.split(value.as_ref()?)?,
            means => self.found.options.push((means, value)),
        }
        Some(if option.means == Means::Module { State::Ended } else { State::Options })
    }

    fn set_aside(&mut self) {
        self.found.operands.extend(self.words.next());
    }

    fn split(&mut self, text: &[u8]) -> Option<()> {
        self.splits += 1;
        let words = split_env_string(text).filter(|_| self.splits <= MOST_SPLITS)?;
        // The name stays in front: the whole command must not begin with an argument.
        let name = Cow::Borrowed(b"env".as_slice());
        self.words.replace_read(std::iter::once(name).chain(words.into_iter().map(Cow::Owned)));
        self.words.next().map(drop)
    }
}

impl Opt {
    fn is_spelled(&self, word: &[u8]) -> bool {
        self.spelled.split_ascii_whitespace().any(|name| matches(name.as_bytes(), word))
    }
}

fn matches(name: &[u8], word: &[u8]) -> bool {
    match name.strip_suffix(b"*") {
        Some(start) => word.get(..start.len()).is_some_and(|begin| same(start, begin)),
        None => same(name, word),
    }
}

/// Node takes `_` for `-` inside the names of long options, and so does V8; the others know no `_` at all.
fn same(name: &[u8], word: &[u8]) -> bool {
    let inside = |at: usize| at >= 2 && name.starts_with(b"--");
    let alike = |at: usize| name[at] == word[at] || inside(at) && (name[at], word[at]) == (b'-', b'_');
    name.len() == word.len() && (0..name.len()).all(alike)
}
