//! Polls over loopback: parking, eviction, waking up, and connections that go away.

use std::time::{Duration, Instant};

use crate::client::{BOT, Client, LIMIT, ids};
use botapi_sim::{Report, Simulator};

const TERMINATED: &str = r#"{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"}"#;

fn wait(simulator: &Simulator, condition: impl Fn(&Report) -> bool) -> Report {
    let report = simulator.wait_until(BOT, LIMIT, condition);
    report.unwrap_or_else(|| panic!("it never happened: {:#?}", simulator.report(BOT)))
}

/// A client whose poll is parked.
fn parked(simulator: &Simulator, parameters: &str) -> Client {
    let polls = simulator.report(BOT).polls;
    let mut client = Client::connect(&simulator.root_url());
    client.ask(&format!("getUpdates?timeout=50{parameters}"));
    wait(simulator, |report| report.polls > polls && report.parked == 1);
    client
}

#[test]
fn a_message_wakes_the_parked_poll() {
    let simulator = Simulator::start().unwrap();
    let mut client = parked(&simulator, "");
    let id = simulator.inject(BOT, "hello").unwrap();
    let answer = client.receive();
    assert_eq!(ids(&answer), [id]);
    assert!(answer.body.contains(r#""text":"hello""#));
    assert_eq!(simulator.report(BOT).deliveries[&id], 1);
}

#[test]
fn the_newer_poll_evicts_the_older_one_and_is_served() {
    let simulator = Simulator::start().unwrap();
    let mut older = parked(&simulator, "");
    let mut newer = parked(&simulator, "");
    let answer = older.receive();
    assert_eq!((answer.status, answer.body.as_str()), (409, TERMINATED));
    let id = simulator.inject(BOT, "hello").unwrap();
    assert_eq!(ids(&newer.receive()), [id]);
    let report = simulator.report(BOT);
    assert_eq!((report.conflicts.other_poll, report.visible_conflicts.other_poll), (1, 1));
    assert_eq!((report.conflicts.total(), report.pollers.len()), (1, 2));
}

#[test]
fn a_poll_whose_client_is_gone_stays_parked_and_is_answered_into_the_void() {
    let simulator = Simulator::start().unwrap();
    drop(parked(&simulator, ""));
    wait(&simulator, |report| report.pollers.iter().all(|poller| !poller.waiting));
    assert_eq!(simulator.report(BOT).parked, 1);
    let id = simulator.inject(BOT, "hello").unwrap();
    let report = wait(&simulator, |report| report.parked == 0);
    assert_eq!((report.answers_into_the_void, report.deliveries[&id]), (1, 0));
    assert_eq!(report.pending, [id], "nothing is lost");
}

#[test]
fn a_409_for_a_client_that_is_gone_counts_but_is_not_visible() {
    let simulator = Simulator::start().unwrap();
    drop(parked(&simulator, ""));
    wait(&simulator, |report| report.pollers.iter().all(|poller| !poller.waiting));
    let newcomer = parked(&simulator, "");
    let report = wait(&simulator, |report| report.log.iter().any(|entry| entry.event.contains("void")));
    assert_eq!((report.conflicts.total(), report.visible_conflicts.total()), (1, 0));
    assert_eq!(report.pollers.iter().filter(|poller| poller.waiting).count(), 1);
    drop(newcomer);
}

#[test]
fn a_higher_offset_confirms_and_a_reply_is_recognised() {
    let simulator = Simulator::start().unwrap();
    let id = simulator.inject(BOT, "hello").unwrap();
    let mut client = Client::connect(&simulator.root_url());
    assert_eq!(ids(&client.call("getUpdates")), [id]);
    assert_eq!(client.call("sendMessage?chat_id=100200300&text=you+said+hello").status, 200);
    client.call("sendMessage?chat_id=100200300&text=something+else");
    assert_eq!(ids(&client.call(&format!("getUpdates?offset={}", id + 1))), [] as [i64; 0]);
    let report = simulator.report(BOT);
    assert_eq!((report.answered[&id], report.sent.len()), (1, 2));
    assert_eq!((report.confirmed.as_slice(), report.pending.len()), (&[id][..], 0));
    assert_eq!((report.lost(), report.answered_twice()), (vec![], vec![]));
}

#[test]
fn a_webhook_ends_the_parked_poll_and_refuses_the_next() {
    let simulator = Simulator::start().unwrap();
    let mut poller = parked(&simulator, "");
    let mut other = Client::connect(&simulator.root_url());
    assert_eq!(other.call("setWebhook?url=https://bot.example/").status, 200);
    assert!(poller.receive().body.contains("Conflict: terminated by setWebhook request"));
    // The refusal itself comes three seconds later, so only the decision is looked at.
    poller.ask("getUpdates");
    let report = wait(&simulator, |report| report.conflicts.webhook_active == 1);
    assert_eq!((report.conflicts.set_webhook, report.conflicts.total()), (1, 2));
}

#[test]
fn stopping_closes_the_connections_that_wait() {
    let simulator = Simulator::start().unwrap();
    let mut client = parked(&simulator, "");
    simulator.stop();
    assert!(client.is_closed_by_server());
}

#[test]
fn a_reset_forgets_everything() {
    let simulator = Simulator::start().unwrap();
    let mut client = parked(&simulator, "");
    simulator.inject(7, "hello");
    simulator.reset();
    assert!(client.is_closed_by_server());
    assert_eq!(simulator.report(7), Simulator::start().unwrap().report(7));
    let mut other = Client::connect(&simulator.root_url());
    assert_eq!(other.call("getMe").status, 200);
}

#[test]
fn many_polls_and_messages_lose_nothing() {
    let simulator = Simulator::start().unwrap();
    let mut client = Client::connect(&simulator.root_url());
    let mut offset = 0;
    for number in 0..200 {
        client.ask(&format!("getUpdates?timeout=50&offset={offset}"));
        let id = simulator.inject(BOT, &format!("message {number}")).unwrap();
        assert_eq!(ids(&client.receive()), [id]);
        offset = id + 1;
    }
    let report = simulator.report(BOT);
    assert_eq!((report.deliveries.len(), report.conflicts.total()), (200, 0));
    assert!(report.deliveries.values().all(|count| *count == 1));
}

#[test]
fn silence_is_measured_from_the_last_poll_to_the_next() {
    let simulator = Simulator::start().unwrap();
    drop(parked(&simulator, ""));
    let silent = |report: &Report| report.longest_silence >= Duration::from_millis(50);
    wait_and_look(&simulator, silent);
    let listener = parked(&simulator, "");
    let longest = simulator.report(BOT).longest_silence;
    let mut other = Client::connect(&simulator.root_url());
    // With another offset, or the three-second rule would make it wait, and evict the listener.
    assert_eq!(ids(&other.call("getUpdates?timeout=0&offset=1")), [] as [i64; 0]);
    assert_eq!(simulator.report(BOT).longest_silence, longest, "somebody listens all the time");
    drop(listener);
}

/// Time alone tells nobody of its passing, so this looks again and again.
fn wait_and_look(simulator: &Simulator, condition: impl Fn(&Report) -> bool) {
    let until = Instant::now() + LIMIT;
    while !condition(&simulator.report(BOT)) {
        assert!(Instant::now() < until, "it never happened: {:#?}", simulator.report(BOT));
        simulator.wait_until(BOT, Duration::from_millis(5), |_| false);
    }
}
