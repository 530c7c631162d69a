//! `cargo xtask dependencies`: what the library, the command and the Python module are built from, on each system, under
//! which licences. It needs nothing but cargo; where cargo-deny is at hand, it has its say too.

mod licence;
mod table;
mod tree;

use crate::machine::{self, Outcome, cargo, root};
use crate::page::Place;
use licence::Allowed;
use tree::Package;

/// What is published, by its package and its name for people.
const ARTEFACTS: [(&str, &str); 3] = [
    ("soloist", "the library `soloist`"),
    ("soloist-cli", "the command `soloist`"),
    ("soloist-python", "the Python module"),
];

/// The systems, by a target of each that decides everything that `Cargo.toml` files ask about.
const SYSTEMS: [(&str, &str); 3] = [
    ("x86_64-unknown-linux-gnu", "Linux"),
    ("aarch64-apple-darwin", "macOS"),
    ("x86_64-pc-windows-msvc", "Windows"),
];

const PLACE: Place = Place { page: "docs/dependencies.md", command: "cargo xtask dependencies --write" };

/// Checks licences and sources of everything in the workspace, and that the page tells the tree as it is. With `--write`
/// the page is told.
pub(crate) fn dependencies(words: &[String]) -> Outcome {
    let write = match words {
        [] => false,
        [word] if word == "--write" => true,
        _ => return Err("it is: dependencies [--write]".into()),
    };
    let known = tree::packages()?;
    judge(&known, &allowed()?)?;
    let table = table::render(&table::look(&known)?);
    if write {
        PLACE.write(&table)?;
    } else if !PLACE.holds(&table)? {
        return Err(format!("{} does not tell the tree as it is: run `{}`", PLACE.page, PLACE.command));
    }
    println!("{} packages in the workspace: licences and sources as deny.toml has them", known.len());
    cargo_deny()
}

/// The licences that `deny.toml` allows: one list for cargo-deny and for this.
fn allowed() -> Outcome<Allowed> {
    let text = std::fs::read_to_string(root().join("deny.toml"))
        .map_err(|error| format!("cannot read deny.toml: {error}"))?;
    Allowed::parse(&text).ok_or_else(|| "deny.toml allows no licence".into())
}

fn judge(packages: &[Package], allowed: &Allowed) -> Outcome {
    let wrong = packages.iter().filter_map(|package| {
        let name = package.name();
        if !package.is_from_the_usual_registry() {
            return Some(format!("{name} comes from elsewhere than crates.io"));
        }
        match &package.licence {
            Some(licence) if allowed.satisfy(licence) => None,
            Some(licence) => Some(format!("{name}: the licence {licence} is not allowed")),
            None => Some(format!("{name} names no licence")),
        }
    });
    let wrong: Vec<String> = wrong.collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n       ")) }
}

/// The same by cargo-deny, and duplicates; and the advisories, where a database of them is on this machine.
fn cargo_deny() -> Outcome {
    if !machine::works("cargo", &["deny", "--version"]) {
        eprintln!("xtask: cargo-deny is not installed: duplicates and advisories were not looked at");
        return Ok(());
    }
    cargo(&["deny", "--offline", "check", "licenses", "bans", "sources"])?;
    let home = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let home = home.or_else(|| Some(std::path::Path::new(&std::env::var_os("HOME")?).join(".cargo")));
    let databases = home.and_then(|home| std::fs::read_dir(home.join("advisory-dbs")).ok());
    if databases.into_iter().flatten().flatten().any(|entry| entry.path().join(".git").exists()) {
        return cargo(&["deny", "--offline", "check", "advisories"]);
    }
    eprintln!("xtask: there is no database of advisories here; with a network: cargo deny check advisories");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_has_a_place_for_the_table() {
        assert!(PLACE.exists());
    }

    #[test]
    fn a_licence_or_a_source_that_is_not_allowed_is_an_error() {
        let allowed = Allowed::parse("allow = [\"MIT\"]").unwrap();
        let package = |licence: Option<&str>, source: Option<&str>| {
            [Package {
                licence: licence.map(str::to_owned),
                source: source.map(str::to_owned),
                ..Package::default()
            }]
        };
        let usual = Some("registry+https://github.com/rust-lang/crates.io-index");
        assert_eq!(judge(&package(Some("MIT"), usual), &allowed), Ok(()));
        assert_eq!(judge(&package(Some("MIT"), None), &allowed), Ok(()));
        assert!(judge(&package(Some("GPL-3.0"), usual), &allowed).is_err());
        assert!(judge(&package(None, usual), &allowed).is_err());
        assert!(judge(&package(Some("MIT"), Some("git+https://example.org/it")), &allowed).is_err());
    }
}
