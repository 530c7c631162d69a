//! One loop: starts, strikes, reaps, and looks after each step whether something is wrong.

use std::ffi::OsString;
use std::fs;
use std::os::fd::AsFd as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::command::Started;
use super::diary::Diary;
use super::key::Place;
use super::order::{Answer, Attempt, End, Span};
use super::processes::{self, Seen};
use super::schedule::{Action, Deed, Question, Start, What};
use super::spoil;
use super::strike::Sleeper;
use super::sys::{self, Pidfd};
use super::tally::Tally;
use super::verdict::{self, Errand};
use crate::machine::Outcome;

/// How many soloists of one key may run at once; further starts are left out.
const MOST: usize = 12;

/// The soak while it runs.
pub(super) struct Driver {
    pub(super) place: Place,
    pub(super) tally: Tally,
    pub(super) diary: Diary,
    pub(super) running: Vec<Started>,
    pub(super) asleep: Vec<Sleeper>,
    /// When files were last spoilt: a lock may have found no place then.
    spoilt: Option<Instant>,
    started: u64,
    /// How those ended that were reaped during this action.
    ended: Vec<(u32, String)>,
}

fn cannot(what: &str) -> impl FnOnce(std::io::Error) -> String + '_ {
    move |error| format!("cannot {what}: {error}")
}

impl Driver {
    pub(super) fn new(place: Place) -> Outcome<Self> {
        sys::adopt_orphans().map_err(cannot("adopt orphans"))?;
        let diary = Diary::of(place.keys.len());
        let (tally, running, asleep) = (Tally::default(), Vec::new(), Vec::new());
        Ok(Self { place, tally, diary, running, asleep, spoilt: None, started: 0, ended: Vec::new() })
    }

    /// Does one action, and lets its pause pass.
    pub(super) fn act(&mut self, action: &Action) -> Outcome {
        let Action { key, what, pause } = action;
        self.ended.clear();
        self.tally.did(&format!("{}: {what}", self.place.keys[*key].label));
        self.tally.count("actions", what.kind());
        match what {
            What::Start(starts) => starts.iter().try_for_each(|start| self.contend(*key, start))?,
            What::Stop { spelling, grace, with_program } => {
                let mut words = self.place.words("stop", *key, *spelling, *with_program);
                words.insert(1, format!("--grace={}ms", grace.as_millis()).into());
                self.start(*key, Errand::Stop, &words, None)?;
            }
            What::Ask(question, spelling) => self.ask(*key, *question, *spelling)?,
            What::Strike(whom, blow, number) => self.strike(*key, *whom, *blow, *number),
            What::Spoil(deed) => self.spoil(*key, *deed),
            What::KillAll => self.kill_all(*key),
            What::Settle => self.settle(*key)?,
        }
        // Often enough that no history is moved away twice between two looks.
        self.diary.collect(&self.place);
        self.pass(*pause)
    }

    /// Starts soloist; answers its pid.
    pub(super) fn start(
        &mut self,
        key: usize,
        errand: Errand,
        words: &[OsString],
        stdout: Option<Stdio>,
    ) -> Outcome<u32> {
        self.started += 1;
        let started = self.place.soloist((key, errand), words, self.started, stdout);
        let started = started.map_err(cannot("start soloist"))?;
        let pid = started.pid;
        self.running.push(started);
        Ok(pid)
    }

    fn contend(&mut self, key: usize, start: &Start) -> Outcome {
        let full = self.running.iter().filter(|started| started.key == key).count() >= MOST;
        if full {
            self.tally.count("actions", "starts left out");
            return Ok(());
        }
        self.begin(key, start, None).map(drop)
    }

    /// Starts the program under soloist; answers soloist's pid.
    pub(super) fn begin(&mut self, key: usize, start: &Start, stdout: Option<Stdio>) -> Outcome<u32> {
        let words = self.place.run_words(key, start);
        let pid = self.start(key, Errand::Run, &words, stdout)?;
        self.running.iter_mut().filter(|it| it.pid == pid).for_each(|it| it.policy = Some(start.policy));
        Ok(pid)
    }

    fn ask(&mut self, key: usize, question: Question, spelling: usize) -> Outcome {
        let (verb, errand) = match question {
            Question::Status => ("status", Errand::Status),
            Question::History => ("history", Errand::History),
            Question::List => {
                let words = ["list".into(), "--json".into()];
                return self.start(key, Errand::List, &words, None).map(drop);
            }
        };
        let words = self.place.words(verb, key, spelling, true);
        self.start(key, errand, &words, None).map(drop)
    }

    fn spoil(&mut self, key: usize, deed: Deed) {
        self.started += 1;
        self.diary.collect(&self.place);
        spoil::commit(&self.place, key, deed, self.started);
        if deed.takes_histories() {
            self.diary.lost();
        }
        self.spoilt = Some(Instant::now());
    }

    /// Lets this time pass, while what ends is reaped and judged.
    pub(super) fn pass(&mut self, time: Duration) -> Outcome {
        self.until(Instant::now() + time, |_| false).map(drop)
    }

    /// The same, until the condition holds: then `true`.
    pub(super) fn until(&mut self, until: Instant, reached: impl Fn(&Self) -> bool) -> Outcome<bool> {
        loop {
            self.reap()?;
            self.wake(Instant::now());
            self.check_proofs()?;
            if reached(self) {
                return Ok(true);
            }
            let now = Instant::now();
            if now >= until {
                return Ok(false);
            }
            let next = self.asleep.iter().map(|sleeper| sleeper.wake).chain([until]).min().unwrap_or(until);
            let handles: Vec<_> = self.running.iter().map(|started| started.handle.as_fd()).collect();
            sys::wait(&handles, next.saturating_duration_since(now)).map_err(cannot("wait"))?;
        }
    }

    fn reap(&mut self) -> Outcome {
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
        self.write_down(started, status, &out);
        self.tally.did(&format!("    pid {} ended with {}", started.pid, verdict::shown(status)));
        self.ended.push((started.pid, verdict::shown(status)));
        started.forget().map_err(cannot("remove a log"))?;
        // What a witness says explains more than its exit code.
        self.check_proofs().and(told)
    }

    fn whats_wrong(&self, started: &Started, status: ExitStatus, out: &str) -> Outcome {
        let Started { errand, words, began, .. } = started;
        let spoilt = self.spoilt.is_some_and(|at| at + SPOILT >= *began);
        if !verdict::may_end_so(*errand, status, spoilt) {
            return Err("that is not in the table".into());
        }
        let lasted = began.elapsed();
        if verdict::is_late(*errand, words, status.code(), lasted) {
            return Err(format!("that took {lasted:?}"));
        }
        // One that was killed, or has become the program, could end nobody.
        if *errand == Errand::Run && status.code().is_some() && !words.contains("--exec") {
            let left = processes::run_by(started.pid);
            if !left.is_empty() {
                return Err(format!("this was left behind: {left:#?}"));
            }
        }
        verdict::check_document(*errand, out, status.code())
    }

    /// The exit code of one that was reaped during this action.
    pub(super) fn ended_with(&self, pid: u32) -> Option<&str> {
        self.ended.iter().rfind(|(ended, _)| *ended == pid).map(|(_, code)| code.as_str())
    }

    /// What the order at the end is made of.
    fn write_down(&mut self, started: &Started, status: ExitStatus, out: &str) {
        let span = Span { from: started.since_boot, to: sys::since_boot() };
        let key = started.key;
        if let Some(policy) = started.policy {
            let end = match (status.code(), status.signal()) {
                (Some(code), _) => End::Code(code),
                (None, signal) => End::Signal(signal.unwrap_or_default()),
            };
            let exec = started.words.contains("--exec");
            self.diary.tried(key, Attempt { pid: started.pid, span, policy, exec, end });
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
    fn check_proofs(&self) -> Outcome {
        for key in &self.place.keys {
            let text = fs::read_to_string(key.proof.join("violations")).unwrap_or_default();
            if !text.is_empty() {
                return Err(format!("key {}: {text}", key.label));
            }
        }
        Ok(())
    }

    /// How often a witness came in.
    pub(super) fn entries(&self) -> u64 {
        let text = |path: std::path::PathBuf| fs::read_to_string(path).unwrap_or_default();
        let texts = self.place.keys.iter().map(|key| text(key.proof.join("visits")));
        texts.map(|text| text.matches("came").count() as u64).sum()
    }

    /// Ends whatever is below us, in rounds; answers what could not be ended.
    pub(super) fn end_everything(&mut self) -> Vec<Seen> {
        for _ in 0..100 {
            let left = processes::below();
            if left.is_empty() {
                return left;
            }
            let handles: Vec<Pidfd> = left.iter().filter_map(Seen::open).collect();
            for handle in &handles {
                handle.send(libc::SIGKILL).ok();
            }
            for handle in &handles {
                sys::wait(&[handle.as_fd()], Duration::from_secs(1)).ok();
            }
            while sys::reap().is_some() {}
        }
        processes::below()
    }
}

/// How long before its start a spoilt place may still matter to a soloist: the driver removes directories in several
/// steps.
const SPOILT: Duration = Duration::from_millis(100);

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
