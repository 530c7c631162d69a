//! What started a process, and what stops it for good.
//!
//! Read from what everybody may see of one's own processes, without asking any service: control groups
//! (`cgroups(7)`), the environment at the start, the names of the parents, the terminal. What says nothing that
//! the asker does not share (both in one container, in one session) is not told.

use serde::{Deserialize, Serialize};

use crate::escape;
use crate::locate::environment;
use crate::process::Observer;

/// What started a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `systemd`, `container`, `cron`, `pm2`, `supervisord`, `launchd`, `windows-service`, `tmux`, `screen`,
    /// `ssh`, `terminal` or `unknown`.
    pub kind: String,
    /// The unit, container, program or session, where there is one.
    pub name: Option<String>,
}

impl Default for Origin {
    fn default() -> Self {
        Self::of("unknown", None)
    }
}

impl Origin {
    fn of(kind: &str, name: Option<String>) -> Self {
        Self { kind: kind.into(), name }
    }

    /// The command that stops what this started, and keeps it stopped; `None` where nobody would start it again.
    #[must_use]
    pub fn stop_command(&self) -> Option<String> {
        let name = self.name.as_deref()?;
        let words: Vec<&str> = match self.kind.as_str() {
            "systemd" => match name.strip_prefix("user:") {
                Some(unit) => vec!["systemctl", "--user", "stop", unit],
                None => vec!["systemctl", "stop", name],
            },
            "supervisord" => vec!["supervisorctl", "stop", name],
            "pm2" => vec!["pm2", "stop", name],
            "container" => vec!["docker", "stop", name],
            "unknown" => match name.split_once(':')? {
                ("runit", service) => vec!["sv", "down", service],
                ("s6", service) => vec!["s6-svc", "-d", service],
                ("daemontools", service) => vec!["svc", "-d", service],
                _ => return None,
            },
            _ => return None,
        };
        Some(escape::command(&words))
    }
}

/// What is known of a process, for [`judge`].
#[derive(Debug, Default)]
struct Facts {
    /// Its control groups, one a line.
    groups: String,
    /// Those of the asker.
    own_groups: String,
    /// The variables that matter.
    variables: Vec<(&'static str, String)>,
    /// The names and working directories of its parents, nearest first.
    parents: Vec<(String, String)>,
    /// It has a controlling terminal.
    terminal: bool,
}

/// The variables by which tools mark what they start.
const MARKS: [&str; 8] = [
    "SUPERVISOR_ENABLED",
    "SUPERVISOR_PROCESS_NAME",
    "pm_id",
    "name",
    "TMUX",
    "STY",
    "SSH_CONNECTION",
    "PM2_HOME",
];

/// The furthest parent that is looked at.
const MOST_PARENTS: usize = 12;

/// What started this process, as far as it can be seen.
pub(crate) fn of_process(observer: &Observer, pid: u32) -> Origin {
    let read = |pid: u32, name: &str| {
        let mut buffer = Vec::new();
        observer.proc.read(pid, name, &mut buffer).map(|()| String::from_utf8_lossy(&buffer).into_owned())
    };
    let variable = |name: &'static str| Some((name, environment(observer, pid, name)?.into_string().ok()?));
    let parent = |pid: u32| {
        let directory = observer.proc.link(pid, "cwd").unwrap_or_default();
        Some((read(pid, "comm").ok()?.trim().to_owned(), directory.to_string_lossy().into_owned()))
    };
    judge(&Facts {
        groups: read(pid, "cgroup").unwrap_or_default(),
        own_groups: read(std::process::id(), "cgroup").unwrap_or_default(),
        variables: MARKS.into_iter().filter_map(variable).collect(),
        parents: parents(observer, pid).into_iter().filter_map(parent).collect(),
        terminal: observer.proc.stat(pid).is_ok_and(|stat| stat.terminal != 0),
    })
}

fn parents(observer: &Observer, pid: u32) -> Vec<u32> {
    let parent =
        |pid: &u32| observer.proc.stat(*pid).ok().map(|stat| stat.parent).filter(|&parent| parent != 0);
    std::iter::successors(parent(&pid), parent).take(MOST_PARENTS).collect()
}

/// Decides from facts alone. The nearest tool that would start the process again comes first.
fn judge(facts: &Facts) -> Origin {
    let variable = |name: &str| {
        facts.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    };
    let parent = |names: &[&str]| facts.parents.iter().find(|(name, _)| names.contains(&name.as_str()));
    if variable("SUPERVISOR_ENABLED").is_some() && parent(&["supervisord"]).is_some() {
        return Origin::of("supervisord", variable("SUPERVISOR_PROCESS_NAME").map(str::to_owned));
    }
    if variable("pm_id").is_some()
        && facts.parents.iter().any(|(name, _)| name.starts_with("PM2") || name.starts_with("node"))
    {
        return Origin::of("pm2", variable("name").or(variable("pm_id")).map(str::to_owned));
    }
    for (tool, names) in
        [("runit", &["runsv"][..]), ("s6", &["s6-supervise"]), ("daemontools", &["supervise"])]
    {
        if let Some((_, directory)) = parent(names) {
            return Origin::of("unknown", Some(format!("{tool}:{directory}")));
        }
    }
    if let Some(origin) = of_groups(&facts.groups, &facts.own_groups) {
        return origin;
    }
    if let Some((name, _)) = parent(&["cron", "crond", "atd", "fcron"]) {
        return Origin::of("cron", Some(name.clone()));
    }
    for (kind, mark) in [("tmux", "TMUX"), ("screen", "STY"), ("ssh", "SSH_CONNECTION")] {
        if let Some(value) = variable(mark).filter(|value| !value.is_empty()) {
            let name = value.split([',', ' ']).next().map(str::to_owned);
            return Origin::of(kind, name);
        }
    }
    match facts.terminal {
        true => Origin::of("terminal", None),
        false => Origin::default(),
    }
}

/// The unit or container that a process's control group names, unless the asker is in the same.
fn of_groups(groups: &str, own: &str) -> Option<Origin> {
    let path = |text: &str| {
        let lines = || text.lines().filter_map(|line| line.splitn(3, ':').nth(2));
        lines().max_by_key(|path| path.len()).map(str::to_owned)
    };
    let here = path(groups)?;
    if Some(&here) == path(own).as_ref() {
        return None;
    }
    container(&here).map(|id| Origin::of("container", Some(id))).or_else(|| unit(&here))
}

/// `/docker/0123…`, `/system.slice/docker-0123….scope`, `/kubepods/…/0123…`, `/machine.slice/libpod-0123….scope`.
fn container(path: &str) -> Option<String> {
    let known =
        ["docker", "libpod", "kubepods", "crio", "containerd", "lxc"].iter().any(|tool| path.contains(tool));
    let last = path.rsplit('/').next()?.trim_end_matches(".scope");
    let id = last.rsplit(['-', ':']).next()?;
    let is_id = id.len() >= 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    (known && is_id).then(|| id[..12].to_owned())
}

/// `/system.slice/bot.service`, `/user.slice/user-1000.slice/user@1000.service/app.slice/bot.service`.
fn unit(path: &str) -> Option<Origin> {
    let unit = path.rsplit('/').find(|part| part.ends_with(".service"))?;
    let manager = unit.starts_with("user@") || unit == "init.scope";
    let name = if path.contains("/user@") { format!("user:{unit}") } else { unit.to_owned() };
    (!manager).then(|| Origin::of("systemd", Some(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn told(facts: &Facts) -> (String, Option<String>, Option<String>) {
        let origin = judge(facts);
        (origin.kind.clone(), origin.name.clone(), origin.stop_command())
    }

    fn in_group(path: &str) -> Facts {
        Facts { groups: format!("0::{path}\n"), own_groups: "0::/user.slice\n".into(), ..Facts::default() }
    }

    fn row(kind: &str, name: &str, command: &str) -> (String, Option<String>, Option<String>) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (kind.into(), some(name), some(command))
    }

    #[test]
    fn units_and_containers_are_read_from_control_groups() {
        let id = &ID[..12];
        for (path, expected) in [
            ("/system.slice/bot.service", row("systemd", "bot.service", "systemctl stop bot.service")),
            (
                "/user.slice/user-1000.slice/user@1000.service/app.slice/bot.service",
                row("systemd", "user:bot.service", "systemctl --user stop bot.service"),
            ),
            (&format!("/docker/{ID}"), row("container", id, &format!("docker stop {id}"))),
            (&format!("/system.slice/docker-{ID}.scope"), row("container", id, &format!("docker stop {id}"))),
            (&format!("/kubepods/burstable/pod1/{ID}"), row("container", id, &format!("docker stop {id}"))),
            ("/user.slice/user-1000.slice/session-3.scope", row("unknown", "", "")),
            ("/user.slice/user-1000.slice/user@1000.service/init.scope", row("unknown", "", "")),
            ("/", row("unknown", "", "")),
        ] {
            assert_eq!(told(&in_group(path)), expected, "{path}");
        }
    }

    #[test]
    fn what_both_share_says_nothing() {
        let mut facts = in_group("/system.slice/bot.service");
        facts.own_groups.clone_from(&facts.groups);
        assert_eq!(told(&facts), row("unknown", "", ""));
    }

    #[test]
    fn tools_are_known_by_their_marks() {
        let facts = |variables: &[(&'static str, &str)], parents: &[&str], terminal| Facts {
            variables: variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            parents: parents.iter().map(|name| ((*name).to_owned(), "/service/bot".to_owned())).collect(),
            terminal,
            ..Facts::default()
        };
        let supervisor = [("SUPERVISOR_ENABLED", "1"), ("SUPERVISOR_PROCESS_NAME", "bot")];
        for (facts, expected) in [
            (
                facts(&supervisor, &["supervisord"], false),
                row("supervisord", "bot", "supervisorctl stop bot"),
            ),
            (facts(&supervisor, &["bash"], true), row("terminal", "", "")),
            (
                facts(&[("pm_id", "0"), ("name", "bot")], &["PM2 v6: God Dae"], false),
                row("pm2", "bot", "pm2 stop bot"),
            ),
            (
                facts(&[], &["runsv", "runsvdir"], false),
                row("unknown", "runit:/service/bot", "sv down /service/bot"),
            ),
            (
                facts(&[], &["s6-supervise"], false),
                row("unknown", "s6:/service/bot", "s6-svc -d /service/bot"),
            ),
            (facts(&[], &["sh", "cron"], false), row("cron", "cron", "")),
            (
                facts(&[("TMUX", "/tmp/tmux-0/default,1,0")], &["bash"], true),
                row("tmux", "/tmp/tmux-0/default", ""),
            ),
            (facts(&[("STY", "1.pts-0.host")], &["bash"], true), row("screen", "1.pts-0.host", "")),
            (
                facts(&[("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")], &["bash"], true),
                row("ssh", "10.0.0.1", ""),
            ),
            (facts(&[], &["bash"], true), row("terminal", "", "")),
        ] {
            assert_eq!(told(&facts), expected, "{facts:?}");
        }
    }
}
