//! Where the files of a target could be.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{split, with};
use crate::program::candidates;

/// Variables, and directories with their names.
#[derive(Clone, Copy, Default)]
struct Machine<'m> {
    variables: &'m [(&'m str, &'m str)],
    directories: &'m [(&'m str, &'m str)],
}

impl Machine<'_> {
    fn variable(&self, name: &str) -> Option<OsString> {
        self.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
    }

    fn names(&self, directory: &Path) -> Vec<OsString> {
        let found = self.directories.iter().find(|(known, _)| Path::new(known) == directory);
        found.map(|(_, names)| names.split(' ').map(OsString::from).collect()).unwrap_or_default()
    }

    fn candidates(&self, row: &str) -> Vec<PathBuf> {
        with(row, |invocation| candidates(invocation, &|name| self.variable(name), &|path| self.names(path)))
    }
}

fn check(machine: Machine<'_>, row: &str, expected: &str) {
    let expected: Vec<PathBuf> =
        split(expected).iter().filter(|path| !path.is_empty()).map(PathBuf::from).collect();
    assert_eq!(machine.candidates(row), expected, "{row}");
}

const NOWHERE: Machine<'_> = Machine { variables: &[("PATH", "")], directories: &[] };

#[test]
fn a_file_is_where_it_says() {
    check(NOWHERE, "python main.py", "main.py main.py/__main__.py");
    check(NOWHERE, "uv run main.py", "main.py main.py/__main__.py");
    check(NOWHERE, "ruby /srv/main.rb", "/srv/main.rb");
    check(NOWHERE, "java -jar bot.jar", "bot.jar");
    check(NOWHERE, "env -C /srv ruby main.rb", "main.rb");
}

#[test]
fn nothing_is_looked_for_behind_a_whole_command() {
    check(NOWHERE, "npm start", "∅");
    check(NOWHERE, "python -c 1", "∅");
}

#[test]
fn a_node_entry_may_lack_its_extension_or_be_a_directory() {
    check(
        NOWHERE,
        "node bot",
        "bot bot.js bot.mjs bot.cjs bot.json bot/package.json bot/index.js bot/index.mjs bot/index.cjs",
    );
    check(NOWHERE, "node .", ". ./package.json ./index.js ./index.mjs ./index.cjs");
    check(NOWHERE, "node bot/", "bot/ bot/package.json bot/index.js bot/index.mjs bot/index.cjs");
    check(NOWHERE, "node ..", ".. ../package.json ../index.js ../index.mjs ../index.cjs");
}

#[test]
fn typescript_has_more_extensions() {
    for row in ["bun ./bot", "tsx ./bot", "ts-node ./bot"] {
        let found = NOWHERE.candidates(row);
        assert!(found.contains(&"./bot.ts".into()) && found.contains(&"./bot/index.ts".into()), "{row}");
    }
    check(NOWHERE, "deno ./bot", "./bot");
}

#[test]
fn a_command_is_looked_up_on_the_path() {
    let machine = Machine { variables: &[("PATH", "/a:/b"), ("VIRTUAL_ENV", "/venv")], directories: &[] };
    check(machine, "bot", "/a/bot /b/bot");
    check(machine, "./bot", "./bot");
    check(machine, "∅", "∅");
    check(Machine::default(), "bot", "/usr/local/bin/bot /usr/bin/bot /bin/bot");
    check(machine, "uv run bot", ".venv/bin/bot /venv/bin/bot /a/bot /b/bot");
    check(machine, "uv run ./bot", "./bot");
    check(
        machine,
        "npx bot",
        "node_modules/.bin/bot ../node_modules/.bin/bot ../../node_modules/.bin/bot \
         ../../../node_modules/.bin/bot ../../../../node_modules/.bin/bot /a/bot /b/bot",
    );
}

#[test]
fn every_project_launcher_looks_into_the_project() {
    for row in ["poetry run bot", "uv run bot"] {
        assert_eq!(NOWHERE.candidates(row)[0], Path::new(".venv/bin/bot"), "{row}");
    }
    for row in ["npx bot", "bunx bot", "npm exec bot", "pnpm exec bot"] {
        assert_eq!(NOWHERE.candidates(row)[0], Path::new("node_modules/.bin/bot"), "{row}");
    }
}

#[test]
fn a_module_is_a_package_or_a_file() {
    check(NOWHERE, "python -m bot", "bot/__main__.py bot.py");
    check(NOWHERE, "python -m bot.run", "bot/run/__main__.py bot/run.py");
    for row in ["python -m .", "python -m bot.", "python -m ..bot", "python -m ../bot"] {
        check(NOWHERE, row, "∅");
    }
}

#[test]
fn python_path_follows_the_working_directory() {
    let machine = Machine { variables: &[("PATH", ""), ("PYTHONPATH", "/p:q")], directories: &[] };
    let (here, path) = ("bot/__main__.py bot.py", "/p/bot/__main__.py /p/bot.py q/bot/__main__.py q/bot.py");
    check(machine, "python -m bot", &format!("{here} {path}"));
    check(machine, "python -P -m bot", path);
    check(machine, "python -E -m bot", here);
    check(machine, "python -I -m bot", "∅");
    let safe = Machine { variables: &[("PATH", ""), ("PYTHONSAFEPATH", "1")], directories: &[] };
    check(safe, "python -m bot", "∅");
    check(safe, "python -E -m bot", here);
}

const DEBIAN: Machine<'_> = Machine {
    variables: &[("PATH", "/usr/local/bin:/usr/bin"), ("HOME", "/home/me")],
    directories: &[
        ("/usr/bin", "env python3 python3.11"),
        ("/usr/lib", "python3 python3.9 python3.11 python2.7 python-x perl5"),
        ("/usr/local/lib", "python3.11"),
        ("/home/me/.local/lib", "python3.11"),
        ("/opt/py/lib", "python3.12"),
        ("/venv/lib", "python3.11"),
        (".venv/lib", "python3.11"),
        ("venv/lib", "python3.11"),
    ],
};

/// The directories that are searched, told by the files of the package.
fn roots(machine: Machine<'_>, row: &str) -> Vec<String> {
    let found = machine.candidates(row).into_iter();
    let packages = found.filter_map(|path| path.to_str()?.strip_suffix("bot/__main__.py").map(str::to_owned));
    packages.map(|root| root.trim_end_matches('/').to_owned()).collect()
}

#[test]
fn installed_packages_follow_the_standard_library() {
    assert_eq!(
        roots(DEBIAN, "python3.11 -m bot"),
        [
            "",
            "/usr/lib/python3.11",
            "/usr/lib/python3",
            "/usr/local/lib/python3.11",
            "/home/me/.local/lib/python3.11/site-packages",
            "/usr/lib/python3.11/site-packages",
            "/usr/lib/python3.11/dist-packages",
            "/usr/lib/python3/site-packages",
            "/usr/lib/python3/dist-packages",
            "/usr/local/lib/python3.11/site-packages",
            "/usr/local/lib/python3.11/dist-packages",
        ]
    );
}

#[test]
fn a_version_in_the_name_is_the_only_one() {
    let libraries = |row| {
        let roots = roots(DEBIAN, row);
        roots
            .into_iter()
            .filter(|root| root.starts_with("/usr/lib/") && !root.ends_with("packages"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        libraries("python3 -m bot"),
        ["/usr/lib/python3.11", "/usr/lib/python3.9", "/usr/lib/python3"]
    );
    assert_eq!(libraries("python -m bot"), ["/usr/lib/python3.11", "/usr/lib/python3.9", "/usr/lib/python3"]);
    assert_eq!(libraries("python3.9 -m bot"), ["/usr/lib/python3.9", "/usr/lib/python3"]);
    assert_eq!(libraries("python2 -m bot"), ["/usr/lib/python2.7"]);
}

#[test]
fn the_interpreters_own_installation_comes_first() {
    let first_library =
        |machine: Machine<'_>, row: &str| roots(machine, row).into_iter().find(|root| root.contains("lib/"));
    for (row, expected) in [
        ("/opt/py/bin/python3 -m bot", "/opt/py/lib/python3.12"),
        ("venv/bin/python -m bot", "venv/lib/python3.11"),
        ("uv run -m bot", ".venv/lib/python3.11"),
        ("uv run python -m bot", ".venv/lib/python3.11"),
        ("python3 -m bot", "/usr/lib/python3.11"),
    ] {
        assert_eq!(first_library(DEBIAN, row).as_deref(), Some(expected), "{row}");
    }
    let variables: &[(&str, &str)] = &[("PATH", "/usr/bin"), ("VIRTUAL_ENV", "/venv")];
    let active = Machine { variables, ..DEBIAN };
    assert_eq!(first_library(active, "python3 -m bot").as_deref(), Some("/venv/lib/python3.11"));
    let beside = Machine { directories: &[("./../lib", "python3.11")], ..NOWHERE };
    assert_eq!(first_library(beside, "./python -m bot").as_deref(), Some("./../lib/python3.11"));
}

#[test]
fn packages_can_be_left_out() {
    let has = |row: &str, end: &str| roots(DEBIAN, row).iter().any(|root| root.ends_with(end));
    assert!(has("python3 -m bot", ".local/lib/python3.11/site-packages"));
    assert!(!has("python3 -s -m bot", ".local/lib/python3.11/site-packages"));
    assert!(has("python3 -s -m bot", "dist-packages"));
    assert!(!has("python3 -S -m bot", "-packages"));
    let variables: &[(&str, &str)] = &[("PATH", "/usr/bin"), ("HOME", "/home/me"), ("PYTHONNOUSERSITE", "1")];
    let without_user = Machine { variables, ..DEBIAN };
    assert!(!roots(without_user, "python3 -m bot").iter().any(|root| root.contains(".local")));
}
