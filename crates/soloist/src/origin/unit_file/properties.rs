//! The settings of a unit are those that systemd would see.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{families, settings, template};
use crate::corpus::cases;

proptest! {
    #![proptest_config(cases())]

    /// However a setting is spread over lines, between comments and other sections, it is the one that was written.
    #[test]
    fn settings_read_back(
        pairs in vec(("[A-Z][a-z]{1,5}", vec("[a-z0-9=\\[;#]{1,5}", 1..4), any::<bool>()), 0..6),
        other in prop::option::of("[A-Z][a-z]{1,5}"),
    ) {
        let mut text = other.map(|name| format!("[Unit]\n{name}=x\n")).unwrap_or_default();
        text += "[Service]\n";
        for (name, words, folded) in &pairs {
            let between = if *folded { " \\\n# a comment\n; another \\\n" } else { " " };
            // A comment is one only at the beginning of a line.
            let words: Vec<String> = words.iter().map(|word| format!("w{word}")).collect();
            text += &format!("{name} = {}\n", words.join(between));
        }
        let flat = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let found: Vec<_> = settings(&text).iter().map(|(name, value)| (name.clone(), flat(value))).collect();
        let expected: Vec<_> = pairs
            .iter()
            .map(|(name, words, _)| (name.clone(), words.iter().map(|word| format!("w{word}")).collect::<Vec<_>>()))
            .collect();
        prop_assert_eq!(found, expected, "{}", text);
    }

    #[test]
    fn any_text_is_read(text in "(\\PC|\\n|\\\\\n|\\[Service\\]|=|#){0,30}", unit in "(\\PC|@|\\.|-){0,12}") {
        let _read = (settings(&text), families(&unit), template(&unit));
    }
}
