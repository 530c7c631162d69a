//! What people, cleaners and scripts do to files while something runs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::action::Deed;
use super::place::Place;

/// Does the deed. What is not there, or has just gone, cannot be spoilt.
pub(super) fn commit(place: &Place, key: usize, deed: Deed, number: u64) {
    let attic = |name: &str| place.attic.join(format!("{number}-{name}"));
    let each = |ending: &str, act: &dyn Fn(&Path) -> io::Result<()>| {
        for file in files(place, key, ending) {
            act(&file).ok();
        }
    };
    let away = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        fs::rename(path, attic(&name))
    };
    let state = &place.user(key, usize::try_from(number).unwrap_or_default()).state;
    match deed {
        Deed::RemoveLocks => each(".lock", &|path| fs::remove_file(path)),
        Deed::MoveLocks => each(".lock", &away),
        Deed::RemoveRecords => each(".json", &|path| fs::remove_file(path)),
        Deed::LieInRecords => each(".json", &|path| fs::write(path, lie(place, key, number))),
        Deed::RemoveState => drop(fs::remove_dir_all(state)),
        Deed::MoveState => drop(away(state)),
        Deed::RemoveVisible => drop(fs::remove_file(place.project.join("bot.lock"))),
        Deed::ReplaceVisible => {
            let new = attic("bot.lock");
            drop(fs::write(&new, "").and_then(|()| fs::rename(&new, place.project.join("bot.lock"))));
        }
        Deed::MoveProject => drop(away(&place.project).and_then(|()| fs::create_dir(&place.project))),
        Deed::FillDisk(what, _) => place.disk.fill(what),
    }
    empty(&place.attic);
}

impl Deed {
    /// Whether the histories go with it.
    pub(super) fn takes_histories(self) -> bool {
        matches!(self, Self::RemoveState | Self::MoveState)
    }
}

/// The files of a key in its state directories with this ending.
pub(super) fn files(place: &Place, key: usize, ending: &str) -> Vec<PathBuf> {
    let of_key = |name: &str| place.keys[key].owns(name) && name.ends_with(ending);
    let entries = place.states(key).filter_map(|state| fs::read_dir(state).ok()).flatten().flatten();
    entries.filter(|entry| entry.file_name().to_str().is_some_and(of_key)).map(|entry| entry.path()).collect()
}

/// Something that is no record of this key: another key's, or nothing at all.
fn lie(place: &Place, key: usize, number: u64) -> Vec<u8> {
    let other = (key + 1) % place.keys.len();
    let record = files(place, other, ".json").first().and_then(|path| fs::read(path).ok());
    match number % 3 {
        0 => Vec::new(),
        1 => b"{\"schema\":\"soloist.record/1\",\"pid\":".to_vec(),
        _ => record.unwrap_or_default(),
    }
}

/// What lies in the attic is open in processes only.
fn empty(attic: &Path) {
    fs::remove_dir_all(attic).ok();
    fs::create_dir(attic).ok();
}
