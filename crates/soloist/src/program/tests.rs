//! Rows in, targets out. A row is a command line; `·` stands for a space inside a word, `∅` for an empty
//! word.

mod coverage;
mod hostile;
mod options;
mod places;
mod programs;
mod splitting;

use super::{Invocation, Target, parse};

/// Parses a row. To expect only `whole` is to say nothing about its words.
fn check(row: &str, expected: &str) {
    let found = with(row, shown);
    let compared = if expected == "whole" { found.split(" | ").next().unwrap_or_default() } else { &found };
    assert_eq!(compared, expected, "{row}");
}

fn with<T>(row: &str, look: impl Fn(&Invocation<'_>) -> T) -> T {
    let words = split(row);
    let words: Vec<&[u8]> = words.iter().map(String::as_bytes).collect();
    look(&parse(&words).expect("a row has words"))
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
