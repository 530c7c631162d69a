//! The table, and its place in the book.

use std::fmt::Write as _;

use super::contestant::Contestant;
use super::outcome::Word;
use crate::machine::{Outcome, root};

const BEGIN: &str = "<!-- what `cargo xtask attack --write` saw: begin -->\n";
const END: &str = "<!-- what `cargo xtask attack --write` saw: end -->\n";

/// A row for each attack, a column for each contestant.
pub(super) fn render(contestants: &[Contestant], titles: &[&str], columns: &[Vec<Word>]) -> String {
    let mut table = String::from("| attack |");
    for contestant in contestants {
        let _ = write!(table, " {} |", contestant.name());
    }
    let _ = writeln!(table, "\n| --- |{}", " --- |".repeat(contestants.len()));
    for (row, title) in titles.iter().enumerate() {
        let cells: Vec<&str> = columns.iter().map(|column| column[row].text()).collect();
        let _ = writeln!(table, "| {title} | {} |", cells.join(" | "));
    }
    table
}

/// Puts the table in the place of the one before it.
pub(super) fn write(table: &str) -> Outcome {
    let page = root().join("docs/compare.md");
    let told = |verb: &str, error| format!("cannot {verb} {}: {error}", page.display());
    let text = std::fs::read_to_string(&page).map_err(|error| told("read", error))?;
    let text = replaced(&text, table).ok_or_else(|| format!("{} has no place for it", page.display()))?;
    std::fs::write(&page, text).map_err(|error| told("write", error))
}

fn replaced(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_for_each_attack() {
        let table = render(
            &[Contestant::Flock, Contestant::Soloist],
            &["a"],
            &[vec![Word::Silent], vec![Word::Named]],
        );
        assert_eq!(table, "| attack | flock | soloist |\n| --- | --- | --- |\n| a | silent | named |\n");
    }

    #[test]
    fn the_page_has_a_place_for_it() {
        assert!(replaced(include_str!("../../../docs/compare.md"), "new").is_some());
    }
}
