//! Who gets the 409, and when.

use super::{Scene, TOKEN};

const OTHER: &str = "terminated by other getUpdates request; make sure that only one bot instance is running";

#[test]
fn the_older_parked_poll_gets_the_409_and_the_newer_one_parks() {
    let mut scene = Scene::new();
    let older = scene.poll("timeout=30");
    let newer = scene.at(5.0).poll("timeout=30");
    assert_eq!(scene.conflict(older), (5.0, OTHER));
    assert!(scene.is_waiting(newer));
    let id = scene.at(6.0).message("hello");
    scene.at(7.0);
    assert_eq!(scene.updates(newer).1, [id]);
}

#[test]
fn a_second_poller_that_finds_updates_leaves_the_parked_poll_alone_and_both_get_them() {
    let mut scene = Scene::new();
    let parked = scene.poll("timeout=30");
    let id = scene.at(1.0).message("hello");
    // Within the millisecond of quiet, the parked poll hasn't been answered yet.
    let second = scene.at(1.0005).poll("timeout=30");
    assert_eq!(scene.updates(second), (1.0005, vec![id]));
    scene.at(2.0);
    assert_eq!(scene.updates(parked), (1.001, vec![id]));
}

#[test]
fn a_second_poller_with_timeout_zero_leaves_the_parked_poll_alone() {
    let mut scene = Scene::new();
    let parked = scene.poll("timeout=30");
    let probe = scene.at(4.0).poll("timeout=0");
    assert_eq!(scene.updates(probe), (4.0, vec![]));
    assert!(scene.is_waiting(parked));
}

#[test]
fn a_last_poll_with_timeout_zero_within_three_seconds_parks_and_evicts_the_newcomer() {
    let mut scene = Scene::new();
    let newcomer = scene.poll("timeout=30");
    let last = scene.at(1.0).poll("timeout=0");
    assert_eq!(scene.conflict(newcomer), (1.0, OTHER));
    scene.at(4.0);
    assert_eq!(scene.updates(last), (4.0, vec![]));
}

#[test]
fn a_409_within_three_seconds_of_the_one_before_is_sent_three_seconds_after_its_own_moment() {
    let mut scene = Scene::new();
    let first = scene.poll("timeout=30");
    let second = scene.at(10.0).poll("timeout=30");
    let third = scene.at(11.0).poll("timeout=30");
    scene.at(13.9);
    assert_eq!(scene.conflict(first).0, 10.0);
    assert!(scene.is_waiting(second));
    scene.at(14.0);
    assert_eq!(scene.conflict(second).0, 14.0);
    assert!(scene.is_waiting(third));
}

#[test]
fn a_delayed_409_does_not_move_the_free_slot() {
    let mut scene = Scene::new();
    scene.poll("timeout=30");
    let second = scene.at(10.0).poll("timeout=30");
    let third = scene.at(12.9).poll("timeout=30");
    let fourth = scene.at(13.0).poll("timeout=30");
    assert_eq!(scene.conflict(third).0, 13.0, "the slot is free three seconds after the 409 at once");
    assert!(scene.is_waiting(second));
    scene.at(15.9);
    assert_eq!(scene.conflict(second).0, 15.9);
    assert!(scene.is_waiting(fourth));
}

#[test]
fn a_delayed_victim_hangs_and_receives_nothing() {
    let mut scene = Scene::new();
    scene.poll("timeout=30");
    let victim = scene.at(10.0).poll("timeout=30");
    let winner = scene.at(11.0).poll("timeout=30");
    let id = scene.at(12.0).message("hello");
    scene.at(20.0);
    assert_eq!(scene.updates(winner).1, [id]);
    assert_eq!(scene.conflict(victim).0, 14.0);
}

#[test]
fn two_tight_pollers_see_at_most_about_two_409s_in_three_seconds() {
    let mut scene = Scene::new();
    let mut waiting = [scene.poll("timeout=30"), scene.poll("timeout=30")];
    let mut conflicts = 0;
    // Each copy polls again as soon as it is answered, looking every 10 ms, for 30 s.
    for step in 0..3000_u32 {
        scene.at(f64::from(step) / 100.0);
        for poll in &mut waiting {
            if !scene.is_waiting(*poll) {
                conflicts += 1;
                *poll = scene.poll("timeout=30");
            }
        }
    }
    assert!((10..=21).contains(&conflicts), "{conflicts}");
}

#[test]
fn a_ghost_uses_up_the_free_slot_just_the_same() {
    let mut scene = Scene::new();
    // The first poller dies without a word; the rules can't know.
    let ghost = scene.poll("timeout=30");
    let alive = scene.at(1.0).poll("timeout=30");
    scene.at(2.0).poll("timeout=30");
    assert_eq!(scene.conflict(ghost).0, 1.0);
    assert!(scene.is_waiting(alive));
    scene.at(5.0);
    assert_eq!(scene.conflict(alive).0, 5.0);
}

#[test]
fn a_poll_after_the_old_one_ended_meets_no_409() {
    let mut scene = Scene::new();
    let old = scene.poll("timeout=5");
    let new = scene.at(5.0).poll("timeout=30");
    assert_eq!(scene.updates(old), (5.0, vec![]));
    assert!(scene.is_waiting(new));
}

#[test]
fn other_methods_never_disturb_a_parked_poll() {
    let mut scene = Scene::new();
    let parked = scene.poll("timeout=30");
    scene.call("deleteWebhook", "drop_pending_updates=true");
    scene.call("setWebhook", "url=");
    for method in ["getMe", "getWebhookInfo", "setMyCommands", "sendChatAction", "nothing"] {
        scene.call(method, "");
    }
    scene.call("sendMessage", "chat_id=1&text=x");
    assert!(scene.is_waiting(parked));
}

#[test]
fn each_token_has_its_own_parked_poll_but_the_queue_belongs_to_the_bot() {
    let mut scene = Scene::new();
    let first = scene.call_with(TOKEN, "getUpdates", "timeout=30");
    let second = scene.call_with("42:second", "getUpdates", "timeout=30");
    assert!(scene.is_waiting(first));
    let id = scene.at(1.0).message("hello");
    scene.at(2.0);
    assert_eq!((scene.updates(first).1, scene.updates(second).1), (vec![id], vec![id]));
    scene.call_with("42:second", "getUpdates", &format!("offset={}", id + 1));
    assert_eq!(scene.pending(), [] as [i64; 0]);
}
