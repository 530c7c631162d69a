//! The words of a command while it is read.

use std::borrow::Cow;

/// One word.
pub(super) type Word<'a> = Cow<'a, [u8]>;

/// The words of a command and a place in them.
///
/// They are kept in reverse, so that a launcher's words are taken away, and the words of `env -S TEXT` are
/// put in, at the end of the vector: the whole reading stays linear.
pub(super) struct Arguments<'a> {
    reversed: Vec<Word<'a>>,
    unread: usize,
}

impl<'a> Arguments<'a> {
    pub(super) fn of(words: &[&'a [u8]]) -> Self {
        let reversed: Vec<_> = words.iter().rev().map(|word| Cow::Borrowed(*word)).collect();
        Self { unread: reversed.len(), reversed }
    }

    /// What was read belonged to a launcher: the command begins here.
    pub(super) fn begin(&mut self) {
        self.reversed.truncate(self.unread);
    }

    pub(super) fn peek(&self) -> Option<&Word<'a>> {
        self.reversed.get(self.unread.checked_sub(1)?)
    }

    pub(super) fn next(&mut self) -> Option<Word<'a>> {
        let word = self.peek()?.clone();
        self.unread -= 1;
        Some(word)
    }

    /// Puts words in place of what was read of this command; they are read next.
    pub(super) fn replace_read(&mut self, words: impl DoubleEndedIterator<Item = Word<'a>>) {
        self.begin();
        self.reversed.extend(words.rev());
        self.unread = self.reversed.len();
    }

    /// Puts a new command in place of this one.
    pub(super) fn replace_all(&mut self, words: Vec<Vec<u8>>) {
        self.unread = 0;
        self.replace_read(words.into_iter().map(Cow::Owned));
    }

    /// The words that were not read.
    pub(super) fn rest(&self) -> Vec<Word<'a>> {
        self.reversed[..self.unread].iter().rev().cloned().collect()
    }

    /// All the words of the command.
    pub(super) fn whole(&self) -> Vec<Word<'a>> {
        self.reversed.iter().rev().cloned().collect()
    }
}

/// The word from this byte on.
pub(super) fn tail<'a>(word: &Word<'a>, from: usize) -> Word<'a> {
    match word {
        Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(from..).unwrap_or_default()),
        Cow::Owned(bytes) => Cow::Owned(bytes.get(from..).unwrap_or_default().to_vec()),
    }
}
