//! The properties of every parser, tried again and again with fresh seeds until the time is up.
//!
//! The properties themselves stand beside the parsers (`properties.rs`), and a test run tries a few hundred cases of each.
//! Here each is run by itself, in a process of its own, so that one that panics or hangs takes no other with it.

mod property;
mod trial;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::machine::Outcome;
use property::Property;
use trial::Trial;

/// What was asked for.
#[derive(Debug, PartialEq)]
struct Wish {
    time: Duration,
    seed: u64,
    /// Parts of the properties' names; all of them when there is none.
    names: Vec<String>,
}

impl Wish {
    fn parse(words: &[String]) -> Outcome<Self> {
        let mut wish = Self { time: Duration::from_secs(60), seed: fastrand::u64(..), names: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--minutes" => wish.time = minutes(value()?)?,
                "--seed" => wish.seed = value()?.parse().map_err(|_| "--seed takes a number".to_owned())?,
                option if option.starts_with('-') => return Err(format!("there is no option {option}")),
                name => wish.names.push(name.to_owned()),
            }
        }
        Ok(wish)
    }

    fn wants(&self, property: &Property) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| property.name.contains(name))
    }
}

fn minutes(text: &str) -> Outcome<Duration> {
    let minutes: f64 = text.parse().map_err(|_| "--minutes takes a number".to_owned())?;
    Duration::try_from_secs_f64(minutes * 60.0).map_err(|_| "--minutes takes a number of minutes".to_owned())
}

/// What came of one property.
#[derive(Debug)]
struct Row {
    property: Property,
    cases: u64,
    /// How many cases the next trial has.
    next: u32,
    failures: u32,
}

/// Tries the properties; an error says that one does not hold, after it was told which, and how to see it again.
pub(crate) fn fuzz(words: &[String]) -> Outcome {
    let wish = Wish::parse(words)?;
    let rows: Vec<Mutex<Row>> = property::all()?
        .into_iter()
        .filter(|property| wish.wants(property))
        .map(|property| Mutex::new(Row { property, cases: 0, next: trial::FIRST, failures: 0 }))
        .collect();
    if rows.is_empty() {
        return Err("no property has such a name".into());
    }
    println!("seed {}: {} properties for {:?}", wish.seed, rows.len(), wish.time);
    let until = Instant::now() + wish.time;
    let turn = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| work(&wish, &rows, &turn, until));
        }
    });
    report(rows)
}

/// Each property once, whatever the time; then in turns until it is up.
fn work(wish: &Wish, rows: &[Mutex<Row>], turn: &AtomicUsize, until: Instant) {
    loop {
        let at = turn.fetch_add(1, Ordering::Relaxed);
        if at >= rows.len() && Instant::now() >= until {
            return;
        }
        // A row that another worker is busy with has its turn already, and one that has failed was told of.
        let row = rows[at % rows.len()].try_lock().ok().filter(|row| row.failures == 0);
        let Some(mut row) = row else {
            std::thread::sleep(Duration::from_millis(5));
            continue;
        };
        let trial = Trial { seed: wish.seed.wrapping_add(at as u64), cases: row.next };
        match trial.run(&row.property) {
            Ok(took) => {
                row.cases += u64::from(trial.cases);
                row.next = trial.next(took);
            }
            Err(told) => {
                row.failures += 1;
                println!(
                    "\n{} does not hold:\n\n{told}\n\nagain: {}\n",
                    row.property.name,
                    trial.again(&row.property)
                );
            }
        }
    }
}

fn report(rows: Vec<Mutex<Row>>) -> Outcome {
    let rows: Vec<Row> = rows.into_iter().filter_map(|row| row.into_inner().ok()).collect();
    println!("| property | cases | |\n| --- | --- | --- |");
    for Row { property, cases, failures, .. } in &rows {
        println!(
            "| {} | {cases} | {} |",
            property.name,
            if *failures == 0 { "holds" } else { "does not hold" }
        );
    }
    let failed = rows.iter().filter(|row| row.failures > 0).count();
    println!("| all | {} | {failed} do not hold |", rows.iter().map(|row| row.cases).sum::<u64>());
    if failed == 0 { Ok(()) } else { Err(format!("fuzz: {failed} of {} properties do not hold", rows.len())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Outcome<Wish> {
        Wish::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_wish_is_read() {
        let wish = parse("--minutes 0.5 --seed 7 redact:: stat").unwrap();
        let names = vec!["redact::".to_owned(), "stat".to_owned()];
        assert_eq!(wish, Wish { time: Duration::from_secs(30), seed: 7, names });
        for wrong in ["--minutes", "--minutes x", "--minutes -1", "--seed x", "--long"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
