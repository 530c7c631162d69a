//! A page of the book: its text, and the blocks that are marked for this test.
//!
//! A comment before a fenced block says what the block is: `<!-- tried -->`, commands to run and what they print;
//! `<!-- file: NAME -->`, a file of the program's directory. `<!-- needs: TOOL TOOL -->` anywhere in the page names
//! what must be installed.

use std::fs;
use std::path::{Path, PathBuf};

/// The book's directory.
pub(crate) fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// A page.
pub(crate) struct Page {
    /// Its name below the book's directory.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// A marked block.
pub(crate) enum Block {
    /// Commands, each with the lines that it prints.
    Tried(Vec<Command>),
    /// A file: its name and content.
    File(String, String),
}

/// One command of a block.
#[derive(Default)]
pub(crate) struct Command {
    pub(crate) line: String,
    /// What it prints, as the page shows it.
    pub(crate) output: Vec<String>,
}

/// Every page of the book.
pub(crate) fn all() -> Vec<Page> {
    let names = |place: &str| {
        let entries = fs::read_dir(docs().join(place)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let prefix = if place.is_empty() { String::new() } else { format!("{place}/") };
        names
            .filter(|name| name.ends_with(".md"))
            .map(move |name| format!("{prefix}{name}"))
            .collect::<Vec<_>>()
    };
    let mut pages: Vec<String> = [names(""), names("recipes")].concat();
    pages.sort();
    pages.iter().map(|name| Page::read(name)).collect()
}

impl Page {
    pub(crate) fn read(name: &str) -> Self {
        let path = docs().join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("docs/{name}: {error}"));
        Self { name: name.to_owned(), path, text }
    }

    pub(crate) fn is_tried(&self) -> bool {
        self.text.contains("<!-- tried -->")
    }

    /// What must be installed for its blocks.
    pub(crate) fn needs(&self) -> Vec<&str> {
        self.text.lines().filter_map(|line| comment(line, "needs:")).flat_map(str::split_whitespace).collect()
    }

    /// The fenced blocks, each with the line before it.
    fn fenced(&self) -> Vec<(&str, Vec<&str>)> {
        let mut lines = self.text.lines();
        let mut before = "";
        let mut found = Vec::new();
        while let Some(line) = lines.next() {
            if line.starts_with("```") {
                found.push((before, lines.by_ref().take_while(|line| !line.starts_with("```")).collect()));
            }
            before = line;
        }
        found
    }

    /// The marked blocks in their order.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let marked = |(before, lines): (&str, Vec<&str>)| match comment(before, "file:") {
            Some(name) => Some(Block::File(name.trim().to_owned(), lines.join("\n") + "\n")),
            None => comment(before, "tried").map(|_| Block::Tried(commands(&lines))),
        };
        self.fenced().into_iter().filter_map(marked).collect()
    }

    /// The fenced block that starts with these words, in one piece.
    #[track_caller]
    pub(crate) fn block_that_starts(&self, words: &str) -> String {
        let blocks = self.fenced().into_iter().map(|(_, lines)| lines.join("\n"));
        let mut starts = blocks.filter(|block| {
            block.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n']))
        });
        starts.next().unwrap_or_else(|| panic!("{}: no block starts with {words:?}", self.name))
    }

    /// The row of a table that starts with this option.
    #[track_caller]
    pub(crate) fn row(&self, option: &str) -> &str {
        let starts = |line: &&str| {
            let first = line.strip_prefix("| ").and_then(|line| line.split(" |").next()).unwrap_or("");
            first.split(['`', ',', ' ', '=', '[']).any(|word| word == option)
        };
        self.text.lines().find(starts).unwrap_or_else(|| panic!("{}: no row for {option}", self.name))
    }

    /// Links to files, without their anchors.
    pub(crate) fn links(&self) -> Vec<String> {
        let targets = self.text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let files = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
        files.map(|target| target.split('#').next().unwrap_or("").to_owned()).collect()
    }

    /// The lines outside of fenced blocks.
    fn prose(&self) -> impl Iterator<Item = &str> {
        let mut fenced = false;
        self.text.lines().filter(move |line| {
            let fence = line.trim_start().starts_with("```");
            fenced ^= fence;
            !fenced && !fence
        })
    }

    /// Each command line of soloist in code, up to the command that it starts.
    pub(crate) fn command_lines(&self) -> Vec<String> {
        let fenced = self.fenced().into_iter().flat_map(|(_, lines)| lines);
        let spans = self.prose().flat_map(|line| line.split('`').skip(1).step_by(2));
        let calls = fenced.chain(spans).filter_map(|line| line.split_once("soloist ").map(|(_, rest)| rest));
        calls.filter_map(|rest| rest.split(" -- ").next()).map(str::to_owned).collect()
    }
}

/// What stands in a comment behind this word.
fn comment<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    line.strip_prefix("<!-- ")?.strip_suffix(" -->")?.strip_prefix(word)
}

/// `$ ` starts a command, `> ` goes on with it, the rest is what it prints.
fn commands(lines: &[&str]) -> Vec<Command> {
    let mut found: Vec<Command> = Vec::new();
    for line in lines {
        if let Some(command) = line.strip_prefix("$ ") {
            found.push(Command { line: command.to_owned(), ..Command::default() });
        } else if let Some(command) = found.last_mut() {
            match line.strip_prefix("> ") {
                Some(more) => command.line = format!("{}\n{more}", command.line),
                None => command.output.push((*line).to_owned()),
            }
        }
    }
    found
}
