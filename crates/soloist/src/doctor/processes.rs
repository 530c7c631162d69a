//! `/proc`: what it shows of other processes.

use std::io;

use super::finding::{Finding, Sentence, reason};
use super::sentences;
use crate::process::Observer;
use crate::sys::{account, proc};

/// The facts.
#[derive(Clone, Copy, Debug)]
struct Facts {
    /// It shows another pid namespace.
    blind: bool,
    /// It is mounted with `hidepid=`.
    hides: bool,
    /// What process 1 does can be read all the same: it is shown to this user.
    first_is_seen: bool,
    /// Process 1 is this user's own, so that seeing it says nothing of other users'.
    first_is_ours: bool,
    /// This user is root.
    root: bool,
    /// The boot's id can be read below it.
    boot: bool,
}

pub(super) fn look(observer: Result<&Observer, &io::Error>) -> Vec<Finding> {
    let observer = match observer {
        Ok(observer) => observer,
        Err(error) => return vec![Finding::of(&sentences::PROC_MISSING, &[("reason", &reason(error))])],
    };
    let user = account::effective_user();
    let facts = Facts {
        blind: observer.proc.is_blind(),
        hides: proc::hides_processes(),
        first_is_seen: observer.proc.stat(1).is_ok(),
        first_is_ours: observer.proc.user(1).is_ok_and(|owner| owner == user),
        root: user == 0,
        boot: proc::knows_boot(),
    };
    judge(facts).into_iter().map(|sentence| Finding::of(sentence, &[])).collect()
}

fn judge(facts: Facts) -> Vec<&'static Sentence> {
    if facts.blind {
        return vec![&sentences::OTHER_NAMESPACE];
    }
    let others_are_seen = facts.first_is_seen && (facts.root || !facts.first_is_ours);
    let mut found = vec![match facts.hides && !others_are_seen {
        true => &sentences::HIDDEN_PROCESSES,
        false => &sentences::PROCESSES,
    }];
    found.extend((!facts.boot).then_some(&sentences::PROC_SUBSET));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_said() {
        let open = Facts {
            blind: false,
            hides: false,
            first_is_seen: true,
            first_is_ours: false,
            root: false,
            boot: true,
        };
        for (facts, expected) in [
            (open, &sentences::PROCESSES),
            (Facts { blind: true, ..open }, &sentences::OTHER_NAMESPACE),
            (Facts { hides: true, first_is_seen: false, ..open }, &sentences::HIDDEN_PROCESSES),
            // With gid=, this user's group sees everything.
            (Facts { hides: true, ..open }, &sentences::PROCESSES),
            (Facts { hides: true, first_is_ours: true, root: true, ..open }, &sentences::PROCESSES),
            (Facts { hides: true, first_is_ours: true, ..open }, &sentences::HIDDEN_PROCESSES),
        ] {
            assert_eq!(judge(facts), [expected], "{facts:?}");
        }
        assert_eq!(judge(Facts { boot: false, ..open }), [&sentences::PROCESSES, &sentences::PROC_SUBSET]);
    }
}
