//! What an interpreter runs.

use super::Target;
use super::arguments::Word;
use super::names::{base, has_extension, is_one_of};
use super::options::{self, Findings, Means};
use super::reading::{Reading, Step};
use super::tables::{self, InterpreterRow, Operand};
use super::words::simple_command;

/// Reads the command of an interpreter, after its name.
pub(super) fn read<'a>(reading: &mut Reading<'a>, row: &'static InterpreterRow) -> Option<Step<'a>> {
    let mut found = Findings::default();
    options::read(&mut reading.words, &row.grammar, &mut found)?;
    if is_one_of(reading.words.peek().map_or(b"", |word| word), row.run_words) {
        reading.words.next();
        options::read(&mut reading.words, &row.grammar, &mut found)?;
    }
    if let Some(directory) = found.value(Means::Directory) {
        reading.enter(directory);
    }
    reading.narrow_search(&found);
    if found.has(Means::ShellText) {
        let text = found.value(Means::ShellText).cloned().or_else(|| reading.words.next())?;
        return shell_command(reading, &text, "sh");
    }
    let target = match (found.value(Means::Module), found.value(Means::File)) {
        (Some(name), _) => Target::Module(name.clone()),
        (None, Some(file)) => Target::File(file.clone()),
        (None, None) => operand(reading.words.next()?, row, &found)?,
    };
    runs(reading, row, target)
}

/// Goes on with the text that a shell reads, if it is one simple command.
pub(super) fn shell_command<'a>(
    reading: &mut Reading<'a>,
    text: &[u8],
    launcher: &'static str,
) -> Option<Step<'a>> {
    let words = simple_command(text)?;
    let builtin = tables::SHELL_LAUNCHERS.iter().find(|row| is_one_of(&words[0], row.names));
    reading.pass(launcher);
    reading.words.replace_all(words);
    if let Some(row) = builtin {
        reading.words.next();
        options::read(&mut reading.words, &row.grammar, &mut Findings::default())?;
        reading.words.peek()?;
    }
    Some(Step::Onward)
}

/// The program, unless its file is itself a launcher's script: `python3 /usr/bin/pdm run main.py`.
fn runs<'a>(reading: &mut Reading<'a>, row: &'static InterpreterRow, target: Target<'a>) -> Option<Step<'a>> {
    let (Target::File(name) | Target::Module(name) | Target::NodeEntry(name)) = &target else {
        return Some(Step::Runs(target));
    };
    if tables::front(base(name)).is_none_or(|front| front.script_of() != Some(row.family)) {
        return Some(Step::Runs(target));
    }
    reading.words.replace_read(std::iter::once(name.clone()));
    Some(Step::Onward)
}

/// The program that the first operand names.
fn operand<'a>(word: Word<'a>, row: &InterpreterRow, found: &Findings<'a>) -> Option<Target<'a>> {
    if word.is_empty() || word.as_ref() == b"-" || is_one_of(&word, row.other_words) {
        return None;
    }
    match row.operand {
        Operand::File => Some(Target::File(word)),
        Operand::NodeEntry => Some(Target::NodeEntry(word)),
        Operand::DenoFile => is_source(&word).then_some(Target::File(word)),
        Operand::BunEntry => (is_source(&word) || word.as_ref() == b".").then_some(Target::NodeEntry(word)),
        Operand::JarOrSource => java(word, found),
        Operand::Assembly => has_extension(&word, "dll exe").then_some(Target::File(word)),
        Operand::Nothing => None,
    }
}

/// `-jar x.jar`, or a source file (java(1), "source-file mode"); else the operand is a class somewhere on the
/// class path.
fn java<'a>(word: Word<'a>, found: &Findings<'a>) -> Option<Target<'a>> {
    let arguments_from_file = word.starts_with(b"@");
    let file = found.has(Means::OperandIsJar) || has_extension(&word, "java");
    (file && !arguments_from_file).then_some(Target::File(word))
}

/// Whether Deno and Bun take the word for a file: others are their own sub-commands, tasks, or come from
/// the network.
fn is_source(word: &[u8]) -> bool {
    let remote =
        word.windows(3).any(|part| part == b"://") || word.starts_with(b"npm:") || word.starts_with(b"jsr:");
    !remote && (word.contains(&b'/') || has_extension(word, "js mjs cjs jsx ts mts cts tsx"))
}
