//! A process's variables are what was put into them.

use proptest::collection::vec;
use proptest::prelude::*;

use super::Environment;
use crate::corpus::cases;

fn of(text: Vec<u8>) -> Environment {
    let mut environment = Environment { text, ends: Vec::new() };
    environment.find_ends();
    environment
}

proptest! {
    #![proptest_config(cases())]

    /// As getenv(3) has it: the first of equal names counts, and a name is matched whole.
    #[test]
    fn a_variable_is_the_first_with_its_name(
        pairs in vec(("[A-C_]{1,3}", vec(1u8.., 0..6)), 0..8),
        wanted in "[A-C_]{1,3}",
        ended in any::<bool>(),
    ) {
        let entries: Vec<Vec<u8>> =
            pairs.iter().map(|(name, value)| [name.as_bytes(), b"=", value].concat()).collect();
        let mut text = entries.join(&0);
        if ended {
            text.push(0);
        }
        let environment = of(text);
        let expected = pairs.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_slice());
        prop_assert_eq!(environment.bytes(&wanted), expected);
        let values: Vec<&[u8]> = pairs.iter().map(|(_, value)| value.as_slice()).collect();
        prop_assert_eq!(environment.values().collect::<Vec<_>>(), values);
    }

    #[test]
    fn any_bytes_are_read(bytes in vec(any::<u8>(), 0..100), name in "\\PC{0,4}") {
        let environment = of(bytes);
        let _read = (environment.text(&name), environment.value(&name), environment.values().count());
    }
}
