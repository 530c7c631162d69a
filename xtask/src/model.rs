//! The model of the claim protocol, explored in a process of its own: its checker is no dependency of this program.

use crate::machine::{Outcome, cargo};

/// Where `--write` puts the tables.
const PAGE: &str = "docs/model.md";

/// Explores the model; the words are those of the command line.
pub(crate) fn model(words: &[String]) -> Outcome {
    let run = ["run", "--quiet", "--package", "soloist-model", "--"].into_iter();
    let mut line: Vec<&str> = run.chain(words.iter().map(String::as_str)).collect();
    if words.iter().any(|word| word == "--write") {
        line.retain(|&word| word != "--write");
        line.extend(["--write", PAGE]);
    }
    cargo(&line)
}
