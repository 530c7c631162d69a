//! Running the tests, and counting them at the end.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::machine::{Outcome, cargo_command};

/// What the test runners reported.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Counts {
    /// Adds a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn add(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("test result: ") else { return };
        let number = |word: &str| {
            let piece = rest.split([';', '.']).find(|piece| piece.trim_end().ends_with(word));
            piece.and_then(|piece| piece.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0)
        };
        self.passed += number("passed");
        self.failed += number("failed");
        self.skipped += number("ignored");
    }
}

/// Runs every test of the workspace, shows what they print, and prints the counts last.
pub(crate) fn run(variables: &[(&str, &str)]) -> Outcome {
    let mut command = cargo_command(&["test", "--workspace", "--no-fail-fast"]);
    command.envs(variables.iter().copied()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("cannot run cargo test: {error}"))?;
    let mut counts = Counts::default();
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
        let line = line.map_err(|error| format!("cannot read what cargo test prints: {error}"))?;
        println!("{line}");
        counts.add(&line);
    }
    let status = child.wait().map_err(|error| format!("cannot wait for cargo test: {error}"))?;
    println!("\n{} passed, {} failed, {} skipped", counts.passed, counts.failed, counts.skipped);
    if status.success() && counts.passed > 0 { Ok(()) } else { Err(format!("cargo test: {status}")) }
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
        assert_eq!(counts, Counts { passed: 7, failed: 2, skipped: 1 });
    }
}
