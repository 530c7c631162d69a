//! What a process's control groups say (`cgroups(7)`): the container or the systemd unit it belongs to.

/// The container runtime's own name in a path, and the command that stops one of its containers.
const RUNTIMES: [(&str, &[&str]); 6] = [
    ("kubepods", &["crictl", "stop"]),
    ("libpod", &["podman", "stop"]),
    ("docker", &["docker", "stop"]),
    ("crio", &["crictl", "stop"]),
    ("containerd", &["nerdctl", "stop"]),
    ("lxc", &["lxc-stop", "-n"]),
];

/// How many digits of a container's id its tools show.
const LENGTH_OF_ID: usize = 12;

/// A container as a control group names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Container<'a> {
    /// The runtime, as the path spells it.
    pub(super) runtime: &'static str,
    /// The command that stops it, to be followed by its id.
    pub(super) stop: &'static [&'static str],
    /// The first twelve digits of its id.
    pub(super) id: &'a str,
}

/// A systemd unit as a control group names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit<'a> {
    /// `bot.service`
    pub(super) name: &'a str,
    /// It belongs to a user's own service manager.
    pub(super) of_user: bool,
}

/// The path of each hierarchy: `0::/system.slice/bot.service` is the unified one. Every start reads a dozen of them where
/// the first version is mounted, so they are split as bytes.
fn lines(groups: &str) -> impl Iterator<Item = (&str, &str)> {
    groups.as_bytes().split(|&byte| byte == b'\n').filter_map(|line| {
        let mut fields = line.splitn(3, |&byte| byte == b':').skip(1);
        let mut next = || std::str::from_utf8(fields.next()?).ok();
        Some((next()?, next()?))
    })
}

/// `/docker/0123…`, `/system.slice/docker-0123….scope`, `/kubepods/…/0123…`, `/machine.slice/libpod-0123….scope`.
pub(super) fn container(groups: &str) -> Option<Container<'_>> {
    let may_name_one = |path: &&str| path.len() > LENGTH_OF_ID;
    lines(groups).map(|(_, path)| path).filter(may_name_one).find_map(|path| {
        let (runtime, stop) = *RUNTIMES.iter().find(|(name, _)| path.contains(name))?;
        let id = path.rsplit('/').find_map(|part| {
            let id = part.trim_end_matches(".scope").rsplit(['-', ':']).next()?;
            let is_id = id.len() >= LENGTH_OF_ID && id.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_id.then(|| &id[..LENGTH_OF_ID])
        })?;
        Some(Container { runtime, stop, id })
    })
}

/// `/system.slice/bot.service`, `/user.slice/user-1000.slice/user@1000.service/app.slice/bot.service`. Only the
/// hierarchies that systemd itself keeps are believed.
pub(super) fn unit(groups: &str) -> Option<Unit<'_>> {
    lines(groups).filter(|(hierarchy, _)| matches!(*hierarchy, "" | "name=systemd")).find_map(|(_, path)| {
        let name = path.rsplit('/').find(|part| part.ends_with(".service"))?;
        let manager = name.starts_with("user@");
        (!manager).then_some(Unit { name, of_user: path.contains("/user@") })
    })
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn containers_are_known_by_their_paths() {
        for (path, runtime, stop) in [
            (format!("0::/docker/{ID}"), "docker", "docker stop"),
            (format!("12:memory:/docker/{ID}\n0::/"), "docker", "docker stop"),
            (format!("0::/system.slice/docker-{ID}.scope/init"), "docker", "docker stop"),
            (format!("0::/machine.slice/libpod-{ID}.scope/container"), "libpod", "podman stop"),
            (
                format!("0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-{ID}.scope"),
                "kubepods",
                "crictl stop",
            ),
            (format!("0::/kubepods/burstable/pod1/{ID}"), "kubepods", "crictl stop"),
        ] {
            let found = container(&path).unwrap();
            assert_eq!(
                (found.runtime, &*found.stop.join(" "), found.id),
                (runtime, stop, &ID[..12]),
                "{path}"
            );
        }
        for path in ["", "0::/", "0::/system.slice/docker.service", "0::/system.slice/containerd.service"] {
            assert_eq!(container(path), None, "{path}");
        }
    }

    #[test]
    fn units_are_known_by_their_paths() {
        let user = "/user.slice/user-1000.slice/user@1000.service";
        for (path, expected) in [
            ("0::/system.slice/bot.service".to_owned(), Some(("bot.service", false))),
            (
                "3:memory:/x.service\n1:name=systemd:/system.slice/bot@1.service\n0::/".into(),
                Some(("bot@1.service", false)),
            ),
            ("0::/system.slice/bot.service/soloist-77".into(), Some(("bot.service", false))),
            (format!("0::{user}/app.slice/bot.service"), Some(("bot.service", true))),
            (format!("0::{user}/init.scope"), None),
            ("0::/user.slice/user-1000.slice/session-3.scope".into(), None),
            ("3:memory:/system.slice/x.service".into(), None),
            ("torn".into(), None),
        ] {
            assert_eq!(unit(&path).map(|unit| (unit.name, unit.of_user)), expected, "{path}");
        }
    }
}
