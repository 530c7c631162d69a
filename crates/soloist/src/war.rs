//! Two parties that keep replacing each other, each started again by somebody whenever it is replaced (contract §3.9).
//!
//! Every replacement of a holder is remembered in the key's history with a mark of the party behind it. After the
//! third within a minute by other parties in turn, the next contender is refused, until a minute has passed without
//! a try. A party that replaces itself again and again (a deploy, a developer) makes no war.

use std::time::Duration;

use crate::discover::split;
use crate::escape;
use crate::history::{Event, History, What};
use crate::key::fingerprint;
use crate::origin::Origin;
use crate::problem::Problem;
use crate::process::{Observer, State};
use crate::program;
use crate::sys::clock;

/// How long a replacement is remembered, and how long it must be quiet for the peace.
const MEMORY: Duration = Duration::from_secs(60);

/// So many replacements in turn are a war.
const MOST: usize = 3;

/// The two last parties of a war.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct War {
    /// Who was replaced last.
    older: Event,
    /// By whom: it holds the claim, if nobody has ended it since.
    newer: Event,
}

/// The war that a key's history tells of now.
pub(crate) fn now(history: &History, observer: &Observer) -> Option<War> {
    let now = clock::since_boot();
    let is_peace_before = |oldest: &Event, found: &[Event]| {
        let earliest = found.iter().filter(|event| is_blow(event)).map(at).min().unwrap_or(now).min(now);
        is_of_this_boot(observer, oldest) && earliest.saturating_sub(at(oldest)) >= MEMORY
    };
    judge(&history.newest(&[What::Replaced, What::Refused], is_peace_before), observer, now)
}

fn is_of_this_boot(observer: &Observer, event: &Event) -> bool {
    event.birth.as_deref().is_some_and(|birth| observer.is_of_this_boot(birth))
}

/// Whether there is war at this moment, as time since boot.
fn judge(events: &[Event], observer: &Observer, now: Duration) -> Option<War> {
    // What has not happened yet would be remembered for ever.
    let has_happened = |event: &&Event| at(event) <= now;
    let blows: Vec<&Event> = events
        .iter()
        .filter(|event| is_blow(event))
        .filter(|event| is_of_this_boot(observer, event))
        .filter(has_happened)
        .collect();
    let mut front = Front::default();
    since_the_last_peace(&blows, now)
        .iter()
        .filter(|event| may_come_back(observer, event))
        .for_each(|&event| front.hear(event));
    front.rest(now);
    front.war()
}

/// Whether an event counts: a replacement, or a refusal for the war.
fn is_blow(event: &Event) -> bool {
    match event.event {
        What::Replaced => event.party.is_some(),
        What::Refused => event.code.as_deref() == Some(CODE),
        _ => false,
    }
}

/// The blows behind the last quiet minute: those before it are forgotten anyway, and of none of them it has to be asked
/// whether its starter lives.
fn since_the_last_peace<'a>(blows: &'a [&'a Event], now: Duration) -> &'a [&'a Event] {
    let mut earliest = now;
    for (index, blow) in blows.iter().enumerate().rev() {
        if earliest.saturating_sub(at(blow)) >= MEMORY {
            return &blows[index + 1..];
        }
        earliest = earliest.min(at(blow));
    }
    blows
}

/// When an event happened, as time since boot.
fn at(event: &Event) -> Duration {
    Duration::try_from_secs_f64(event.since_boot).unwrap_or_default()
}

/// What is remembered while the events are read in their order.
#[derive(Debug, Default)]
struct Front<'a> {
    /// The replacements in turn.
    turns: Vec<&'a Event>,
    /// The last contender that was refused for the war. Its event says by itself that there is one: those who are
    /// refused again and again push the replacements out of what is read of a history.
    refused: Option<&'a Event>,
    /// When the last blow fell, or the last contender was refused for the war.
    last: Duration,
}

impl<'a> Front<'a> {
    fn hear(&mut self, event: &'a Event) {
        let at = at(event);
        self.rest(at);
        match (event.event, &event.party) {
            (What::Replaced, Some(party)) => {
                if self.turns.last().is_some_and(|before| before.party.as_ref() == Some(party)) {
                    self.turns.clear();
                }
                self.turns.push(event);
                self.last = at;
            }
            (What::Refused, _) if event.code.as_deref() == Some(CODE) => {
                self.refused = Some(event);
                self.last = at;
            }
            _ => {}
        }
    }

    /// A quiet minute ends a war; outside of one, old replacements are forgotten one by one.
    fn rest(&mut self, now: Duration) {
        let is_old = |at: Duration| now.saturating_sub(at) >= MEMORY;
        if self.is_war() {
            if is_old(self.last) {
                *self = Self::default();
            }
        } else {
            self.turns.retain(|event| !is_old(at(event)));
        }
    }

    fn is_war(&self) -> bool {
        self.turns.len() >= MOST || self.refused.is_some()
    }

    fn war(&self) -> Option<War> {
        match (self.turns.as_slice(), self.refused) {
            ([.., older, newer], _) if self.turns.len() >= MOST => {
                Some(War { older: (*older).clone(), newer: (*newer).clone() })
            }
            (_, Some(refused)) => Some(War { older: refused.clone(), newer: refuser(refused) }),
            _ => None,
        }
    }
}

/// What a refusal tells of the other side.
fn refuser(refused: &Event) -> Event {
    Event {
        pid: refused.other.unwrap_or_default(),
        origin: refused.other_origin.clone(),
        cwd: None,
        stop_command: None,
        command: Vec::new(),
        ..refused.clone()
    }
}

/// The code of the problem, and of a refusal in the history.
pub(crate) const CODE: &str = "war";

impl War {
    /// What is told of it. The remedy is a supervisor's own command, if one of the two has a supervisor.
    pub(crate) fn problem(&self, otherwise: &str) -> Option<Problem> {
        let about = [&self.older, &self.newer].map(side).join(", ");
        let stop = [&self.older, &self.newer].into_iter().find_map(|event| event.stop_command.clone());
        let remedy = stop.unwrap_or_else(|| otherwise.to_owned());
        Problem::of(CODE, about).map(|problem| Problem { remedy, ..problem })
    }
}

/// `pid 7 (supervisord bot, in /srv/bot: python3 main.py)`
fn side(event: &Event) -> String {
    let origin = event.origin.as_ref().and_then(Origin::words);
    let place = event.cwd.as_ref().map(|directory| format!("in {directory}"));
    let about: Vec<String> = origin.into_iter().chain(place).collect();
    let command = Some(escape::command(&event.command)).filter(|command| !command.is_empty());
    let about: Vec<String> =
        Some(about.join(", ")).filter(|about| !about.is_empty()).into_iter().chain(command).collect();
    if about.is_empty() {
        format!("pid {}", event.pid)
    } else {
        format!("pid {} ({})", event.pid, about.join(": "))
    }
}

/// The mark of the party that started this process: what started it, where, for which program, and the process
/// behind it. At a terminal that is the session's leader, since tools in between (`make`) come and go.
pub(crate) fn party(origin: &Origin, program: &str, starter: Option<&str>) -> String {
    let directory = std::env::current_dir().unwrap_or_default();
    let instance = std::env::var_os("pm_id").unwrap_or_default();
    let parts: [&[u8]; 6] = [
        origin.kind.as_bytes(),
        origin.name.as_deref().unwrap_or_default().as_bytes(),
        instance.as_encoded_bytes(),
        directory.as_os_str().as_encoded_bytes(),
        program.as_bytes(),
        starter.unwrap_or_default().as_bytes(),
    ];
    format!("{:032x}", fingerprint(parts.into_iter()))
}

/// A party whose starter has ended (a deploy script) starts nothing again: it makes no war.
fn may_come_back(observer: &Observer, event: &Event) -> bool {
    let lives = |starter: &str| {
        let (pid, start) = starter.split_once('/')?;
        let stat = observer.proc.stat(pid.parse().ok()?).ok()?;
        (State::from_letter(stat.state) != State::Zombie && stat.start.to_string() == start).then_some(())
    };
    event.starter.as_deref().is_none_or(|starter| lives(starter).is_some())
}

/// The process behind a contender: its number and its start. Unknown across a pid namespace.
pub(crate) fn starter(observer: &Observer) -> Option<String> {
    let own = observer.proc.stat(std::process::id()).ok()?;
    let mut pid = if own.terminal != 0 { own.session } else { own.parent };
    while own.terminal == 0 && only_launches(observer, pid) {
        pid = observer.proc.stat(pid).ok()?.parent;
    }
    observer.proc.stat(pid).ok().map(|stat| format!("{pid}/{}", stat.start))
}

/// `timeout 9 soloist run …`, `env X=1 soloist run …`: it starts soloist and nothing else.
fn only_launches(observer: &Observer, pid: u32) -> bool {
    let mut buffer = Vec::new();
    observer.proc.read(pid, "cmdline", &mut buffer).is_ok()
        && program::parse(&split(&buffer)).is_some_and(|invocation| invocation.through_soloist)
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;

    fn event(observer: &Observer, what: What, party: &str, at: f64) -> Event {
        let mut event = Event::of(&Key::named("bot").unwrap(), what);
        event.birth = Some(observer.own_birth().unwrap().to_string());
        event.party = (what == What::Replaced).then(|| party.to_owned());
        event.code = (party == CODE).then(|| CODE.to_owned());
        event.since_boot = at;
        event
    }

    fn is_war(events: &[(&str, f64)], now: u64) -> bool {
        let observer = Observer::new().unwrap();
        let what = |party: &str| if party == CODE { What::Refused } else { What::Replaced };
        let events: Vec<Event> =
            events.iter().map(|&(party, at)| event(&observer, what(party), party, at)).collect();
        judge(&events, &observer, Duration::from_secs(now)).is_some()
    }

    #[test]
    fn the_third_replacement_in_turn_is_war() {
        assert!(!is_war(&[("a", 1.0), ("b", 2.0)], 3));
        assert!(is_war(&[("a", 1.0), ("b", 2.0), ("a", 3.0)], 4));
        assert!(is_war(&[("a", 1.0), ("b", 2.0), ("c", 3.0)], 4));
    }

    #[test]
    fn one_party_alone_makes_no_war() {
        assert!(!is_war(&[("a", 1.0), ("a", 2.0), ("a", 3.0), ("a", 4.0)], 5));
        assert!(!is_war(&[("a", 1.0), ("b", 2.0), ("b", 3.0), ("a", 4.0)], 5));
    }

    #[test]
    fn slow_replacements_make_no_war() {
        assert!(!is_war(&[("a", 1.0), ("b", 40.0), ("a", 70.0)], 71));
        assert!(is_war(&[("a", 1.0), ("b", 40.0), ("a", 60.0)], 61));
    }

    #[test]
    fn a_quiet_minute_is_peace() {
        let war = [("a", 1.0), ("b", 2.0), ("a", 3.0)];
        assert!(is_war(&war, 62));
        assert!(!is_war(&war, 63));
        let tried = [("a", 1.0), ("b", 2.0), ("a", 3.0), (CODE, 50.0)];
        assert!(is_war(&tried, 100));
        assert!(!is_war(&tried, 110));
        let again = [("a", 1.0), ("b", 2.0), ("a", 3.0), ("b", 70.0), ("a", 71.0)];
        assert!(!is_war(&again, 72));
    }

    #[test]
    fn another_boot_does_not_count() {
        let observer = Observer::new().unwrap();
        let mut events: Vec<Event> =
            ["a", "b", "a"].iter().map(|party| event(&observer, What::Replaced, party, 1.0)).collect();
        for event in &mut events {
            event.birth = Some("another/1/2/3".into());
        }
        assert_eq!(judge(&events, &observer, Duration::from_secs(2)), None);
    }

    #[test]
    fn both_are_named_with_a_command() {
        let observer = Observer::new().unwrap();
        let mut older = event(&observer, What::Replaced, "a", 1.0);
        older.pid = 7;
        older.origin = Some(Origin::default());
        older.cwd = Some("/srv/a".into());
        older.command = vec!["python3".into(), "main.py".into()];
        older.stop_command = Some("pm2 stop bot".into());
        let newer = Event { pid: 8, stop_command: None, ..older.clone() };
        let problem = War { older, newer }.problem("soloist stop").unwrap();
        assert!(
            problem.message.contains("pid 7 (in /srv/a: python3 main.py), pid 8 ("),
            "{}",
            problem.message
        );
        assert_eq!((problem.code, &*problem.remedy), ("war", "pm2 stop bot"));
    }
}
