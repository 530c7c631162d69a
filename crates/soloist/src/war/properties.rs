//! War is judged by what has happened in this boot, and by nothing else that a history may hold.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{CODE, judge};
use crate::corpus::cases;
use crate::history::{Event, What};
use crate::key::Key;
use crate::process::Observer;

/// What happened, by which of a few parties, and when.
fn blow() -> impl Strategy<Value = (usize, u8, f64)> {
    (0..3usize, 0..3u8, (0..240u32).prop_map(|halves| f64::from(halves) / 2.0))
}

fn event(observer: &Observer, (what, party, at): (usize, u8, f64)) -> Event {
    let whats = [What::Replaced, What::Refused, What::Claimed];
    let mut event = Event::of(&Key::named("bot").unwrap(), whats[what]);
    event.birth = Some(observer.own_birth().unwrap().to_string());
    event.party = (what == 0).then(|| party.to_string());
    event.code = (what == 1).then(|| [CODE, "managed", CODE][usize::from(party)].to_owned());
    event.since_boot = at;
    event
}

/// The rule in plain words: a war is three replacements by other parties in turn within a minute, or a refusal for
/// it, and it lasts until a minute has passed without either.
fn is_war(blows: &[(usize, u8, f64)], now: f64) -> bool {
    let mut turns: Vec<(u8, f64)> = Vec::new();
    let mut refused = false;
    let mut last = 0.0;
    let rest = |turns: &mut Vec<(u8, f64)>, refused: &mut bool, last: f64, at: f64| {
        if turns.len() >= 3 || *refused {
            if at - last >= 60.0 {
                turns.clear();
                *refused = false;
            }
        } else {
            turns.retain(|turn| at - turn.1 < 60.0);
        }
    };
    for &(what, party, at) in blows.iter().filter(|blow| blow.2 <= now) {
        rest(&mut turns, &mut refused, last, at);
        if what == 0 {
            if turns.last().is_some_and(|turn| turn.0 == party) {
                turns.clear();
            }
            turns.push((party, at));
            last = at;
        } else if what == 1 && party != 1 {
            refused = true;
            last = at;
        }
    }
    rest(&mut turns, &mut refused, last, now);
    turns.len() >= 3 || refused
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_history_is_judged_by_the_rule(mut blows in vec(blow(), 0..12), now in 0..300u32) {
        blows.sort_by(|one, other| one.2.total_cmp(&other.2));
        let observer = Observer::new().unwrap();
        let events: Vec<Event> = blows.iter().map(|&blow| event(&observer, blow)).collect();
        let war = judge(&events, &observer, Duration::from_secs(now.into())).is_some();
        let expected = is_war(&blows, now.into());
        prop_assert_eq!(war, expected, "{:?}", blows);
    }

    /// Lines of another boot, of the future, with impossible times or of parties that are gone change nothing.
    #[test]
    fn what_does_not_count_changes_nothing(
        mut blows in vec((blow(), 0..5usize), 0..12),
        now in 0..130u64,
        odd in prop::sample::select(vec![1e300, 1e18, 500.0]),
    ) {
        blows.sort_by(|one, other| one.0.2.total_cmp(&other.0.2));
        let observer = Observer::new().unwrap();
        let mut all = Vec::new();
        let mut counting = Vec::new();
        for (blow, manner) in blows {
            let mut event = event(&observer, blow);
            match manner {
                0 => event.birth = Some("another/1/2/3".into()),
                1 => event.birth = None,
                2 => event.since_boot = odd,
                3 => event.starter = Some(format!("{}/{}", std::process::id(), 1)),
                _ => counting.push(event.clone()),
            }
            // A time that no clock shows is taken for the time of the boot; only the future is passed over.
            if event.since_boot < 1e18 {
                all.push(event);
            }
        }
        let now = Duration::from_secs(now);
        prop_assert_eq!(judge(&all, &observer, now), judge(&counting, &observer, now));
    }

    #[test]
    fn any_history_is_judged(
        events in vec(crate::history::properties::event(), 0..6),
        at in prop_oneof![any::<f64>(), Just(-1.0), Just(1e300)],
        starter in "\\PC{0,6}|[0-9]{1,12}/[0-9]{1,3}",
    ) {
        let observer = Observer::new().unwrap();
        let own = observer.own_birth().unwrap().to_string();
        let events: Vec<Event> = events
            .into_iter()
            .map(|event| Event { birth: Some(own.clone()), starter: Some(starter.clone()), since_boot: at, ..event })
            .collect();
        if let Some(war) = judge(&events, &observer, Duration::MAX) {
            let _told = war.problem("x");
        }
    }
}
