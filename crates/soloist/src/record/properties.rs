//! What a holder writes of itself is what is read, and anything else is no record or another one.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Record;
use crate::corpus::{cases, kept};

/// Paths in many letters, and some as long as the kernel lets them be (`PATH_MAX`), which JSON makes longer.
fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "\\PC{0,12}",
        1 => "[\\x01-\\x1f\"\\\\]{4}".prop_map(|text| text.repeat(1_023)),
    ]
}

fn words() -> impl Strategy<Value = Vec<String>> {
    let long = "[\\x01-\\x1f\"\\\\\u{1f600}]{1,4}";
    prop_oneof![
        3 => vec("\\PC{0,12}", 0..5),
        1 => (long, 1..2_000usize, 1..400usize).prop_map(|(word, times, count)| vec![word.repeat(times); count]),
    ]
}

pub(crate) fn record() -> impl Strategy<Value = Record> {
    let numbers = (any::<u32>(), any::<u64>(), 0.0..1e9f64, option::of(any::<u32>()));
    let texts = vec("\\PC{0,12}", 8);
    let places = (vec(option::of(path()), 4), vec(option::of("\\PC{0,12}"), 3));
    (numbers, texts, places, words(), 0..3usize).prop_map(
        |(numbers, texts, (paths, places), command, matching)| {
            serde_json::from_value(json!({
                "schema": Record::SCHEMA,
                "pid": numbers.0,
                "timestamp": numbers.1,
                "app_name": texts[0],
                "key": paths[3].clone().unwrap_or_default(),
                "birth": texts[2],
                "host": texts[3],
                "user": texts[4],
                "started_at": texts[5],
                "claimed_since_boot": numbers.2,
                "command": command,
                "cwd": paths[0],
                "program": paths[1],
                "lock": paths[2],
                "matching": MATCHES[matching],
                "program_pid": numbers.3,
                "program_birth": places[0],
                "stop_signal": places[1],
                "origin": {"kind": texts[6], "name": places[2]},
                "version": texts[7],
            }))
            .unwrap()
        },
    )
}

const MATCHES: [&str; 3] = ["program", "command", "none"];

fn read(bytes: &[u8]) -> Option<Record> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("record");
    std::fs::write(&path, bytes).unwrap();
    Record::read(&path)
}

/// The record as it lies on the disk.
fn written(record: &Record) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("record");
    record.write(&path, 0o600).unwrap();
    std::fs::read(path).unwrap()
}

proptest! {
    #![proptest_config(cases())]

    /// Whatever stands in a record, it is read again: only a long command is cut.
    #[test]
    fn a_record_reads_back(record in record()) {
        let read = read(&written(&record)).expect("a record that was written is one");
        prop_assert!(read.command.len() <= record.command.len());
        let without_command = |record: &Record| Record { command: Vec::new(), ..record.clone() };
        let close = (read.claimed_since_boot - record.claimed_since_boot).abs() < 1e-6;
        prop_assert!(close, "{} {}", read.claimed_since_boot, record.claimed_since_boot);
        let read = Record { claimed_since_boot: record.claimed_since_boot, ..read };
        prop_assert_eq!(without_command(&read), without_command(&record));
        if record.command.len() <= 256 && record.command.iter().map(String::len).sum::<usize>() <= 1_024 {
            prop_assert_eq!(read.command, record.command);
        }
    }

    #[test]
    fn a_torn_record_is_none(record in record(), cut in any::<prop::sample::Index>()) {
        let bytes = written(&record);
        // The last two bytes are the brace and the line's end.
        let cut = cut.index(bytes.len() - 1);
        prop_assert_eq!(read(&bytes[..cut]), None);
    }

    /// One byte is changed: what is read is none, or says something else in its own words, and nothing panics.
    #[test]
    fn a_spoilt_record_is_read_or_none(
        record in record(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = written(&record);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Some(read) = read(&bytes) {
            prop_assert_eq!(read.schema, Record::SCHEMA);
        }
    }

    /// A field that is missing, or of another kind, makes no record of it.
    #[test]
    fn a_foreign_document_is_none(record in record(), field in any::<prop::sample::Index>(), other in 0..4usize) {
        let mut document: Value = serde_json::from_slice(&written(&record)).unwrap();
        let fields = document.as_object_mut().unwrap();
        let optional = ["cwd", "program", "lock", "matching", "program_pid", "program_birth", "stop_signal"];
        let names: Vec<String> =
            fields.keys().filter(|name| !optional.contains(&name.as_str())).cloned().collect();
        let name = &names[field.index(names.len())];
        match other {
            0 => drop(fields.remove(name)),
            1 => drop(fields.insert(name.clone(), json!(null))),
            2 => drop(fields.insert(name.clone(), json!([[1]]))),
            _ => drop(fields.insert(name.clone(), json!(-1.5e300))),
        }
        // A time since boot may be any number.
        let expected = name == "claimed_since_boot" && other == 3;
        prop_assert_eq!(read(&serde_json::to_vec(&document).unwrap()).is_some(), expected, "{}", document);
    }
}

mod fixed {
    use super::*;

    #[test]
    fn what_is_kept_is_a_record_only_where_its_name_says_so() {
        for (name, bytes) in kept("record") {
            assert_eq!(read(&bytes).is_some(), name.starts_with("good"), "{name}");
        }
    }
}
