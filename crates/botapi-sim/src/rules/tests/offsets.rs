//! What an offset confirms, drops and returns.

use super::{Action, Scene};

const NOTHING: [i64; 0] = [];

#[test]
fn offset_zero_reads_from_the_head_and_confirms_nothing() {
    let mut scene = Scene::new();
    let ids = scene.messages(&["a", "b"]);
    let poll = scene.poll("offset=0");
    assert_eq!(scene.updates(poll).1, ids);
    assert_eq!(scene.pending(), ids);
}

#[test]
fn a_positive_offset_forgets_every_update_before_it_for_everybody() {
    let mut scene = Scene::new();
    let ids = scene.messages(&["a", "b", "c"]);
    let poll = scene.poll(&format!("offset={}", ids[2]));
    assert_eq!(scene.updates(poll).1, ids[2..]);
    assert!(scene.actions.contains(&Action::Confirm { ids: ids[..2].to_vec() }));
    let other = scene.at(10.0).poll("offset=0");
    assert_eq!(scene.updates(other).1, ids[2..]);
}

#[test]
fn delivery_confirms_nothing() {
    let mut scene = Scene::new();
    let poll = scene.poll("timeout=30");
    let id = scene.message("hello");
    scene.at(1.0);
    assert_eq!(scene.updates(poll).1, [id]);
    assert_eq!(scene.pending(), [id]);
}

#[test]
fn a_negative_offset_drops_all_but_the_last_ones() {
    let mut scene = Scene::new();
    let ids = scene.messages(&["a", "b", "c", "d"]);
    let poll = scene.poll("offset=-1");
    assert_eq!(scene.updates(poll).1, ids[3..]);
    assert_eq!(scene.pending(), ids[3..]);
    assert!(scene.actions.contains(&Action::Drop { ids: ids[..3].to_vec() }));
}

#[test]
fn a_negative_offset_beyond_the_queue_drops_nothing() {
    let mut scene = Scene::new();
    let ids = scene.messages(&["a", "b"]);
    let poll = scene.poll("offset=-2147483648");
    assert_eq!(scene.updates(poll).1, ids);
}

#[test]
fn a_parked_poll_with_a_negative_offset_drops_nothing_more_when_it_wakes() {
    let mut scene = Scene::new();
    let poll = scene.poll("offset=-1&timeout=30");
    let ids = scene.at(1.0).messages(&["a", "b"]);
    scene.at(2.0);
    assert_eq!(scene.updates(poll).1, ids);
}

#[test]
fn an_offset_more_than_ten_behind_the_tail_is_ignored() {
    let mut scene = Scene::new();
    let ids = scene.messages(&["a", "b"]);
    let tail = ids[1] + 1;
    let far = scene.poll(&format!("offset={}", tail + 11));
    assert_eq!(scene.updates(far).1, ids);
    let near = scene.poll(&format!("offset={}", tail + 10));
    assert_eq!(scene.updates(near).1, NOTHING);
    assert_eq!(scene.pending(), NOTHING);
}

#[test]
fn an_offset_more_than_a_hundred_thousand_before_the_head_is_ignored() {
    let mut scene = Scene::new();
    let ids = scene.messages(&["a", "b"]);
    for offset in [ids[0] - 100_001, ids[0] - 100_000, 1] {
        let poll = scene.poll(&format!("offset={offset}"));
        assert_eq!(scene.updates(poll).1, ids, "{offset}");
    }
    assert_eq!(scene.pending(), ids);
}

#[test]
fn ids_are_consecutive_and_begin_in_the_real_range() {
    let mut scene = Scene::new();
    let ids = scene.messages(&["a", "b", "c"]);
    assert!((2_000_001..=1_000_000_000).contains(&ids[0]));
    assert_eq!(ids, [ids[0], ids[0] + 1, ids[0] + 2]);
}
