//! The book in `docs/`: what it shows was run, the options that it names exist, and its links lead somewhere.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

#[path = "book/options.rs"]
mod options;
#[path = "book/page.rs"]
mod page;
#[path = "book/play.rs"]
mod play;
#[path = "book/words.rs"]
mod words;

mod support;

use std::collections::BTreeSet;
use std::fs;

use page::Page;
use support::Sandbox;

/// Every page has a test of its own, so that they run side by side and a failure names its page.
macro_rules! played {
    ($($test:ident: $page:literal),* $(,)?) => {
        $(#[test]
        fn $test() {
            play::plays(&Page::read($page));
        })*

        const PLAYED: &[&str] = &[$($page),*];
    };
}

played! {
    cron: "recipes/cron.md",
    deploy: "recipes/deploy.md",
    docker: "recipes/docker.md",
    guide: "guide.md",
    pm2: "recipes/pm2.md",
    runit_and_s6: "recipes/runit-s6.md",
    supervisord: "recipes/supervisord.md",
    systemd: "recipes/systemd.md",
    tmux_screen_and_nohup: "recipes/tmux-screen-nohup.md",
    two_bots: "recipes/two-bots.md",
}

#[test]
fn no_page_with_tried_blocks_is_forgotten() {
    let tried = page::all().into_iter().filter(Page::is_tried).map(|page| page.name);
    let played: BTreeSet<String> = PLAYED.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(tried.collect::<BTreeSet<_>>(), played);
}

#[test]
fn every_link_leads_to_a_file() {
    for page in page::all() {
        for link in page.links() {
            let target = page.path.parent().unwrap().join(&link);
            assert!(target.exists(), "{}: {link} leads nowhere", page.name);
        }
    }
}

#[test]
fn the_contents_name_every_page() {
    let contents: BTreeSet<String> = Page::read("README.md").links().into_iter().collect();
    for page in page::all().iter().filter(|page| page.name != "README.md") {
        assert!(contents.contains(&page.name), "docs/README.md does not lead to {}", page.name);
    }
}

/// The synopsis of each command in the reference has exactly the options of its `--help`, with every value and
/// default described.
#[test]
fn the_reference_has_every_option() {
    let sandbox = Sandbox::new();
    let reference = Page::read("reference.md");
    for command in options::commands(&sandbox) {
        let help = options::help(&sandbox, &command);
        let synopsis = reference.block_that_starts(&format!("soloist {command}"));
        assert_eq!(options::named(&synopsis), options::of(&help), "soloist {command}");
        for (option, value) in options::values(&help) {
            let row = reference.row(&option);
            assert!(row.contains(&format!("`{value}`")), "{option}: {value:?} is missing in {row:?}");
        }
    }
}

#[test]
fn the_reference_names_no_other_option() {
    let sandbox = Sandbox::new();
    let known = options::all(&sandbox);
    let text = Page::read("reference.md").text;
    let unknown: Vec<_> = options::named(&text).difference(&known).cloned().collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// A command line of soloist anywhere in the book has options that exist.
#[test]
fn the_book_types_only_options_that_exist() {
    let sandbox = Sandbox::new();
    let known = options::all(&sandbox);
    for page in page::all() {
        for line in page.command_lines() {
            let unknown: Vec<_> = options::named(&line).difference(&known).cloned().collect();
            assert!(unknown.is_empty(), "{}: {unknown:?} in {line}", page.name);
        }
    }
}

/// The exit codes of the reference are those of the README.
#[test]
fn the_reference_has_every_exit_code() {
    let reference = Page::read("reference.md").text;
    let readme = fs::read_to_string(page::docs().join("../README.md")).unwrap();
    let codes = readme.lines().skip_while(|line| !line.starts_with("| code |")).skip(2);
    for row in codes.take_while(|line| line.starts_with('|')) {
        let first = row.trim_start_matches("| ").split(" |").next().unwrap();
        assert!(reference.contains(&format!("| {first} |")), "{first} is missing");
    }
}
