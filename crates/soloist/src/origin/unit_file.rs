//! Whether systemd would start a unit again: read from its files (`systemd.unit(5)`, `systemd.service(5)`), without
//! asking systemd. What cannot be found or understood counts as "yes": then nothing is ended by mistake.

use std::path::{Path, PathBuf};

/// What a unit's files say about its restart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RestartPolicy {
    /// The last `Restart=`; systemd's own default is `no`.
    restart: String,
    /// The codes of `RestartPreventExitStatus=`.
    prevented: Vec<String>,
}

impl RestartPolicy {
    /// Reads the unit's file and its drop-ins, in their order.
    fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut policy = Self::default();
        for line in texts.flat_map(str::lines) {
            let Some((name, value)) = line.split_once('=') else { continue };
            let value = value.trim();
            match name.trim() {
                "Restart" => policy.restart = value.to_owned(),
                // An empty value takes back what was set before (systemd.syntax(7)).
                "RestartPreventExitStatus" if value.is_empty() => policy.prevented.clear(),
                "RestartPreventExitStatus" => {
                    policy.prevented.extend(value.split_whitespace().map(str::to_owned));
                }
                _ => {}
            }
        }
        policy
    }

    /// Whether a main process that is made to end is started again. `exit_code`: the code it is known to end with.
    pub(super) fn revives(&self, exit_code: Option<u8>) -> bool {
        let prevented = exit_code.is_some_and(|code| self.prevented.contains(&code.to_string()));
        let ever = !matches!(self.restart.as_str(), "" | "no" | "on-abort" | "on-watchdog");
        ever && !prevented
    }
}

/// Where systemd looks for the units of the system, the most important first (`systemd.unit(5)`).
const SYSTEM: [&str; 8] = [
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// The directories of the system's units.
pub(super) fn system_places() -> Vec<PathBuf> {
    SYSTEM.iter().map(PathBuf::from).collect()
}

/// The directories of a user's units.
pub(super) fn user_places(home: Option<&Path>, user: u32) -> Vec<PathBuf> {
    let runtime = PathBuf::from(format!("/run/user/{user}/systemd"));
    let own = home.map(|home| home.join(".config/systemd"));
    let shared = home.map(|home| home.join(".local/share/systemd/user"));
    let config = own.iter().flat_map(|own| [own.join("user.control"), own.join("user")]);
    let fixed =
        ["/etc/systemd/user", "/run/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user"];
    [runtime.join("user.control"), runtime.join("transient")]
        .into_iter()
        .chain(config)
        .chain([runtime.join("user")])
        .chain(shared)
        .chain(fixed.map(PathBuf::from))
        .collect()
}

/// The policy of a unit whose files lie in `places`; `None` where its file is not found.
pub(super) fn policy(unit: &str, places: &[PathBuf]) -> Option<RestartPolicy> {
    let names: Vec<String> = std::iter::once(unit.to_owned()).chain(template(unit)).collect();
    let main = names
        .iter()
        .find_map(|name| places.iter().find_map(|place| std::fs::read_to_string(place.join(name)).ok()))?;
    let mut drop_ins: Vec<PathBuf> = names
        .iter()
        .flat_map(|name| places.iter().map(move |place| place.join(format!("{name}.d"))))
        .flat_map(|directory| std::fs::read_dir(directory).into_iter().flatten().flatten())
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "conf"))
        .collect();
    drop_ins.sort_by_key(|path| path.file_name().map(ToOwned::to_owned));
    let texts: Vec<String> = drop_ins.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    Some(RestartPolicy::of(std::iter::once(main.as_str()).chain(texts.iter().map(String::as_str))))
}

/// `bot@1.service` → `bot@.service`.
fn template(unit: &str) -> Option<String> {
    let (name, instance) = unit.split_once('@')?;
    let (_, kind) = instance.rsplit_once('.')?;
    Some(format!("{name}@.{kind}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy_of(texts: &[&str]) -> RestartPolicy {
        RestartPolicy::of(texts.iter().copied())
    }

    #[test]
    fn each_restart_setting_is_understood() {
        for (setting, revives) in [
            ("no", false),
            ("on-abort", false),
            ("on-watchdog", false),
            ("always", true),
            ("on-failure", true),
            ("on-success", true),
            ("on-abnormal", true),
        ] {
            let policy = policy_of(&[&format!("[Service]\nRestart={setting}\n")]);
            assert_eq!(policy.revives(None), revives, "{setting}");
        }
        assert!(!policy_of(&["[Service]\nExecStart=/bin/bot\n"]).revives(None));
    }

    #[test]
    fn a_prevented_code_is_not_revived() {
        let policy = policy_of(&["Restart=always\nRestartPreventExitStatus=75 76 77"]);
        assert!(!policy.revives(Some(76)));
        assert!(policy.revives(None));
        assert!(
            policy_of(&["Restart=always", "RestartPreventExitStatus=76", "RestartPreventExitStatus="])
                .revives(Some(76))
        );
    }

    #[test]
    fn drop_ins_come_last_and_templates_count() {
        let directory = tempfile::tempdir().unwrap();
        let (low, high) = (directory.path().join("low"), directory.path().join("high"));
        std::fs::create_dir_all(high.join("bot@.service.d")).unwrap();
        std::fs::create_dir_all(&low).unwrap();
        std::fs::write(low.join("bot@.service"), "[Service]\nRestart=always\n").unwrap();
        let places = [high.clone(), low];
        assert!(policy("bot@7.service", &places).unwrap().revives(None));
        std::fs::write(high.join("bot@.service.d/never.conf"), "[Service]\nRestart=no\n").unwrap();
        assert!(!policy("bot@7.service", &places).unwrap().revives(None));
        assert_eq!(policy("other.service", &places), None);
    }
}
