//! Which tools run here that start programs again, and what to tell them.

use std::path::Path;

use super::finding::{Finding, Sentence};
use super::sentences;
use crate::discover::split;
use crate::process::Observer;

/// Each tool, and the names of its processes.
const TOOLS: [(&Sentence, &[&str]); 6] = [
    (&sentences::SUPERVISOR_SYSTEMD, &[]),
    (&sentences::SUPERVISOR_SUPERVISORD, &["supervisord"]),
    (&sentences::SUPERVISOR_PM2, &[]),
    (&sentences::SUPERVISOR_RUNIT, &["runsvdir", "runsv"]),
    (&sentences::SUPERVISOR_S6, &["s6-svscan", "s6-supervise"]),
    (&sentences::SUPERVISOR_CRON, &["cron", "crond", "fcron"]),
];

/// A live process, as far as it matters here.
#[derive(Clone, Debug)]
struct Seen {
    pid: u32,
    /// Its short name (`/proc/PID/comm`, at most 15 bytes).
    name: String,
    /// The last parts of its first two words: a script's name stands behind its interpreter's.
    words: Vec<String>,
}

pub(super) fn look(observer: &Observer) -> Vec<Finding> {
    let seen: Vec<Seen> = observer
        .proc
        .processes()
        .unwrap_or_default()
        .into_iter()
        .filter_map(|pid| seen(observer, pid))
        .collect();
    // sd_booted(3): the system was started by systemd, also where its process 1 cannot be seen.
    let booted = Path::new("/run/systemd/system").is_dir();
    judge(&seen, booted).into_iter().map(|sentence| Finding::of(sentence, &[])).collect()
}

fn seen(observer: &Observer, pid: u32) -> Option<Seen> {
    let mut buffer = Vec::new();
    observer.proc.read(pid, "comm", &mut buffer).ok()?;
    let name = String::from_utf8_lossy(&buffer).trim_end().to_owned();
    observer.proc.read(pid, "cmdline", &mut buffer).ok()?;
    let last = |word: &&[u8]| {
        let word = String::from_utf8_lossy(word).into_owned();
        word.rsplit('/').next().map(str::to_owned)
    };
    let words = split(&buffer).iter().take(2).filter_map(last).collect();
    Some(Seen { pid, name, words })
}

fn judge(seen: &[Seen], booted: bool) -> Vec<&'static Sentence> {
    let runs = |names: &[&str]| {
        seen.iter().any(|process| {
            // The kernel's own threads have names, but no words.
            names.contains(&process.name.as_str()) && !process.words.is_empty()
                || process.words.iter().any(|word| names.contains(&word.as_str()))
        })
    };
    let of = |sentence: &Sentence| match sentence.name {
        "supervisor-systemd" => {
            booted || seen.iter().any(|process| process.pid == 1 && process.name == "systemd")
        }
        // PM2 renames its daemon to `PM2 v5.3.0: God Daemon (/root/.pm2)`.
        "supervisor-pm2" => seen.iter().any(|process| process.name.starts_with("PM2 v")),
        _ => false,
    };
    TOOLS
        .into_iter()
        .filter(|(sentence, names)| runs(names) || of(sentence))
        .map(|(sentence, _)| sentence)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, name: &str, words: &[&str]) -> Seen {
        Seen { pid, name: name.into(), words: words.iter().map(|&word| word.to_owned()).collect() }
    }

    #[test]
    fn tools_are_known_by_their_processes() {
        for (seen, booted, expected) in [
            (process(1, "systemd", &["init"]), false, Some(&sentences::SUPERVISOR_SYSTEMD)),
            (process(7, "bash", &["bash"]), true, Some(&sentences::SUPERVISOR_SYSTEMD)),
            (process(7, "systemd", &["systemd", "--user"]), false, None),
            (
                process(7, "supervisord", &["python3", "supervisord"]),
                false,
                Some(&sentences::SUPERVISOR_SUPERVISORD),
            ),
            (
                process(7, "python3", &["python3", "supervisord"]),
                false,
                Some(&sentences::SUPERVISOR_SUPERVISORD),
            ),
            (
                process(7, "PM2 v5.3.0: God", &["PM2 v5.3.0: God Daemon"]),
                false,
                Some(&sentences::SUPERVISOR_PM2),
            ),
            (process(7, "runsv", &["runsv", "bot"]), false, Some(&sentences::SUPERVISOR_RUNIT)),
            (process(7, "s6-svscan", &["s6-svscan"]), false, Some(&sentences::SUPERVISOR_S6)),
            (process(7, "crond", &["crond"]), false, Some(&sentences::SUPERVISOR_CRON)),
            (process(7, "cron", &[]), false, None),
            (process(7, "vi", &["vi", "cron.txt"]), false, None),
        ] {
            assert_eq!(
                judge(std::slice::from_ref(&seen), booted),
                expected.into_iter().collect::<Vec<_>>(),
                "{seen:?}"
            );
        }
    }
}
