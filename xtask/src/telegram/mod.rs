//! `cargo xtask telegram`: bots on real, unmodified libraries go through restarts, under soloist and by the orders
//! that people use without it. The simulator counts what it cost: conflicts, lost messages, double answers, silence.

mod flow;
mod install;
mod library;
mod order;
mod page;
mod process;
mod running;
mod seen;
mod sockets;
mod soloist;
mod stage;
mod table;
mod traces;
mod without;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::machine::{Outcome, cargo};
use library::{LIBRARIES, Library};
use order::Order;
use table::Row;

/// What the command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wishes {
    long: bool,
    quick: bool,
    write: bool,
    /// How many libraries play at once.
    jobs: usize,
    libraries: Vec<String>,
}

impl Wishes {
    fn parse(words: &[String]) -> Outcome<Self> {
        let mut wishes = Self { jobs: 1, ..Self::default() };
        for word in words {
            match word.as_str() {
                word if word.starts_with("--jobs=") => wishes.jobs = number(&word["--jobs=".len()..])?,
                "--long" => wishes.long = true,
                "--quick" => wishes.quick = true,
                "--write" => wishes.write = true,
                word if word.starts_with('-') => return Err(format!("telegram has no option {word}")),
                word => wishes.libraries.push(library::named(word)?.name.to_owned()),
            }
        }
        if wishes.write && (wishes.quick || !wishes.libraries.is_empty()) {
            return Err("--write wants a whole run: leave out --quick and the libraries".into());
        }
        Ok(wishes)
    }

    fn wants(&self, library: &Library) -> bool {
        if self.quick && self.libraries.is_empty() {
            return library.name == "aiogram";
        }
        let named = self.libraries.iter().any(|name| name == library.name);
        named || (self.libraries.is_empty() && (self.long || !library.long))
    }

    fn orders(&self) -> &'static [Order] {
        if self.quick { &order::ORDERS[..1] } else { order::ORDERS }
    }
}

/// Runs the proof and prints its table; `--write` also puts it into the book.
pub(crate) fn telegram(words: &[String]) -> Outcome {
    let wishes = Wishes::parse(words)?;
    let libraries: Vec<&'static Library> = LIBRARIES.iter().filter(|library| wishes.wants(library)).collect();
    cargo(&["build", "--quiet", "--package", "soloist-cli"])?;
    install::install(&libraries)?;
    traces::clear_abandoned()?;
    let rows = run(&libraries, wishes.orders(), wishes.jobs);
    let table = table::text(&libraries, &rows);
    println!("\n{table}");
    if wishes.write {
        page::write(&table)?;
    }
    verdict(&rows)
}

/// Plays all orders with each library, so many libraries at once, and answers the rows in the libraries' order.
fn run(libraries: &[&'static Library], orders: &'static [Order], jobs: usize) -> Vec<Row> {
    let (next, rows) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = || {
        while let Some((place, library)) = take(libraries, &next) {
            let played = play(library, orders);
            rows.lock().unwrap_or_else(PoisonError::into_inner).insert(place, played);
        }
    };
    thread::scope(|scope| (0..jobs).for_each(|_| drop(scope.spawn(work))));
    rows.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().flatten().collect()
}

/// The next library that nobody has taken.
fn take(libraries: &[&'static Library], next: &AtomicUsize) -> Option<(usize, &'static Library)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    libraries.get(place).map(|library| (place, *library))
}

fn play(library: &'static Library, orders: &'static [Order]) -> Vec<Row> {
    let fitting = orders.iter().filter(|order| library.has(order.manner));
    let told = |order: &'static Order| {
        let row = order.play(library);
        println!("{row}");
        row
    };
    fitting.map(told).collect()
}

fn number(text: &str) -> Outcome<usize> {
    let number = text.parse().ok().filter(|&number| number > 0);
    number.ok_or_else(|| format!("--jobs wants a number above 0, not {text:?}"))
}

fn verdict(rows: &[Row]) -> Outcome {
    match rows.iter().filter(|row| !row.is_as_promised()).count() {
        0 => Ok(()),
        count => Err(format!("{count} orders did not go as promised; they are marked with !")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Outcome<Wishes> {
        Wishes::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    fn chosen(words: &[&str]) -> Vec<&'static str> {
        let wishes = parse(words).unwrap_or_default();
        LIBRARIES.iter().filter(|library| wishes.wants(library)).map(|library| library.name).collect()
    }

    #[test]
    fn the_long_run_has_all_libraries() {
        assert_eq!(chosen(&["--long"]).len(), LIBRARIES.len());
        assert_eq!(chosen(&[]).len(), LIBRARIES.iter().filter(|library| !library.long).count());
    }

    #[test]
    fn libraries_are_chosen_by_name_in_any_case() {
        assert_eq!(chosen(&["GRAMMY", "frankenstein"]), ["grammY", "frankenstein"]);
        assert!(parse(&["telegram-rs"]).is_err_and(|error| error.contains("aiogram")));
    }

    #[test]
    fn the_quick_run_is_one_order_and_is_not_written() {
        assert_eq!(chosen(&["--quick"]), ["aiogram"]);
        assert_eq!(parse(&["--quick"]).map(|wishes| wishes.orders().len()), Ok(1));
        assert!(parse(&["--quick", "--write"]).is_err());
    }

    #[test]
    fn libraries_play_one_after_the_other_unless_wished() {
        assert_eq!(parse(&[]).map(|wishes| wishes.jobs), Ok(1));
        assert_eq!(parse(&["--jobs=3"]).map(|wishes| wishes.jobs), Ok(3));
        assert!(parse(&["--jobs=0"]).is_err() && parse(&["--jobs="]).is_err());
    }
}
