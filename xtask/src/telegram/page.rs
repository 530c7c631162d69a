//! The page of the book that holds the tables.

use crate::machine::{Outcome, root};

/// The place of a table, by the option that makes it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    Long,
    Late,
}

impl Place {
    fn mark(self, edge: &str) -> String {
        let option = match self {
            Self::Long => "--long",
            Self::Late => "--late",
        };
        format!("<!-- what `cargo xtask telegram {option} --write` saw: {edge} -->\n")
    }
}

/// Puts the table in the place of the one before it.
pub(crate) fn write(place: Place, table: &str) -> Outcome {
    let page = root().join("docs/telegram.md");
    let told = |verb: &str, error| format!("cannot {verb} {}: {error}", page.display());
    let text = std::fs::read_to_string(&page).map_err(|error| told("read", error))?;
    let text =
        replaced(&text, place, table).ok_or_else(|| format!("{} has no place for it", page.display()))?;
    std::fs::write(&page, text).map_err(|error| told("write", error))
}

fn replaced(text: &str, place: Place, table: &str) -> Option<String> {
    let (begin, end) = (place.mark("begin"), place.mark("end"));
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{table}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let (begin, end) = (Place::Late.mark("begin"), Place::Late.mark("end"));
        let text = format!("before\n{begin}old\n{end}after\n");
        let new = format!("before\n{begin}\nnew\n{end}after\n");
        assert_eq!(replaced(&text, Place::Late, "new"), Some(new));
        assert_eq!(replaced(&text, Place::Long, "new"), None);
    }

    #[test]
    fn the_page_has_a_place_for_each_table() {
        let text = include_str!("../../../docs/telegram.md");
        assert!([Place::Long, Place::Late].iter().all(|&place| replaced(text, place, "new").is_some()));
    }
}
