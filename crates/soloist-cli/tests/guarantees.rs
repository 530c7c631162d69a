//! GUARANTEES.md and SECURITY.md name a test for each promise: each of these tests exists.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every `file::function` of a page, in code marks.
fn named(page: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(page)).unwrap();
    // Between marks every second piece is code.
    let code = text.split('`').skip(1).step_by(2);
    let is_name = |word: &str| word.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    let tests = code
        .filter(|piece| piece.split_once("::").is_some_and(|(file, test)| is_name(file) && is_name(test)));
    tests.map(str::to_owned).filter(|test| test != "file::function").collect()
}

/// The text of the test file of this name, the command's own or the Python module's.
fn test_file(name: &str) -> Option<String> {
    let own = root().join("crates/soloist-cli/tests").join(format!("{name}.rs"));
    let python = root().join("crates/soloist-python/tests").join(format!("{name}.py"));
    fs::read_to_string(own).or_else(|_| fs::read_to_string(python)).ok()
}

/// Whether a file has a test of this name: a function, or an entry of the book's list of pages.
fn has_test(text: &str, test: &str) -> bool {
    let mut before = "";
    text.lines().map(str::trim).filter(|line| !line.is_empty()).any(|line| {
        let marked = std::mem::replace(&mut before, line).starts_with("#[");
        marked && line.starts_with(&format!("fn {test}("))
            || line.starts_with(&format!("def {test}("))
            || line.starts_with(&format!("async def {test}("))
            || line.starts_with(&format!("{test}: \"")) && line.ends_with(".md\",")
    })
}

#[test]
fn every_test_that_is_named_exists() {
    for page in ["GUARANTEES.md", "SECURITY.md"] {
        let named = named(page);
        assert!(named.len() > 30, "{page} names hardly a test: {named:?}");
        for name in named {
            let (file, test) = name.split_once("::").unwrap();
            let text = test_file(file).unwrap_or_else(|| panic!("{page}: {name}: there is no such file"));
            assert!(has_test(&text, test), "{page}: {name}: there is no such test");
        }
    }
}

/// What a second user tries is the threat model: each of these tests stands in SECURITY.md.
#[test]
fn every_attempt_of_a_neighbour_is_told() {
    let security = named("SECURITY.md");
    let text = test_file("another_user").unwrap();
    let functions = text.split("#[test]\nfn ").skip(1).filter_map(|piece| piece.split('(').next());
    for test in functions {
        assert!(security.contains(&format!("another_user::{test}")), "{test} is not told");
    }
}

#[test]
fn a_name_without_a_test_is_found_out() {
    let text = "#[test]\nfn a_test() {}\nfn no_test() {}\nplayed! {\n    guide: \"guide.md\",\n}";
    assert!(has_test(text, "a_test") && has_test(text, "guide"));
    assert!(!has_test(text, "no_test") && !has_test(text, "a_tes") && !has_test(text, "missing"));
}
