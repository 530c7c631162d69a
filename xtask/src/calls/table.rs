//! What the workers told, for people: a row for each scenario, a line for each violation.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead as _, BufReader, Read};
use std::process::Child;
use std::sync::mpsc::{self, Sender};

use super::scenario::ALL;
use crate::machine::Outcome;

#[derive(Clone, Copy, Debug, Default)]
struct Row {
    calls: usize,
    kills: usize,
    faults: usize,
    violations: usize,
}

/// Everything that was told.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: BTreeMap<String, Row>,
}

impl Table {
    /// Reads the workers to their end; one that fails is an error. A violation is printed when it is told.
    pub(super) fn of(mut workers: Vec<Child>) -> Outcome<Self> {
        let (sender, lines) = mpsc::channel();
        for stdout in workers.iter_mut().filter_map(|worker| worker.stdout.take()) {
            let sender = sender.clone();
            std::thread::spawn(move || pass_on(stdout, &sender));
        }
        drop(sender);
        let mut table = Self::default();
        for line in lines {
            table.hear(&line);
        }
        for mut worker in workers {
            let status = worker.wait().map_err(|error| format!("cannot wait for a worker: {error}"))?;
            if !status.success() {
                return Err(format!("a worker failed: {status}"));
            }
        }
        Ok(table)
    }

    fn hear(&mut self, line: &str) {
        let words: Vec<&str> = line.split('\t').collect();
        let row = |table: &mut Self, name: &str, change: &dyn Fn(&mut Row)| {
            change(table.rows.entry(name.to_owned()).or_default());
        };
        match words[..] {
            ["calls", name, number] => {
                row(self, name, &|row| row.calls = row.calls.max(number.parse().unwrap_or_default()));
            }
            ["case", name, "KILL"] => row(self, name, &|row| row.kills += 1),
            ["case", name, _] => row(self, name, &|row| row.faults += 1),
            ["violation", name, number, call, blow, what] => {
                row(self, name, &|row| row.violations += 1);
                println!("{name}, call {number} ({call}), {blow}: {what}");
                println!("    again: cargo xtask calls --scenario {name} --call {number} --fault {blow}");
            }
            _ => println!("{line}"),
        }
    }

    pub(super) fn violations(&self) -> usize {
        self.rows.values().map(|row| row.violations).sum()
    }
}

fn pass_on(stdout: impl Read, sender: &Sender<String>) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        if sender.send(line).is_err() {
            return;
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| scenario | calls | kills | faults | violations |\n| --- | --- | --- | --- | --- |")?;
        let told = |name: &str| self.rows.get(name).copied();
        let mut sum = Row::default();
        for (name, row) in ALL.iter().filter_map(|scenario| Some((scenario.name, told(scenario.name)?))) {
            let Row { calls, kills, faults, violations } = row;
            writeln!(f, "| {name} | {calls} | {kills} | {faults} | {violations} |")?;
            sum.kills += kills;
            sum.faults += faults;
            sum.violations += violations;
        }
        write!(f, "| all | | {} | {} | {} |", sum.kills, sum.faults, sum.violations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_counted() {
        let mut table = Table::default();
        for line in ["calls\trun\t7", "case\trun\tKILL", "case\trun\tEIO", "violation\trun\t3\tread\tEIO\tx"]
        {
            table.hear(line);
        }
        assert!(table.to_string().contains("| run | 7 | 1 | 1 | 1 |"));
        assert_eq!(table.violations(), 1);
    }
}
