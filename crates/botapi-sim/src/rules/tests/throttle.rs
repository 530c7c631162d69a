//! The three-second rule and the half-second rule.

use super::Scene;

#[test]
fn a_repeated_offset_within_three_seconds_makes_a_short_timeout_three_seconds() {
    for timeout in [0, 1, 2] {
        let mut scene = Scene::new();
        scene.poll("offset=0");
        let poll = scene.at(2.9).poll(&format!("offset=0&timeout={timeout}"));
        scene.at(30.0);
        assert_eq!(scene.updates(poll).0, 5.9, "{timeout}");
    }
}

#[test]
fn a_repeated_offset_after_three_seconds_is_not_slowed_down() {
    let mut scene = Scene::new();
    scene.poll("offset=0");
    let poll = scene.at(3.0).poll("offset=0");
    assert_eq!(scene.updates(poll).0, 3.0);
}

#[test]
fn another_offset_is_not_slowed_down() {
    let mut scene = Scene::new();
    let id = scene.message("a");
    scene.poll("offset=0");
    let poll = scene.at(0.1).poll(&format!("offset={}", id + 1));
    assert_eq!(scene.updates(poll).0, 0.1);
}

#[test]
fn a_timeout_of_three_seconds_or_more_stays() {
    let mut scene = Scene::new();
    scene.poll("offset=0");
    let poll = scene.at(1.0).poll("offset=0&timeout=7");
    scene.at(30.0);
    assert_eq!(scene.updates(poll).0, 8.0);
}

#[test]
fn the_three_seconds_count_from_the_beginning_of_the_call_before() {
    let mut scene = Scene::new();
    let long = scene.poll("offset=0&timeout=10");
    let poll = scene.at(10.0).poll("offset=0");
    assert_eq!((scene.updates(long).0, scene.updates(poll).0), (10.0, 10.0));
}

#[test]
fn a_repeated_offset_within_half_a_second_gets_one_update() {
    let mut scene = Scene::new();
    let ids = scene.messages(&["a", "b", "c"]);
    scene.poll("offset=0");
    let soon = scene.at(0.49).poll("offset=0");
    assert_eq!(scene.updates(soon).1, ids[..1]);
    let later = scene.at(0.99).poll("offset=0");
    assert_eq!(scene.updates(later).1, ids);
}

#[test]
fn the_throttle_looks_at_whoever_polled_before() {
    // A stopping copy's last poll repeats the offset of the copy that took over.
    let mut scene = Scene::new();
    let ids = scene.messages(&["a", "b"]);
    let next = ids[1] + 1;
    scene.poll(&format!("offset={next}&timeout=30"));
    let last = scene.at(1.0).poll(&format!("offset={next}&timeout=0&limit=1"));
    assert!(scene.is_waiting(last));
}

#[test]
fn a_first_poll_with_offset_minus_one_is_not_a_repetition() {
    let mut scene = Scene::new();
    let poll = scene.poll("offset=-1");
    assert_eq!(scene.updates(poll).0, 0.0);
}
