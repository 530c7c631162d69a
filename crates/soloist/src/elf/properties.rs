//! Machine code names its loader wherever its headers put it, and anything else names none.

use proptest::collection::vec;
use proptest::prelude::*;

use super::loader;
use crate::corpus::cases;

/// The beginning of a program in either width and order of bytes, with its loader's name behind the headers.
fn program(wide: bool, little: bool, others: usize, name: &[u8]) -> Vec<u8> {
    let number = |value: u64, length: usize| {
        if little {
            value.to_le_bytes()[..length].to_vec()
        } else {
            value.to_be_bytes()[8 - length..].to_vec()
        }
    };
    let (head, entry, table, entry_size, entries, offset, size) =
        if wide { (64, 56, 32, 54, 56, (8, 8), (32, 8)) } else { (52, 32, 28, 42, 44, (4, 4), (16, 4)) };
    let mut bytes = vec![0u8; head + entry * (others + 1)];
    bytes[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', 1 + u8::from(wide), if little { 1 } else { 2 }, 1]);
    let mut put = |at: usize, value: usize, length: usize| {
        bytes[at..at + length].copy_from_slice(&number(value as u64, length));
    };
    put(table, head, if wide { 8 } else { 4 });
    put(entry_size, entry, 2);
    put(entries, others + 1, 2);
    for other in 0..others {
        put(head + other * entry, 1, 4);
    }
    let last = head + others * entry;
    put(last, 3, 4);
    put(last + offset.0, last + entry, offset.1);
    put(last + size.0, name.len() + 1, size.1);
    bytes.extend(name);
    bytes.push(0);
    bytes
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_program_names_its_loader(
        wide in any::<bool>(),
        little in any::<bool>(),
        others in 0..12usize,
        name in "/[a-z0-9/.-]{0,30}",
        cut in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = program(wide, little, others, name.as_bytes());
        prop_assert_eq!(loader(&bytes), Some(name.into()));
        prop_assert_eq!(loader(&bytes[..cut.index(bytes.len())]), None);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _spoilt = loader(&bytes);
    }

    #[test]
    fn any_bytes_are_read(mut bytes in vec(any::<u8>(), 0..300)) {
        let _read = loader(&bytes);
        let mark = b"\x7fELF\x02\x01";
        for (byte, wanted) in bytes.iter_mut().zip(mark) {
            *byte = *wanted;
        }
        let _read = loader(&bytes);
    }
}
