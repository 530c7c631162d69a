//! Two keys never share a file, a lock or a mark in the environment.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Key, Kind, fingerprint, hashed_id};
use crate::corpus::cases;
use crate::lock::witness_name;
use crate::record;
use crate::state::StateDirectory;
use crate::sys::text::os_string;

/// What keys are made of: few letters, so that they nearly meet.
fn key() -> impl Strategy<Value = Key> {
    let name = "[ab._-]{1,3}|telegram-[12]{1,2}|program-a|name-a|a\\.(lock|json|jsonl|jsonl\\.old|new)";
    let path = || vec(prop::sample::select(&b"ab. \xff\xfe"[..]), 1..3);
    let path = move || path().prop_map(|name| PathBuf::from(os_string([b"/", name.as_slice()].concat())));
    prop_oneof![
        name.prop_map(|name| Key::named(&name).unwrap()),
        "[12]{1,2}".prop_map(|id| Key::telegram("TOKEN", OsStr::new(&format!("{id}:x"))).unwrap()),
        path().prop_map(|path| {
            let text = path.to_string_lossy().into_owned();
            Key::simple(Kind::Program, text, hashed_id(Kind::Program, &path, &[]))
        }),
        (path(), vec("[ab]{0,2}", 0..3)).prop_map(|(path, words)| {
            let words: Vec<&[u8]> = words.iter().map(String::as_bytes).collect();
            let id = hashed_id(Kind::Command, &path, &words);
            Key::simple(Kind::Command, super::short(&path, &id), id)
        }),
        path().prop_map(|path| {
            let id = hashed_id(Kind::Lock, &path, &[]);
            Key::simple(Kind::Lock, path.to_string_lossy().into_owned(), id)
        }),
    ]
}

/// Every file that a key keeps in the state directory, with those beside them, and its socket's name.
fn places(state: &StateDirectory, key: &Key) -> Vec<PathBuf> {
    let id = key.main_id();
    let history = state.history_path(id);
    let old = history.with_extension("jsonl.old");
    let record = state.record_path(id);
    let new = record::beside(&record);
    vec![state.lock_path(id), history, old, record, new, witness_name(state, id).into()]
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn two_keys_share_nothing(one in key(), other in key()) {
        prop_assume!(one.main_id() != other.main_id());
        let state = StateDirectory::of_environment(&Default::default(), 0, Path::new("/"));
        let ours: HashSet<PathBuf> = places(&state, &one).into_iter().collect();
        for place in places(&state, &other) {
            prop_assert!(!ours.contains(&place), "{one:?} and {other:?} share {}", place.display());
        }
    }

    /// What a program is told of its claim is told by no other claim: what it leaves behind is known by it.
    #[test]
    fn two_keys_have_two_marks(one in key(), other in key()) {
        prop_assume!(one.main_id() != other.main_id());
        let marks = |key: &Key| crate::state::program_variables(key.text(), key.main_id(), 7);
        prop_assert_ne!(marks(&one), marks(&other));
    }

    /// A name is what its rule says, and its lock file tells of it.
    #[test]
    fn a_name_is_letters_digits_and_three_marks(name in "[A-Za-z0-9._-]{0,70}|\\PC{0,8}|[a-z/\\x00 ]{1,4}") {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let good = (1..=64).contains(&name.len()) && name.chars().all(allowed);
        let key = Key::named(&name);
        prop_assert_eq!(key.is_ok(), good, "{}", name);
        if let Ok(key) = key {
            let read = Key::from_id(key.main_id(), None, None).unwrap();
            prop_assert_eq!((read.kind(), read.text()), (Kind::Name, name.as_str()));
        }
    }

    #[test]
    fn a_lock_files_name_tells_its_key(key in key(), deleted in any::<bool>(), other in "\\PC{0,12}(\\.lock)?") {
        let end = if deleted { " (deleted)" } else { "" };
        let name = format!("{}.lock{end}", key.main_id());
        prop_assert_eq!(Kind::of_lock_file(OsStr::new(&name)), Some(key.kind()));
        prop_assert!(!key.main_id().contains('/') && key.main_id().len() < 200);
        let _other = Kind::of_lock_file(OsStr::new(&other));
    }

    /// Lists of words run together only if they are the same list.
    #[test]
    fn two_lists_have_two_fingerprints(
        one in vec(vec(any::<u8>(), 0..3), 0..4),
        other in vec(vec(any::<u8>(), 0..3), 0..4),
    ) {
        let print = |list: &[Vec<u8>]| fingerprint(list.iter().map(Vec::as_slice));
        prop_assert_eq!(print(&one) == print(&other), one == other);
    }
}
