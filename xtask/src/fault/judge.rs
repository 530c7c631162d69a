//! What has ended is judged: at once by the contract's tables, and at the end by the order of everything.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use super::command::Started;
use super::driver::{Driver, Ended, cannot};
use super::order::{Answer, Attempt, End, Span};
use super::verdict::{self, Errand};
use super::{processes, sys};
use crate::machine::Outcome;

/// How long before its start a spoilt place may still matter to a soloist: the driver removes directories in several
/// steps.
const SPOILT: Duration = Duration::from_millis(100);

impl Driver {
    pub(super) fn reap(&mut self) -> Outcome {
        while let Some((pid, status)) = sys::reap() {
            match self.running.iter().position(|started| started.pid == pid) {
                Some(at) => {
                    let started = self.running.swap_remove(at);
                    self.judge(&started, status)?;
                }
                None => self.tally.count("orphans reaped", "all"),
            }
        }
        Ok(())
    }

    fn judge(&mut self, started: &Started, status: ExitStatus) -> Outcome {
        let Started { errand, words, .. } = started;
        let (out, err) = started.printed();
        self.tally.count(errand.group(), verdict::shown(status));
        self.tally.add("replaced instances", "told of", err.matches("replaced pid").count() as u64);
        let wrong = self.whats_wrong(started, status, &out);
        for code in verdict::problems(&serde_json::from_str(&out).unwrap_or_default()) {
            self.tally.count("problems told of", code);
        }
        let told = wrong.map_err(|wrong| {
            format!("soloist {words}\n  ended with {}: {wrong}\n{out}\n{err}", verdict::shown(status))
        });
        self.write_down(started, status, (&out, &err));
        self.tally.did(&format!("    pid {} ended with {}", started.pid, verdict::shown(status)));
        self.ended.push(Ended {
            pid: started.pid,
            code: verdict::shown(status),
            said: format!("{out}{err}"),
        });
        started.forget().map_err(cannot("remove a log"))?;
        // What a witness says explains more than its exit code.
        self.check_proofs().and(told)
    }

    fn whats_wrong(&self, started: &Started, status: ExitStatus, out: &str) -> Outcome {
        let Started { errand, words, began, .. } = started;
        let spoilt = self.full.is_some() || self.spoilt.is_some_and(|at| at + SPOILT >= *began);
        let shared = self.place.keys[started.key].is_shared();
        if !verdict::may_end_so(*errand, status, spoilt, shared) {
            return Err("that is not in the table".into());
        }
        let lasted = began.elapsed();
        if verdict::is_late(*errand, words, status.code(), lasted) {
            return Err(format!("that took {lasted:?}"));
        }
        // One that was killed, or has become the program, could end nobody.
        if *errand == Errand::Run && status.code().is_some() && !started.leaves() {
            let left = processes::run_by(started.pid, self.bystanders.numbers());
            if !left.is_empty() {
                return Err(format!("this was left behind: {left:#?}"));
            }
        }
        verdict::check_document(*errand, out, status.code(), shared)
    }

    /// What the order at the end is made of.
    fn write_down(&mut self, started: &Started, status: ExitStatus, (out, err): (&str, &str)) {
        let span = Span { from: started.since_boot, to: sys::since_boot() };
        let key = started.key;
        if let Some(policy) = started.policy {
            let end = match (status.code(), status.signal()) {
                (Some(code), _) => End::Code(code),
                (None, signal) => End::Signal(signal.unwrap_or_default()),
            };
            let leaves = started.leaves();
            let said = err.trim_end().to_owned();
            self.diary.tried(key, Attempt { pid: started.pid, span, policy, leaves, end, said });
        } else if let Some(fact) = verdict::fact(started.errand, out, status.code()) {
            self.diary.answered(key, Answer { span, fact });
        }
    }

    /// Whether one order explains all that was seen.
    pub(super) fn judge_order(&mut self) -> Outcome {
        for checked in self.diary.judge(&self.place)? {
            self.tally.add("one order of each key explains", "claims", checked.claims as u64);
            self.tally.add("one order of each key explains", "answers", checked.answers as u64);
            self.tally.add("one order of each key explains", "lines of histories", checked.lines as u64);
        }
        Ok(())
    }

    /// The witnesses' own word.
    pub(super) fn check_proofs(&self) -> Outcome {
        for key in &self.place.keys {
            let text = fs::read_to_string(key.proof.join("violations")).unwrap_or_default();
            if !text.is_empty() {
                return Err(format!("key {}: {text}", key.label));
            }
        }
        Ok(())
    }
}

impl Errand {
    fn group(self) -> &'static str {
        match self {
            Self::Run => "exit codes of run",
            Self::Stop => "exit codes of stop",
            Self::Status => "exit codes of status",
            Self::List => "exit codes of list",
            Self::History => "exit codes of history",
        }
    }
}
