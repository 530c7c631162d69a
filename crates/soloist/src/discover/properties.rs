//! The words of a process are those that it was started with.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{contains, split};
use crate::corpus::cases;

proptest! {
    #![proptest_config(cases())]

    /// The kernel ends each word with a NUL byte (`proc_pid_cmdline(5)`).
    #[test]
    fn words_are_split_as_the_kernel_joins_them(words in vec(vec(1u8.., 0..5), 0..6)) {
        let line: Vec<u8> = words.iter().flat_map(|word| word.iter().copied().chain([0])).collect();
        let mut expected: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        // Empty words at the end cannot be told from what a process leaves behind the line that it writes over them.
        while expected.last().is_some_and(|word| word.is_empty()) {
            expected.pop();
        }
        prop_assert_eq!(split(&line), expected);
    }

    /// No process is passed over whose words hold the name.
    #[test]
    fn a_file_that_is_named_is_seen(
        words in vec(vec(any::<u8>(), 0..5), 1..5),
        at in any::<prop::sample::Index>(),
        name in "[a-c.]{1,4}",
    ) {
        let at = at.index(words.len());
        let mut words = words;
        words[at] = [&words[at], name.as_bytes()].concat();
        let list = words.join(&0);
        let first = split(&list).first().map_or(0, |word| word.len());
        prop_assert!(contains(&list[first..], name.as_bytes()) || at == 0);
    }
}
