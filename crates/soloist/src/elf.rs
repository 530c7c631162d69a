//! The loader that machine code names (`elf(5)`): without it, `execve(2)` fails.

use std::path::PathBuf;

use crate::sys::text::os_string;

const PT_INTERP: u64 = 3;

/// Where the fields of the headers stand, for 32 and 64 bits.
struct Layout {
    table: (usize, usize),
    entry_size: usize,
    entries: usize,
    offset: (usize, usize),
    size: (usize, usize),
}

const BITS_32: Layout = Layout { table: (28, 4), entry_size: 42, entries: 44, offset: (4, 4), size: (16, 4) };
const BITS_64: Layout = Layout { table: (32, 8), entry_size: 54, entries: 56, offset: (8, 8), size: (32, 8) };

/// The loader named in the first bytes of a file; `None` for static programs, for what is no ELF file, and where
/// the bytes do not reach.
pub(crate) fn loader(bytes: &[u8]) -> Option<PathBuf> {
    let layout = match bytes.get(..6)? {
        [0x7f, b'E', b'L', b'F', 1, _] => BITS_32,
        [0x7f, b'E', b'L', b'F', 2, _] => BITS_64,
        _ => return None,
    };
    let little = bytes.get(5) == Some(&1);
    let number = |at: usize, length: usize| {
        let field = bytes.get(at..at.checked_add(length)?)?;
        let digits: Vec<u8> = if little { field.iter().rev().copied().collect() } else { field.to_vec() };
        Some(digits.iter().fold(0u64, |sum, &digit| (sum << 8) | u64::from(digit)))
    };
    let place = |(at, length): (usize, usize), from: usize| usize::try_from(number(from + at, length)?).ok();
    let table = place(layout.table, 0)?;
    let size = place((layout.entry_size, 2), 0)?;
    for entry in 0..place((layout.entries, 2), 0)? {
        let header = table.checked_add(entry.checked_mul(size)?)?;
        if number(header, 4)? == PT_INTERP {
            let start = place(layout.offset, header)?;
            let name = bytes.get(start..start.checked_add(place(layout.size, header)?)?)?;
            let name = name.split(|&byte| byte == 0).next()?;
            return (!name.is_empty()).then(|| PathBuf::from(os_string(name.to_vec())));
        }
    }
    None
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::loader;

    #[test]
    fn a_dynamic_program_names_its_loader() {
        let shell = std::fs::read("/bin/sh").unwrap();
        let named = loader(&shell).unwrap();
        assert!(named.exists(), "{}", named.display());
    }

    #[test]
    fn torn_files_name_none() {
        let shell = std::fs::read("/bin/sh").unwrap();
        for length in 0..512 {
            let _named = loader(&shell[..length]);
        }
        for text in [&b""[..], b"#!/bin/sh", b"\x7fELF", b"\x7fELF\x02\x01"] {
            assert_eq!(loader(text), None);
        }
        let mut hostile = shell[..4096].to_vec();
        hostile[32..40].fill(0xff);
        hostile[54..58].fill(0xff);
        assert_eq!(loader(&hostile), None);
    }
}
