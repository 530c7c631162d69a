//! Settings by which a bot throws away what was written to it while it was down.

use std::path::PathBuf;

use soloist::doctor::Finding;

use super::sentences;

/// How the libraries spell it, without blanks and quotes.
const SPELLINGS: [&str; 6] = [
    "drop_pending_updates=True",
    "drop_pending_updates:true",
    "dropPendingUpdates:true",
    "skip_pending=True",
    "skip_updates=True",
    "skip_updates:true",
];

/// Where such a setting stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Drops {
    pub(super) file: PathBuf,
    /// Counted from 1.
    pub(super) line: usize,
}

impl Drops {
    pub(super) fn finding(&self) -> Finding {
        let values = [("file", &*self.file.to_string_lossy()), ("line", &self.line.to_string())];
        Finding::of(&sentences::DROPS_PENDING, &values)
    }
}

/// The first line of a script that throws updates away.
pub(super) fn line(text: &str) -> Option<usize> {
    let drops = |line: &str| {
        let bare: String =
            without_comment(line).chars().filter(|c| !c.is_whitespace() && !is_quote(*c)).collect();
        SPELLINGS.iter().any(|spelling| bare.contains(spelling))
    };
    text.lines().position(drops).map(|at| at + 1)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'')
}

fn without_comment(line: &str) -> &str {
    let end = line.find('#').into_iter().chain(line.find("//")).min();
    end.map_or(line, |end| &line[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_spelling_is_found_where_it_stands() {
        for text in [
            "\nawait bot.delete_webhook(drop_pending_updates=True)",
            "\napp.run_polling(drop_pending_updates = True)",
            "\nbot.infinity_polling(skip_pending=True)",
            "\nexecutor.start_polling(dp, skip_updates=True)",
            "\nbot.start({ drop_pending_updates: true })",
            "\nbot.launch({ \"dropPendingUpdates\": true }) // at start",
        ] {
            assert_eq!(line(text), Some(2), "{text}");
        }
        for text in
            ["x(drop_pending_updates=False)", "# skip_updates=True", "// dropPendingUpdates: true", "true"]
        {
            assert_eq!(line(text), None, "{text}");
        }
    }
}
