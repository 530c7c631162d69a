//! What is tried: one command of soloist each, beside a holder or alone, and what the contract lets it answer.

use super::call::ERRORS;

/// How the key is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Name,
    Lock,
    Program,
}

/// Who holds the claim before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    Nobody,
    /// A program that ends when it is asked.
    Holder,
    /// One that ignores SIGTERM.
    Deaf,
    /// A copy that was started by hand, without a claim.
    Copy,
}

/// What happens while soloist runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meanwhile {
    Nothing,
    /// When the program is inside, soloist is asked to end.
    Term,
    /// When soloist waits in the queue, the holder is asked to end.
    HandOver,
}

/// One command, under its conditions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) before: Before,
    pub(super) key: Key,
    /// The words before the key.
    pub(super) verb: &'static str,
    /// The options after it.
    pub(super) options: &'static [&'static str],
    /// How the program behaves; none for a command that starts none.
    pub(super) manner: Option<&'static str>,
    pub(super) meanwhile: Meanwhile,
    /// The exit code when nothing goes wrong.
    pub(super) code: i32,
}

const RUN: Scenario = Scenario {
    name: "run",
    before: Before::Nobody,
    key: Key::Name,
    verb: "run",
    options: &[],
    manner: Some("brief"),
    meanwhile: Meanwhile::Nothing,
    code: 0,
};

/// All of them.
pub(super) const ALL: &[Scenario] = &[
    RUN,
    Scenario { name: "exec", options: &["--exec"], ..RUN },
    Scenario { name: "lock", key: Key::Lock, ..RUN },
    Scenario { name: "program", key: Key::Program, ..RUN },
    Scenario { name: "refusal", before: Before::Holder, code: 75, ..RUN },
    Scenario { name: "copy", before: Before::Copy, key: Key::Program, code: 75, ..RUN },
    Scenario {
        name: "wait",
        before: Before::Holder,
        options: &["--wait"],
        meanwhile: Meanwhile::HandOver,
        ..RUN
    },
    Scenario { name: "take-over", before: Before::Holder, options: &["--replace"], ..RUN },
    Scenario {
        name: "take-over-lock",
        before: Before::Holder,
        key: Key::Lock,
        options: &["--replace"],
        ..RUN
    },
    Scenario { name: "insist", before: Before::Deaf, options: &["--replace", "--grace=50ms"], ..RUN },
    Scenario { name: "term", manner: Some("stay"), meanwhile: Meanwhile::Term, code: 143, ..RUN },
    Scenario { name: "leave", manner: Some("leave"), ..RUN },
    Scenario { name: "leave-deaf", options: &["--grace=50ms"], manner: Some("leave-deaf"), ..RUN },
    Scenario { name: "restart", options: &["--restart=on-failure"], manner: Some("once"), ..RUN },
    Scenario { name: "stop", before: Before::Holder, verb: "stop", manner: None, ..RUN },
    Scenario {
        name: "stop-deaf",
        before: Before::Deaf,
        verb: "stop",
        options: &["--grace=50ms"],
        manner: None,
        ..RUN
    },
    Scenario { name: "status", before: Before::Holder, verb: "status", manner: None, ..RUN },
];

impl Scenario {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|scenario| scenario.name == name)
    }

    /// The errors that are tried. Where a copy is to be found, ESRCH and EACCES are the kernel's words for "there is no
    /// such process" and "it is hidden from you", and no faults.
    pub(super) fn errors(&self) -> Vec<i32> {
        let telling =
            |number: i32| self.before == Before::Copy && [libc::ESRCH, libc::EACCES].contains(&number);
        ERRORS.iter().map(|&(number, _)| number).filter(|&number| !telling(number)).collect()
    }

    /// Whether the contract has this exit code for this command, when a system call was made to fail.
    pub(super) fn may_end_with(&self, code: i32) -> bool {
        let further: &[i32] = match self.verb {
            "run" => &[1, 74, 75, 76, 77, 126, 127, 137, 143],
            "stop" => &[1, 74, 77],
            _ => &[1, 4],
        };
        code == self.code || further.contains(&code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_said_once() {
        for scenario in ALL {
            assert_eq!(ALL.iter().filter(|it| it.name == scenario.name).count(), 1, "{}", scenario.name);
            assert!(Scenario::named(scenario.name).is_some());
        }
    }

    #[test]
    fn a_status_of_a_held_claim_is_never_free() {
        let status = Scenario::named("status").unwrap();
        assert!(status.may_end_with(0) && !status.may_end_with(3));
        assert!(!Scenario::named("run").unwrap().may_end_with(101));
    }
}
