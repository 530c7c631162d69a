//! What soloist may answer, by the contract's tables.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use serde_json::Value;

use super::manner::FAILED;
use super::order::Fact;

/// What was asked of soloist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    Run,
    Stop,
    Status,
    List,
    History,
}

/// `75`, or `signal 9`.
pub(super) fn shown(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => code.to_string(),
        (None, signal) => format!("signal {}", signal.unwrap_or_default()),
    }
}

/// Whether the exit status stands in the table. `spoilt`: files were taken away while it ran, so that a lock could
/// not be kept there. `shared`: another user may have the claim, whom this one may not end.
pub(super) fn may_end_so(errand: Errand, status: ExitStatus, spoilt: bool, shared: bool) -> bool {
    let code = status.code();
    match errand {
        // A soloist that waits ends by the signal itself; one that became the program ends as the program does.
        Errand::Run if code.is_none() => matches!(status.signal(), Some(libc::SIGTERM | libc::SIGKILL)),
        Errand::Run if code == Some(i32::from(FAILED)) => true,
        Errand::Run => matches!(code, Some(0 | 75 | 76 | 77 | 137 | 143)) || code == Some(74) && spoilt,
        Errand::Stop => code == Some(0) || code == Some(77) && shared,
        Errand::Status => matches!(code, Some(0 | 3 | 4)),
        Errand::List | Errand::History => code == Some(0),
    }
}

/// How much longer than asked an answer may take on a machine that is busy.
const LATE: Duration = Duration::from_secs(120);

/// Whether an answer came too late: a question at once, a refusal after the wait that was asked for, a stop after
/// the grace. A program may run for as long as it likes.
pub(super) fn is_late(errand: Errand, words: &str, code: Option<i32>, lasted: Duration) -> bool {
    let asked = match errand {
        Errand::Run if code == Some(75) => milliseconds(words, "--wait="),
        Errand::Run => return false,
        Errand::Stop => milliseconds(words, "--grace="),
        Errand::Status | Errand::List | Errand::History => Duration::ZERO,
    };
    lasted > asked + LATE
}

fn milliseconds(words: &str, option: &str) -> Duration {
    let values = words.split(' ').filter_map(|word| word.strip_prefix(option)?.strip_suffix("ms"));
    values.filter_map(|value| value.parse().ok()).map(Duration::from_millis).sum()
}

/// What an answer says about the claim, if it is one for the order of the key.
pub(super) fn fact(errand: Errand, out: &str, code: Option<i32>) -> Option<Fact> {
    match (errand, code) {
        (Errand::Stop, Some(0)) | (Errand::Status, Some(3)) => Some(Fact::Free),
        (Errand::Status, Some(0)) => {
            let status: Value = serde_json::from_str(out).ok()?;
            u32::try_from(status["holder"]["pid"].as_u64()?).ok().map(Fact::Held)
        }
        _ => None,
    }
}

/// Whether the document is what the documentation says; else what is wrong with it.
pub(super) fn check_document(
    errand: Errand,
    text: &str,
    code: Option<i32>,
    shared: bool,
) -> Result<(), String> {
    match errand {
        Errand::Run | Errand::Stop if text.is_empty() => Ok(()),
        Errand::Run => Ok(()),
        Errand::Status => check_status(&document(text, "soloist.status/1")?, code, shared),
        Errand::Stop => fields(&document(text, "soloist.stopped/1")?, &["key", "processes"]),
        Errand::List => fields(&document(text, "soloist.list/1")?, &["claims"]),
        Errand::History => text
            .lines()
            .try_for_each(|line| fields(&document(line, "soloist.event/1")?, &["at", "key", "event", "pid"])),
    }
}

fn document(text: &str, schema: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
    if value["schema"] == schema { Ok(value) } else { Err(format!("the schema is {}", value["schema"])) }
}

fn fields(value: &Value, names: &[&str]) -> Result<(), String> {
    match names.iter().find(|name| value.get(name).is_none()) {
        None => Ok(()),
        Some(name) => Err(format!("it has no {name}")),
    }
}

/// Problems that a key of one user cannot have here: everything is in one container, under no supervisor.
const IMPOSSIBLE: [&str; 5] = ["foreign-user", "other-namespace", "foreign-lock", "managed", "no-locking"];

/// The codes of the problems that a status tells of.
pub(super) fn problems(status: &Value) -> Vec<String> {
    let all = status["problems"].as_array().into_iter().flatten();
    all.filter_map(|problem| problem["code"].as_str().map(str::to_owned)).collect()
}

fn check_status(value: &Value, code: Option<i32>, shared: bool) -> Result<(), String> {
    let names = ["key", "state", "holder", "duplicates", "ghosts", "lock", "problems", "unseen"];
    fields(value, &names)?;
    let told = match value["state"].as_str() {
        Some("running") if value["holder"].is_object() => 0,
        Some("free") => 3,
        Some("trouble") => 4,
        other => return Err(format!("the state is {other:?}, the holder {}", value["holder"])),
    };
    let impossible = |code: &String| !shared && IMPOSSIBLE.contains(&code.as_str());
    if let Some(code) = problems(value).into_iter().find(impossible) {
        return Err(format!("it tells of {code}, which cannot be here"));
    }
    if code == Some(told) { Ok(()) } else { Err(format!("it says {}, the code {code:?}", value["state"])) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exited(code: i32) -> ExitStatus {
        ExitStatus::from_raw(code << 8)
    }

    #[test]
    fn only_the_table_is_allowed() {
        for code in [0, 3, 75, 76, 77, 137, 143] {
            assert!(may_end_so(Errand::Run, exited(code), false, false), "{code}");
        }
        for code in [1, 2, 100, 101, 126, 127, 134, 139] {
            assert!(!may_end_so(Errand::Run, exited(code), true, false), "{code}");
        }
        assert!(may_end_so(Errand::Run, exited(74), true, false));
        assert!(!may_end_so(Errand::Run, exited(74), false, false));
        assert!(!may_end_so(Errand::Run, ExitStatus::from_raw(libc::SIGSEGV), false, false));
        assert!(!may_end_so(Errand::Status, exited(1), true, false));
        assert!(may_end_so(Errand::Stop, exited(77), false, true));
        assert!(!may_end_so(Errand::Stop, exited(77), false, false));
    }

    #[test]
    fn a_refusal_comes_when_the_wait_is_over() {
        let seconds = Duration::from_secs;
        let words = "run --name one --wait=5000ms --grace=100ms -- bot";
        assert!(!is_late(Errand::Run, words, Some(75), seconds(124)));
        assert!(is_late(Errand::Run, words, Some(75), seconds(126)));
        assert!(!is_late(Errand::Run, words, Some(0), seconds(100)));
        assert!(is_late(Errand::Stop, words, Some(0), seconds(121)));
        assert!(is_late(Errand::Status, "status", Some(3), seconds(121)));
    }

    #[test]
    fn a_status_must_agree_with_its_code() {
        let text = r#"{"schema":"soloist.status/1","key":"k","state":"free","holder":null,"duplicates":[],
            "ghosts":[],"lock":{},"problems":[],"unseen":0}"#;
        assert_eq!(check_document(Errand::Status, text, Some(3), false), Ok(()));
        assert!(check_document(Errand::Status, text, Some(0), false).is_err());
        assert!(check_document(Errand::Status, &text.replace("free", "running"), Some(0), false).is_err());
        assert!(check_document(Errand::Status, &text.replace("unseen", "seen"), Some(3), false).is_err());
        assert!(check_document(Errand::Status, "{", Some(3), false).is_err());
    }

    #[test]
    fn every_line_of_a_history_is_a_document() {
        let line = r#"{"schema":"soloist.event/1","at":"","key":"k","event":"claimed","pid":1}"#;
        assert_eq!(check_document(Errand::History, &format!("{line}\n{line}\n"), Some(0), false), Ok(()));
        assert!(check_document(Errand::History, &format!("{line}\ntorn"), Some(0), false).is_err());
    }
}
