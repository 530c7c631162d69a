//! The tables in the book that commands write: each stands between two marks that name its command.

use crate::machine::{Outcome, root};

/// Where a command's table stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) page: &'static str,
    /// The command that writes it, `--write` included.
    pub(crate) command: &'static str,
}

impl Place {
    fn mark(self, edge: &str) -> String {
        format!("<!-- what `{}` saw: {edge} -->\n", self.command)
    }

    /// Puts the table in the place of the one before it.
    pub(crate) fn write(self, table: &str) -> Outcome {
        let page = root().join(self.page);
        let told = |verb: &str, error| format!("cannot {verb} {}: {error}", page.display());
        let text = std::fs::read_to_string(&page).map_err(|error| told("read", error))?;
        let text =
            self.replaced(&text, table).ok_or_else(|| format!("{} has no place for it", page.display()))?;
        std::fs::write(&page, text).map_err(|error| told("write", error))
    }

    /// Whether this very table stands there.
    pub(crate) fn holds(self, table: &str) -> Outcome<bool> {
        let page = root().join(self.page);
        let text = std::fs::read_to_string(&page)
            .map_err(|error| format!("cannot read {}: {error}", page.display()))?;
        Ok(self.replaced(&text, table).is_some_and(|told| told == text))
    }

    fn replaced(self, text: &str, table: &str) -> Option<String> {
        let (begin, end) = (self.mark("begin"), self.mark("end"));
        let (before, rest) = text.split_once(&begin)?;
        let (_, after) = rest.split_once(&end)?;
        Some(format!("{before}{begin}\n{table}\n{end}{after}"))
    }

    /// Whether the page has this place.
    #[cfg(test)]
    pub(crate) fn exists(self) -> bool {
        std::fs::read_to_string(root().join(self.page)).is_ok_and(|text| self.replaced(&text, "").is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let place = Place { page: "x.md", command: "make --write" };
        let (begin, end) = (place.mark("begin"), place.mark("end"));
        let text = format!("before\n{begin}old\n{end}after\n");
        let new = format!("before\n{begin}\nnew\n{end}after\n");
        assert_eq!(place.replaced(&text, "new"), Some(new));
        assert_eq!(Place { page: "x.md", command: "make" }.replaced(&text, "new"), None);
    }
}
