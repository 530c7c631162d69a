//! Running the tests, and counting them at the end.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::machine::{Outcome, cargo_command};

/// What the test runners reported.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Counts {
    /// Adds a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`, or pytest's last one.
    fn add(&mut self, line: &str) {
        self.add_pytest(line);
        let Some(rest) = line.strip_prefix("test result: ") else { return };
        let number = |word: &str| {
            let piece = rest.split([';', '.']).find(|piece| piece.trim_end().ends_with(word));
            piece.and_then(|piece| piece.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0)
        };
        self.passed += number("passed");
        self.failed += number("failed");
        self.skipped += number("ignored");
    }

    /// Adds a line such as `1 failed, 3 passed, 2 skipped, 4 deselected in 0.12s`, between `=` or not. Whatever is
    /// neither passed nor left out has failed: errors, and tests that pass where they should not.
    fn add_pytest(&mut self, line: &str) {
        let line = line.trim_matches(['=', ' ']);
        let Some((counts, time)) = line.rsplit_once(" in ") else { return };
        if !time.starts_with(|c: char| c.is_ascii_digit()) || !time.contains('s') {
            return;
        }
        let pair = |piece: &str| {
            let (number, word) = piece.trim().split_once(' ')?;
            Some((number.parse::<u64>().ok()?, word.to_owned()))
        };
        for (number, word) in counts.split(',').filter_map(pair) {
            match word.as_str() {
                "passed" => self.passed += number,
                "skipped" | "xfailed" => self.skipped += number,
                "failed" | "xpassed" | "error" | "errors" => self.failed += number,
                _ => {}
            }
        }
    }
}

/// Every test of the workspace, as one run.
pub(crate) fn workspace(variables: &[(&str, &str)]) -> Command {
    let mut cargo = cargo_command(&["test", "--workspace", "--no-fail-fast"]);
    cargo.envs(variables.iter().copied());
    cargo
}

/// Makes each run, shows what they print, and prints the counts of all last.
pub(crate) fn run(runs: impl IntoIterator<Item = Command>) -> Outcome {
    let mut counts = Counts::default();
    let outcomes: Vec<Outcome> = runs.into_iter().map(|command| count(command, &mut counts)).collect();
    println!("\n{} passed, {} failed, {} skipped", counts.passed, counts.failed, counts.skipped);
    outcomes.into_iter().collect()
}

/// Runs one command, and adds what it reports. One that reports no test that passed has failed.
fn count(mut command: Command, counts: &mut Counts) -> Outcome {
    let shown = format!("{:?}", command.get_program());
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| format!("cannot run {shown}: {error}"))?;
    let before = counts.passed;
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
        let line = line.map_err(|error| format!("cannot read what {shown} prints: {error}"))?;
        println!("{line}");
        counts.add(&line);
    }
    let status = child.wait().map_err(|error| format!("cannot wait for {shown}: {error}"))?;
    if status.success() && counts.passed > before { Ok(()) } else { Err(format!("{shown}: {status}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_added() {
        let mut counts = Counts::default();
        counts.add(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s",
        );
        counts.add("test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out");
        counts.add("running 3 tests");
        counts.add("1 file in src");
        assert_eq!(counts, Counts { passed: 7, failed: 2, skipped: 1 });
    }

    #[test]
    fn pytests_results_are_added() {
        let mut counts = Counts::default();
        counts.add("= 1 failed, 3 passed, 2 skipped, 4 deselected, 1 error in 61.12s (0:01:01) =");
        counts.add("5 passed in 0.12s");
        assert_eq!(counts, Counts { passed: 8, failed: 2, skipped: 2 });
    }
}
