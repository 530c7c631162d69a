//! Every rule of the protocol is needed, and with all of them every promise holds.

use soloist_model::check;
use soloist_model::mutation::Mutation;
use soloist_model::property::Name;
use soloist_model::report;
use soloist_model::scene::{Kind, Scene, mixes};

/// Each mutation is caught by the promise that it must break; the one that breaks none is known as such.
#[test]
fn every_broken_rule_is_caught() {
    for mutation in Mutation::ALL {
        let row = report::mutation(mutation);
        assert!(row.good, "{}", row.text);
    }
}

/// The same scenes hold when the rule is kept: what is caught is the mutation, not the scene.
#[test]
fn the_scenes_of_the_mutations_hold_without_them() {
    for mutation in Mutation::ALL {
        let row = report::scene(&Scene { mutation: None, ..mutation.scene() });
        assert!(row.good, "{}: {}", mutation.name(), row.text);
    }
}

#[test]
fn two_contenders_keep_every_promise_through_two_faults_and_a_removal() {
    for kinds in mixes(&Kind::RUN, 2) {
        for scene in [Scene::named(&kinds, 2, 1), Scene::visible(&kinds, 2, 1)] {
            let row = report::scene(&scene);
            assert!(row.good, "{}", row.text);
        }
    }
}

/// The door is a byte of the lock file, so it is gone with the file: then the holder's decision is waited for where it is.
#[test]
fn a_lock_file_removed_under_the_look_leaves_one_of_two_that_claim_inside() {
    for kinds in mixes(&Kind::INSIDE, 2) {
        let row = report::scene(&Scene::named(&kinds, 0, 1));
        assert!(row.good, "{}", row.text);
    }
}

/// Of three that claim inside, one has come through the door and looks who has the claim while the holder is killed; the
/// third takes the claim and gives it up for the second, which waits for that decision instead of being refused.
#[test]
fn a_holder_killed_between_door_and_look_leaves_one_of_three_that_claim_inside() {
    for kinds in mixes(&Kind::INSIDE[..2], 3) {
        let row = report::scene(&Scene::named(&kinds, 1, 0));
        assert!(row.good, "{}", row.text);
    }
}

/// What remains, as `docs/model.md` tells: one that replaces is killed after it has asked an older copy to end. Whoever gives
/// up for that copy does not know that it is about to end.
#[test]
fn one_killed_after_it_asked_a_copy_to_end_leaves_none_of_three_that_claim_inside() {
    let scene = Scene::named(&[Kind::INSIDE[0], Kind::INSIDE[0], Kind::INSIDE[2]], 1, 0);
    let verdict = check::explore(&scene);
    assert!(verdict.broken(Name::AtLeastOne).is_some());
    assert!(verdict.broken(Name::NeverTwo).is_none());
}
