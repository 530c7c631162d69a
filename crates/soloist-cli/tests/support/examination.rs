//! What `soloist doctor` found, and machines on which it finds something: namespaces and seccomp(2) filters.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::{Invocation, Outcome, Sandbox};

/// What a document says of each thing with this code.
#[track_caller]
pub(crate) fn findings(outcome: &Outcome, code: &str) -> Vec<Value> {
    let document = outcome.document();
    let all = document["findings"].as_array().unwrap();
    all.iter().filter(|finding| finding["code"] == code).cloned().collect()
}

/// The one finding with this code, which must be of this severity and say these words.
#[track_caller]
pub(crate) fn finds(outcome: &Outcome, severity: &str, code: &str, words: &str) {
    let found = findings(outcome, code);
    assert!(!found.is_empty(), "no {code} in {}", outcome.stdout);
    let told = found.iter().any(|finding| {
        let says = |field: &str| finding[field].as_str().is_some_and(|text| text.contains(words));
        finding["severity"] == severity && (says("message") || says("remedy"))
    });
    assert!(told, "no {severity} that says {words:?} in {found:#?}");
    if severity != "ok" {
        let remedy = |finding: &Value| finding["remedy"].as_str().is_some_and(|text| !text.is_empty());
        assert!(found.iter().all(remedy), "no remedy in {found:#?}");
    }
}

/// `soloist doctor --json WORDS`.
pub(crate) fn doctor(sandbox: &Sandbox, words: &str) -> Invocation {
    sandbox.soloist(&format!("doctor --json {words}"))
}

/// The files below a directory.
pub(crate) fn names(directory: PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.flat_map(|entry| [vec![entry.path()], names(entry.path())].concat()).collect()
}

/// A shell in namespaces of its own; none where this machine makes no such.
pub(crate) fn unshared(sandbox: &Sandbox, options: &str, script: &str) -> Option<Invocation> {
    let possible = sandbox.program(&format!("unshare {options} true")).outcome();
    if possible.code != Some(0) {
        eprintln!("skipped: unshare {options} does not work here: {}", possible.stderr.trim());
        return None;
    }
    Some(sandbox.program(&format!("unshare {options} sh -ec")).arg(script))
}

/// `soloist doctor --json WORDS` under a seccomp filter; none where there are no such.
pub(crate) fn filtered(sandbox: &Sandbox, rules: &[String], words: &str) -> Option<Invocation> {
    sandbox.file("seccomp.py", include_str!("seccomp.py"));
    let under = |program: &str| {
        let words = program.split_whitespace();
        sandbox.program("python3 seccomp.py").args(rules).arg("--").args(words)
    };
    let possible = under("/bin/true").outcome();
    if possible.code != Some(0) {
        eprintln!("skipped: no seccomp filters here: {possible:?}");
        return None;
    }
    Some(under(&format!("{} doctor --json {words}", env!("CARGO_BIN_EXE_soloist"))))
}

/// The rule under which a call fails with this error.
pub(crate) fn forbids(call: libc::c_long, error: libc::c_int) -> String {
    format!("{call}={error}")
}
