//! The record: who the holder says it is. A label for people and a hint where to look first; never a proof.
//!
//! It is written whole under another name and then renamed, so that nobody reads half of one; it is read
//! with a bound, never through a link, and whatever cannot be understood is no record.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Doing;
use crate::matching::Match;
use crate::origin::Origin;
use crate::sys::files;

/// The most that is read of a record; ours are smaller than 8 KiB unless a command line is huge.
const LARGEST: u64 = 256 * 1024;

/// Room for a record whose command is not long.
const USUAL: usize = 4096;

/// The longest command that a record keeps, in words.
const MOST_WORDS: usize = 256;

/// The longest word of it, in bytes.
const MOST_OF_WORD: usize = 1024;

/// The same in bytes: JSON may write six for one, and beside the command stand a handful of paths.
const MOST_BYTES: usize = 16 * 1024;

/// The words of `schema` in a record.
const SCHEMA: &str = "soloist.record/1";

/// What a holder says of itself (contract §5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// `soloist.record/1`.
    pub schema: String,
    /// The process that has the claim.
    pub pid: u32,
    /// When it claimed, in whole seconds since 1970.
    pub timestamp: u64,
    /// A short name for people: the `--name`, or the program's or lock's file name.
    pub app_name: String,
    /// What must be unique.
    pub key: String,
    /// The holder's birth; see [`crate::process::Birth`].
    pub birth: String,
    /// The host's name, for people only.
    pub host: String,
    /// The user's name.
    pub user: String,
    /// When it claimed: RFC 3339 with an offset.
    pub started_at: String,
    /// When it claimed, in seconds since the boot that `birth` names: the order of claims that no clock step
    /// disturbs.
    pub claimed_since_boot: f64,
    /// The program's argument list, redacted.
    pub command: Vec<String>,
    /// The working directory.
    pub cwd: Option<String>,
    /// The real path of the program file, where there is one.
    pub program: Option<String>,
    /// The visible lock file, for a key that is one.
    pub lock: Option<String>,
    /// Which copies without a claim count for the holder.
    #[serde(default)]
    pub matching: Match,
    /// The program under its supervisor, once it runs.
    pub program_pid: Option<u32>,
    /// Its birth.
    pub program_birth: Option<String>,
    /// The signal that the kernel sends to the program when its soloist is killed.
    #[serde(default)]
    pub stop_signal: Option<String>,
    /// What started the holder.
    pub origin: Origin,
    /// The version of soloist that wrote this.
    pub version: String,
}

impl Record {
    /// The value of `schema`.
    pub(crate) const SCHEMA: &'static str = SCHEMA;

    /// Reads a record; `None` for whatever is none: missing, empty, torn, huge, a link, a FIFO, another's.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        if !files::link_status(path).ok()?.is_regular() {
            return None;
        }
        let file = std::fs::File::from(files::open_to_look(path).ok()?);
        let mut text = Vec::with_capacity(USUAL);
        file.take(LARGEST + 1).read_to_end(&mut text).ok()?;
        if text.len() as u64 > LARGEST {
            return None;
        }
        serde_json::from_slice::<Self>(&text).ok().filter(|record| record.schema == SCHEMA)
    }

    /// Writes the record in one step, readable by the owner alone or by everybody.
    pub(crate) fn write(&self, path: &Path, mode: u32) -> io::Result<()> {
        let temporary = beside(path);
        let mut text = serde_json::to_vec_pretty(&self.bounded())?;
        text.push(b'\n');
        let created = files::create_new(&temporary, mode).or_else(|error| match error.kind() {
            // A holder that was killed has left it.
            io::ErrorKind::AlreadyExists => {
                remove_if_there(&temporary).and_then(|()| files::create_new(&temporary, mode))
            }
            _ => Err(error),
        });
        let written = created
            .and_then(|mut file| file.write_all(&text))
            .and_then(|()| files::replace(&temporary, path));
        if written.is_err() {
            // The first error is the one to tell; a leftover is replaced by the next holder.
            remove_if_there(&temporary).ok();
        }
        written.doing("write the record", path)
    }

    /// A record of a command that is so long as it can still be read.
    fn bounded(&self) -> Self {
        let mut record = self.clone();
        record.command.truncate(MOST_WORDS);
        let mut room = MOST_BYTES;
        for word in &mut record.command {
            let end = word.floor_char_boundary(MOST_OF_WORD.min(room));
            if end < word.len() {
                word.truncate(end);
                word.push('…');
            }
            room = room.saturating_sub(word.len());
        }
        record
    }
}

/// `.name.new` in the same directory: only the holder of the claim writes there.
pub(crate) fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.new"))
}

/// Removes a file; that it is not there is what was wanted.
pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_record_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("r");
        assert_eq!(Record::read(&path), None);
        for text in ["", "{", "null", "[1]", "{\"pid\": 1}", "{\"schema\":\"soloist.record/1\",\"pid\":-1}"] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(Record::read(&path), None, "{text}");
        }
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
        assert_eq!(Record::read(&path), None);
        assert_eq!(Record::read(directory.path()), None);
    }
}
