//! One reading of an argument list, from the outermost launcher to the program.

use std::borrow::Cow;

use super::arguments::{Arguments, Word};
use super::options::{Findings, Means};
use super::tables::{self, Front};
use super::{Family, Interpreter, Invocation, ModuleSearch, Target, interpreters, launchers, names};

/// How many launchers may stand before a program. People write three; the bound keeps a hostile line cheap.
const MOST_LAUNCHERS: usize = 64;

/// What is known so far.
pub(super) struct Reading<'a> {
    pub(super) words: Arguments<'a>,
    launchers: Vec<&'static str>,
    interpreter: Option<Interpreter<'a>>,
    directory: Option<Word<'a>>,
}

/// Where a step of the reading leads. A step that gives `None` instead did not understand its command.
pub(super) enum Step<'a> {
    /// A launcher was passed: its command is next.
    Onward,
    /// The program.
    Runs(Target<'a>),
}

impl<'a> Reading<'a> {
    pub(super) fn of(arguments: &[&'a [u8]]) -> Self {
        Self { words: Arguments::of(arguments), launchers: Vec::new(), interpreter: None, directory: None }
    }

    /// Passes the launchers one by one, to the program.
    pub(super) fn target(&mut self) -> Target<'a> {
        for _ in 0..=MOST_LAUNCHERS {
            match self.step() {
                Some(Step::Onward) => {}
                Some(Step::Runs(target)) => return target,
                None => return Target::WholeCommand,
            }
        }
        Target::WholeCommand
    }

    fn step(&mut self) -> Option<Step<'a>> {
        self.words.begin();
        self.interpreter = None;
        let word = self.words.next()?;
        match tables::front(names::base(&word)) {
            Some(Front::Interpreter(row)) => {
                self.interpret_as(row.family, word);
                interpreters::read(self, row)
            }
            Some(Front::Launcher(row)) => launchers::read(self, row),
            Some(Front::Tool) => None,
            None => Some(Step::Runs(Target::Executable(word))),
        }
    }

    /// The whole list is the name of one executable.
    pub(super) fn executable(&mut self, word: &'a [u8]) -> Target<'a> {
        self.words.next();
        Target::Executable(Cow::Borrowed(word))
    }

    /// An interpreter reads the program.
    pub(super) fn interpret_as(&mut self, family: Family, word: Word<'a>) {
        self.interpreter = Some(Interpreter { family, word, search: ModuleSearch::default() });
    }

    /// Python's options that narrow the search for modules.
    pub(super) fn narrow_search(&mut self, found: &Findings<'a>) {
        let isolated = found.has(Means::Isolated);
        if let Some(interpreter) = &mut self.interpreter {
            interpreter.search = ModuleSearch {
                working_directory: !isolated && !found.has(Means::SafePath),
                environment: !isolated && !found.has(Means::IgnoreEnvironment),
                user_site: !isolated && !found.has(Means::NoUserSite) && !found.has(Means::NoSite),
                site_packages: !found.has(Means::NoSite),
            };
        }
    }

    /// Notes a launcher that was understood.
    pub(super) fn pass(&mut self, launcher: &'static str) {
        self.launchers.push(launcher);
    }

    /// The rest is looked for in this directory, which is relative to the one before it.
    pub(super) fn enter(&mut self, directory: &Word<'a>) {
        self.directory = Some(match self.directory.take() {
            Some(outer) if !directory.starts_with(b"/") => {
                Cow::Owned([&outer, b"/".as_slice(), directory].concat())
            }
            _ => directory.clone(),
        });
    }

    pub(super) fn finish(self, target: Target<'a>) -> Invocation<'a> {
        let whole = target == Target::WholeCommand;
        Invocation {
            arguments: if whole { self.words.whole() } else { self.words.rest() },
            through_soloist: self.launchers.contains(&tables::SOLOIST_RUN),
            target,
            launchers: self.launchers,
            interpreter: self.interpreter,
            directory: self.directory,
        }
    }
}
