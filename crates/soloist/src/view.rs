//! Everything that can be seen of a key at one moment, without disturbing anybody.

use std::io;

use serde::Serialize;

use crate::bot::Bot;
use crate::describe::{ProcessInfo, describe};
use crate::discover::{self, Discovery, Instance, Role, Search};
use crate::evidence::{self, OpenLock};
use crate::ghost;
use crate::holder::{self, Holder};
use crate::key::Key;
use crate::locate::{Program, ProgramFile};
use crate::lock::{self, Busy, Witness};
use crate::origin::{self, Farewell};
use crate::process::{Birth, Observer, Process};
use crate::record::Record;
use crate::redact;
use crate::state::StateDirectory;
use crate::stop::{Aim, Party, Stop};
use crate::sys::files::{self, FileIdentity};
use crate::sys::proc::ListedLock;
use crate::sys::{account, handle, lock as kernel, witness};
use crate::tree::Table;
use crate::{escape, time};

/// What is looked for beside the claim itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// The program file; none when only the lock counts.
    pub(crate) program: Option<ProgramFile>,
    /// The arguments that belong to it (`--match command`).
    pub(crate) arguments: Option<Vec<Vec<u8>>>,
    /// This process runs the program itself.
    pub(crate) inside: bool,
    /// The key was chosen by the user, it is not the program.
    pub(crate) chosen: bool,
    /// The bot whose token makes a process a copy, whatever program it runs.
    pub(crate) bot: Option<Bot>,
    /// What earlier instances left behind, too: every process's variables are read for it.
    pub(crate) ghosts: bool,
}

impl Wanted {
    pub(crate) fn of(program: &Program, arguments: Option<Vec<Vec<u8>>>, inside: bool, chosen: bool) -> Self {
        match program {
            Program::File(file) => {
                Self { program: Some(file.clone()), arguments, inside, chosen, ..Self::default() }
            }
            Program::WholeCommand { .. } => Self::default(),
        }
    }

    /// Processes with this bot's token are copies too.
    pub(crate) fn with_bot(mut self, bot: Option<&Bot>) -> Self {
        self.bot = bot.cloned();
        self
    }

    /// Whether earlier instances' leftovers are looked for too.
    pub(crate) fn with_ghosts(mut self, ghosts: bool) -> Self {
        self.ghosts = ghosts;
        self
    }

    pub(crate) fn search<'a>(
        &'a self,
        lock_files: &'a [FileIdentity],
        holders: &'a [u32],
    ) -> Option<Search<'a>> {
        let bot = self.bot.as_ref();
        (self.program.is_some() || bot.is_some()).then_some(Search {
            program: self.program.as_ref(),
            bot,
            arguments: self.arguments.as_deref(),
            lock_files,
            holders,
            chosen: self.chosen,
            inside: self.inside,
        })
    }
}

/// Something that is not as it should be, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// `ghost`, `duplicates`, `lock-removed`, `lock-replaced`, `foreign-user`, `other-namespace`, `foreign-lock`,
    /// `managed`, `war`, `survived`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to type or do.
    pub remedy: String,
    /// Which sentence this is, finer than the code: for those who tell it in another language.
    #[serde(skip)]
    pub sentence: &'static str,
    /// The pid, path or user that the sentence is about.
    #[serde(skip)]
    pub about: String,
}

/// The holder as documents tell of it: a process, the program under it, and since when it has the claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HolderInfo {
    /// The process; `started_at` is the time of the claim.
    #[serde(flatten)]
    pub process: ProcessInfo,
    /// The program, when a supervisor holds the claim for it.
    pub program_pid: Option<u32>,
}

/// An instance that is left to its supervisor.
#[derive(Debug)]
pub(crate) struct Managed {
    pub(crate) pid: u32,
    /// Why, with the supervisor's command as the remedy.
    pub(crate) problem: Problem,
}

/// A key at one moment.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) holder: Option<Holder>,
    /// The claim is taken, even if it can't be seen by whom.
    pub(crate) taken: bool,
    pub(crate) record: Option<Record>,
    pub(crate) discovery: Discovery,
    /// What earlier instances left behind, beside the holder.
    pub(crate) ghosts: Vec<Process>,
    pub(crate) problems: Vec<Problem>,
}

/// Looks at a key: takes no lock, writes nothing.
pub(crate) fn look(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    wanted: &Wanted,
) -> io::Result<View> {
    let busy = what_is_busy(observer, key, state)?;
    of_busy(observer, key, state, wanted, busy.as_ref())
}

/// The same, when it is known already what is taken.
pub(crate) fn of_busy(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    wanted: &Wanted,
    busy: Option<&Busy>,
) -> io::Result<View> {
    let holding = match busy {
        Some(busy) => holder::find(observer, key, state, busy)?,
        None => holder::Holding { record: holder::read_record(key, state), ..holder::Holding::default() },
    };
    let lock_files: Vec<FileIdentity> =
        key.ids().iter().filter_map(|id| Some(files::status(&state.lock_path(id)).ok()?.identity)).collect();
    let holders: Vec<u32> = holding.holder.iter().map(|holder| holder.process.pid()).collect();
    let discovery = match wanted.search(&lock_files, &holders) {
        Some(search) => discover::discover(observer, &search)?,
        None => Discovery { unseen: Some(0), ..Discovery::default() },
    };
    let mut view = View {
        holder: holding.holder,
        taken: busy.is_some(),
        record: holding.record,
        discovery,
        ghosts: holding.beside,
        problems: Vec::new(),
    };
    if wanted.ghosts {
        view.ghosts.extend(ghost::find(observer, key, state)?);
    }
    view.explain(observer, key, state, busy);
    Ok(view)
}

/// Which of the key's locks is taken, asked without taking any.
pub(crate) fn what_is_busy(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
) -> io::Result<Option<Busy>> {
    for id in key.ids() {
        let path = state.lock_path(id);
        let Ok(file) = files::open_to_look(&path) else { continue };
        let file = handle::borrow(&file);
        if kernel::is_locked(file)? {
            return Ok(Some(Busy::File {
                identity: files::descriptor_status(file)?.identity,
                visible: false,
            }));
        }
    }
    for id in key.socket_ids() {
        let name = lock::witness_name(state, id);
        if witness::is_bound(&name).unwrap_or(false)
            && let Witness::Kept { inode, .. } = lock::look_at_witness(observer, &name)?
        {
            return Ok(Some(Busy::Witness { inode }));
        }
    }
    let Some(Ok(visible)) = key.visible().map(files::link_status) else { return Ok(None) };
    let seen = !evidence::keepers(observer, &[(visible.identity, ListedLock::Flock)], &[])?.is_empty();
    Ok((seen || kernel::is_listed(visible.identity))
        .then_some(Busy::File { identity: visible.identity, visible: true }))
}

/// The sentences: code in documents, finer name, message around `{}`, remedy.
const SENTENCES: [(&str, &str, &str, &str); 15] = [
    ("managed", "managed", "{} would be started again by its supervisor", ""),
    (
        "ghost",
        "ghost",
        "pid {} was left behind by a soloist that was killed, and still keeps the claim",
        "end it with soloist stop",
    ),
    ("ghost", "outlived", "pid {} was left behind by an earlier instance", "end it with soloist stop"),
    (
        "duplicates",
        "duplicates",
        "{} running without the claim",
        "end them with soloist stop, or take over with --replace",
    ),
    (
        "lock-removed",
        "lock-removed",
        "{} was removed under its holder",
        "the claim itself is safe; restart the program to put the file back",
    ),
    (
        "lock-replaced",
        "lock-replaced",
        "{} was replaced under its holder",
        "the claim itself is safe; restart the program to put the file back",
    ),
    (
        "foreign-user",
        "foreign-user",
        "an instance belongs to another user ({})",
        "ask that user to end it, or act as root",
    ),
    (
        "foreign-user",
        "holder-unseen",
        "the claim is kept by a process that cannot be seen from here{}",
        "look as root: sudo soloist status",
    ),
    (
        "foreign-user",
        "denied",
        "pid {} may not be signalled by this user",
        "ask its user to end it, or act as root",
    ),
    (
        "foreign-lock",
        "other-tool",
        "pid {} locks the file with another tool and is no instance of the program",
        "end it yourself, or choose another lock path",
    ),
    (
        "other-namespace",
        "other-namespace",
        "the claim is kept in another container or pid namespace, by pid {} there",
        "stop it there",
    ),
    (
        "other-namespace",
        "inside-container",
        "pid {} runs in another container or pid namespace",
        "stop it there, or it may be started again",
    ),
    ("war", "war", "{}: they keep replacing each other", "stop one of them for good"),
    (
        "survived",
        "survived",
        "pid {} did not end within the grace",
        "allow SIGKILL, or give it more time with --grace",
    ),
    (
        "survived",
        "uninterruptible",
        "pid {} hangs in an uninterruptible system call",
        "it ends when its device or file system answers, not before",
    ),
];

impl Problem {
    /// The problem with this name, about this pid, path or user.
    pub(crate) fn of(sentence: &str, about: impl Into<String>) -> Option<Self> {
        let about = about.into();
        let (code, sentence, message, remedy) = *SENTENCES.iter().find(|known| known.1 == sentence)?;
        let message = message.replace("{}", &escape::line(&redact::text(&about)));
        Some(Self { code, message, remedy: remedy.into(), sentence, about })
    }
}

fn problems(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    view: &View,
    busy: Option<&Busy>,
) -> Vec<Problem> {
    let mut found = Vec::new();
    if let Some(holder) = view.holder.as_ref() {
        let pid = holder.process.pid().to_string();
        found.extend(holder.ghost.then(|| Problem::of("ghost", pid.as_str())).flatten());
        found.extend(holder.stranger.then(|| Problem::of("other-tool", pid.as_str())).flatten());
    }
    found.extend(view.ghosts.iter().filter_map(|ghost| Problem::of("outlived", ghost.pid().to_string())));
    let pids: Vec<String> =
        view.discovery.instances.iter().map(|instance| instance.main.pid().to_string()).collect();
    if !pids.is_empty() {
        found.extend(Problem::of("duplicates", format!("pid {}", pids.join(", "))));
    }
    found.extend(missing_files(observer, key, state, view, busy));
    found.extend(foreign_user(observer, view).and_then(|user| Problem::of("foreign-user", user)));
    found.extend(contained(observer, view).and_then(|pid| Problem::of("inside-container", pid.to_string())));
    if view.taken && view.holder.is_none() {
        found.extend(unseen_holder(observer, view.record.as_ref()));
    }
    found
}

/// The holder or a copy, when it lives in a pid namespace of its own.
fn contained(observer: &Observer, view: &View) -> Option<u32> {
    let holder = view.holder.iter().map(|holder| holder.process.pid());
    let mut pids = holder.chain(view.discovery.instances.iter().map(|instance| instance.main.pid()));
    pids.find(|&pid| observer.lives_elsewhere(pid))
}

/// The other user to whom the holder or a copy belongs.
fn foreign_user(observer: &Observer, view: &View) -> Option<String> {
    let holder = view.holder.iter().map(|holder| holder.process.pid());
    let copies = view.discovery.instances.iter().map(|instance| instance.main.pid());
    let own = account::effective_user();
    let users = holder.chain(copies).filter_map(|pid| observer.proc.user(pid).ok());
    users.into_iter().find(|&user| user != own).map(account::user_name)
}

fn unseen_holder(observer: &Observer, record: Option<&Record>) -> Option<Problem> {
    let elsewhere =
        record.and_then(|record| Birth::parse(&record.birth)).filter(|birth| !observer.can_see(birth));
    match elsewhere {
        Some(birth) => Problem::of("other-namespace", birth.pid.to_string()),
        None => Problem::of("holder-unseen", ""),
    }
}

/// A holder whose lock files were removed or replaced still holds the claim; people should know.
fn missing_files(
    observer: &Observer,
    key: &Key,
    state: &StateDirectory,
    view: &View,
    busy: Option<&Busy>,
) -> Vec<Problem> {
    let Some(holder) = view.holder.as_ref().filter(|holder| !holder.stranger) else { return Vec::new() };
    let pid = holder.process.pid();
    let unlocked = matches!(busy, Some(Busy::Witness { .. })).then(|| state.lock_path(key.main_id()));
    let unlocked = unlocked.filter(|_| !keeps_another_name(observer, key, state, pid));
    let unlocked = unlocked.map(|path| (path, ListedLock::Description));
    let visible = key.visible().map(|path| (path.to_path_buf(), ListedLock::Flock));
    unlocked
        .into_iter()
        .chain(visible)
        .filter_map(|(path, kind)| {
            let sentence = match files::link_status(&path) {
                Err(_) => "lock-removed",
                Ok(status) if !evidence::keeps(observer, pid, status.identity, kind).unwrap_or(true) => {
                    "lock-replaced"
                }
                Ok(_) => return None,
            };
            Problem::of(sentence, path.to_string_lossy())
        })
        .collect()
}

/// Whether a holder keeps the claim by another name of the same program (a hard link, a bind mount), with its lock
/// file in place: then the file of our name was never there.
fn keeps_another_name(observer: &Observer, key: &Key, state: &StateDirectory, pid: u32) -> bool {
    let in_place = |lock: &OpenLock| {
        let there = files::link_status(&state.lock_path(&lock.id));
        there.is_ok_and(|there| there.identity.same_file(lock.identity))
    };
    let locks = evidence::open_locks(observer, pid);
    locks.iter().any(|lock| lock.locked && !key.ids().contains(&lock.id) && in_place(lock))
}

/// The one command to type next: it ends what is in the way, wherever it is typed.
pub(crate) fn remedy(key: &Key, view: &View) -> String {
    let copies = !view.discovery.instances.is_empty() || !view.ghosts.is_empty();
    let foreign = view.problems.iter().any(|problem| problem.code == "foreign-user");
    let front: &[&str] = if foreign { &["sudo", "soloist", "stop"] } else { &["soloist", "stop"] };
    let words: Vec<&str> = front.iter().copied().chain(key.said_with(copies)).collect();
    escape::command(&words)
}

impl View {
    /// Nobody has the claim but the contender that looks.
    pub(crate) fn free() -> Self {
        let discovery = Discovery { unseen: Some(0), ..Discovery::default() };
        Self { holder: None, taken: false, record: None, discovery, ghosts: Vec::new(), problems: Vec::new() }
    }

    /// Says what is not as it should be.
    pub(crate) fn explain(
        &mut self,
        observer: &Observer,
        key: &Key,
        state: &StateDirectory,
        busy: Option<&Busy>,
    ) {
        self.problems = problems(observer, key, state, self, busy);
        let command = remedy(key, self);
        for problem in &mut self.problems {
            if matches!(problem.sentence, "ghost" | "outlived" | "duplicates") {
                problem.remedy.clone_from(&command);
            }
        }
    }

    /// Whether nothing runs.
    pub(crate) fn is_free(&self) -> bool {
        self.lets_start() && self.ghosts.is_empty()
    }

    /// Whether a start meets neither a claim nor a copy. What an earlier instance left behind does not keep a new
    /// one from starting unless it keeps the claim or runs the program: a crash frees the claim (contract §3.1).
    pub(crate) fn lets_start(&self) -> bool {
        !self.taken && self.discovery.instances.is_empty()
    }

    /// The holder for documents.
    pub(crate) fn holder_info(&self, observer: &Observer) -> Option<HolderInfo> {
        let holder = self.holder.as_ref()?;
        let mut process = describe(observer, &holder.process);
        process.started_at = time::rfc3339(time::wall(holder.claimed));
        let program_pid = holder.record.as_ref().and_then(|record| {
            let birth = Birth::parse(record.program_birth.as_deref()?)?;
            observer.reopen(&birth).ok().flatten().map(|program| program.pid())
        });
        let program_pid = program_pid.or_else(|| {
            if holder.supervised { only_child(observer, &holder.process) } else { Some(holder.process.pid()) }
        });
        Some(HolderInfo { process, program_pid })
    }

    pub(crate) fn duplicates(&self, observer: &Observer) -> Vec<ProcessInfo> {
        self.discovery.instances.iter().map(|instance| describe(observer, &instance.main)).collect()
    }

    pub(crate) fn ghosts(&self, observer: &Observer) -> Vec<ProcessInfo> {
        let holder = self.holder.iter().filter(|holder| holder.ghost).map(|holder| &holder.process);
        holder.chain(&self.ghosts).map(|process| describe(observer, process)).collect()
    }

    /// Everything that has to end before a new instance may start: the holder's tree and the duplicates'.
    pub(crate) fn parties<'a>(
        self,
        observer: &'a Observer,
        wanted: &'a Wanted,
        stop: Stop,
    ) -> io::Result<Vec<Party<'a>>> {
        let table = Table::read(observer)?;
        let mut parties: Vec<Party<'a>> = Vec::new();
        if let Some(holder) = self.holder {
            let root = holder.process.pid();
            let others =
                table.descendants(&[root]).into_iter().filter_map(|pid| table.open(observer, pid)).collect();
            // The holder was found by its lock; the pidfd is what pins it.
            let party = Party::new(holder.process, holder.supervised, others, |_| true);
            parties.push(party.asked_before(holder.asked == Some(stop.signal)));
        }
        for Instance { main, supervised, others, .. } in self.discovery.instances {
            parties.push(Party::new(main, supervised, others, move |process| {
                supervised
                    || wanted
                        .search(&[], &[])
                        .is_some_and(|search| discover::still_runs(observer, &search, process.pid()))
            }));
        }
        for ghost in self.ghosts {
            // One that runs the program is a duplicate as well.
            if !parties.iter().any(|party| party.includes(ghost.pid())) {
                let root = [ghost.pid()];
                let others = table
                    .descendants(&root)
                    .into_iter()
                    .filter_map(|pid| table.open(observer, pid))
                    .collect();
                // A process keeps the variables of its start until it executes another program; its pidfd pins it.
                parties.push(Party::new(ghost, false, others, |_| true));
            }
        }
        Ok(parties)
    }
}

/// The program of a soloist whose record is lost.
fn only_child(observer: &Observer, soloist: &crate::process::Process) -> Option<u32> {
    let table = Table::read(observer).ok()?;
    let pid = soloist.pid();
    table
        .descendants(&[pid])
        .into_iter()
        .find(|&child| table.stat(child).is_some_and(|stat| stat.parent == pid))
}

/// One process that was looked at, and what would become of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The process.
    #[serde(flatten)]
    pub process: ProcessInfo,
    /// `end` or `spare`.
    pub verdict: &'static str,
    /// `holder`, `duplicate`, `ghost`, `bystander`, `ancestor` or `self`.
    pub role: &'static str,
    /// Why.
    pub reason: String,
}

/// The word of a role in documents.
pub(crate) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Holder => "holder",
        Role::Duplicate => "duplicate",
        Role::Ghost => "ghost",
        Role::Bystander => "bystander",
        Role::Ancestor => "ancestor",
    }
}

impl View {
    /// Each process that came near, and why it would be ended or spared.
    pub(crate) fn candidates(&self, observer: &Observer, ending: bool) -> Vec<Candidate> {
        let mut found = Vec::new();
        if let Some(holder) = &self.holder {
            let (role, reason) = match holder {
                Holder { stranger: true, .. } => {
                    (Role::Bystander, "another tool locks the file; it is no instance")
                }
                Holder { ghost: true, .. } => {
                    (Role::Ghost, "left behind by a killed soloist, it keeps the claim")
                }
                _ => (Role::Holder, "it has the claim"),
            };
            let ending = ending && !holder.stranger;
            found.push(candidate(observer, &holder.process, ending, role, reason));
            if !holder.stranger {
                let below = below(observer, &holder.process);
                found.extend(below.iter().map(|process| candidate(observer, process, ending, role, PART)));
            }
        }
        for instance in &self.discovery.instances {
            let reason = match instance.foreign {
                true => "it runs the same program as another user",
                false => "it runs the same program without a claim",
            };
            found.push(candidate(observer, &instance.main, ending, Role::Duplicate, reason));
            let others = instance.others.iter();
            found.extend(others.map(|process| candidate(observer, process, ending, Role::Duplicate, PART)));
        }
        for ghost in &self.ghosts {
            found.push(candidate(observer, ghost, ending, Role::Ghost, "an earlier instance left it behind"));
            found.extend(
                below(observer, ghost)
                    .iter()
                    .map(|process| candidate(observer, process, ending, Role::Ghost, PART)),
            );
        }
        for spared in &self.discovery.spared {
            let told = candidate(observer, &spared.process, false, spared.role, &spared.reason);
            // One that ends while it is looked at has lost its words; what was read of it may be torn.
            if !spared.process.has_ended() && !told.process.command.is_empty() {
                found.push(Candidate { reason: redact::text(&spared.reason), ..told });
            }
        }
        found
    }

    /// Those in the way that their supervisor would start again: what stops them for good is the supervisor's own
    /// command. A supervisor that has started the contender as well is handing over by itself.
    pub(crate) fn managed(&self, observer: &Observer, aim: Aim) -> Vec<Managed> {
        let own = origin::of_process(observer, std::process::id());
        let told = |supervised: bool| match aim {
            Aim::TakeOver if supervised => Farewell::Superseded,
            _ => Farewell::Any,
        };
        self.mains()
            .filter_map(|(process, supervised)| {
                let origin = origin::of_process(observer, process.pid());
                let command = origin.stop_command_after(told(supervised)).filter(|_| origin != own)?;
                let about = format!("pid {} ({})", process.pid(), origin.words().unwrap_or_default());
                let remedy = command.to_owned();
                let problem = Problem::of("managed", about).map(|problem| Problem { remedy, ..problem })?;
                Some(Managed { pid: process.pid(), problem })
            })
            .collect()
    }

    /// The processes that are asked to end, and whether each is a soloist.
    fn mains(&self) -> impl Iterator<Item = (&Process, bool)> {
        let holder = self.holder.iter().filter(|holder| !holder.stranger);
        holder
            .map(|holder| (&holder.process, holder.supervised))
            .chain(self.discovery.instances.iter().map(|instance| (&instance.main, instance.supervised)))
    }

    /// Whether the system lets this user end everything that is in the way.
    pub(crate) fn may_end_all(&self) -> bool {
        let holder = self.holder.iter().map(|holder| &holder.process);
        let copies = self.discovery.instances.iter().map(|instance| &instance.main);
        holder.chain(copies).chain(&self.ghosts).all(|process| process.may_signal().is_ok())
    }
}

/// Why a process that runs below another is in a list.
const PART: &str = "it belongs to the tree of the one before";

fn candidate(observer: &Observer, process: &Process, ending: bool, role: Role, reason: &str) -> Candidate {
    let allowed = process.may_signal().is_ok();
    let reason = match (ending, allowed) {
        (true, false) => format!("{reason}; this user may not signal it"),
        (false, _) if matches!(role, Role::Holder | Role::Duplicate | Role::Ghost) => {
            format!("{reason}; it is left alone under this policy")
        }
        _ => reason.to_owned(),
    };
    let verdict = if ending && allowed { "end" } else { "spare" };
    Candidate { process: describe(observer, process), verdict, role: role_word(role), reason }
}

fn below(observer: &Observer, process: &Process) -> Vec<Process> {
    let Ok(table) = Table::read(observer) else { return Vec::new() };
    table.descendants(&[process.pid()]).into_iter().filter_map(|pid| table.open(observer, pid)).collect()
}
