//! What happened to a key: one JSON document a line, for people who want to know afterwards.
//!
//! Only one thing is decided by it: whether two parties keep replacing each other (see `war`). A line is written with one `write(2)` to a file opened for
//! appending, so lines of several writers don't mix; a history that can't be written stops nobody. It is bounded:
//! past a quarter of a mebibyte the file becomes the old one, of which there is one; the rest is room for lines that
//! come while it does.

mod backwards;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::key::Key;
use crate::origin::{self, Origin};
use crate::process::Observer;
use crate::state::StateDirectory;
use crate::sys::files;
use crate::sys::handle;
use crate::sys::lock::{self, LockKind};
use crate::{redact, time};
use backwards::Backwards;

/// The most that a key's history takes on disk, the old file included.
const LARGEST: u64 = 1024 * 1024;

/// What is read of a history to know the last minute: long command lines and a crowd that is refused take their room.
const TAIL: u64 = LARGEST / 4;

/// So many lines at the beginning of what was read are asked whether it is enough.
const LOOKED_AT: usize = 4;

/// The words of `schema` in a line. Another version may mean something else by the same fields.
const SCHEMA: &str = "soloist.event/1";

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum What {
    /// An instance has the claim.
    Claimed,
    /// It has given it up.
    Released,
    /// A contender was turned away.
    Refused,
    /// A contender has ended the instances before it.
    Replaced,
    /// An instance or a contender gave way to a newer one.
    Superseded,
    /// Somebody has stopped what ran.
    Stopped,
    /// The program was started again.
    Restarted,
    /// The program exited, or a signal that asked for its end ended it.
    Exited,
    /// A signal ended the program for which nobody had asked.
    Crashed,
}

/// One line of a history (`soloist.event/1`). What an event does not need is absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// `soloist.event/1`.
    pub schema: String,
    /// When, as RFC 3339 with an offset.
    pub at: String,
    /// The key.
    pub key: String,
    /// What happened.
    pub event: What,
    /// To whom: the process that claimed, was refused, exited.
    pub pid: u32,
    /// The exit code of a program that exited; 128 + N where signal N ended it on request.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exit_code: Option<i32>,
    /// The signal that ended a program.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signal: Option<i32>,
    /// The process on the other side: who refused, was replaced, took over.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub other: Option<u32>,
    /// The birth of `pid`; see [`crate::Birth`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub birth: Option<String>,
    /// The working directory of `pid`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cwd: Option<String>,
    /// The code of the problem for which a contender was refused: `war`, `managed`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<String>,
    /// A mark of the party that replaced a holder: one mark, one party.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub party: Option<String>,
    /// The process that started the contender behind a replacement: its number and its start in clock ticks.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub starter: Option<String>,
    /// The command by which the supervisor of `pid` stops it for good.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stop_command: Option<String>,
    /// What started `pid`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub origin: Option<Origin>,
    /// What started `other`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub other_origin: Option<Origin>,
    /// The argument list of `pid`, redacted.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub command: Vec<String>,
    /// The time since boot in seconds, by which events are ordered.
    pub since_boot: f64,
}

impl Event {
    /// What has just happened to this process.
    #[must_use]
    pub fn of(key: &Key, event: What) -> Self {
        Self {
            schema: SCHEMA.into(),
            at: time::rfc3339(SystemTime::now()).unwrap_or_default(),
            key: key.shown(),
            event,
            pid: std::process::id(),
            exit_code: None,
            signal: None,
            other: None,
            birth: None,
            cwd: None,
            code: None,
            party: None,
            starter: None,
            stop_command: None,
            origin: None,
            other_origin: None,
            command: Vec::new(),
            since_boot: crate::since_boot().as_secs_f64(),
        }
    }

    /// About another process than this one.
    #[must_use]
    pub fn about(mut self, pid: u32) -> Self {
        self.pid = pid;
        self
    }

    /// The process on the other side, which lives: what started it is told too.
    #[must_use]
    pub fn by(mut self, other: Option<u32>) -> Self {
        self.other_origin =
            other.and_then(|pid| Observer::new().ok().map(|observer| origin::of_process(&observer, pid)));
        self.with(other)
    }

    /// The process on the other side.
    #[must_use]
    pub fn with(mut self, other: Option<u32>) -> Self {
        self.other = other;
        self
    }
}

/// The history of one key.
#[derive(Clone, Debug)]
pub struct History {
    path: PathBuf,
}

impl History {
    /// The history of a key of this user.
    ///
    /// # Errors
    /// When the state directory's path cannot be told.
    pub fn of(key: &Key) -> io::Result<Self> {
        Ok(Self::in_state(&StateDirectory::of_this_user()?, key))
    }

    /// All events that are kept of all keys of this user, oldest first.
    ///
    /// # Errors
    /// When the state directory cannot be read.
    pub fn of_this_user() -> io::Result<Vec<Event>> {
        let state = StateDirectory::of_this_user()?;
        let ids = state.ids_with(".jsonl")?;
        let kept = ids.iter().map(|id| Self { path: state.history_path(id) });
        let mut events: Vec<Event> = kept.flat_map(|history| history.read()).collect();
        // Times of one offset stand in the order of their texts; events of one key keep their order.
        events.sort_by(|one, other| one.at.cmp(&other.at));
        Ok(events)
    }

    pub(crate) fn in_state(state: &StateDirectory, key: &Key) -> Self {
        Self { path: state.history_path(key.main_id()) }
    }

    /// Adds a line. A history that can't be written is no reason to do anything else.
    pub fn add(&self, event: &Event) {
        // A disk that is full keeps no history; what was promised does not need one.
        self.append(event).ok();
    }

    fn append(&self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        let mut file = File::from(files::open_to_append(&self.path, 0o600)?);
        if ends_torn(&file) {
            // A full disk cut the last writer's line; ours must not be lost with it.
            line.insert(0, b'\n');
        }
        file.write_all(&line)?;
        if file.metadata()?.len() > LARGEST / 4 {
            self.rotate(file)?;
        }
        Ok(())
    }

    /// Makes the file the old one, if it still is the file and nobody else is doing so.
    fn rotate(&self, file: File) -> io::Result<()> {
        let handle = handle::Handle::from(file);
        let here = files::descriptor_status(handle::borrow(&handle))?.identity;
        if lock::try_lock(handle::borrow(&handle), LockKind::Flock)?
            && files::link_status(&self.path)?.identity.same_file(here)
        {
            // Something else in the old one's place: then the past is forgotten rather than kept without a bound.
            std::fs::rename(&self.path, self.old()).or_else(|_| File::from(handle).set_len(0))?;
        }
        Ok(())
    }

    fn old(&self) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".old");
        name.into()
    }

    /// The newest events of these kinds, oldest first. The file is read from its end on, and then the one before it, at most
    /// the last [`TAIL`] bytes of each, until an older event and what was found behind it are `enough`. Lines of other kinds
    /// are hardly ever parsed.
    pub(crate) fn newest(&self, kinds: &[What], enough: impl Fn(&Event, &[Event]) -> bool) -> Vec<Event> {
        let marks: Vec<String> = kinds.iter().filter_map(|kind| serde_json::to_string(kind).ok()).collect();
        let marks: Vec<String> = marks.iter().map(|kind| format!("\"event\":{kind}")).collect();
        let is_wanted = |line: &&str| marks.iter().any(|mark| line.contains(mark.as_str()));
        let mut found = Vec::new();
        let files = [self.path.clone(), self.old()];
        'files: for mut file in files.iter().filter_map(|path| Backwards::open(path, TAIL).ok()) {
            while let Some(text) = file.lines() {
                let text = String::from_utf8_lossy(&text);
                let wanted = text.split('\n').rev().filter(is_wanted);
                found.extend(wanted.filter_map(|line| event(line.as_bytes())));
                let mut oldest = text.split('\n').filter_map(|line| event(line.as_bytes())).take(LOOKED_AT);
                if oldest.any(|oldest| enough(&oldest, &found)) {
                    break 'files;
                }
            }
        }
        found.reverse();
        found
    }

    /// All events that are kept, oldest first. Lines that are none are left out.
    #[must_use]
    pub fn read(&self) -> Vec<Event> {
        [self.old(), self.path.clone()].iter().flat_map(|path| events(path)).collect()
    }
}

/// Whether the last line of a file lacks its end.
fn ends_torn(file: &File) -> bool {
    let mut file = file;
    let mut last = [0u8];
    // An empty file has no last byte to seek to.
    file.seek(SeekFrom::End(-1)).is_ok() && file.read_exact(&mut last).is_ok() && last != *b"\n"
}

fn events(path: &Path) -> Vec<Event> {
    parsed(&read_end(path, LARGEST).unwrap_or_default())
}

fn parsed(text: &[u8]) -> Vec<Event> {
    text.split(|&byte| byte == b'\n').filter_map(event).collect()
}

fn event(line: &[u8]) -> Option<Event> {
    serde_json::from_slice::<Event>(line).ok().filter(|event| event.schema == SCHEMA)
}

/// The last bytes of a file; a line that was cut in two is none.
fn read_end(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if !files::link_status(path)?.is_regular() {
        return Ok(Vec::new());
    }
    let mut file = File::from(files::open_to_look(path)?);
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(most)))?;
    // One byte more: a read that leaves room is the last.
    let mut text = Vec::with_capacity(usize::try_from(length.min(most)).unwrap_or(0) + 1);
    file.take(most).read_to_end(&mut text)?;
    Ok(text)
}

/// A command for an event, without secrets and not too long.
pub(crate) fn command_of<W: AsRef<[u8]>>(words: &[W]) -> Vec<String> {
    redact::arguments(words).into_iter().take(32).map(|word| word.chars().take(200).collect()).collect()
}

#[cfg(test)]
pub(crate) mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_bounded_and_keeps_the_newest() {
        let directory = tempfile::tempdir().unwrap();
        let history = History { path: directory.path().join("h.jsonl") };
        let key = Key::named("bot").unwrap();
        let mut event = Event::of(&key, What::Claimed);
        event.command = vec!["x".repeat(4000)];
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
        for pid in 1..600 {
            history.add(&event.clone().about(pid));
            assert!(size(&history.path) + size(&history.old()) <= LARGEST);
        }
        assert_eq!(history.read().last().map(|event| event.pid), Some(599));
    }

    #[test]
    fn a_torn_line_takes_no_other_with_it() {
        let directory = tempfile::tempdir().unwrap();
        let history = History { path: directory.path().join("h.jsonl") };
        let key = Key::named("bot").unwrap();
        history.add(&Event::of(&key, What::Claimed));
        let mut text = std::fs::read(&history.path).unwrap();
        text.truncate(text.len() - 9);
        std::fs::write(&history.path, &text).unwrap();
        history.add(&Event::of(&key, What::Exited));
        assert_eq!(history.read().iter().map(|event| event.event).collect::<Vec<_>>(), [What::Exited]);
        assert_eq!(history.newest(&[What::Exited], |_, _| false).len(), 1);
        assert_eq!(history.newest(&[What::Claimed, What::Replaced], |_, _| false).len(), 0);
    }

    #[test]
    fn the_newest_are_read_from_the_end() {
        let directory = tempfile::tempdir().unwrap();
        let history = History { path: directory.path().join("h.jsonl") };
        let key = Key::named("bot").unwrap();
        for pid in 0..2000 {
            let what = if pid % 3 == 0 { What::Replaced } else { What::Claimed };
            let mut event = Event::of(&key, what).about(pid);
            event.command = vec!["x".repeat(pid as usize % 500)];
            history.add(&event);
        }
        assert!(history.old().exists(), "it is in two files");
        let pids = |events: Vec<Event>| events.iter().map(|event| event.pid).collect::<Vec<_>>();
        let of_all = |events: Vec<Event>| {
            pids(events.into_iter().filter(|event| event.event == What::Replaced).collect())
        };
        let newest = pids(history.newest(&[What::Replaced], |_, _| false));
        let all = of_all(history.read());
        // The old file is a line longer than what is read of it.
        assert!(all.ends_with(&newest) && newest.len() + 2 > all.len(), "{newest:?} of {all:?}");
        let few = pids(history.newest(&[What::Replaced], |oldest, _| oldest.pid < 1990));
        assert!(few.ends_with(&[1992, 1995, 1998]) && few.len() < 30, "{few:?}");
    }

    #[test]
    fn torn_lines_are_left_out() {
        let directory = tempfile::tempdir().unwrap();
        let history = History { path: directory.path().join("h.jsonl") };
        let key = Key::named("bot").unwrap();
        std::fs::write(&history.path, "{\"schema\"\nnull\n\u{0}\n").unwrap();
        history.add(&Event::of(&key, What::Exited));
        assert_eq!(history.read().len(), 1);
    }
}
