//! One case: a command under its conditions with one call struck, and what must hold afterwards.

use std::fs;
use std::io;
use std::os::fd::AsRawFd as _;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use super::bystander::Bystander;
use super::call::{Blow, Call, Fault};
use super::place::{Place, is_whole_record, says_inside};
use super::processes::{self, Seen};
use super::scenario::{Before, Meanwhile, Scenario};
use super::sys;
use super::tracer::{Struck, Trace};
use super::world::World;

/// How long a command may make no step at all; the pauses of a restart and of a dying soloist are shorter.
const QUIET: Duration = Duration::from_secs(8);
/// When nothing happens for so long, what is to happen meanwhile happens: the fault kept its sign from coming.
const IDLE: Duration = Duration::from_millis(1500);
/// How long a whole command may take.
const WHOLE: Duration = Duration::from_secs(30);
/// How long what must end by itself may take.
const SOON: Duration = Duration::from_secs(5);

/// What came of a case.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) calls: Vec<Call>,
    pub(super) struck: Option<Struck>,
    pub(super) status: Option<ExitStatus>,
    pub(super) stderr: String,
    pub(super) violations: Vec<String>,
}

/// A case that runs.
pub(super) struct Case<'a> {
    pub(super) world: &'a mut World,
    pub(super) place: &'a Place,
    pub(super) scenario: &'a Scenario,
    pub(super) fault: Option<Fault>,
    pub(super) bystanders: &'a [Bystander],
    violations: Vec<String>,
    /// What was started beforehand.
    holder: Option<u32>,
}

impl<'a> Case<'a> {
    pub(super) fn new(
        world: &'a mut World,
        place: &'a Place,
        scenario: &'a Scenario,
        fault: Option<Fault>,
        bystanders: &'a [Bystander],
    ) -> Self {
        Self { world, place, scenario, fault, bystanders, violations: Vec::new(), holder: None }
    }

    pub(super) fn run(mut self) -> io::Result<Outcome> {
        self.world.forget();
        self.start_holder()?;
        let status = self.strike()?;
        let trace = std::mem::take(&mut self.world.trace);
        let stderr = self.place.text("stderr");
        self.judge(status, &trace, &stderr);
        self.settle(self.was_killed(&trace))?;
        self.start_again()?;
        self.look_around();
        self.sweep()?;
        Ok(Outcome { calls: trace.calls, struck: trace.struck, status, stderr, violations: self.violations })
    }

    fn violation(&mut self, text: impl Into<String>) {
        self.violations.push(text.into());
    }

    fn start_holder(&mut self) -> io::Result<()> {
        let mut command = match self.scenario.before {
            Before::Nobody => return Ok(()),
            Before::Holder => self.place.start(self.scenario, &[], "stay"),
            Before::Deaf => self.place.start(self.scenario, &[], "deaf"),
            Before::Copy => self.place.program("stay"),
        };
        let (pid, stdout) = self.place.spawn(&mut command, "holder")?;
        self.holder = Some(pid);
        if says_inside(&stdout)? == Some(true) {
            return Ok(());
        }
        Err(io::Error::other(format!("the holder did not start: {}", self.place.text("holder"))))
    }

    /// Runs the command with the fault, to its end; none if it came to none.
    fn strike(&mut self) -> io::Result<Option<ExitStatus>> {
        let mut command = self.place.tried(self.scenario);
        let (pid, stdout) = self.place.spawn(sys::trace(&mut command), "stderr")?;
        self.world.trace = Trace::of(pid, self.fault);
        let began = Instant::now();
        let mut moved = Instant::now();
        let mut due = self.scenario.meanwhile != Meanwhile::Nothing;
        let (mut open, mut inside, mut calls) = (true, false, 0);
        while self.world.ending(pid).is_none() {
            let readable = self.world.go_on(open.then(|| stdout.as_raw_fd()), Duration::from_millis(200))?;
            if readable {
                let said = says_inside(&stdout)?;
                open = said.is_some();
                inside |= said == Some(true);
            }
            if readable || self.world.trace.calls.len() != calls {
                calls = self.world.trace.calls.len();
                moved = Instant::now();
            }
            let sign = match self.scenario.meanwhile {
                Meanwhile::Term => inside,
                _ => self.world.trace.queues,
            };
            if due && (sign || moved.elapsed() > IDLE) {
                due = false;
                self.meanwhile(pid)?;
            }
            if moved.elapsed() > QUIET || began.elapsed() > WHOLE {
                let seen = processes::naming(&self.place.proof().to_string_lossy());
                self.violation(format!("it hangs: {seen:?}"));
                sys::send(pid, libc::SIGKILL)?;
                self.world.until(SOON, |world| world.ending(pid).is_some())?;
                return Ok(None);
            }
        }
        Ok(self.world.ending(pid))
    }

    fn meanwhile(&mut self, pid: u32) -> io::Result<()> {
        let whom = match self.scenario.meanwhile {
            Meanwhile::Nothing => None,
            Meanwhile::Term => Some(pid),
            Meanwhile::HandOver => self.holder,
        };
        let lives = |pid: &u32| self.world.ending(*pid).is_none();
        whom.filter(lives).map_or(Ok(()), |pid| sys::send(pid, libc::SIGTERM))
    }

    /// Whether soloist itself was killed, and not a helper.
    fn was_killed(&self, trace: &Trace) -> bool {
        let by_us = self.fault.is_some_and(|fault| fault.blow == Blow::Kill);
        by_us && trace.struck.is_some_and(|struck| !struck.by_helper)
    }

    /// Judges the answer: the exit code and the explanation.
    fn judge(&mut self, status: Option<ExitStatus>, trace: &Trace, stderr: &str) {
        for word in ["panicked", "memory allocation"] {
            if stderr.contains(word) {
                self.violation(format!("it says: {}", stderr.trim()));
            }
        }
        let Some(status) = status else { return };
        if self.was_killed(trace) {
            return;
        }
        let Some(code) = status.code() else {
            if status.to_string().contains("SIGTERM") && self.scenario.code == 143 {
                return;
            }
            return self.violation(format!("it ended by {status}; stderr: {}", stderr.trim()));
        };
        // Before soloist's own first call: the loader explains itself.
        if code == 127 && stderr.contains("error while loading shared libraries") {
            return;
        }
        if !self.scenario.may_end_with(code) || trace.struck.is_none() && code != self.scenario.code {
            self.violation(format!("it exited {code}; stderr: {}", stderr.trim()));
        }
        // A program that was killed before it was executed ended as one that was killed afterwards.
        let its_own = code == 137 && trace.struck.is_some_and(|struck| struck.by_helper);
        if code != self.scenario.code && stderr.trim().is_empty() && !its_own {
            self.violation(format!("it exited {code} and explained nothing"));
        }
        let started = self.place.entries() - u64::from(self.scenario.before != Before::Nobody);
        if code == 0 && self.scenario.manner.is_some() && started == 0 {
            self.violation("it exited 0, and the program never ran");
        }
        if code == 0 && self.scenario.verb == "stop" && !self.running().is_empty() {
            self.violation(format!("it exited 0, and there run {:?}", self.running()));
        }
    }

    /// What runs of this case.
    fn running(&self) -> Vec<Seen> {
        processes::naming(&self.place.proof().to_string_lossy())
    }

    /// What runs and does not belong to the holder.
    fn strangers(&self) -> Vec<Seen> {
        let of_holder = |seen: &Seen| self.holder.is_some_and(|pid| seen.pid == pid || seen.parent == pid);
        self.running().into_iter().filter(|seen| !of_holder(seen)).collect()
    }

    /// Whatever the command has started ends by itself; whoever held the claim before may go on, unless stopped.
    fn settle(&mut self, killed: bool) -> io::Result<()> {
        let until = Instant::now() + SOON;
        let others =
            |seen: Vec<Seen>| seen.into_iter().filter(|seen| !(killed && processes::is_orphan(seen))).count();
        while others(self.strangers()) > 0 && Instant::now() < until {
            self.world.go_on(None, Duration::from_millis(5))?;
        }
        if !is_whole_record(&self.place.record()) {
            self.violation(format!("the record is torn: {}", self.place.text("project/bot.lock.info")));
        }
        let left = self.strangers();
        let stopped: Vec<Seen> = self.running().into_iter().filter(|seen| seen.state == 'T').collect();
        let heirs = left.iter().chain(&stopped).next().is_some();
        if killed && heirs && left.iter().all(processes::is_orphan) {
            return self.replace_heirs();
        }
        if !left.is_empty() {
            self.violation(format!("left behind: {left:?}"));
        }
        if !stopped.is_empty() {
            self.violation(format!("left stopped: {stopped:?}"));
        }
        self.end_holder()
    }

    /// What a killed soloist could not end any more, what its program left behind or what it had just stopped in order
    /// to kill it, still keeps the claim: a plain start is refused, and `--replace` ends it (contract §3.5).
    fn replace_heirs(&mut self) -> io::Result<()> {
        let mut plain = self.place.start(self.scenario, &[], "brief");
        let told = self.violations.len();
        self.expect(&mut plain, "plain", 75)?;
        if self.running().is_empty() {
            // It was dying already.
            self.violations.truncate(told);
        }
        let mut replacing = self.place.start(self.scenario, &["--replace", "--grace=50ms"], "brief");
        self.expect(&mut replacing, "replacing", 0)?;
        let left = self.running();
        if !left.is_empty() {
            self.violation(format!("left behind by --replace: {left:?}"));
        }
        self.sweep()
    }

    /// Runs a command that must end soon, with this exit code.
    fn expect(&mut self, command: &mut Command, name: &str, code: i32) -> io::Result<()> {
        let (pid, _stdout) = self.place.spawn(command, name)?;
        if !self.world.until(SOON, |world| world.ending(pid).is_some())? {
            self.violation(format!("the {name} start is not done after {SOON:?}"));
            return Ok(());
        }
        let status = self.world.ending(pid);
        if status.and_then(|status| status.code()) != Some(code) {
            let text = self.place.text(name);
            self.violation(format!("the {name} start ended with {status:?}: {}", text.trim()));
        }
        Ok(())
    }

    /// Ends what legitimately holds the claim.
    fn end_holder(&mut self) -> io::Result<()> {
        for seen in self.running().into_iter().filter(processes::is_program) {
            self.signal(seen.pid, libc::SIGKILL);
        }
        let until = Instant::now() + SOON;
        while !self.running().is_empty() && Instant::now() < until {
            self.world.go_on(None, Duration::from_millis(5))?;
        }
        let left = self.running();
        if !left.is_empty() {
            self.violation(format!("the program was ended, and there runs {left:?}"));
        }
        self.sweep()
    }

    fn signal(&mut self, pid: u32, signal: i32) {
        // One that has ended meanwhile needs none; numbers are not used again so soon.
        sys::send(pid, signal).ok();
    }

    /// Nothing of the case runs on.
    fn sweep(&mut self) -> io::Result<()> {
        let until = Instant::now() + SOON;
        while !self.running().is_empty() && Instant::now() < until {
            for seen in self.running() {
                self.signal(seen.pid, libc::SIGKILL);
            }
            self.world.go_on(None, Duration::from_millis(5))?;
        }
        Ok(())
    }

    /// The next start is prompt and succeeds.
    fn start_again(&mut self) -> io::Result<()> {
        let entries = self.place.entries();
        let mut command = self.place.start(self.scenario, &[], "brief");
        self.expect(&mut command, "next", 0)?;
        if self.place.entries() != entries + 1 {
            self.violation("the next start did not run the program");
        }
        Ok(())
    }

    /// After a clean end: nobody was harmed, nothing is left.
    fn look_around(&mut self) {
        let accusations = fs::read_to_string(self.place.proof().join("violations")).unwrap_or_default();
        if !accusations.is_empty() {
            self.violation(accusations.trim().to_owned());
        }
        for complaint in self.bystanders.iter().filter_map(Bystander::complaint) {
            self.violation(complaint);
        }
        let kept = |name: &String| name.ends_with(".lock") || name.ends_with(".jsonl");
        let files = self.place.files();
        let more: Vec<&String> =
            files.iter().filter(|name| name.starts_with("project/") || !kept(name)).collect();
        if !more.is_empty() {
            self.violation(format!("files are left: {more:?}"));
        }
    }
}
