//! Of a history every whole line counts, whatever stands before, behind and between.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Event, History, What, parsed, read_end};
use crate::corpus::{cases, kept};
use crate::key::Key;

const WHATS: [What; 9] = [
    What::Claimed,
    What::Released,
    What::Refused,
    What::Replaced,
    What::Superseded,
    What::Stopped,
    What::Restarted,
    What::Exited,
    What::Crashed,
];

pub(crate) fn event() -> impl Strategy<Value = Event> {
    let optional = || prop::option::of("\\PC{0,8}|[\\x00-\\x1f\"]{1,3}");
    let places = (optional(), optional(), optional(), optional(), optional(), optional());
    let numbers =
        (any::<u32>(), prop::option::of(any::<i32>()), prop::option::of(any::<u32>()), 0u32..1_000_000);
    (0..WHATS.len(), numbers, places, vec("\\PC{0,6}", 0..3)).prop_map(|(what, numbers, places, command)| {
        Event {
            exit_code: numbers.1,
            other: numbers.2,
            birth: places.0,
            cwd: places.1,
            code: places.2,
            party: places.3,
            starter: places.4,
            stop_command: places.5,
            command,
            // In halves, which JSON spells exactly.
            since_boot: f64::from(numbers.3) / 2.0,
            ..Event::of(&Key::named("bot").unwrap(), WHATS[what]).about(numbers.0)
        }
    })
}

/// Lines that are no events of this kind.
fn foreign() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>().prop_filter("no line", |&byte| byte != b'\n'), 0..30),
        event().prop_map(|event| {
            let line = serde_json::to_vec(&event).unwrap();
            line[..line.len() / 2].to_vec()
        }),
        event().prop_map(|event| {
            serde_json::to_vec(&Event { schema: "soloist.event/2".into(), ..event }).unwrap()
        }),
        Just(b"null".to_vec()),
        Just(b"[{}]".to_vec()),
    ]
}

fn line() -> impl Strategy<Value = Result<Event, Vec<u8>>> {
    prop_oneof![3 => event().prop_map(Ok), 1 => foreign().prop_map(Err)]
}

proptest! {
    #![proptest_config(cases())]

    /// The end of a file of lines, cut anywhere: exactly the lines that are whole in it are events.
    #[test]
    fn of_any_end_the_whole_lines_count(lines in vec(line(), 0..8), most in any::<prop::sample::Index>()) {
        let mut text = Vec::new();
        let mut starts = Vec::new();
        for line in &lines {
            starts.push(text.len());
            match line {
                Ok(event) => text.extend(serde_json::to_vec(event).unwrap()),
                Err(foreign) => text.extend(foreign),
            }
            text.push(b'\n');
        }
        let most = most.index(text.len() + 1);
        let from = text.len() - most;
        let expected: Vec<Event> = lines
            .iter()
            .zip(starts)
            .filter(|(_, start)| *start >= from)
            .filter_map(|(line, _)| line.as_ref().ok().cloned())
            .collect();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("h.jsonl");
        std::fs::write(&path, &text).unwrap();
        prop_assert_eq!(parsed(&read_end(&path, most as u64).unwrap()), expected);
    }

    /// A full disk cuts a line, a writer adds to it, again and again: no whole line is lost, none is made up.
    #[test]
    fn what_was_added_is_read(events in vec((event(), prop::option::of(any::<prop::sample::Index>())), 1..6)) {
        let directory = tempfile::tempdir().unwrap();
        let history = History { path: directory.path().join("h.jsonl") };
        let mut expected = Vec::new();
        for (event, cut) in events {
            let before = std::fs::metadata(&history.path).map_or(0, |found| found.len());
            history.add(&event);
            let Some(cut) = cut else {
                expected.push(event);
                continue;
            };
            let file = std::fs::OpenOptions::new().write(true).open(&history.path).unwrap();
            let length = file.metadata().unwrap().len();
            // At least the brace is lost.
            let room = usize::try_from(length - before).unwrap() - 1;
            file.set_len(before + cut.index(room) as u64).unwrap();
        }
        prop_assert_eq!(history.read(), expected);
    }

    #[test]
    fn any_bytes_are_read(bytes in vec(prop_oneof![Just(b'\n'), Just(b'{'), any::<u8>()], 0..200)) {
        let _events = parsed(&bytes);
    }
}

mod fixed {
    use super::*;

    #[test]
    fn what_is_kept_holds_as_many_events_as_its_name_says() {
        for (name, bytes) in kept("history") {
            let count = name.split('-').next().unwrap().parse::<usize>().unwrap();
            assert_eq!(parsed(&bytes).len(), count, "{name}");
        }
    }
}
