//! The page of the book that holds the table.

use crate::machine::{Outcome, root};

const BEGIN: &str = "<!-- what `cargo xtask telegram --long --write` saw: begin -->\n";
const END: &str = "<!-- what `cargo xtask telegram --long --write` saw: end -->\n";

/// Puts the table in the place of the one before it.
pub(crate) fn write(table: &str) -> Outcome {
    let page = root().join("docs/telegram.md");
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
    fn only_what_is_between_the_marks_changes() {
        let text = format!("before\n{BEGIN}old\n{END}after\n");
        assert_eq!(replaced(&text, "new"), Some(format!("before\n{BEGIN}\nnew\n{END}after\n")));
        assert_eq!(replaced("no marks", "new"), None);
    }

    #[test]
    fn the_page_has_a_place_for_the_table() {
        assert!(replaced(include_str!("../../../docs/telegram.md"), "new").is_some());
    }
}
