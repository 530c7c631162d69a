//! Which processes run a program: one pass over `/proc`, argument lists first.
//!
//! What a process runs is decided by its words ([`crate::program`]), followed to a file inside its own root
//! and working directory ([`crate::locate`]), and compared by device and inode. The words are read again once
//! the process is held by its pidfd. A process tree is one instance: workers, reloaders and wrappers belong
//! to it. Processes that came near are remembered with the reason why they are spared.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use crate::bot::{Bot, Sign};
use crate::environment::Environment;
use crate::evidence::{self, OpenLock};
use crate::failure;
use crate::key::Kind;
use crate::locate::{self, DELETED, ProgramFile, Sight, base, without_deleted};
use crate::process::{Observer, Process};
use crate::program::{self, Invocation};
use crate::sys::files::FileIdentity;
use crate::sys::proc::LinkBuffer;
use crate::sys::{account, proc};
use crate::tree::Table;

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Search<'a> {
    pub(crate) program: Option<&'a ProgramFile>,
    /// The bot whose token in a process's variables makes it a copy, whatever program it runs.
    pub(crate) bot: Option<&'a Bot>,
    /// The arguments that a duplicate must have too (`--match command`).
    pub(crate) arguments: Option<&'a [Vec<u8>]>,
    /// The key's own lock files: who has one open without a lock is a contender, which the lock judges.
    pub(crate) lock_files: &'a [FileIdentity],
    /// The processes that hold the claim; what belongs to their trees is theirs.
    pub(crate) holders: &'a [u32],
    /// The key was chosen by the user, it is not the program.
    pub(crate) chosen: bool,
    /// This process runs the program itself (a claim inside the program). A younger copy without a claim is
    /// then about to ask for one and is judged by the lock.
    pub(crate) inside: bool,
}

/// What a process is to the contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It has the claim.
    Holder,
    /// It runs the same program without any claim.
    Duplicate,
    /// It is left over from an earlier instance.
    Ghost,
    /// It only came near: its arguments name the program's file, or it has another claim.
    Bystander,
    /// It started the contender.
    Ancestor,
}

/// A process that was looked at and is left alone.
#[derive(Debug)]
pub(crate) struct Spared {
    pub(crate) process: Process,
    pub(crate) role: Role,
    pub(crate) reason: String,
}

/// One process tree that runs the program.
#[derive(Debug)]
pub(crate) struct Instance {
    /// The process that is asked to end: the program itself, or the soloist above it, which passes it on.
    pub(crate) main: Process,
    /// Whether `main` is a soloist.
    pub(crate) supervised: bool,
    /// The others of its tree, wrappers above it included.
    pub(crate) others: Vec<Process>,
    /// Another user's.
    pub(crate) foreign: bool,
}

/// What one pass found.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    pub(crate) instances: Vec<Instance>,
    pub(crate) spared: Vec<Spared>,
    /// How many processes could not be looked into; unknown where `/proc` hides processes altogether.
    pub(crate) unseen: Option<u64>,
}

/// A process that runs the program.
struct Match {
    process: Process,
    /// It runs the program through another process: `uv run`, `sh -c`, `timeout`.
    launcher: bool,
}

/// What one look at a process found.
enum Look {
    Same { launcher: bool },
    Near(String),
    Other,
    Unseen,
}

/// How often one looks again when this machine could not answer.
const MOST_PASSES: usize = 3;

/// Looks at every process. One that could not be looked at must not be taken for one that runs something else: then all
/// is looked at again, and where descriptors or memory are lacking it is an error at last.
pub(crate) fn discover(observer: &Observer, search: &Search<'_>) -> io::Result<Discovery> {
    let mut looked = Err(io::Error::other("nothing was looked at"));
    for _ in 0..MOST_PASSES {
        observer.proc.take_failure();
        let found = pass(observer, search);
        let failure = observer.proc.take_failure();
        let again = failure.is_some() || found.is_err();
        looked = match failure {
            Some(error) if proc::is_shortage(&error) => Err(error),
            _ => found,
        };
        if !again {
            break;
        }
    }
    looked.map_err(|error| {
        io::Error::new(error.kind(), format!("cannot look at every process: {}", failure::reason(&error)))
    })
}

/// Looks at every process once.
fn pass(observer: &Observer, search: &Search<'_>) -> io::Result<Discovery> {
    let own = std::process::id();
    let mut matches = Vec::new();
    let mut found = Discovery { unseen: Some(0), ..Discovery::default() };
    let mut hidden = 0;
    let mut words = Vec::with_capacity(4096);
    for pid in observer.proc.processes()? {
        if pid == own {
            continue;
        }
        match look(observer, search, pid, &mut words) {
            Look::Other => {}
            Look::Unseen => hidden += 1,
            Look::Same { .. } => matches.extend(confirm(observer, search, pid, &mut words)),
            Look::Near(reason) => {
                let process = observer.open(pid)?;
                found.spared.extend(process.map(|process| Spared { process, role: Role::Bystander, reason }));
            }
        }
    }
    let hides = observer.proc.is_blind() || (proc::hides_processes() && account::effective_user() != 0);
    found.unseen = (!hides).then_some(hidden);
    if !matches.is_empty() {
        judge(observer, search, matches, &mut found)?;
    }
    Ok(found)
}

/// Looks again once the process is held: what is signalled later is what was looked at.
fn confirm(observer: &Observer, search: &Search<'_>, pid: u32, words: &mut Vec<u8>) -> Option<Match> {
    let process = observer.open(pid).ok()??;
    match look(observer, search, pid, words) {
        Look::Same { launcher } if !process.has_ended() => Some(Match { process, launcher }),
        _ => None,
    }
}

/// Whether a process still runs the program, asked once more right before it is signalled.
pub(crate) fn still_runs(observer: &Observer, search: &Search<'_>, pid: u32) -> bool {
    matches!(look(observer, search, pid, &mut Vec::new()), Look::Same { .. })
}

/// The words of an argument list, without what a process may have left behind the last.
pub(crate) fn split(buffer: &[u8]) -> Vec<&[u8]> {
    let mut words: Vec<&[u8]> = buffer.split(|&byte| byte == 0).collect();
    while words.last().is_some_and(|word| word.is_empty()) {
        words.pop();
    }
    words
}

fn look(observer: &Observer, search: &Search<'_>, pid: u32, buffer: &mut Vec<u8>) -> Look {
    let seen = match search.program {
        Some(program) if program.is_executed() => look_at_executable(observer, search, program, pid, buffer),
        Some(program) => look_at_script(observer, search, program, pid, buffer),
        None => Look::Other,
    };
    match search.bot {
        Some(bot) => look_at_variables(observer, bot, pid, buffer, seen),
        None => seen,
    }
}

/// Reads a process's words; `Err` is what is to be said of a process without any.
fn read_words(observer: &Observer, pid: u32, buffer: &mut Vec<u8>) -> Result<(), Look> {
    observer.proc.read(pid, "cmdline", buffer).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => Look::Unseen,
        _ => Look::Other,
    })
}

/// A process with the bot's token is a copy, unless it is a tool that only inherited the variable; one that runs the
/// same program with another bot's token is none.
fn look_at_variables(observer: &Observer, bot: &Bot, pid: u32, buffer: &mut Vec<u8>, seen: Look) -> Look {
    let Ok(variables) = Environment::of(observer, pid) else { return seen };
    match (bot.sign_in(&variables), seen) {
        (Sign::Another, Look::Same { .. }) => Look::Near("it runs the same program for another bot".into()),
        (Sign::This, Look::Same { launcher }) => Look::Same { launcher },
        (Sign::This, _) => carrier(observer, pid, buffer),
        (_, seen) => seen,
    }
}

/// What a process that carries the token runs: a program of somebody's own, or a tool.
fn carrier(observer: &Observer, pid: u32, buffer: &mut Vec<u8>) -> Look {
    if let Err(seen) = read_words(observer, pid, buffer) {
        return seen;
    }
    let words = split(buffer);
    let Some(invocation) = program::parse(&words) else { return Look::Other };
    if invocation.through_soloist {
        return Look::Other;
    }
    let launcher = !invocation.launchers.is_empty();
    let path = match (&invocation.target, launcher) {
        (program::Target::WholeCommand, _) => None,
        (program::Target::Executable(_), false) => observer.proc.link(pid, "exe").ok().map(without_deleted),
        _ => match locate::of_process(observer, pid, &invocation) {
            Sight::File(_, path) | Sight::Gone(path) => Some(path),
            Sight::Hidden | Sight::Nothing => None,
        },
    };
    match path {
        Some(path) if !is_tool(&path) => Look::Same { launcher },
        Some(path) => Look::Near(format!("it carries the bot's token, but runs a tool: {}", path.display())),
        None => Look::Near("it carries the bot's token, but runs no program of its own".into()),
    }
}

/// Where the system and package managers keep tools: shells, editors, multiplexers and servers inherit a token from
/// the shell that started them. What lies in a hidden directory or among installed packages is no bot of anybody's; a
/// virtual environment is a project's own.
fn is_tool(path: &Path) -> bool {
    const SYSTEM: [&str; 8] = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/snap", "/nix", "/opt/homebrew"];
    const LOCAL: [&str; 2] = ["/usr/local", "/usr/src"];
    const PACKAGES: [&str; 3] = ["site-packages", "dist-packages", "node_modules"];
    const ENVIRONMENTS: [&str; 2] = [".venv", ".virtualenvs"];
    let below = |places: &[&str]| places.iter().any(|place| path.starts_with(place));
    let hidden = |part: &str| part.starts_with('.') && !ENVIRONMENTS.contains(&part);
    let mut parts = path.iter().filter_map(OsStr::to_str);
    below(&SYSTEM) && !below(&LOCAL) || parts.any(|part| PACKAGES.contains(&part) || hidden(part))
}

fn look_at_script(
    observer: &Observer,
    search: &Search<'_>,
    program: &ProgramFile,
    pid: u32,
    buffer: &mut Vec<u8>,
) -> Look {
    if let Err(seen) = read_words(observer, pid, buffer) {
        return seen;
    }
    let first = buffer.split(|&byte| byte == 0).next().unwrap_or_default();
    if first.is_empty() {
        return Look::Other;
    }
    let name = base(program.path().as_os_str().as_encoded_bytes());
    let named = contains(&buffer[first.len()..], name);
    if !program::is_known_front(first) && !named {
        return Look::Other;
    }
    let words = split(buffer);
    let Some(invocation) = program::parse(&words) else { return Look::Other };
    if invocation.through_soloist {
        return Look::Other;
    }
    if let Some(rest) =
        program.script_of().and_then(|of| shebang_arguments(observer, program, pid, &words, of))
    {
        return same(search, false, &rest);
    }
    look_at_words(observer, search, program, pid, &invocation, named)
}

/// Whether a word of the rest of a list has the file's name in it: `main.py`, `/srv/bot/main.py`, `file=main.py`.
fn contains(words: &[u8], name: &[u8]) -> bool {
    let Some((&first, rest)) = name.split_first() else { return false };
    let begins = |(at, &byte): (usize, &u8)| byte == first && words[at + 1..].starts_with(rest);
    words.iter().enumerate().any(begins)
}

fn look_at_words(
    observer: &Observer,
    search: &Search<'_>,
    program: &ProgramFile,
    pid: u32,
    invocation: &Invocation<'_>,
    named: bool,
) -> Look {
    let launcher = !invocation.launchers.is_empty();
    let sight = match &invocation.target {
        program::Target::WholeCommand => Sight::Nothing,
        program::Target::Executable(_) if !launcher => Sight::Nothing,
        _ => locate::of_process(observer, pid, invocation),
    };
    let runs_it = match &sight {
        Sight::File(identity, _) => identity.same_file(program.identity()),
        // A deploy has put a new file there, or will: the path counts if it leads to our file for that process too.
        Sight::Gone(spelled) => spelled == program.path() && sees_our_file(observer, program, pid),
        Sight::Hidden if named || has_no_file_name(invocation) => return Look::Unseen,
        Sight::Hidden | Sight::Nothing => false,
    };
    if !runs_it {
        return if named { near(observer, pid, &sight) } else { Look::Other };
    }
    if !launcher && !is_interpreter(observer, pid, invocation) {
        return Look::Near("it calls itself an interpreter, but its executable is none".into());
    }
    let arguments: Vec<Vec<u8>> = invocation.arguments.iter().map(|word| word.to_vec()).collect();
    same(search, launcher, &arguments)
}

/// `-m pkg` and `node .` name no file in their arguments.
fn has_no_file_name(invocation: &Invocation<'_>) -> bool {
    matches!(invocation.target, program::Target::Module(_) | program::Target::NodeEntry(_))
}

/// Whether our program's path is our file in the root of that process as well: another container may have a
/// file of its own there.
fn sees_our_file(observer: &Observer, program: &ProgramFile, pid: u32) -> bool {
    let there = locate::identity_inside(observer, pid, program.path());
    there.is_some_and(|identity| identity.same_file(program.identity()))
}

fn same(search: &Search<'_>, launcher: bool, arguments: &[Vec<u8>]) -> Look {
    match search.arguments {
        Some(wanted) if wanted != arguments => {
            Look::Near("it runs the same program with other arguments".into())
        }
        _ => Look::Same { launcher },
    }
}

fn near(observer: &Observer, pid: u32, sight: &Sight) -> Look {
    Look::Near(match sight {
        Sight::File(_, path) | Sight::Gone(path) => format!("it runs another program: {}", path.display()),
        Sight::Nothing | Sight::Hidden => match observer.proc.link(pid, "exe") {
            Ok(path) => format!("it runs {}; the file is only named in its arguments", path.display()),
            Err(_) => "the file is only named in its arguments".into(),
        },
    })
}

/// A script of a language without a table: the kernel's own form, `INTERPRETER [ARGUMENT] FILE …` (`execve(2)`).
fn shebang_arguments(
    observer: &Observer,
    program: &ProgramFile,
    pid: u32,
    words: &[&[u8]],
    interpreter: &[u8],
) -> Option<Vec<Vec<u8>>> {
    if base(words.first()?) != interpreter || program::is_known_front(interpreter) {
        return None;
    }
    (1..words.len().min(3)).find_map(|at| {
        let as_script: Vec<&[u8]> =
            [b"sh".as_slice()].into_iter().chain(words[at..].iter().copied()).collect();
        let invocation = program::parse(&as_script)?;
        let Sight::File(identity, _) = locate::of_process(observer, pid, &invocation) else { return None };
        let rest = || words[at + 1..].iter().map(|word| word.to_vec()).collect();
        identity.same_file(program.identity()).then(rest)
    })
}

/// Anybody may call himself `python3`; the executable says who he is.
fn is_interpreter(observer: &Observer, pid: u32, invocation: &Invocation<'_>) -> bool {
    let Some(interpreter) = &invocation.interpreter else { return true };
    match observer.proc.link(pid, "exe").map(without_deleted) {
        Ok(path) => interpreter.family.fits_executable(base(path.as_os_str().as_encoded_bytes())),
        Err(_) => true,
    }
}

/// The executable says which program it is, so the words are read of the few that run it.
fn look_at_executable(
    observer: &Observer,
    search: &Search<'_>,
    wanted: &ProgramFile,
    pid: u32,
    buffer: &mut Vec<u8>,
) -> Look {
    let ours = match observer.proc.target(pid, "exe") {
        Ok(status) if status.identity.same_file(wanted.identity()) => Some(true),
        Ok(_) => Some(is_replaced(observer, wanted, pid) && sees_our_file(observer, wanted, pid)),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => None,
        Err(_) => Some(false),
    };
    if ours == Some(false) {
        return Look::Other;
    }
    if let Err(seen) = read_words(observer, pid, buffer) {
        return seen;
    }
    let words = split(buffer);
    if ours.is_none() {
        // Another user's: an absolute first word still says which file it is.
        let first =
            PathBuf::from(OsStr::new(&*String::from_utf8_lossy(words.first().copied().unwrap_or_default())));
        if !first.is_absolute() {
            return Look::Unseen;
        }
        if !std::fs::canonicalize(first).is_ok_and(|real| real == wanted.path()) {
            return Look::Other;
        }
    }
    let name = words.first().map_or(&b""[..], |word| base(word));
    if wanted.applet().is_some_and(|applet| applet != name) {
        return Look::Other;
    }
    let arguments: Vec<Vec<u8>> = words.iter().skip(1).map(|word| word.to_vec()).collect();
    same(search, false, &arguments)
}

/// A deploy has put a new file in the place of the one that runs.
fn is_replaced(observer: &Observer, wanted: &ProgramFile, pid: u32) -> bool {
    let mut buffer = LinkBuffer::new();
    let link = observer.proc.link_in(pid, "exe", &mut buffer);
    let plain = link.ok().and_then(|link| link.strip_suffix(DELETED));
    plain.is_some_and(|plain| plain == wanted.path().as_os_str().as_encoded_bytes())
}

/// Gathers matches to trees, and decides for each tree what it is.
fn judge(
    observer: &Observer,
    search: &Search<'_>,
    matches: Vec<Match>,
    found: &mut Discovery,
) -> io::Result<()> {
    let table = Table::read(observer)?;
    // One that has ended since is in nobody's tree any more, and would look like an instance of its own.
    let matches = matches.into_iter().filter(|found| !found.process.has_ended()).collect();
    let own = std::process::id();
    let own_line = table.ancestors(own);
    let own_below = table.descendants(&[own]);
    for (root, members) in gather(&table, matches) {
        if own_below.contains(&root) {
            continue;
        }
        if root == own || own_line.contains(&root) {
            spare(found, members, Role::Ancestor, "it started this process, or belongs to what did");
            continue;
        }
        match verdict(observer, search, &table, root, &members) {
            Verdict::Instance => found.instances.extend(instance(observer, &table, root, members)),
            Verdict::Spare(reason) => spare(found, members, Role::Bystander, &reason),
            Verdict::Holder | Verdict::Gone => {}
        }
    }
    Ok(())
}

fn spare(found: &mut Discovery, members: Vec<Match>, role: Role, reason: &str) {
    found.spared.extend(members.into_iter().map(|member| Spared {
        process: member.process,
        role,
        reason: reason.to_owned(),
    }));
}

/// The matches by the topmost match above each.
fn gather(table: &Table, matches: Vec<Match>) -> Vec<(u32, Vec<Match>)> {
    let pids: Vec<u32> = matches.iter().map(|found| found.process.pid()).collect();
    let mut groups: Vec<(u32, Vec<Match>)> = Vec::new();
    for found in matches {
        let pid = found.process.pid();
        let root = table.ancestors(pid).into_iter().rfind(|above| pids.contains(above)).unwrap_or(pid);
        match groups.iter_mut().find(|(known, _)| *known == root) {
            Some((_, members)) => members.push(found),
            None => groups.push((root, vec![found])),
        }
    }
    groups
}

enum Verdict {
    Instance,
    Spare(String),
    Holder,
    Gone,
}

fn verdict(observer: &Observer, search: &Search<'_>, table: &Table, root: u32, members: &[Match]) -> Verdict {
    let line: Vec<u32> = std::iter::once(root).chain(table.ancestors(root)).collect();
    let below = table.descendants(&[root]);
    if search.holders.iter().any(|holder| line.contains(holder) || below.contains(holder)) {
        return Verdict::Holder;
    }
    let above = supervisor(observer, table, root);
    let mut contends = false;
    for pid in members.iter().map(|member| member.process.pid()).chain(above) {
        for lock in evidence::open_locks(observer, pid) {
            if lock.locked && has_chosen(search, &lock) {
                return Verdict::Spare(format!("it holds a claim of its own ({})", lock.id));
            }
            contends |= !lock.locked && search.lock_files.iter().any(|own| own.same_file(lock.identity));
        }
    }
    let mut all = members.iter().map(|member| member.process.pid());
    if search.chosen && all.any(|pid| evidence::keeps_a_renamed_claim(observer, pid)) {
        return Verdict::Spare("it holds a claim of its own, whose lock file was renamed".into());
    }
    if contends {
        return Verdict::Spare("it is asking for the same claim; the lock decides".into());
    }
    // One that ended meanwhile lost its locks before they were looked at, and its words before its locks.
    if !members.iter().any(|member| still_runs(observer, search, member.process.pid())) {
        return Verdict::Gone;
    }
    if search.inside && is_younger(observer, members) {
        return Verdict::Spare("it started later and will ask for the claim itself".into());
    }
    Verdict::Instance
}

/// Whether a holder of this claim has chosen to run beside us. A claim under a default key counts only against
/// another default key (a hard link, another state directory). For a bot, a default key says nothing of the bot, and
/// the same bot under another user's or directory's claim is the same bot.
fn has_chosen(search: &Search<'_>, lock: &OpenLock) -> bool {
    match (search.bot, lock.kind) {
        (Some(bot), Kind::Telegram) => lock.id != format!("telegram-{}", bot.id()),
        (Some(_), kind) => matches!(kind, Kind::Name | Kind::Lock),
        (None, kind) => kind != Kind::Program || search.chosen,
    }
}

/// Whether all of these started after this process (ties go by number, so that two never both say yes).
fn is_younger(observer: &Observer, members: &[Match]) -> bool {
    let Ok(own) = observer.own_birth() else { return false };
    members.iter().all(|member| {
        let birth = member.process.birth();
        (birth.start, birth.pid) > (own.start, own.pid)
    })
}

/// The soloist that runs this process, if its parent is one.
fn supervisor(observer: &Observer, table: &Table, pid: u32) -> Option<u32> {
    let parent = table.stat(pid)?.parent;
    let mut buffer = Vec::new();
    observer.proc.read(parent, "cmdline", &mut buffer).ok()?;
    let words = split(&buffer);
    // `timeout 9 soloist run` also leads through a soloist, but is not one.
    let is_soloist =
        program::parse(&words)?.launchers.first().is_some_and(|first| first.starts_with("soloist"));
    (is_soloist && !evidence::open_locks(observer, parent).is_empty()).then_some(parent)
}

/// One instance: whom to ask, and who else belongs to it.
fn instance(observer: &Observer, table: &Table, root: u32, members: Vec<Match>) -> Option<Instance> {
    let above = supervisor(observer, table, root).and_then(|pid| table.open(observer, pid));
    let top = above.as_ref().map_or(root, Process::pid);
    let supervised = above.is_some();
    let main = match above {
        Some(soloist) => soloist,
        None => topmost(table, members)?,
    };
    let others: Vec<Process> = std::iter::once(top)
        .chain(table.descendants(&[top]))
        .filter(|&pid| pid != main.pid() && pid != std::process::id())
        .filter_map(|pid| table.open(observer, pid))
        .collect();
    let user = account::effective_user();
    let foreign = observer.proc.user(main.pid()).is_ok_and(|owner| owner != user);
    Some(Instance { main, supervised, others, foreign })
}

/// The match nearest to the root that runs the program itself; a launcher only when there is nothing else.
fn topmost(table: &Table, members: Vec<Match>) -> Option<Process> {
    let direct = members.iter().any(|member| !member.launcher);
    members
        .into_iter()
        .filter(|member| !direct || !member.launcher)
        .min_by_key(|member| table.ancestors(member.process.pid()).len())
        .map(|member| member.process)
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_told_from_programs_by_their_places() {
        for tool in [
            "/usr/bin/vim",
            "/bin/bash",
            "/usr/share/code/code",
            "/snap/code/1/code",
            "/home/u/.vscode-server/bin/1/out/server-main.js",
            "/srv/bot/node_modules/.bin/nodemon",
            "/srv/bot/.venv/lib/python3.12/site-packages/debugpy/__main__.py",
        ] {
            assert!(is_tool(Path::new(tool)), "{tool}");
        }
        for program in [
            "/srv/bot/main.py",
            "/home/u/bot/.venv/bin/bot",
            "/usr/local/bin/bot",
            "/opt/bot/bot",
            "/root/.virtualenvs/bot/bin/bot",
        ] {
            assert!(!is_tool(Path::new(program)), "{program}");
        }
    }
}
