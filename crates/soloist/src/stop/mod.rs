//! Ending processes: ask, wait, insist.
//!
//! [`escalation`] decides, as a pure function of who lives and what time it is; this module carries the
//! decisions out over pidfds. The main process of each tree is asked first, alone, because well-behaved
//! programs end their own workers; when it is gone what is left of the tree is asked; what outlives the grace
//! is killed. SIGCONT follows each request, for a stopped process handles nothing.

mod escalation;
mod patience;

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::time::Duration;

use crate::describe::{ProcessInfo, describe};
use crate::process::{Observer, Process, State};
use crate::sys::handle::BorrowedHandle;
use crate::sys::signal::Signal;
use crate::sys::{clock, pidfd, poll};
use crate::tree::Table;
use escalation::{Alive, Escalation, Step};
pub(crate) use patience::Patience;

/// The signals with which a program can be asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopSignal {
    /// SIGTERM, the default.
    Term,
    /// SIGINT, as Ctrl-C sends it.
    Int,
    /// SIGHUP.
    Hup,
    /// SIGQUIT.
    Quit,
    /// SIGUSR1.
    Usr1,
    /// SIGUSR2.
    Usr2,
    /// SIGKILL: not asked at all.
    Kill,
}

impl StopSignal {
    const ALL: [Self; 7] = [Self::Term, Self::Int, Self::Hup, Self::Quit, Self::Usr1, Self::Usr2, Self::Kill];

    pub(crate) fn signal(self) -> Signal {
        match self {
            Self::Term => Signal::TERM,
            Self::Int => Signal::INT,
            Self::Hup => Signal::HUP,
            Self::Quit => Signal::QUIT,
            Self::Usr1 => Signal::USR1,
            Self::Usr2 => Signal::USR2,
            Self::Kill => Signal::KILL,
        }
    }

    /// Reads `TERM`, `SIGTERM`, `term` or a number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        Self::ALL
            .into_iter()
            .find(|signal| signal.signal().name() == name || signal.signal().number().to_string() == name)
    }
}

impl fmt::Display for StopSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.signal().name())
    }
}

/// How an instance is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    pub(crate) signal: StopSignal,
    pub(crate) grace: Duration,
    pub(crate) kill: bool,
}

impl Stop {
    /// SIGTERM, then after `grace` SIGKILL.
    #[must_use]
    pub fn gracefully(grace: Duration) -> Self {
        Self { signal: StopSignal::Term, grace, kill: true }
    }

    /// Asks with another signal.
    #[must_use]
    pub fn with_signal(mut self, signal: StopSignal) -> Self {
        self.signal = signal;
        self
    }

    /// Never sends SIGKILL; what outlives the grace survives.
    #[must_use]
    pub fn without_kill(mut self) -> Self {
        self.kill = false;
        self
    }
}

impl Default for Stop {
    /// SIGTERM and 30 seconds: what the slowest of the common bot libraries needs to finish its work.
    fn default() -> Self {
        Self::gracefully(Duration::from_secs(30))
    }
}

/// What became of a process that was to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ended after it was asked, or with its tree.
    Terminated,
    /// SIGKILL ended it.
    Killed,
    /// It was gone, or had become another program, before it was asked.
    Vanished,
    /// It lives.
    Survived,
    /// The system does not let this user signal it.
    Denied,
    /// It was left alone, because another could not be ended.
    Untouched,
}

/// What became of one process, and how long that took.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) pid: u32,
    pub(crate) outcome: Outcome,
    pub(crate) after: Duration,
    /// Why a survivor is hard to end.
    pub(crate) state: State,
}

/// A process that is to end.
struct Member {
    process: Process,
    asked: bool,
    killed: bool,
    denied: bool,
    vanished: bool,
    /// When it was seen to be gone.
    gone: Option<Duration>,
}

impl Member {
    fn of(process: Process) -> Self {
        Self { process, asked: false, killed: false, denied: false, vanished: false, gone: None }
    }

    fn lives(&self) -> bool {
        self.gone.is_none() && !self.vanished
    }

    fn send(&mut self, signal: Signal, value: Option<usize>) {
        let sent = match self.process.signal(signal, value) {
            // No denial, but a kernel that was short of something; it is asked once more.
            Err(error) if error.kind() != io::ErrorKind::PermissionDenied => {
                self.process.signal(signal, value)
            }
            other => other,
        };
        match sent {
            Ok(true) => self.denied = false,
            Ok(false) => self.gone = self.gone.or(Some(clock::since_boot())),
            Err(_) => self.denied = true,
        }
    }
}

/// One instance that is to end, whole.
pub(crate) struct Party<'a> {
    main: Member,
    supervised: bool,
    others: Vec<Member>,
    /// The main process was asked by the kernel already, when its soloist was killed: many programs take a second
    /// request for impatience, and drop their work.
    asked_before: bool,
    /// Asked right before the first signal: is it still what was looked at?
    still: Box<dyn Fn(&Process) -> bool + 'a>,
}

impl<'a> Party<'a> {
    pub(crate) fn new(
        main: Process,
        supervised: bool,
        others: Vec<Process>,
        still: impl Fn(&Process) -> bool + 'a,
    ) -> Self {
        let others = others.into_iter().map(Member::of).collect();
        let main = Member::of(main);
        Self { main, supervised, others, asked_before: false, still: Box::new(still) }
    }

    /// Whether its main process has been asked to end already.
    pub(crate) fn asked_before(mut self, asked: bool) -> Self {
        self.asked_before = asked;
        self
    }

    /// What each member is, before it ends.
    pub(crate) fn describe(&self, observer: &Observer) -> Vec<ProcessInfo> {
        self.members().map(|member| describe(observer, &member.process)).collect()
    }

    /// Whether the process with this number belongs to it.
    pub(crate) fn includes(&self, pid: u32) -> bool {
        self.members().any(|member| member.process.pid() == pid)
    }

    /// The process that is asked first.
    pub(crate) fn main_pid(&self) -> u32 {
        self.main.process.pid()
    }

    fn members(&self) -> impl Iterator<Item = &Member> {
        std::iter::once(&self.main).chain(&self.others)
    }

    fn members_mut(&mut self) -> impl Iterator<Item = &mut Member> {
        std::iter::once(&mut self.main).chain(&mut self.others)
    }

    fn alive(&self) -> Alive {
        Alive {
            main: self.main.lives(),
            others: self.others.iter().any(Member::lives),
            unasked: self.others.iter().any(|other| other.lives() && !other.asked),
            denied: self.main.denied,
        }
    }

    /// Whether the main process may be signalled at all.
    fn may_be_ended(&mut self) -> bool {
        self.main.denied |= self.main.process.may_signal().is_err();
        !self.main.denied
    }

    fn notice_the_dead(&mut self, now: Duration) {
        for member in self.members_mut() {
            if member.gone.is_none() && member.process.has_ended() {
                member.gone = Some(now);
            }
        }
    }

    fn ask(&mut self, plan: &Plan<'_>) {
        if !(self.still)(&self.main.process) {
            // It has become something else, so nothing below it is known for what it is either.
            self.members_mut().for_each(|member| member.vanished = true);
            return;
        }
        let kill = plan.stop.signal == StopSignal::Kill;
        let value = (self.supervised && plan.aim == Aim::TakeOver).then_some(if kill {
            pidfd::SUPERSEDED_KILL
        } else {
            pidfd::SUPERSEDED
        });
        let signal = if kill && value.is_some() { Signal::TERM } else { plan.stop.signal.signal() };
        match self.asked_before {
            // A stopped one has not heard it yet.
            true => self.main.send(Signal::CONT, None),
            false => request(&mut self.main, signal, value),
        }
        // What the soloist passes on reaches a stopped program only when it is woken.
        for other in self.others.iter_mut().filter(|_| self.supervised) {
            if other.process.state(plan.observer) == State::Stopped {
                other.send(Signal::CONT, None);
            }
        }
    }

    fn ask_others(&mut self, signal: Signal) {
        for other in self.others.iter_mut().filter(|other| other.lives() && !other.asked) {
            request(other, signal, None);
        }
    }

    fn kill(&mut self, main_too: bool) {
        for member in self.others.iter_mut().filter(|other| other.lives()) {
            member.send(Signal::KILL, None);
            member.killed = true;
        }
        if main_too && self.main.lives() {
            self.main.send(Signal::KILL, None);
            self.main.killed = true;
        }
    }

    /// Adds what was started meanwhile, and stops all of it, until nobody is left who could start more. After an error
    /// too, whoever was stopped must be killed: nobody is left stopped.
    fn hold_still(&mut self, observer: &Observer, never: &HashSet<u32>) -> io::Result<()> {
        let mut held = 0;
        for _ in 0..MOST_LOOKS {
            self.grow(observer, never)?;
            if self.others.len() == held {
                break;
            }
            self.others[held..].iter_mut().filter(|other| other.lives()).for_each(|other| {
                other.send(Signal::STOP, None);
            });
            held = self.others.len();
        }
        Ok(())
    }

    /// Adds what the living members have started meanwhile.
    fn grow(&mut self, observer: &Observer, never: &HashSet<u32>) -> io::Result<()> {
        let table = Table::below(observer, &self.living())?;
        // The number of one that has ended before this reading may have been another's in it.
        self.notice_the_dead(clock::since_boot());
        let known: Vec<u32> = self.members().map(|member| member.process.pid()).collect();
        for pid in table.descendants(&self.living()) {
            if !known.contains(&pid) && !never.contains(&pid) {
                self.others.extend(table.open(observer, pid).map(Member::of));
            }
        }
        Ok(())
    }

    fn living(&self) -> Vec<u32> {
        self.members().filter(|member| member.lives()).map(|member| member.process.pid()).collect()
    }
}

/// How often one looks for what those that are to be killed have started.
const MOST_LOOKS: usize = 16;

fn request(member: &mut Member, signal: Signal, value: Option<usize>) {
    member.send(signal, value);
    member.asked = true;
    if signal != Signal::KILL && !member.denied {
        member.send(Signal::CONT, None);
    }
}

/// What an ending is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// A newer instance takes over: a soloist among them is told so, and exits 76.
    TakeOver,
    /// Nothing of the key is to run any more.
    Stop,
    /// What a program left below us is to end; everywhere else our own descendants are never touched.
    OwnDescendants,
}

/// How a set of instances is to end.
pub(crate) struct Plan<'a> {
    pub(crate) observer: &'a Observer,
    pub(crate) stop: Stop,
    /// What it is for.
    pub(crate) aim: Aim,
    pub(crate) interrupt: Option<BorrowedHandle<'a>>,
}

/// How the ending ended.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) ended: Vec<Ended>,
    pub(crate) interrupted: bool,
}

impl Report {
    /// Whether nothing is left.
    pub(crate) fn all_gone(&self) -> bool {
        !self.interrupted
            && !self.ended.iter().any(|ended| {
                matches!(ended.outcome, Outcome::Survived | Outcome::Denied | Outcome::Untouched)
            })
    }
}

/// Ends the instances side by side, each with its own grace; returns when all are gone or nothing more can
/// be done.
pub(crate) fn end(mut parties: Vec<Party<'_>>, plan: &Plan<'_>) -> io::Result<Report> {
    let observer = plan.observer;
    let never = protected(observer, plan.aim)?;
    for party in &mut parties {
        party.main.denied = never.contains(&party.main.process.pid());
        party.others.retain(|other| !never.contains(&other.process.pid()));
    }
    if plan.aim == Aim::TakeOver && parties.iter_mut().any(|party| !party.may_be_ended()) {
        // One that cannot be ended makes the whole take-over fail, so nobody is asked to go for it.
        return Ok(Report { ended: untouched(observer, &parties), interrupted: false });
    }
    let start = clock::since_boot();
    let mut machines: Vec<Escalation> =
        parties.iter().map(|party| Escalation::new(&plan.stop, party.supervised, start)).collect();
    let interrupted = loop {
        let mut until = None;
        for (party, machine) in parties.iter_mut().zip(&mut machines) {
            until = earliest(until, advance(party, machine, plan, &never)?);
        }
        let Some(until) = until else { break false };
        if wait(&parties, until, plan.interrupt)? {
            break true;
        }
    };
    Ok(Report { ended: account(observer, &parties, start), interrupted })
}

fn earliest(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Lets one machine go on until it has to wait (until when) or is done (`None`).
fn advance(
    party: &mut Party<'_>,
    machine: &mut Escalation,
    plan: &Plan<'_>,
    never: &HashSet<u32>,
) -> io::Result<Option<Duration>> {
    loop {
        let now = clock::since_boot();
        party.notice_the_dead(now);
        match machine.step(party.alive(), now) {
            Step::Ask => party.ask(plan),
            Step::AskOthers => party.ask_others(plan.stop.signal.signal()),
            Step::Kill { main_too } => {
                let held = party.hold_still(plan.observer, never);
                party.kill(main_too);
                held?;
            }
            Step::Wait { until } => return Ok(Some(until)),
            Step::Over => return Ok(None),
        }
    }
}

/// Sleeps until a living member ends, the time comes, or an interruption; answers whether it was one.
fn wait(parties: &[Party<'_>], until: Duration, interrupt: Option<BorrowedHandle<'_>>) -> io::Result<bool> {
    let living = parties.iter().flat_map(Party::members).filter(|member| member.lives() && !member.denied);
    let descriptors: Vec<BorrowedHandle<'_>> =
        interrupt.into_iter().chain(living.map(|member| member.process.handle())).collect();
    let ready = poll::readable(&descriptors, Some(until))?;
    Ok(interrupt.is_some() && ready.first() == Some(&true))
}

fn untouched(observer: &Observer, parties: &[Party<'_>]) -> Vec<Ended> {
    let mains = parties.iter().map(|party| &party.main);
    mains
        .map(|main| Ended {
            pid: main.process.pid(),
            outcome: if main.denied { Outcome::Denied } else { Outcome::Untouched },
            after: Duration::ZERO,
            state: main.process.state(observer),
        })
        .collect()
}

fn account(observer: &Observer, parties: &[Party<'_>], start: Duration) -> Vec<Ended> {
    let now = clock::since_boot();
    let members = parties.iter().flat_map(Party::members);
    members
        .map(|member| {
            let outcome = match member {
                Member { vanished: true, .. } => Outcome::Vanished,
                Member { gone: Some(_), killed: true, .. } => Outcome::Killed,
                Member { gone: Some(_), .. } => Outcome::Terminated,
                Member { denied: true, .. } => Outcome::Denied,
                _ => Outcome::Survived,
            };
            let after = member.gone.unwrap_or(now).saturating_sub(start);
            Ended { pid: member.process.pid(), outcome, after, state: member.process.state(observer) }
        })
        .collect()
}

/// The processes that are never signalled: init, this process, its ancestors, and unless they are meant, its
/// descendants. Who they are must be known before anybody is signalled.
fn protected(observer: &Observer, aim: Aim) -> io::Result<HashSet<u32>> {
    let own = std::process::id();
    let above = observer.ancestors_for_certain()?;
    let below = match aim {
        Aim::OwnDescendants => Vec::new(),
        Aim::TakeOver | Aim::Stop => Table::below(observer, &[own])?.descendants(&[own]),
    };
    Ok([0, 1, own].into_iter().chain(above).chain(below).collect())
}

#[cfg(test)]
mod properties;
