//! Whether systemd would start a unit again: read from its files (`systemd.unit(5)`, `systemd.service(5)`), without
//! asking systemd. What cannot be found or understood counts as "yes": then nothing is ended by mistake.

use std::path::{Path, PathBuf};

use crate::sys::files;

/// What a unit's files say about its restart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RestartPolicy {
    /// The last `Restart=`; systemd's own default is `no`.
    restart: String,
    /// The codes of `RestartPreventExitStatus=`.
    prevented: Vec<String>,
    /// Those of `RestartForceExitStatus=`.
    forced: Vec<String>,
    /// Those of `SuccessExitStatus=`.
    successes: Vec<String>,
}

impl RestartPolicy {
    /// Reads the unit's file and its drop-ins, in their order.
    fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut policy = Self::default();
        for (name, value) in texts.flat_map(settings) {
            let codes = match name.as_str() {
                "Restart" => {
                    policy.restart = value;
                    continue;
                }
                "RestartPreventExitStatus" => &mut policy.prevented,
                "RestartForceExitStatus" => &mut policy.forced,
                "SuccessExitStatus" => &mut policy.successes,
                _ => continue,
            };
            if value.is_empty() {
                // An empty value takes back what was set before (systemd.syntax(7)).
                codes.clear();
            }
            codes.extend(value.split_whitespace().map(str::to_owned));
        }
        policy
    }

    /// Whether a main process that is made to end is started again. `exit_code`: the code it is known to end with.
    pub(super) fn revives(&self, exit_code: Option<u8>) -> bool {
        let Some(code) = exit_code else {
            let never = matches!(self.restart.as_str(), "" | "no" | "on-abort" | "on-watchdog");
            return !never || !self.forced.is_empty();
        };
        let is_in = |codes: &[String]| codes.iter().any(|written| is_code(written, code));
        let by_setting = match self.restart.as_str() {
            "" | "no" | "on-abort" | "on-watchdog" | "on-abnormal" => false,
            "on-success" => is_in(&self.successes),
            "on-failure" => !is_in(&self.successes),
            _ => true,
        };
        !is_in(&self.prevented) && (by_setting || is_in(&self.forced))
    }
}

/// Codes may be written as names; 76 has one (`systemd.exec(5)`, "Process Exit Codes").
fn is_code(written: &str, code: u8) -> bool {
    written == code.to_string() || code == 76 && written == "PROTOCOL"
}

/// The settings of a text's `[Service]` section. A line that ends in a backslash goes on in the next; lines that begin
/// with `#` or `;` are comments, also in between (systemd.syntax(7)).
fn settings(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut in_service = true;
    let mut logical = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
        if let Some(begun) = line.strip_suffix('\\') {
            logical.push_str(begun);
            logical.push(' ');
            continue;
        }
        logical.push_str(line);
        let whole = std::mem::take(&mut logical);
        if whole.starts_with('[') {
            in_service = whole == "[Service]";
        } else if let Some((name, value)) = whole.split_once('=').filter(|_| in_service) {
            found.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    found
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
    let main = names.iter().find_map(|name| places.iter().find_map(|place| text_of(&place.join(name))))?;
    let texts: Vec<String> = drop_ins(unit, &names, places).iter().filter_map(|path| text_of(path)).collect();
    Some(RestartPolicy::of(std::iter::once(main.as_str()).chain(texts.iter().map(String::as_str))))
}

/// The most that is read of a unit file.
const LARGEST: usize = 256 * 1024;

/// A unit file in any encoding: the settings that matter are ASCII. It may be another user's, who has put there what he
/// likes: a FIFO that nobody writes to, or more than there is memory for, is no unit file.
fn text_of(path: &Path) -> Option<String> {
    let is_file = files::status(path).is_ok_and(|status| status.is_regular());
    if !is_file {
        return is_masked(path).then(String::new);
    }
    let text = files::beginning_at_once(path, LARGEST + 1).ok().filter(|text| text.len() <= LARGEST)?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// A link to `/dev/null` stands for an empty file (`systemd.unit(5)`).
fn is_masked(path: &Path) -> bool {
    std::fs::canonicalize(path).is_ok_and(|place| place == Path::new("/dev/null"))
}

/// The drop-ins of a unit, in the order of their names. Of those with one name, the one for the unit itself counts
/// before one for its kind, and among these the one in the most important place: it hides the others, also when it is
/// a link to `/dev/null` (`systemd.unit(5)`).
fn drop_ins(unit: &str, names: &[String], places: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for name in names.iter().cloned().chain(families(unit)) {
        let directories = places.iter().map(|place| place.join(format!("{name}.d")));
        let entries = directories.flat_map(|place| std::fs::read_dir(place).into_iter().flatten().flatten());
        for path in entries.map(|entry| entry.path()) {
            let hidden = found.iter().any(|known| known.file_name() == path.file_name());
            if !hidden && path.extension().is_some_and(|extension| extension == "conf") {
                found.push(path);
            }
        }
    }
    found.sort_by_key(|path| path.file_name().map(ToOwned::to_owned));
    found
}

/// The names under which drop-ins hold for many units: `my-bot-a.service` → `my-bot-.service`, `my-.service`, `service`.
fn families(unit: &str) -> Vec<String> {
    let Some((name, kind)) = unit.rsplit_once('.') else { return Vec::new() };
    let name = name.split('@').next().unwrap_or(name);
    let dashes = name.char_indices().filter(|&(at, letter)| letter == '-' && at + 1 < name.len());
    let mut found: Vec<String> = dashes.map(|(at, _)| format!("{}.{kind}", &name[..=at])).collect();
    found.reverse();
    found.push(kind.to_owned());
    found
}

/// `bot@1.service` → `bot@.service`.
fn template(unit: &str) -> Option<String> {
    let (name, instance) = unit.split_once('@')?;
    let (_, kind) = instance.rsplit_once('.')?;
    Some(format!("{name}@.{kind}"))
}

#[cfg(test)]
mod properties;

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
    fn the_code_of_the_superseded_is_judged_by_all_settings() {
        for (settings, revives) in [
            ("Restart=on-success", false),
            ("Restart=on-abnormal", false),
            ("Restart=on-failure", true),
            ("Restart=on-failure\nSuccessExitStatus=76", false),
            ("Restart=always\nSuccessExitStatus=76", true),
            ("Restart=always\nRestartPreventExitStatus=PROTOCOL", false),
            ("Restart=no\nRestartForceExitStatus=76", true),
        ] {
            assert_eq!(policy_of(&[settings]).revives(Some(76)), revives, "{settings}");
        }
    }

    #[test]
    fn lines_go_on_after_a_backslash_and_other_sections_do_not_count() {
        for (text, revives) in [
            ("[Service]\nRestart=always\nExecStart=/bin/env \\\n Restart=no\n", true),
            ("[Service]\nRestart=always\nExecStart=/bin/env \\\n# Restart=no \\\n Restart=no\n", true),
            ("[Service]\r\nRestart = always\r\n", true),
            ("[Service]\n#Restart=always\n;Restart=always\n", false),
            ("[Service]\nRestart=\\\nno\n", false),
            ("[X-Notes]\nRestart=always\n[Service]\nExecStart=/bin/bot\n", false),
        ] {
            assert_eq!(policy_of(&[text]).revives(None), revives, "{text}");
        }
    }

    #[test]
    fn the_nearest_drop_in_of_a_name_hides_the_others() {
        let directory = tempfile::tempdir().unwrap();
        let [high, low] = ["high", "low"].map(|name| directory.path().join(name));
        let put = |path: PathBuf, text: &[u8]| {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let places = [high.clone(), low.clone()];
        // In a Russian one-byte encoding.
        put(low.join("my-bot.service"), b"# \xe1\xee\xf2\n[Service]\nRestart=no\n");
        assert!(!policy("my-bot.service", &places).unwrap().revives(None));
        put(low.join("my-bot.service.d/10.conf"), b"[Service]\nRestart=always\n");
        assert!(policy("my-bot.service", &places).unwrap().revives(None));
        std::fs::create_dir_all(high.join("my-bot.service.d")).unwrap();
        std::os::unix::fs::symlink("/dev/null", high.join("my-bot.service.d/10.conf")).unwrap();
        assert!(!policy("my-bot.service", &places).unwrap().revives(None));
        put(low.join("my-.service.d/20.conf"), b"[Service]\nRestart=always\n");
        assert!(policy("my-bot.service", &places).unwrap().revives(None));
        put(high.join("service.d/30.conf"), b"[Service]\nRestart=no\n");
        assert!(!policy("my-bot.service", &places).unwrap().revives(None));
    }

    /// Another user's units are his to fill with what he likes.
    #[test]
    fn what_is_no_unit_file_is_not_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().to_owned();
        let made = std::process::Command::new("mkfifo").arg(place.join("fifo.service")).status().unwrap();
        assert!(made.success());
        std::os::unix::fs::symlink("/dev/zero", place.join("endless.service")).unwrap();
        std::fs::File::create(place.join("huge.service")).unwrap().set_len(1 << 40).unwrap();
        std::os::unix::fs::symlink("/dev/null", place.join("masked.service")).unwrap();
        let (told, answers) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for unit in ["fifo.service", "endless.service", "huge.service", "masked.service"] {
                told.send(policy(unit, std::slice::from_ref(&place)).is_some()).unwrap();
            }
        });
        let next = || answers.recv_timeout(std::time::Duration::from_secs(20));
        assert_eq!([next(), next(), next(), next()], [Ok(false), Ok(false), Ok(false), Ok(true)]);
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
