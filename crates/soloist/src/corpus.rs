//! What the properties of the parsers share: how many cases are tried, from which seed, and the inputs that are kept.

use std::path::Path;

use proptest::test_runner::{Config, RngSeed};

/// How a property is tried. By itself a test run tries the same cases each time, so that it comes out the same each
/// time; `cargo xtask fuzz` gives other seeds and more cases by the variables of proptest.
pub(crate) fn cases() -> Config {
    let config = Config::default();
    let rng_seed = match config.rng_seed {
        RngSeed::Random => RngSeed::Fixed(1),
        given @ RngSeed::Fixed(_) => given,
    };
    // What fails is told with its seed, and kept by a person, in the corpus.
    Config { rng_seed, failure_persistence: None, max_shrink_iters: 20_000, ..config }
}

/// The inputs that are kept for a parser, by name: `tests/corpora/PARSER/NAME`. There is at least one.
pub(crate) fn kept(parser: &str) -> Vec<(String, Vec<u8>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora").join(parser);
    let entries = std::fs::read_dir(&directory).unwrap();
    let mut found: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    assert!(!found.is_empty(), "nothing is kept in {}", directory.display());
    found.sort();
    found
}
