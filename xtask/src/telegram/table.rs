//! The table: what was seen, and whether it is what was promised.

use std::fmt::{self, Display};
use std::num::NonZero;

use super::library::{InFlight, Library, Manner};
use super::order::Order;
use super::seen::Seen;
use crate::machine::Outcome;

/// One library in one order.
pub(crate) struct Row {
    pub(crate) library: &'static Library,
    pub(crate) order: &'static Order,
    pub(crate) seen: Outcome<Seen>,
}

impl Row {
    /// Nothing is promised without soloist. Under it nobody sees a conflict and somebody polls at the end; what is lost
    /// or repeated is what the library itself loses or repeats.
    pub(crate) fn is_as_promised(&self) -> bool {
        let Ok(seen) = &self.seen else { return false };
        let in_flight = match self.order.manner {
            Manner::Plain | Manner::Late => self.library.in_flight,
            Manner::Careful => InFlight::Finished,
        };
        !self.order.with_soloist || is_kept(seen, in_flight)
    }
}

fn is_kept(seen: &Seen, in_flight: InFlight) -> bool {
    let lost = seen.lost == 0 || matches!(in_flight, InFlight::Lost | InFlight::LostOrRepeated);
    let twice = seen.twice == 0 || matches!(in_flight, InFlight::Repeated | InFlight::LostOrRepeated);
    seen.conflicts == 0 && !seen.dead && lost && twice
}

impl Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.is_as_promised() { "" } else { " !" };
        let with = if self.order.with_soloist { "soloist" } else { "—" };
        write!(formatter, "| {} | {with} | {}{mark} | ", self.library.name, self.order.title)?;
        match &self.seen {
            Ok(seen) => write!(formatter, "{seen} |"),
            Err(error) => write!(formatter, "| | | | failed: {error} |"),
        }
    }
}

impl Display for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { messages, conflicts, lost, twice, .. } = self;
        write!(formatter, "{messages} | {conflicts} | {lost} | {twice} | ")?;
        match (self.dead, self.remark) {
            (true, Some(remark)) => write!(formatter, "nobody polls any more; {remark}"),
            (true, None) => write!(formatter, "nobody polls any more"),
            (false, Some(remark)) => write!(formatter, "{:.1}; {remark}", self.gap.as_secs_f64()),
            (false, None) => write!(formatter, "{:.1}", self.gap.as_secs_f64()),
        }
    }
}

/// The table in Markdown.
pub(crate) fn text(libraries: &[&Library], jobs: usize, rows: &[Row]) -> String {
    let lines: Vec<String> = rows.iter().map(ToString::to_string).collect();
    format!(
        "{}, {jobs} of the libraries at once.\n\n| library | with | order | messages | 409s | lost | twice | longest gap, s |\n\
         | --- | --- | --- | --: | --: | --: | --: | --- |\n{}\n",
        circumstances(libraries),
        lines.join("\n")
    )
}

/// What was run, and on what.
pub(crate) fn circumstances(libraries: &[&Library]) -> String {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let versions: Vec<String> =
        libraries.iter().map(|library| format!("{} {}", library.name, library.version)).collect();
    format!("{}. On {processors} processors", versions.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_forgiven_only_to_a_library_that_loses() {
        let lost = Seen { lost: 1, ..Seen::default() };
        assert!(is_kept(&lost, InFlight::Lost));
        assert!(!is_kept(&lost, InFlight::Finished) && !is_kept(&lost, InFlight::Repeated));
        let twice = Seen { twice: 1, ..Seen::default() };
        assert!(is_kept(&twice, InFlight::Repeated));
        assert!(!is_kept(&twice, InFlight::Finished) && !is_kept(&twice, InFlight::Lost));
        assert!(is_kept(&Seen { lost: 1, ..twice }, InFlight::LostOrRepeated));
    }

    #[test]
    fn a_conflict_and_silence_are_forgiven_to_nobody() {
        for in_flight in [InFlight::Finished, InFlight::Lost, InFlight::Repeated, InFlight::LostOrRepeated] {
            assert!(!is_kept(&Seen { conflicts: 1, ..Seen::default() }, in_flight));
            assert!(!is_kept(&Seen { dead: true, ..Seen::default() }, in_flight));
        }
    }

    #[test]
    fn a_bot_that_is_gone_has_no_longest_gap() {
        let seen = Seen { dead: true, ..Seen::default() }.remarked("so it is");
        assert_eq!(seen.to_string(), "0 | 0 | 0 | 0 | nobody polls any more; so it is");
    }
}
