//! What started a process, and what stops it for good.
//!
//! Read from what everybody may see of one's own processes, without asking any service: control groups
//! (`cgroups(7)`), the environment at the start, the names of the parents, the terminal, unit files.

mod groups;
mod unit_file;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::environment::Environment;
use crate::escape;
use crate::process::Observer;
use crate::redact;
use crate::sys::account;
use crate::sys::proc::Stat;

/// What started a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `systemd`, `container`, `cron`, `pm2`, `supervisord`, `launchd`, `windows-service`, `tmux`, `screen`,
    /// `ssh`, `terminal` or `unknown`.
    pub kind: String,
    /// The unit, container, program or session, where there is one.
    pub name: Option<String>,
    /// What starts the process again when it ends.
    #[serde(skip)]
    keeper: Option<Keeper>,
}

/// The longest name that is told, in characters; a unit's have at most 255 (`systemd.unit(5)`).
const LONGEST_NAME: usize = 256;

/// A supervisor that starts again what ends.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Keeper {
    /// The command that stops its charge for good.
    stop: String,
    /// It leaves what exited with 76 (superseded) alone.
    spares_superseded: bool,
}

impl Default for Origin {
    fn default() -> Self {
        Self::of("unknown", None)
    }
}

/// How a process is going to end, as far as its supervisor cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// A soloist that is told of its successor: it exits with 76.
    Superseded,
    /// Anyhow else.
    Any,
}

impl Origin {
    /// People give names, and may put a secret into one, or a whole text: a variable can hold 128 KiB.
    fn of(kind: &str, name: Option<String>) -> Self {
        let shown = |name: String| redact::text(&name).chars().take(LONGEST_NAME).collect();
        Self { kind: kind.into(), name: name.map(shown), keeper: None }
    }

    fn kept(mut self, stop: &[&str]) -> Self {
        let stop = escape::command(&redact::arguments(stop));
        self.keeper = Some(Keeper { stop, spares_superseded: false });
        self
    }

    /// The command that stops what this started, and keeps it stopped; `None` where nobody would start it again.
    #[must_use]
    pub fn stop_command(&self) -> Option<&str> {
        self.keeper.as_ref().map(|keeper| keeper.stop.as_str())
    }

    /// The same for a process that ends in this way.
    pub(crate) fn stop_command_after(&self, farewell: Farewell) -> Option<&str> {
        let keeper = self.keeper.as_ref()?;
        (farewell != Farewell::Superseded || !keeper.spares_superseded).then_some(keeper.stop.as_str())
    }

    /// For people: `supervisord bot`, `tmux %3`; nothing where nothing is known.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let kind = Some(self.kind.as_str()).filter(|&kind| kind != "unknown");
        let words: Vec<&str> = kind.into_iter().chain(self.name.as_deref()).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

/// What is known of a process, for [`judge`].
#[derive(Debug, Default)]
struct Facts {
    /// Its control groups, one a line.
    groups: String,
    /// Those of the asker.
    own_groups: String,
    /// The variables with which it was started.
    variables: Environment,
    /// Its parents, nearest first.
    parents: Vec<Parent>,
    /// It has a controlling terminal.
    terminal: bool,
    /// It runs as this user, whose home is there.
    user: Option<(u32, PathBuf)>,
    /// The name of its user, when the asker is another.
    other_user: Option<String>,
    /// Its root is a container's.
    contained: bool,
}

/// What is known of a parent.
#[derive(Clone, Debug, Default)]
struct Parent {
    /// The kernel's name for it (`comm`).
    name: String,
    /// Its working directory.
    directory: String,
    /// Its argument list, the words separated by NULs.
    words: String,
}

/// The furthest parent that is looked at.
const MOST_PARENTS: usize = 12;

/// What started this process, as far as it can be seen. Only what may matter is read: a start describes itself too.
pub(crate) fn of_process(observer: &Observer, pid: u32) -> Origin {
    let groups = read(observer, pid, "cgroup");
    let variables = Environment::of(observer, pid).unwrap_or_default();
    let own_stat = observer.proc.stat(pid).ok();
    let of_user = groups::unit(&groups).is_some_and(|unit| unit.of_user);
    let user = if of_user { observer.proc.user(pid).ok() } else { None };
    let others_groups = groups::container(&groups).is_some() && pid != std::process::id();
    let mark = |mark: &str| observer.proc.target(pid, &format!("root/{mark}")).is_ok();
    judge(&Facts {
        own_groups: match others_groups {
            true => read(observer, std::process::id(), "cgroup"),
            false => groups.clone(),
        },
        groups,
        parents: parents(observer, pid, own_stat, &variables),
        variables,
        terminal: own_stat.is_some_and(|stat| stat.terminal != 0),
        user: user.and_then(|user| Some((user, account::home_directory(user)?))),
        other_user: user.filter(|&user| user != account::effective_user()).map(account::user_name),
        contained: mark(".dockerenv") || mark("run/.containerenv"),
    })
}

fn read(observer: &Observer, pid: u32, name: &str) -> String {
    let mut buffer = Vec::new();
    let read = observer.proc.read(pid, name, &mut buffer);
    read.map(|()| text_of(buffer)).unwrap_or_default()
}

fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|other| String::from_utf8_lossy(other.as_bytes()).into_owned())
}

/// The parents that may have started it, nearest first. At a terminal that is opened below a supervisor (a notebook
/// server's, a web console's) it is a person who starts things, although the supervisor's variables come along: there
/// only those of its session count, up to the session's leader. Behind a door that lets people in nothing counts.
fn parents(observer: &Observer, pid: u32, own: Option<Stat>, variables: &Environment) -> Vec<Parent> {
    let leader = own.filter(|own| own.terminal != 0).map(|own| own.session);
    let supervised = variables.bytes("SUPERVISOR_ENABLED").is_some();
    let mut found: Vec<Parent> = Vec::new();
    let mut at = pid;
    let mut above = own.map_or(0, |own| own.parent);
    let mut text = Vec::new();
    let is_door = |parent: &Parent| is_door(&parent.name);
    while leader != Some(at)
        && above != 0
        && found.len() < MOST_PARENTS
        && !found.last().is_some_and(is_door)
        && observer.proc.read(above, "stat", &mut text).is_ok()
    {
        let (Some(stat), Some(name)) = (Stat::parse(&text), Stat::name(&text)) else { break };
        found.push(parent_of(observer, above, &String::from_utf8_lossy(name), supervised));
        (at, above) = (above, stat.parent);
    }
    found
}

fn parent_of(observer: &Observer, pid: u32, name: &str, supervises: bool) -> Parent {
    let watches = WATCHERS.iter().any(|(_, watcher, _)| *watcher == name);
    let directory = if watches { observer.proc.link(pid, "cwd").unwrap_or_default() } else { PathBuf::new() };
    Parent {
        name: name.to_owned(),
        directory: directory.to_string_lossy().into_owned(),
        words: if supervises { read(observer, pid, "cmdline") } else { String::new() },
    }
}

/// Decides from facts alone. The nearest tool that would start the process again comes first.
fn judge(facts: &Facts) -> Origin {
    of_supervisor(facts)
        .or_else(|| of_cron(facts))
        .or_else(|| of_groups(facts))
        .or_else(|| of_session(facts))
        .unwrap_or_default()
}

fn parent<'a>(facts: &'a Facts, names: &[&str]) -> Option<&'a Parent> {
    nearest(facts).iter().find(|parent| names.contains(&parent.name.as_str()))
}

/// `supervisord`, `python3 /usr/bin/supervisord`, `python3 -m supervisor.supervisord`.
fn is_supervisord(parent: &Parent) -> bool {
    let mut words = parent.words.split('\0');
    parent.name == "supervisord"
        || words
            .any(|word| word == "supervisor.supervisord" || word.rsplit('/').next() == Some("supervisord"))
}

/// The parents up to the first that starts others' jobs or lets people in. Who keeps that one running (runit keeps the
/// cron and the sshd of whole systems) does not start again what it has started.
fn nearest(facts: &Facts) -> &[Parent] {
    let end = facts.parents.iter().position(|parent| is_door(&parent.name));
    &facts.parents[..end.map_or(facts.parents.len(), |at| at + 1)]
}

fn is_door(name: &str) -> bool {
    CRONS.contains(&name) || DOORS.contains(&name)
}

/// What the programs that start jobs by the clock are called.
const CRONS: [&str; 6] = ["cron", "crond", "CRON", "atd", "fcron", "anacron"];

/// What the programs that let people in are called.
const DOORS: [&str; 4] = ["sshd", "sshd-session", "dropbear", "login"];

/// What each of the supervisors without variables calls its watcher, and how it is told to stop.
const WATCHERS: [(&str, &str, &[&str]); 3] = [
    ("runit", "runsv", &["sv", "down"]),
    ("s6", "s6-supervise", &["s6-svc", "-d"]),
    ("daemontools", "supervise", &["svc", "-d"]),
];

fn of_supervisor(facts: &Facts) -> Option<Origin> {
    let text = |name: &str| facts.variables.text(name).filter(|value| !value.is_empty());
    if text("SUPERVISOR_ENABLED").is_some() && nearest(facts).iter().any(is_supervisord) {
        let (name, group) = (text("SUPERVISOR_PROCESS_NAME"), text("SUPERVISOR_GROUP_NAME"));
        // A process of a group is called group:process; alone in its group it goes by its own name.
        let full = match (group, name) {
            (Some(group), Some(name)) if group != name => Some(format!("{group}:{name}")),
            _ => name.map(str::to_owned),
        };
        let stopped = full.clone().unwrap_or_else(|| "all".into());
        return Some(Origin::of("supervisord", full).kept(&["supervisorctl", "stop", &stopped]));
    }
    if let Some(id) = text("pm_id")
        && nearest(facts)
            .iter()
            .any(|parent| parent.name.starts_with("PM2") || parent.name.starts_with("node"))
    {
        let name = text("name").unwrap_or(id);
        // A name that may not be shown cannot be typed; the number always can.
        let typed = if redact::text(name) == name { name } else { id };
        return Some(Origin::of("pm2", Some(name.to_owned())).kept(&["pm2", "stop", typed]));
    }
    WATCHERS.iter().find_map(|(tool, watcher, stop)| {
        let Parent { directory, .. } = parent(facts, &[watcher])?;
        let words: Vec<&str> = stop.iter().copied().chain([directory.as_str()]).collect();
        Some(Origin::of("unknown", Some(format!("{tool}:{directory}"))).kept(&words))
    })
}

/// A schedule starts its jobs by the clock, not because one ended.
fn of_cron(facts: &Facts) -> Option<Origin> {
    let found = parent(facts, &CRONS)?;
    Some(Origin::of("cron", Some(found.name.to_lowercase())))
}

/// The container or unit that the control groups name. In one container with the asker, its restart policy does not
/// matter; at a terminal, the unit is that of a terminal's program.
fn of_groups(facts: &Facts) -> Option<Origin> {
    let container = groups::container(&facts.groups);
    if let Some(found) = container.filter(|_| container != groups::container(&facts.own_groups)) {
        let origin = Origin::of("container", Some(found.id.to_owned()));
        let words: Vec<&str> = match facts.variables.text("HOSTNAME") {
            Some(pod) if found.runtime == "kubepods" => vec!["kubectl", "delete", "pod", pod],
            _ => found.stop.iter().copied().chain([found.id]).collect(),
        };
        return Some(origin.kept(&words));
    }
    let unit = groups::unit(&facts.groups).filter(|_| !facts.terminal)?;
    match unit.name.split(['@', '.']).next().unwrap_or_default() {
        // What a job or a login has left in the background stays in the group of the service that let it in, and
        // is no business of that service, which is not to be stopped for it either.
        name if SCHEDULES.contains(&name) => Some(Origin::of("cron", Some(name.to_owned()))),
        name if LOGINS.contains(&name) => None,
        _ => Some(of_unit(facts, unit)),
    }
}

/// Units that start others' jobs by the clock.
const SCHEDULES: [&str; 6] = ["cron", "crond", "cronie", "fcron", "anacron", "atd"];

/// Units that let people in.
const LOGINS: [&str; 4] = ["ssh", "sshd", "dropbear", "getty"];

fn of_unit(facts: &Facts, unit: groups::Unit<'_>) -> Origin {
    let origin = Origin::of("systemd", Some(unit.name.to_owned()));
    let places = match (unit.of_user, &facts.user) {
        (true, Some((user, home))) => unit_file::user_places(Some(home), *user),
        (true, None) => Vec::new(),
        (false, _) => unit_file::system_places(),
    };
    let policy = unit_file::policy(unit.name, &places);
    if policy.as_ref().is_some_and(|policy| !policy.revives(None)) {
        return origin;
    }
    let machine = facts.other_user.as_ref().map(|user| format!("--machine={user}@.host"));
    let user =
        unit.of_user.then_some("--user").into_iter().chain(machine.as_deref().filter(|_| unit.of_user));
    let words: Vec<&str> = ["systemctl"].into_iter().chain(user).chain(["stop", unit.name]).collect();
    let mut origin = origin.kept(&words);
    if let Some(keeper) = &mut origin.keeper {
        keeper.spares_superseded = policy.is_some_and(|policy| !policy.revives(Some(76)));
    }
    origin
}

/// The session in which somebody typed.
fn of_session(facts: &Facts) -> Option<Origin> {
    let text = |name: &str| facts.variables.text(name).filter(|value| !value.is_empty());
    let first = |value: &str| value.split([',', ' ']).next().map(str::to_owned);
    if let Some(place) = text("TMUX") {
        return Some(Origin::of("tmux", text("TMUX_PANE").map(str::to_owned).or_else(|| first(place))));
    }
    for (kind, mark) in [("screen", "STY"), ("ssh", "SSH_CONNECTION")] {
        if let Some(value) = text(mark) {
            return Some(Origin::of(kind, first(value)));
        }
    }
    let editor = editor(facts);
    if facts.terminal || editor.is_some() {
        return Some(Origin::of("terminal", editor.map(str::to_owned)));
    }
    facts.contained.then(|| Origin::of("container", text("HOSTNAME").map(str::to_owned)))
}

/// The development environment whose terminal or run button it was.
fn editor(facts: &Facts) -> Option<&'static str> {
    let is = |name: &str, value: &str| facts.variables.text(name) == Some(value);
    let set = |name: &str| facts.variables.bytes(name).is_some();
    [
        ("vscode", is("TERM_PROGRAM", "vscode") || set("VSCODE_PID")),
        ("jetbrains", is("TERMINAL_EMULATOR", "JetBrains-JediTerm") || set("PYCHARM_HOSTED")),
    ]
    .into_iter()
    .find_map(|(name, there)| there.then_some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn told(facts: &Facts) -> (String, Option<String>, Option<String>) {
        let origin = judge(facts);
        (origin.kind.clone(), origin.name.clone(), origin.stop_command().map(str::to_owned))
    }

    fn in_group(path: &str) -> Facts {
        Facts { groups: format!("0::{path}\n"), own_groups: "0::/user.slice\n".into(), ..Facts::default() }
    }

    fn row(kind: &str, name: &str, command: &str) -> (String, Option<String>, Option<String>) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (kind.into(), some(name), some(command))
    }

    #[test]
    fn units_and_containers_have_their_commands() {
        let id = &ID[..12];
        for (path, expected) in [
            ("/system.slice/bot.service", row("systemd", "bot.service", "systemctl stop bot.service")),
            (
                "/user.slice/user-1000.slice/user@1000.service/app.slice/bot.service",
                row("systemd", "bot.service", "systemctl --user stop bot.service"),
            ),
            (&format!("/docker/{ID}"), row("container", id, &format!("docker stop {id}"))),
            (
                &format!("/machine.slice/libpod-{ID}.scope"),
                row("container", id, &format!("podman stop {id}")),
            ),
            (&format!("/kubepods/burstable/pod1/{ID}"), row("container", id, &format!("crictl stop {id}"))),
            ("/", row("unknown", "", "")),
        ] {
            assert_eq!(told(&in_group(path)), expected, "{path}");
        }
        let pod = Facts {
            variables: Environment::from_words(&["HOSTNAME=bot-0"]),
            ..in_group(&format!("/kubepods/pod1/{ID}"))
        };
        assert_eq!(told(&pod), row("container", id, "kubectl delete pod bot-0"));
    }

    #[test]
    fn a_container_that_both_share_has_no_supervisor() {
        let mut facts = in_group(&format!("/docker/{ID}"));
        facts.own_groups.clone_from(&facts.groups);
        assert_eq!(told(&facts), row("unknown", "", ""));
        facts.contained = true;
        assert_eq!(told(&facts), row("container", "", ""));
    }

    #[test]
    fn a_terminal_in_a_service_is_a_terminal() {
        let facts = Facts { terminal: true, ..in_group("/system.slice/code-server.service") };
        assert_eq!(told(&facts), row("terminal", "", ""));
    }

    #[test]
    fn what_a_job_or_a_login_left_behind_is_not_kept_by_their_service() {
        for unit in ["cron.service", "crond.service", "cronie.service"] {
            let (kind, _, command) = told(&in_group(&format!("/system.slice/{unit}")));
            assert_eq!((kind.as_str(), command), ("cron", None), "{unit}");
        }
        for unit in ["ssh.service", "system-sshd.slice/sshd@7-10.0.0.1:22-10.0.0.2:5.service"] {
            let facts = Facts {
                variables: Environment::from_words(&["SSH_CONNECTION=10.0.0.1 1 10.0.0.2 22"]),
                ..in_group(&format!("/system.slice/{unit}"))
            };
            assert_eq!(told(&facts), row("ssh", "10.0.0.1", ""), "{unit}");
        }
    }

    #[test]
    fn no_secret_is_in_a_name() {
        let token = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
        let facts = Facts {
            variables: Environment::from_words(&["pm_id=4", &format!("name={token}")]),
            parents: vec![of_line("PM2 v6: God Dae")],
            ..Facts::default()
        };
        let (_, name, command) = told(&facts);
        assert!(!name.unwrap().contains(&token[10..]));
        assert_eq!(command.as_deref(), Some("pm2 stop 4"));
    }

    #[test]
    fn a_unit_that_spares_the_superseded_may_be_replaced() {
        let kept = Origin {
            keeper: Some(Keeper { stop: "x".into(), spares_superseded: true }),
            ..Origin::of("systemd", None)
        };
        assert_eq!(kept.stop_command_after(Farewell::Superseded), None);
        assert_eq!(kept.stop_command_after(Farewell::Any), Some("x"));
    }

    /// A parent by its name, or by the words behind it.
    fn of_line(line: &str) -> Parent {
        let (name, words) = line.split_once('|').unwrap_or((line, line));
        Parent { name: name.into(), directory: "/service/bot".into(), words: words.replace(' ', "\0") }
    }

    #[test]
    fn a_login_below_a_supervisor_is_a_persons() {
        let facts = Facts {
            parents: ["bash", "sshd", "runsv"].map(of_line).into(),
            variables: Environment::from_words(&["SSH_CONNECTION=10.0.0.1 1 10.0.0.2 22"]),
            ..Facts::default()
        };
        assert_eq!(told(&facts), row("ssh", "10.0.0.1", ""));
    }

    #[test]
    fn tools_are_known_by_their_marks() {
        let facts = |variables: &[&str], parents: &[&str], terminal| Facts {
            variables: Environment::from_words(variables),
            parents: parents.iter().map(|line| of_line(line)).collect(),
            terminal,
            ..in_group("/system.slice/tool.service")
        };
        let supervisor = ["SUPERVISOR_ENABLED=1", "SUPERVISOR_PROCESS_NAME=bot", "SUPERVISOR_GROUP_NAME=bot"];
        let group = ["SUPERVISOR_ENABLED=1", "SUPERVISOR_PROCESS_NAME=bot_00", "SUPERVISOR_GROUP_NAME=bots"];
        for (facts, expected) in [
            (
                facts(&supervisor, &["supervisord"], false),
                row("supervisord", "bot", "supervisorctl stop bot"),
            ),
            (
                facts(&group, &["supervisord"], false),
                row("supervisord", "bots:bot_00", "supervisorctl stop bots:bot_00"),
            ),
            (
                facts(&supervisor, &["python3|python3 -m supervisor.supervisord -n"], false),
                row("supervisord", "bot", "supervisorctl stop bot"),
            ),
            (
                facts(&supervisor, &["python3|/usr/bin/python3 /usr/bin/supervisord"], false),
                row("supervisord", "bot", "supervisorctl stop bot"),
            ),
            (facts(&supervisor, &["bash"], true), row("terminal", "", "")),
            (facts(&["pm_id=0", "name=bot"], &["PM2 v6: God Dae"], false), row("pm2", "bot", "pm2 stop bot")),
            (
                facts(&[], &["runsv", "runsvdir"], false),
                row("unknown", "runit:/service/bot", "sv down /service/bot"),
            ),
            (
                facts(&[], &["s6-supervise"], false),
                row("unknown", "s6:/service/bot", "s6-svc -d /service/bot"),
            ),
            (facts(&[], &["sh", "cron"], false), row("cron", "cron", "")),
            (facts(&[], &["sh", "crond", "runsv", "runsvdir"], false), row("cron", "crond", "")),
            (
                facts(&supervisor, &["supervisord", "sh", "cron"], false),
                row("supervisord", "bot", "supervisorctl stop bot"),
            ),
            (
                facts(&["TMUX=/tmp/tmux-0/default,1,0", "TMUX_PANE=%3"], &["bash"], true),
                row("tmux", "%3", ""),
            ),
            (facts(&["STY=1.pts-0.host"], &["bash"], true), row("screen", "1.pts-0.host", "")),
            (facts(&["SSH_CONNECTION=10.0.0.1 1 10.0.0.2 22"], &["bash"], true), row("ssh", "10.0.0.1", "")),
            (facts(&["TERM_PROGRAM=vscode"], &["bash"], true), row("terminal", "vscode", "")),
            (facts(&[], &["bash"], true), row("terminal", "", "")),
        ] {
            assert_eq!(told(&facts), expected, "{facts:?}");
        }
    }
}
