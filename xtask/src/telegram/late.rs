//! `cargo xtask telegram --late`: what a restart costs when the program claims right before it polls, beside what it
//! costs under `soloist run`. What differs is the program's own start-up.

use std::fmt::{self, Display};
use std::time::Duration;

use super::LATE;
use super::library::{LIBRARIES, Library};
use super::order::{LATE_ORDERS, Order};
use super::seen::Seen;
use super::table::{Row, circumstances};
use super::wishes::Wishes;
use super::{install, traces, verdict};
use crate::machine::{Outcome, cargo};

/// How often each is tried: an odd number, so that one in the middle is the median.
const REPETITIONS: usize = 5;

/// Measures and prints; `--write` also puts the table into the book.
pub(crate) fn late(wishes: &Wishes) -> Outcome {
    let libraries: Vec<&'static Library> = LIBRARIES.iter().filter(|library| wishes.wants(library)).collect();
    cargo(&["build", "--quiet", "--package", "soloist-cli"])?;
    install::install_late(&libraries)?;
    traces::clear_abandoned()?;
    // Taken in turn, so that a load that comes and goes falls on both ways.
    let rows: Vec<Row> =
        (0..REPETITIONS).flat_map(|_| super::run(&libraries, LATE_ORDERS, wishes.jobs)).collect();
    let table = text(&libraries, wishes.jobs, &rows);
    println!("\n{table}");
    if wishes.write {
        LATE.write(&table)?;
    }
    verdict(&rows)
}

fn text(libraries: &[&'static Library], jobs: usize, rows: &[Row]) -> String {
    let pairs = libraries.iter().flat_map(|&library| LATE_ORDERS.iter().map(move |order| (library, order)));
    let lines: Vec<String> = pairs.map(|(library, order)| line(library, order, rows)).collect();
    let circumstances = circumstances(libraries);
    format!(
        "{circumstances}, {jobs} of the libraries at once, {REPETITIONS} restarts of each, the two ways in turn.\n\n\
         | library | restarted by | messages | 409s | lost | twice | longest gap, s: median | least – most |\n\
         | --- | --- | --: | --: | --: | --: | --: | --- |\n{}\n",
        lines.join("\n")
    )
}

fn line(library: &Library, order: &Order, rows: &[Row]) -> String {
    let mine = rows.iter().filter(|row| row.library.name == library.name && row.order.title == order.title);
    let (kept, broken): (Vec<&Row>, Vec<&Row>) = mine.partition(|row| row.is_as_promised());
    let seen: Vec<&Seen> = kept.iter().chain(&broken).filter_map(|row| row.seen.as_ref().ok()).collect();
    let mark = if broken.is_empty() { String::new() } else { format!(" ! ({} of them)", broken.len()) };
    format!("| {} | {}{mark} | {} |", library.name, order.title, Summary::of(&seen))
}

/// What several restarts cost together.
#[derive(Debug, Default, PartialEq)]
struct Summary {
    messages: usize,
    conflicts: u32,
    lost: usize,
    twice: usize,
    /// From the shortest to the longest; where nobody polled any more there is none.
    gaps: Vec<Duration>,
}

impl Summary {
    fn of(seen: &[&Seen]) -> Self {
        let mut gaps: Vec<Duration> = seen.iter().filter(|seen| !seen.dead).map(|seen| seen.gap).collect();
        gaps.sort_unstable();
        Self {
            messages: seen.iter().map(|seen| seen.messages).sum(),
            conflicts: seen.iter().map(|seen| seen.conflicts).sum(),
            lost: seen.iter().map(|seen| seen.lost).sum(),
            twice: seen.iter().map(|seen| seen.twice).sum(),
            gaps,
        }
    }
}

impl Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { messages, conflicts, lost, twice, gaps } = self;
        write!(formatter, "{messages} | {conflicts} | {lost} | {twice} | ")?;
        match (gaps.first(), gaps.get(gaps.len() / 2), gaps.last()) {
            (Some(least), Some(median), Some(most)) => {
                let [least, median, most] = [least, median, most].map(Duration::as_secs_f64);
                write!(formatter, "{median:.2} | {least:.2} – {most:.2}")
            }
            _ => write!(formatter, "— | —"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(gap: u64) -> Seen {
        Seen { messages: 10, gap: Duration::from_secs(gap), ..Seen::default() }
    }

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        let (one, two, nine) = (seen(1), seen(2), Seen { lost: 1, conflicts: 2, twice: 3, ..seen(9) });
        assert_eq!(Summary::of(&[&nine, &one, &two]).to_string(), "30 | 2 | 1 | 3 | 2.00 | 1.00 – 9.00");
    }

    #[test]
    fn where_nobody_polls_there_is_no_gap_to_tell() {
        let dead = Seen { dead: true, ..seen(1) };
        assert_eq!(Summary::of(&[&dead]).to_string(), "10 | 0 | 0 | 0 | — | —");
    }
}
