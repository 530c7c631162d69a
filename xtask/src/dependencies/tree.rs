//! What cargo says: the packages of the workspace, and which of them are built into what.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::machine::{Outcome, cargo_command};

/// A package as its `Cargo.toml` tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Package {
    pub(super) id: Id,
    pub(super) licence: Option<String>,
    /// None for the workspace's own.
    pub(super) source: Option<String>,
    /// It runs a program of its own when it is built.
    pub(super) has_build_script: bool,
    /// It is a part of the compiler when others are built.
    pub(super) is_macro: bool,
    /// What it names itself, by name; not for tests alone.
    pub(super) direct: BTreeSet<String>,
}

/// Name and version.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    pub(super) name: String,
    pub(super) version: String,
}

impl Package {
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.id.name, self.id.version)
    }

    /// From crates.io, or our own.
    pub(super) fn is_from_the_usual_registry(&self) -> bool {
        let is_usual =
            |source: &String| source.starts_with("registry+") && source.ends_with("/crates.io-index");
        self.source.as_ref().is_none_or(is_usual)
    }
}

fn said(command: &mut Command) -> Outcome<String> {
    let shown = format!("{command:?}");
    let output = command.output().map_err(|error| format!("cannot run {shown}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{shown}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{shown}: {error}"))
}

/// Every package in the lock file (`cargo metadata`).
pub(super) fn packages() -> Outcome<Vec<Package>> {
    let text = said(&mut cargo_command(&["metadata", "--locked", "--format-version", "1"]))?;
    let facts: Value = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages: Option<Vec<Package>> =
        facts["packages"].as_array().into_iter().flatten().map(package).collect();
    packages.filter(|packages| !packages.is_empty()).ok_or_else(|| "cargo metadata lists no packages".into())
}

fn package(facts: &Value) -> Option<Package> {
    let text = |field: &str| facts[field].as_str().map(str::to_owned);
    let kinds =
        || facts["targets"].as_array().into_iter().flatten().flat_map(|target| target["kind"].as_array());
    let has = |kind: &str| kinds().flatten().any(|it| it == kind);
    let direct = facts["dependencies"].as_array().into_iter().flatten();
    let direct = direct.filter(|it| it["kind"] != "dev").filter_map(|it| it["name"].as_str());
    Some(Package {
        id: Id { name: text("name")?, version: text("version")? },
        licence: text("license"),
        source: text("source"),
        has_build_script: has("custom-build"),
        is_macro: has("proc-macro"),
        direct: direct.map(str::to_owned).collect(),
    })
}

/// What a package is built from for a target, itself left out (`cargo tree`, which chooses features as a build does): all
/// of it, or with `edges` such as `normal,no-proc-macro` what ends up in the file.
pub(super) fn built_from(package: &str, target: &str, edges: &str) -> Outcome<BTreeSet<Id>> {
    let words = ["tree", "--locked", "--package", package, "--target", target, "--edges", edges];
    let text = said(cargo_command(&words).args(["--prefix", "none", "--format", "{p}"]))?;
    Ok(text.lines().filter_map(id).filter(|id| id.name != package).collect())
}

/// `libc v0.2.191`, with a path or `(proc-macro)` or `(*)` behind it.
fn id(line: &str) -> Option<Id> {
    let mut words = line.split(' ');
    let name = words.next().filter(|name| !name.is_empty() && !name.starts_with('['))?;
    Some(Id { name: name.to_owned(), version: words.next()?.strip_prefix('v')?.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_tree_are_read() {
        let libc = Some(Id { name: "libc".into(), version: "0.2.191".into() });
        assert_eq!(id("libc v0.2.191"), libc);
        assert_eq!(id("libc v0.2.191 (*)"), libc);
        assert_eq!(id("[build-dependencies]"), None);
        assert_eq!(id(""), None);
    }
}
