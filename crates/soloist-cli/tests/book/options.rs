//! The options of a command, as its `--help` tells them.

use std::collections::BTreeSet;

use crate::support::Sandbox;

/// The subcommands.
pub(crate) fn commands(sandbox: &Sandbox) -> Vec<String> {
    let help = sandbox.soloist("--help").exits(0).stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed.take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    let names: Vec<String> = names.map(str::to_owned).collect();
    assert!(names.contains(&"run".to_owned()), "{help}");
    names
}

/// The long help of a subcommand.
pub(crate) fn help(sandbox: &Sandbox, command: &str) -> String {
    sandbox.soloist(&format!("{command} --help")).exits(0).stdout
}

/// The long options that a text names.
pub(crate) fn named(text: &str) -> BTreeSet<String> {
    let pieces = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'));
    let options = pieces.filter(|piece| {
        piece
            .strip_prefix("--")
            .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphabetic()))
    });
    options.map(str::to_owned).collect()
}

/// The options that a help text describes: they start its lines.
pub(crate) fn of(help: &str) -> BTreeSet<String> {
    help.lines().filter_map(heading).filter(|option| option != "--help").collect()
}

/// The option that a line of a help text describes.
fn heading(line: &str) -> Option<String> {
    let words = line.trim_start();
    let long = if words.starts_with("--") {
        Some(words)
    } else {
        words.starts_with('-').then(|| words.split_once(", "))?.map(|(_, long)| long)
    };
    named(long?).into_iter().next()
}

/// Every option of every subcommand.
pub(crate) fn all(sandbox: &Sandbox) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = ["--help", "--version"].map(str::to_owned).into();
    all.extend(commands(sandbox).iter().flat_map(|command| of(&help(sandbox, command))));
    all
}

/// Each option's possible values and its default.
pub(crate) fn values(help: &str) -> Vec<(String, String)> {
    let mut option = String::new();
    let mut found = Vec::new();
    for line in help.lines() {
        option = heading(line).unwrap_or(option);
        let text = line.trim();
        let default = text.strip_prefix("[default: ").and_then(|rest| rest.strip_suffix(']'));
        let value = text.strip_prefix("- ").and_then(|rest| rest.split(':').next());
        found.extend(default.or(value).map(|value| (option.clone(), value.to_owned())));
    }
    found
}
