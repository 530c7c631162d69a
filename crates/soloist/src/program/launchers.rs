//! What a launcher starts.

use std::borrow::Cow;

use super::arguments::Arguments;
use super::interpreters::shell_command;
use super::names::{base, has_extension, is_one_of};
use super::options::{self, Findings, Means};
use super::reading::{Reading, Step};
use super::tables::{self, LauncherRow, Then};
use super::{Family, Target};

/// Reads the command of a launcher, after its name.
pub(super) fn read<'a>(reading: &mut Reading<'a>, row: &'static LauncherRow) -> Option<Step<'a>> {
    let mut found = Findings::default();
    if !row.run_words.is_empty() {
        options::read(&mut reading.words, &row.before, &mut found)?;
        is_one_of(&reading.words.next()?, row.run_words).then_some(())?;
    }
    options::read(&mut reading.words, &row.grammar, &mut found)?;
    for _ in 0..row.operands {
        reading.words.next()?;
    }
    if row.assignments {
        skip_assignments(&mut reading.words);
    }
    let step = follow(reading, row, &found)?;
    if let Some(directory) = found.value(Means::Directory) {
        reading.enter(directory);
    }
    Some(step)
}

fn skip_assignments(words: &mut Arguments<'_>) {
    while words.peek().is_some_and(|word| word.contains(&b'=')) {
        words.next();
    }
}

fn follow<'a>(
    reading: &mut Reading<'a>,
    row: &'static LauncherRow,
    found: &Findings<'a>,
) -> Option<Step<'a>> {
    if let Some(text) = found.value(Means::ShellText) {
        return shell_command(reading, text, row.name);
    }
    let step = match row.then {
        Then::Command => command(reading),
        Then::PythonOrCommand => python(reading, found).unwrap_or_else(|| command(reading)),
        Then::PythonOrKnown => python(reading, found).unwrap_or_else(|| known(reading)),
        Then::Package => {
            command(reading).filter(|_| reading.words.peek().is_some_and(|word| is_package(word)))
        }
        Then::Applet => command(reading).filter(|_| reading.words.peek().is_some_and(|word| is_front(word))),
        Then::CommandOrText => return command_or_text(reading, row),
        Then::Account => account(reading, found),
    }?;
    reading.pass(row.name);
    Some(step)
}

fn command<'a>(reading: &Reading<'a>) -> Option<Step<'a>> {
    reading.words.peek().map(|_| Step::Onward)
}

/// A Python file or module that the launcher runs itself; `None` if the operand is something else.
fn python<'a>(reading: &mut Reading<'a>, found: &Findings<'a>) -> Option<Option<Step<'a>>> {
    let word = reading.words.peek()?.clone();
    let target = if found.has(Means::OperandIsModule) {
        Target::Module(word)
    } else if word.as_ref() == b"-" || word.windows(3).any(|part| part == b"://") {
        return Some(None);
    } else if found.has(Means::OperandIsScript) || has_extension(&word, "py pyw") {
        Target::File(word)
    } else {
        return None;
    };
    reading.words.next();
    reading.interpret_as(Family::Python, Cow::Borrowed(b"python"));
    Some(Some(Step::Runs(target)))
}

/// A command that the project's file does not give another meaning: `pdm run start` can be a script of it.
fn known<'a>(reading: &Reading<'a>) -> Option<Step<'a>> {
    let word = reading.words.peek()?;
    // hatch(1): `environment:command`.
    let clear = !word.contains(&b':') && (is_front(word) || word.contains(&b'/'));
    clear.then_some(Step::Onward)
}

fn is_front(word: &[u8]) -> bool {
    tables::front(base(word)).is_some()
}

/// A bare name: with a version, a scope or a path it is a package that need not have a command of this name.
fn is_package(word: &[u8]) -> bool {
    !word.iter().any(|byte| b"@/:".contains(byte))
}

/// `flock FILE COMMAND`, or `flock FILE -c TEXT`.
fn command_or_text<'a>(reading: &mut Reading<'a>, row: &'static LauncherRow) -> Option<Step<'a>> {
    if is_one_of(reading.words.peek()?, "-c --command") {
        reading.words.next();
        let text = reading.words.next()?;
        return shell_command(reading, &text, row.name);
    }
    reading.pass(row.name);
    Some(Step::Onward)
}

/// `runuser -u USER COMMAND`. Without `-u` the first operand is the user, and a shell reads the rest.
fn account<'a>(reading: &mut Reading<'a>, found: &Findings<'a>) -> Option<Step<'a>> {
    found.has(Means::User).then_some(())?;
    if !found.operands.is_empty() {
        reading.words.replace_read(found.operands.iter().cloned());
    }
    command(reading)
}
