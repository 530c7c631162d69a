//! No row of the tables without a row of the tests.

use super::options::{MANUALS, Manual};
use super::programs::ROWS;
use crate::program::names::{base, is_one_of};
use crate::program::options::Grammar;
use crate::program::tables::{INTERPRETERS, LAUNCHERS, SHELL_LAUNCHERS, SHELL_WORDS, TOOLS};

#[test]
fn every_option_has_a_row() {
    let launchers = LAUNCHERS.iter().chain(SHELL_LAUNCHERS);
    let launchers = launchers.flat_map(|row| [(row.names, row.before), (row.names, row.grammar)]);
    let interpreters = INTERPRETERS.iter().map(|row| (row.names, row.grammar));
    for (names, grammar) in launchers.chain(interpreters) {
        for option in spellings(&grammar) {
            assert!(is_tested(names, option), "{names}: no row for {option}");
        }
    }
}

fn spellings(grammar: &Grammar) -> impl Iterator<Item = &'static str> {
    grammar.options.iter().flat_map(|option| option.spelled.split_ascii_whitespace())
}

fn is_tested(names: &str, option: &str) -> bool {
    let in_manual = |manual: &Manual| {
        let known = [manual.flags, manual.values, manual.attached, manual.whole, manual.program.0];
        stands_first(names, manual.command) && known.iter().any(|words| has_option(words, option))
    };
    let in_row = |(row, _): &(&str, &str)| {
        let behind_name = row.split([' ', '·']).skip_while(|word| !is_one_of(base(word.as_bytes()), names));
        behind_name.skip(1).any(|word| is_spelled(word, option))
    };
    MANUALS.iter().any(in_manual) || ROWS.iter().any(in_row)
}

fn stands_first(names: &str, command: &str) -> bool {
    command.split(' ').next().is_some_and(|word| is_one_of(base(word.as_bytes()), names))
}

fn has_option(words: &str, option: &str) -> bool {
    words.split_ascii_whitespace().any(|word| is_spelled(word, option))
}

fn is_spelled(word: &str, option: &str) -> bool {
    match option.strip_suffix('*') {
        Some(start) => word.starts_with(start),
        // The `:` of `-d:MODULE` is an option only inside a cluster.
        None if option == "-:" => word.starts_with('-') && word.contains(':'),
        None => word == option || word.strip_prefix(option).is_some_and(|rest| rest.starts_with('=')),
    }
}

#[test]
fn every_name_has_a_row() {
    let launchers = LAUNCHERS.iter().chain(SHELL_LAUNCHERS).map(|row| row.names);
    let interpreters = INTERPRETERS.iter().map(|row| row.names);
    for names in launchers.chain(interpreters).chain([TOOLS]) {
        for name in names.split_ascii_whitespace() {
            let tested = |(row, _): &(&str, &str)| {
                row.split([' ', '·']).any(|word| is_one_of(base(word.as_bytes()), name))
            };
            assert!(ROWS.iter().any(tested), "no row for the name {name}");
        }
    }
}

#[test]
fn every_sub_command_has_a_row() {
    let launchers = LAUNCHERS.iter().map(|row| (row.names, row.run_words));
    let interpreters =
        INTERPRETERS.iter().flat_map(|row| [(row.names, row.run_words), (row.names, row.other_words)]);
    for (names, words) in launchers.chain(interpreters) {
        for word in words.split_ascii_whitespace() {
            let tested = |(row, _): &(&str, &str)| {
                let mut behind_name =
                    row.split(' ').skip_while(|word| !is_one_of(base(word.as_bytes()), names));
                behind_name.any(|other| other == word)
            };
            assert!(ROWS.iter().any(tested), "{names}: no row for {word}");
        }
    }
}

#[test]
fn every_word_of_the_shell_has_a_row() {
    for word in SHELL_WORDS.split_ascii_whitespace() {
        let tested = |(row, _): &(&str, &str)| {
            row.strip_prefix("sh -c ").is_some_and(|text| text.split('·').next() == Some(word))
        };
        assert!(ROWS.iter().any(tested), "no row for the shell's {word}");
    }
}

#[test]
fn every_launcher_is_reported_by_a_name_of_its_own() {
    for (at, row) in LAUNCHERS.iter().enumerate() {
        assert!(LAUNCHERS.iter().skip(at + 1).all(|other| other.name != row.name), "{}", row.name);
    }
}
