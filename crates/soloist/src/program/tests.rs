//! Rows in, targets out. A row is a command line; `·` stands for a space inside a word, `∅` for an empty word.

mod coverage;
mod hostile;
mod options;
mod places;
mod programs;
mod splitting;

use super::{Invocation, Target, parse};

/// Splits a row and parses it.
fn check(row: &str, expected: &str) {
    let words = split(row);
    let borrowed: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
    let invocation = parse(&borrowed).expect("a row is not empty");
    assert_eq!(shown(&invocation), expected, "{row}");
}

fn check_all(rows: &[(&str, &str)]) {
    for (row, expected) in rows {
        check(row, expected);
    }
}

fn split(row: &str) -> Vec<String> {
    row.split(' ').map(|word| word.replace('·', " ").replace('∅', "")).collect()
}

/// `file main.py | A B`, the program and its arguments; the whole command is `whole | its words`.
fn shown(invocation: &Invocation<'_>) -> String {
    let text = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
    let target = match &invocation.target {
        Target::File(word) => format!("file {}", text(word)),
        Target::Module(word) => format!("module {}", text(word)),
        Target::NodeEntry(word) => format!("entry {}", text(word)),
        Target::Executable(word) => format!("executable {}", text(word)),
        Target::WholeCommand => "whole".to_owned(),
    };
    let arguments: Vec<_> = invocation.arguments.iter().map(|word| text(word)).collect();
    if arguments.is_empty() { target } else { format!("{target} | {}", arguments.join(" ")) }
}
