//! `cargo xtask telegram`: bots on real, unmodified libraries go through restarts, under soloist and by the orders
//! that people use without it. The simulator counts what it cost: conflicts, lost messages, double answers, silence.

mod flow;
mod install;
mod late;
mod library;
mod order;
mod process;
mod running;
mod seen;
mod sockets;
mod soloist;
mod stage;
mod table;
mod traces;
mod wishes;
mod without;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::machine::{Outcome, cargo};
use crate::page::Place;
use library::{LIBRARIES, Library};
use order::Order;
use table::Row;
use wishes::Wishes;

const LONG: Place = Place { page: "docs/telegram.md", command: "cargo xtask telegram --long --write" };
const LATE: Place = Place { page: "docs/telegram.md", command: "cargo xtask telegram --late --write" };

/// Runs the proof and prints its table; `--write` also puts it into the book.
pub(crate) fn telegram(words: &[String]) -> Outcome {
    let wishes = Wishes::parse(words)?;
    if wishes.late { late::late(&wishes) } else { all_orders(&wishes) }
}

fn all_orders(wishes: &Wishes) -> Outcome {
    let libraries: Vec<&'static Library> = LIBRARIES.iter().filter(|library| wishes.wants(library)).collect();
    cargo(&["build", "--quiet", "--package", "soloist-cli"])?;
    install::install(&libraries)?;
    traces::clear_abandoned()?;
    let rows = run(&libraries, wishes.orders(), wishes.jobs);
    let table = table::text(&libraries, wishes.jobs, &rows);
    println!("\n{table}");
    if wishes.write {
        LONG.write(&table)?;
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

fn verdict(rows: &[Row]) -> Outcome {
    match rows.iter().filter(|row| !row.is_as_promised()).count() {
        0 => Ok(()),
        count => Err(format!("{count} orders did not go as promised; they are marked with !")),
    }
}

#[cfg(test)]
mod tests {
    use super::{LATE, LONG};

    #[test]
    fn the_page_has_a_place_for_each_table() {
        assert!(LONG.exists() && LATE.exists());
    }
}
