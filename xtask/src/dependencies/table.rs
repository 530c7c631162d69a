//! The two tables of the page: how many for each artefact and system, and which.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::tree::{Id, Package, built_from};
use super::{ARTEFACTS, SYSTEMS};
use crate::machine::Outcome;

/// What was found.
pub(super) struct Found<'a> {
    counts: Vec<Count>,
    rows: BTreeMap<Id, Row<'a>>,
}

/// An artefact's numbers.
struct Count {
    artefact: &'static str,
    direct: usize,
    systems: Vec<OnSystem>,
}

/// An artefact's numbers on a system.
#[derive(Clone, Copy, Debug)]
struct OnSystem {
    /// In the file.
    inside: usize,
    /// Only while it is built.
    building: usize,
}

/// A package's row.
struct Row<'a> {
    package: &'a Package,
    artefacts: BTreeSet<usize>,
    systems: BTreeSet<usize>,
    is_inside: bool,
}

/// Asks cargo about each artefact on each system.
pub(super) fn look(known: &[Package]) -> Outcome<Found<'_>> {
    let mut found = Found { counts: Vec::new(), rows: BTreeMap::new() };
    let ours = |name: &String| known.iter().any(|it| it.source.is_none() && it.id.name == *name);
    let others = |mut ids: BTreeSet<Id>| {
        ids.retain(|id| !ours(&id.name));
        ids
    };
    for (artefact, (name, title)) in ARTEFACTS.into_iter().enumerate() {
        let mut systems = Vec::new();
        for (system, (target, _)) in SYSTEMS.into_iter().enumerate() {
            let all = others(built_from(name, target, "normal,build")?);
            let inside = others(built_from(name, target, "normal,no-proc-macro")?);
            systems.push(OnSystem { inside: inside.len(), building: all.len() - inside.len() });
            for id in all {
                let package = known.iter().find(|package| package.id == id);
                let package = package.ok_or_else(|| format!("cargo metadata does not list {id:?}"))?;
                let is_inside = inside.contains(&id);
                let row = found.rows.entry(id).or_insert_with(|| Row {
                    package,
                    artefacts: BTreeSet::new(),
                    systems: BTreeSet::new(),
                    is_inside: false,
                });
                row.artefacts.insert(artefact);
                row.systems.insert(system);
                row.is_inside |= is_inside;
            }
        }
        let own = known.iter().find(|package| package.id.name == name);
        let own = own.ok_or_else(|| format!("there is no package {name}"))?;
        let direct = own.direct.iter().filter(|name| !ours(name)).count();
        found.counts.push(Count { artefact: title, direct, systems });
    }
    Ok(found)
}

/// Both tables.
pub(super) fn render(found: &Found<'_>) -> String {
    format!("{}\n{}", counts(&found.counts), packages(&found.rows)).trim_end().to_owned()
}

fn counts(counts: &[Count]) -> String {
    let mut table = String::from("| built from | named in its `Cargo.toml` |");
    for (_, system) in SYSTEMS {
        let _ = write!(table, " {system} |");
    }
    let _ = writeln!(table, "\n| --- | --- |{}", " --- |".repeat(SYSTEMS.len()));
    for Count { artefact, direct, systems } in counts {
        let _ = write!(table, "| {artefact} | {direct} |");
        for OnSystem { inside, building } in systems {
            let _ = write!(table, " {inside} + {building} |");
        }
        table.push('\n');
    }
    table
}

fn packages(rows: &BTreeMap<Id, Row<'_>>) -> String {
    let mut table = String::from(
        "| package | licence | in | where | runs while it is built |\n| --- | --- | --- | --- | --- |\n",
    );
    for (id, row) in rows {
        let licence = row.package.licence.as_deref().unwrap_or("none");
        let _ = writeln!(
            table,
            "| {} {} | {licence} | {} | {} | {} |",
            id.name,
            id.version,
            list(&row.artefacts, &["library", "command", "module"], "all"),
            list(&row.systems, &SYSTEMS.map(|(_, system)| system), "everywhere"),
            row.building(),
        );
    }
    table
}

fn list(chosen: &BTreeSet<usize>, names: &[&str], all: &str) -> String {
    match chosen.len() == names.len() {
        true => all.to_owned(),
        false => chosen.iter().map(|&number| names[number]).collect::<Vec<_>>().join(", "),
    }
}

impl Row<'_> {
    /// What of it runs, or exists, only during a build.
    fn building(&self) -> String {
        let script = self.package.has_build_script.then_some("build script");
        let kind = match (self.package.is_macro, self.is_inside) {
            (true, _) => Some("macro"),
            (false, false) => Some("all of it"),
            (false, true) => None,
        };
        kind.into_iter().chain(script).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_tell_where_and_when() {
        let package = Package { has_build_script: true, licence: Some("MIT".into()), ..Package::default() };
        let id = Id { name: "x".into(), version: "1.0.0".into() };
        let row =
            Row { package: &package, artefacts: [1].into(), systems: [0, 1, 2].into(), is_inside: false };
        let table = packages(&[(id, row)].into());
        assert!(
            table.ends_with("| x 1.0.0 | MIT | command | everywhere | all of it, build script |\n"),
            "{table}"
        );
        let count =
            Count { artefact: "it", direct: 4, systems: vec![OnSystem { inside: 1, building: 2 }; 3] };
        assert!(counts(&[count]).ends_with("| it | 4 | 1 + 2 | 1 + 2 | 1 + 2 |\n"));
    }
}
