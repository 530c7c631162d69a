//! What is written down of each key while the soak runs, for the judgement at its end.

use std::collections::HashMap;
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::order::{self, Answer, Attempt, Checked, Line, Span, Story, Visit};
use super::place::Place;
use super::{spoil, sys};
use crate::machine::Outcome;

/// The events of a history that an order is made of.
const TOLD: [&str; 4] = ["claimed", "released", "refused", "superseded"];

/// A writer that was stopped between the moment that it tells of and its writing is late by so much at most.
const LATE: Duration = Duration::from_secs(3);

/// One story a key.
#[derive(Debug)]
pub(super) struct Diary {
    stories: Vec<Story>,
    /// How much was read of each file, by its number.
    read: HashMap<u64, u64>,
    /// Since when the last line of a file lacks its end, by the file's number.
    unfinished: HashMap<u64, Duration>,
    /// When the histories were last read.
    looked: Duration,
    /// How many of the files that were removed there have been: numbers are used again.
    removed: u64,
}

impl Diary {
    pub(super) fn of(keys: usize) -> Self {
        Self {
            stories: vec![Story::default(); keys],
            read: HashMap::new(),
            unfinished: HashMap::new(),
            looked: sys::since_boot(),
            removed: 0,
        }
    }

    pub(super) fn tried(&mut self, key: usize, attempt: Attempt) {
        self.stories[key].attempts.push(attempt);
    }

    pub(super) fn answered(&mut self, key: usize, answer: Answer) {
        self.stories[key].answers.push(answer);
    }

    /// Reads what was added to the histories since.
    pub(super) fn collect(&mut self, place: &Place) {
        let now = sys::since_boot();
        let since = Span { from: self.looked, to: now };
        for key in 0..self.stories.len() {
            // The old file first: it was the file before.
            for ending in [".jsonl.old", ".jsonl"] {
                for path in spoil::files(place, key, ending) {
                    self.read_on(key, &path, since);
                }
            }
        }
        self.looked = now;
    }

    fn read_on(&mut self, key: usize, path: &Path, since: Span) {
        let Ok(mut file) = fs::File::open(path) else { return };
        let number = file.metadata().map_or(0, |found| found.ino());
        let read = self.read.entry(number).or_default();
        let mut text = Vec::new();
        if file.seek(SeekFrom::Start(*read)).and_then(|_| file.read_to_end(&mut text)).is_err() {
            return;
        }
        // A line without its end is one that is being written, and is read the next time.
        let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        *read += whole as u64;
        // A full disk cuts a line, and only the next writer ends it: that may be much later.
        let from = self.unfinished.get(&number).copied().unwrap_or(since.from);
        let since = Span { from, ..since };
        match whole == text.len() {
            true => drop(self.unfinished.remove(&number)),
            false => drop(self.unfinished.entry(number).or_insert(from)),
        }
        let story = &mut self.stories[key];
        let file = number.wrapping_add(self.removed << 40);
        for line in text[..whole].split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(value) => story.lines.extend(told(&value, file)),
                Err(_) => story.torn.push((since, String::from_utf8_lossy(line).into_owned())),
            }
        }
    }

    /// The files of the histories were removed or moved away, and are read no further.
    pub(super) fn lost(&mut self) {
        self.read.clear();
        self.unfinished.clear();
        self.removed += 1;
        self.may_lack(self.looked.saturating_sub(LATE));
    }

    /// From then until now lines may have been lost.
    pub(super) fn may_lack(&mut self, from: Duration) {
        let gap = Span { from, to: sys::since_boot() };
        self.stories.iter_mut().for_each(|story| story.gaps.push(gap));
    }

    /// Judges every key: how much was judged.
    pub(super) fn judge(&mut self, place: &Place) -> Outcome<Vec<Checked>> {
        self.collect(place);
        let presences = |story: &Story| story.attempts.iter().map(Attempt::presence).collect();
        for key in 0..self.stories.len() {
            let rivals = place.rival(key).map(|rival| presences(&self.stories[rival]));
            self.stories[key].rivals = rivals.unwrap_or_default();
        }
        let judge = |(story, key): (&mut Story, &super::key::Key)| {
            story.visits = visits(&key.proof);
            order::check(story).map_err(|violation| {
                let events = story.around(violation.span);
                format!("key {}: no order explains this: {violation}\nits last events:\n{events}", key.label)
            })
        };
        self.stories.iter_mut().zip(&place.keys).map(judge).collect()
    }
}

fn told(value: &Value, file: u64) -> Option<Line> {
    let event = value["event"].as_str().filter(|event| TOLD.contains(event))?;
    let pid = u32::try_from(value["pid"].as_u64()?).ok()?;
    let at = Duration::try_from_secs_f64(value["since_boot"].as_f64()?).ok()?;
    Some(Line { file, event: event.into(), pid, at })
}

/// What the witnesses have noted: `came SOLOIST NANOSECONDS`, and `left` likewise.
fn visits(proof: &Path) -> Vec<Visit> {
    let text = fs::read_to_string(proof.join("visits")).unwrap_or_default();
    let mut visits: Vec<Visit> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [event, soloist, moment] = words[..] else { continue };
        let (Ok(soloist), Ok(moment)) = (soloist.parse(), moment.parse()) else { continue };
        let moment = Duration::from_nanos(moment);
        match visits.last_mut() {
            Some(visit) if event == "left" && visit.soloist == soloist => visit.left = Some(moment),
            _ => visits.push(Visit { soloist, came: moment, left: None }),
        }
    }
    visits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_are_read() {
        let place = std::env::temp_dir().join(format!("soloist-visits-{}", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("visits"), "came 1 5\nleft 1 7\ncame 2 8\ncame 3 9\ntorn\n").unwrap();
        let at = Duration::from_nanos;
        let visit = |soloist, came, left: Option<u64>| Visit { soloist, came: at(came), left: left.map(at) };
        let expected = [visit(1, 5, Some(7)), visit(2, 8, None), visit(3, 9, None)];
        let found = visits(&place);
        fs::remove_dir_all(&place).unwrap();
        assert_eq!(found, expected);
    }

    #[test]
    fn only_what_an_order_is_made_of_is_told() {
        let line = |event: &str| serde_json::json!({"event": event, "pid": 7, "since_boot": 1.5});
        let expected = Line { file: 3, event: "claimed".into(), pid: 7, at: Duration::from_millis(1500) };
        assert_eq!(told(&line("claimed"), 3), Some(expected));
        assert_eq!(told(&line("exited"), 3), None);
        assert_eq!(told(&serde_json::json!({"event": "claimed"}), 3), None);
    }
}
