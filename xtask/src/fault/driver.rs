//! One loop: starts, strikes, reaps, and looks after each step whether something is wrong.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::os::fd::AsFd as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::action::{Action, Deed, Question, Start, Way, What};
use super::bystanders::Bystanders;
use super::command::Started;
use super::diary::Diary;
use super::place::Place;
use super::processes::{self, Seen};
use super::spoil;
use super::strike::Sleeper;
use super::sys::{self, Pidfd};
use super::tally::Tally;
use super::verdict::Errand;
use crate::machine::Outcome;

/// How many soloists of one key may run at once; further starts are left out.
const MOST: usize = 12;

/// A soloist that was reaped.
pub(super) struct Ended {
    pub(super) pid: u32,
    pub(super) code: String,
    /// What it printed.
    pub(super) said: String,
}

/// The soak while it runs.
pub(super) struct Driver {
    pub(super) place: Place,
    pub(super) tally: Tally,
    pub(super) diary: Diary,
    pub(super) bystanders: Bystanders,
    pub(super) running: Vec<Started>,
    pub(super) asleep: Vec<Sleeper>,
    /// When files were last spoilt: a lock may have found no place then.
    pub(super) spoilt: Option<Instant>,
    /// The disk is full: since when, as time since boot, and until when.
    pub(super) full: Option<(Duration, Instant)>,
    started: u64,
    /// How those ended that were reaped during this action.
    pub(super) ended: Vec<Ended>,
}

pub(super) fn cannot(what: &str) -> impl FnOnce(std::io::Error) -> String + '_ {
    move |error| format!("cannot {what}: {error}")
}

impl Driver {
    pub(super) fn new(place: Place, bystanders: Bystanders) -> Outcome<Self> {
        sys::adopt_orphans().map_err(cannot("adopt orphans"))?;
        let diary = Diary::of(place.keys.len());
        let (tally, running, asleep) = (Tally::default(), Vec::new(), Vec::new());
        Ok(Self {
            place,
            tally,
            diary,
            bystanders,
            running,
            asleep,
            spoilt: None,
            full: None,
            started: 0,
            ended: Vec::new(),
        })
    }

    /// Does one action, and lets its pause pass.
    pub(super) fn act(&mut self, action: &Action) -> Outcome {
        let Action { key, what, pause } = action;
        let key = &(key % self.place.keys.len());
        self.ended.clear();
        self.tally.did(&format!("{}: {what}", self.place.keys[*key].label));
        self.tally.count("actions", what.kind());
        match what {
            What::Start(starts) => starts.iter().try_for_each(|start| self.contend(*key, start))?,
            What::Stop { way, grace, with_program } => {
                let mut words = self.place.words("stop", *key, *way, *with_program);
                words.insert(1, format!("--grace={}ms", grace.as_millis()).into());
                self.start(*key, Errand::Stop, *way, &words, None)?;
            }
            What::Ask(question, way) => self.ask(*key, *question, *way)?,
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
        way: Way,
        words: &[OsString],
        stdout: Option<Stdio>,
    ) -> Outcome<u32> {
        self.started += 1;
        let started = self.place.soloist((key, errand, way.user), words, self.started, stdout);
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
        let pid = self.start(key, Errand::Run, start.way, &words, stdout)?;
        self.running.iter_mut().filter(|it| it.pid == pid).for_each(|it| it.policy = Some(start.policy));
        Ok(pid)
    }

    fn ask(&mut self, key: usize, question: Question, way: Way) -> Outcome {
        let (verb, errand) = match question {
            Question::Status => ("status", Errand::Status),
            Question::History => ("history", Errand::History),
            Question::List => {
                let words = ["list".into(), "--json".into()];
                return self.start(key, Errand::List, way, &words, None).map(drop);
            }
        };
        let words = self.place.words(verb, key, way, true);
        self.start(key, errand, way, &words, None).map(drop)
    }

    fn spoil(&mut self, key: usize, deed: Deed) {
        self.started += 1;
        self.diary.collect(&self.place);
        spoil::commit(&self.place, key, deed, self.started);
        if deed.takes_histories() {
            self.diary.lost();
        }
        if let Deed::FillDisk(_, length) = deed
            && self.place.disk.unlimited.is_none()
        {
            let since = self.full.map_or_else(sys::since_boot, |(since, _)| since);
            self.full = Some((since, Instant::now() + length));
        }
        self.spoilt = Some(Instant::now());
    }

    /// Makes room on the disk again, if it is time.
    pub(super) fn make_room(&mut self, now: Option<Instant>) {
        let Some((since, _)) = self.full.filter(|(_, until)| now.is_none_or(|now| now >= *until)) else {
            return;
        };
        self.place.disk.empty();
        self.place.restore();
        self.full = None;
        self.diary.collect(&self.place);
        self.diary.may_lack(since);
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
            self.make_room(Some(Instant::now()));
            self.check_proofs()?;
            if reached(self) {
                return Ok(true);
            }
            let now = Instant::now();
            if now >= until {
                return Ok(false);
            }
            let room = self.full.map(|(_, until)| until);
            let times = self.asleep.iter().map(|sleeper| sleeper.wake).chain(room).chain([until]);
            let next = times.min().unwrap_or(until);
            let handles: Vec<_> = self.running.iter().map(|started| started.handle.as_fd()).collect();
            sys::wait(&handles, next.saturating_duration_since(now)).map_err(cannot("wait"))?;
        }
    }

    /// How one ended that was reaped during this action.
    pub(super) fn ended_with(&self, pid: u32) -> Option<&Ended> {
        self.ended.iter().rfind(|ended| ended.pid == pid)
    }

    /// How often a witness came in.
    pub(super) fn entries(&self) -> u64 {
        let text = |path: std::path::PathBuf| fs::read_to_string(path).unwrap_or_default();
        let texts = self.place.keys.iter().map(|key| text(key.proof.join("visits")));
        texts.map(|text| text.matches("came").count() as u64).sum()
    }

    /// Ends whatever is below us, in rounds; answers what could not be ended.
    pub(super) fn end_everything(&mut self) -> Vec<Seen> {
        self.bystanders.end();
        for _ in 0..100 {
            let left = processes::below(&HashSet::new());
            if left.is_empty() {
                return left;
            }
            let handles: Vec<Pidfd> = left.iter().filter_map(processes::open).collect();
            for handle in &handles {
                handle.send(libc::SIGKILL).ok();
            }
            for handle in &handles {
                sys::wait(&[handle.as_fd()], Duration::from_secs(1)).ok();
            }
            while sys::reap().is_some() {}
        }
        processes::below(&HashSet::new())
    }
}
