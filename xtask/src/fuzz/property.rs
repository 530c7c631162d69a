//! Which properties there are: asked of the tests themselves.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::machine::{self, Outcome};

/// The packages whose parsers have properties.
const PACKAGES: [&str; 3] = ["soloist", "soloist-cli", "botapi-sim"];

/// A property, as a test of one program.
#[derive(Clone, Debug)]
pub(super) struct Property {
    pub(super) package: &'static str,
    /// `escape::properties::a_shell_reads_the_words_that_are_shown`.
    pub(super) name: String,
    pub(super) program: PathBuf,
    /// Where it runs: its package's directory.
    pub(super) place: PathBuf,
}

/// Builds the tests, and lists their properties.
pub(super) fn all() -> Outcome<Vec<Property>> {
    let mut found = Vec::new();
    for package in PACKAGES {
        for (program, place) in built(package)? {
            let names = listed(&program)?.into_iter();
            found.extend(names.map(|name| Property {
                package,
                name,
                program: program.clone(),
                place: place.clone(),
            }));
        }
    }
    Ok(found)
}

/// The test programs of a package's own code, and its directory.
fn built(package: &str) -> Outcome<Vec<(PathBuf, PathBuf)>> {
    let words =
        ["test", "--no-run", "--quiet", "--package", package, "--lib", "--bins", "--message-format", "json"];
    // A package without a library is told of by cargo itself.
    let words: Vec<&str> =
        words.into_iter().filter(|word| package != "soloist-cli" || *word != "--lib").collect();
    let output = machine::cargo_command(&words)
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("the tests of {package} do not compile"));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().filter_map(program).collect())
}

/// The test program that a line of cargo's tells of.
fn program(line: &str) -> Option<(PathBuf, PathBuf)> {
    let message: Value = serde_json::from_str(line).ok()?;
    let place = PathBuf::from(message["manifest_path"].as_str()?).parent()?.to_owned();
    let is_test = message["profile"]["test"].as_bool()?;
    Some((message["executable"].as_str()?.into(), place)).filter(|_| is_test)
}

/// The names of a program's properties. What stands deeper (`properties::fixed::…`) has inputs of its own, not cases.
fn listed(program: &PathBuf) -> Outcome<Vec<String>> {
    let output = Command::new(program)
        .args(["--list", "--format", "terse"])
        .output()
        .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
    let is_property = |name: &&str| name.rsplit("::").nth(1) == Some("properties");
    Ok(names.filter(is_property).map(str::to_owned).collect())
}
