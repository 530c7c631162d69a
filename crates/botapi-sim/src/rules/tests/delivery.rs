//! When a poll is answered, and with what.

use super::{Action, Scene};

#[test]
fn with_timeout_zero_the_answer_comes_at_once() {
    let mut scene = Scene::new();
    let poll = scene.poll("");
    assert_eq!(scene.updates(poll), (0.0, vec![]));
    assert_eq!(scene.answers[&poll].1.body, r#"{"ok":true,"result":[]}"#);
}

#[test]
fn with_updates_there_the_answer_comes_at_once_whatever_the_timeout() {
    let mut scene = Scene::new();
    let ids = scene.messages(&["a", "b"]);
    let poll = scene.poll("timeout=50");
    assert_eq!(scene.updates(poll), (0.0, ids));
}

#[test]
fn a_parked_poll_is_answered_empty_when_its_timeout_ends() {
    let mut scene = Scene::new();
    let poll = scene.poll("timeout=20");
    scene.at(19.9);
    assert!(scene.is_waiting(poll));
    scene.at(20.0);
    assert_eq!(scene.updates(poll), (20.0, vec![]));
}

#[test]
fn a_new_update_wakes_the_parked_poll_after_one_millisecond_of_quiet() {
    let mut scene = Scene::new();
    let poll = scene.poll("timeout=20");
    let id = scene.at(5.0).message("hello");
    assert!(scene.is_waiting(poll));
    scene.at(6.0);
    assert_eq!(scene.updates(poll), (5.001, vec![id]));
}

#[test]
fn a_burst_of_updates_delays_the_wake_up_to_two_milliseconds_at_most() {
    let mut scene = Scene::new();
    let poll = scene.poll("timeout=20");
    let mut ids = Vec::new();
    for step in 0..5 {
        ids.push(scene.at(5.0 + f64::from(step) * 0.0008).message("hello"));
    }
    scene.at(6.0);
    assert_eq!(scene.updates(poll), (5.002, ids[..3].to_vec()));
}

#[test]
fn a_wake_up_never_moves_the_end_of_the_poll() {
    let mut scene = Scene::new();
    let poll = scene.poll("timeout=3");
    let id = scene.at(2.9995).message("hello");
    scene.at(4.0);
    assert_eq!(scene.updates(poll), (3.0, vec![id]));
}

#[test]
fn a_parked_poll_is_answered_with_what_lies_at_its_own_offset() {
    let mut scene = Scene::new();
    let first = scene.message("a");
    let poll = scene.poll(&format!("offset={}&timeout=20", first + 2));
    // The next update has an id below the offset, so the wake-up confirms it unseen.
    scene.message("b");
    scene.at(1.0);
    assert_eq!(scene.updates(poll).1, [] as [i64; 0]);
    assert_eq!(scene.pending(), [] as [i64; 0]);
}

#[test]
fn a_timeout_is_clamped_to_fifty_seconds_and_garbage_is_zero() {
    let mut scene = Scene::new();
    let long = scene.poll("timeout=5000");
    scene.at(50.0);
    assert_eq!(scene.updates(long).0, 50.0);
    for timeout in ["-7", "soon"] {
        let now = scene.now.as_secs_f64() + 10.0;
        let poll = scene.at(now).poll(&format!("timeout={timeout}"));
        assert_eq!(scene.updates(poll).0, now, "{timeout}");
    }
}

#[test]
fn a_limit_is_clamped_to_one_and_a_hundred() {
    let mut scene = Scene::new();
    let ids = scene.messages(&["x"; 120]);
    for (step, (limit, count)) in
        [("", 100), ("&limit=500", 100), ("&limit=7", 7), ("&limit=0", 1)].iter().enumerate()
    {
        let poll = scene.at(10.0 * step as f64).poll(&format!("offset=0{limit}"));
        assert_eq!(scene.updates(poll).1, ids[..*count], "{limit}");
    }
}

#[test]
fn an_update_is_kept_for_a_day() {
    let mut scene = Scene::new();
    let id = scene.message("hello");
    scene.at(86_399.0).poll("");
    assert_eq!(scene.pending(), [id]);
    scene.at(86_400.0).poll("");
    assert_eq!(scene.pending(), [] as [i64; 0]);
    assert!(scene.actions.contains(&Action::Drop { ids: vec![id] }));
}

#[test]
fn allowed_updates_that_were_given_hold_for_everybody_until_others_are_given() {
    let mut scene = Scene::new();
    scene.poll("allowed_updates=[\"callback_query\"]");
    assert_eq!(scene.messages(&["unwanted"]), [] as [i64; 0]);
    // Left out or garbled, the list stays.
    scene.at(10.0).poll("");
    scene.at(20.0).poll("allowed_updates=message");
    assert_eq!(scene.messages(&["unwanted"]), [] as [i64; 0]);
    assert!(scene.body("getWebhookInfo", "").contains(r#""allowed_updates":["callback_query"]"#));
    scene.at(30.0).poll("allowed_updates=[]");
    assert_eq!(scene.messages(&["wanted"]).len(), 1);
}

#[test]
fn a_text_that_came_before_is_marked_with_its_update() {
    let mut scene = Scene::new();
    scene.message("hello");
    let id = scene.message("hello");
    assert!(scene.actions.contains(&Action::Queue { id, text: format!("hello #{id}") }));
}
