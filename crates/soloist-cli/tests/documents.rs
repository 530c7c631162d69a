//! Contract, appendix: the JSON documents.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod support;

use serde_json::Value;
use support::{Outcome, Sandbox};

const ORIGINS: [&str; 12] = [
    "systemd",
    "container",
    "cron",
    "pm2",
    "supervisord",
    "launchd",
    "windows-service",
    "tmux",
    "screen",
    "ssh",
    "terminal",
    "unknown",
];

/// The document, which begins with its schema and is the only thing on stdout.
#[track_caller]
fn document(outcome: &Outcome, kind: &str) -> Value {
    let start: String = outcome.stdout.chars().filter(|letter| !letter.is_whitespace()).take(60).collect();
    assert!(start.starts_with(&format!("{{\"schema\":\"soloist.{kind}/1\"")), "it starts with {start}");
    outcome.document()
}

#[track_caller]
fn has(document: &Value, fields: &[&str]) {
    for field in fields {
        assert!(document.get(field).is_some(), "no {field:?} in {document:#}");
    }
}

/// RFC 3339 with an offset in digits.
#[track_caller]
fn is_time(value: &Value) {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no time"));
    let shape: String =
        text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    let (date, offset) = shape.split_at(shape.len().saturating_sub(6));
    assert!(date.starts_with("0000-00-00T00:00:00"), "{text}");
    assert!(["+00:00", "-00:00"].contains(&offset), "{text}");
}

#[track_caller]
fn is_process(process: &Value) {
    has(process, &["pid", "birth", "user", "started_at", "command", "cwd", "program", "origin"]);
    assert!(process["pid"].as_i64().is_some_and(|pid| pid > 1), "{process:#}");
    assert!(process["birth"].as_str().is_some_and(|birth| !birth.is_empty()), "{process:#}");
    assert!(process["user"].is_string(), "{process:#}");
    is_time(&process["started_at"]);
    let command = process["command"].as_array().unwrap();
    assert!(command.iter().all(Value::is_string) && !command.is_empty(), "{process:#}");
    assert!(process["cwd"].is_string(), "{process:#}");
    assert!(ORIGINS.contains(&process["origin"]["kind"].as_str().unwrap()), "{process:#}");
    has(&process["origin"], &["kind", "name"]);
}

#[track_caller]
fn are_problems(problems: &Value) {
    for problem in problems.as_array().unwrap() {
        has(problem, &["code", "message", "remedy"]);
    }
}

#[track_caller]
fn is_status(outcome: &Outcome) -> Value {
    let status = document(outcome, "status");
    has(&status, &["key", "state", "holder", "duplicates", "ghosts", "lock", "problems", "unseen"]);
    has(&status["lock"], &["path", "state_path"]);
    assert!(status["unseen"].is_u64(), "{status:#}");
    status["duplicates"].as_array().unwrap().iter().for_each(is_process);
    status["ghosts"].as_array().unwrap().iter().for_each(is_process);
    are_problems(&status["problems"]);
    status
}

/// Appendix: `soloist.status/1` of what is free, runs, and is in trouble.
#[test]
fn status() {
    let sandbox = Sandbox::new();
    let ask = |code: i32| {
        is_status(&sandbox.soloist("status --json --lock bot.lock -- python3 main.py").exits(code))
    };
    let free = ask(3);
    assert_eq!(free["state"], "free");
    assert!(free["holder"].is_null());
    let (running, bot) =
        sandbox.start(sandbox.soloist("run --lock bot.lock -- python3 main.py").env("ACTOR_WITNESS", ""));
    let held = ask(0);
    assert_eq!(held["state"], "running");
    assert_eq!(held["key"], sandbox.path("bot.lock").to_str().unwrap());
    assert_eq!(held["lock"]["path"], sandbox.path("bot.lock").to_str().unwrap());
    assert!(std::path::Path::new(held["lock"]["state_path"].as_str().unwrap()).exists(), "{held:#}");
    is_process(&held["holder"]);
    assert_eq!(held["holder"]["pid"], running.pid());
    assert_eq!(held["holder"]["program_pid"], bot.pid);
    assert_eq!(held["holder"]["program"], sandbox.path("main.py").to_str().unwrap());
    assert_eq!(held["problems"], serde_json::json!([]));
    let (_bare, bare) = sandbox.start(sandbox.program("python3 main.py").env("ACTOR_WITNESS", ""));
    let trouble = ask(4);
    assert_eq!(trouble["state"], "trouble");
    assert_eq!(trouble["duplicates"][0]["pid"], bare.pid);
    assert_eq!(trouble["duplicates"][0]["program"], sandbox.path("main.py").to_str().unwrap());
    assert!(trouble["problems"].as_array().unwrap().iter().any(|problem| problem["code"] == "duplicates"));
}

/// Appendix: the lock of a name has no visible path.
#[test]
fn status_of_a_name() {
    let sandbox = Sandbox::new();
    let (_running, _bot) = sandbox.starts("run --name bot -- python3 main.py");
    let status = is_status(&sandbox.soloist("status --json --name bot").exits(0));
    assert!(status["lock"]["path"].is_null(), "{status:#}");
    assert_eq!(status["key"], "bot");
}

/// Appendix: `soloist.list/1`.
#[test]
fn list() {
    let sandbox = Sandbox::new();
    let empty = document(&sandbox.soloist("list --json").exits(0), "list");
    assert_eq!(empty["claims"], serde_json::json!([]));
    let (_one, _first) =
        sandbox.start(sandbox.soloist("run --name one -- python3 main.py").env("ACTOR_WITNESS", ""));
    let (_two, _second) =
        sandbox.start(sandbox.soloist("run --lock bot.lock -- python3 main.py").env("ACTOR_WITNESS", ""));
    let list = document(&sandbox.soloist("list --json").exits(0), "list");
    let claims = list["claims"].as_array().unwrap();
    assert_eq!(claims.len(), 2, "{list:#}");
    for claim in claims {
        has(claim, &["key", "state", "holder", "lock"]);
        is_process(&claim["holder"]);
        assert_eq!(claim["state"], "running");
    }
    let keys: Vec<&str> = claims.iter().map(|claim| claim["key"].as_str().unwrap()).collect();
    assert!(keys.contains(&"one") && keys.contains(&sandbox.path("bot.lock").to_str().unwrap()), "{keys:?}");
}

#[track_caller]
fn plan(outcome: &Outcome, would: &str) -> Value {
    let plan = document(outcome, "plan");
    has(&plan, &["key", "would", "candidates"]);
    assert_eq!(plan["would"], would, "{plan:#}");
    for candidate in plan["candidates"].as_array().unwrap() {
        is_process(candidate);
        has(candidate, &["verdict", "role", "reason"]);
        assert!(["end", "spare"].contains(&candidate["verdict"].as_str().unwrap()), "{candidate:#}");
        let roles = ["holder", "duplicate", "ghost", "bystander", "ancestor", "self"];
        assert!(roles.contains(&candidate["role"].as_str().unwrap()), "{candidate:#}");
    }
    plan
}

/// Appendix: `soloist.plan/1`, whatever would happen.
#[test]
fn plans() {
    let sandbox = Sandbox::new();
    let ask = |words: &str| sandbox.soloist(&format!("{words} --dry-run --json -- python3 main.py")).exits(0);
    plan(&ask("run"), "start");
    plan(&ask("run --replace"), "start");
    plan(&ask("run --wait"), "start");
    plan(&ask("stop"), "nothing");
    let (running, mut bot) = sandbox.starts("run -- python3 main.py");
    plan(&ask("run"), "refuse");
    plan(&ask("run --wait"), "wait");
    for planned in [plan(&ask("run --replace"), "replace"), plan(&ask("stop"), "stop")] {
        let candidates = planned["candidates"].as_array().unwrap();
        let holder = candidates.iter().find(|candidate| candidate["role"] == "holder").unwrap();
        assert_eq!(holder["pid"], running.pid());
        assert_eq!(holder["verdict"], "end");
    }
    assert!(bot.is_untouched());
}

#[track_caller]
fn conflict(outcome: &Outcome, code: i32) -> Value {
    let conflict = document(outcome, "conflict");
    has(&conflict, &["key", "exit_code", "holder", "duplicates", "ghosts", "problems", "remedy"]);
    assert_eq!(conflict["exit_code"], code, "{conflict:#}");
    assert!(conflict["remedy"].is_string(), "{conflict:#}");
    conflict["duplicates"].as_array().unwrap().iter().for_each(is_process);
    are_problems(&conflict["problems"]);
    conflict
}

/// Appendix: `soloist.conflict/1` for 75 with a holder, with a bare copy, and after a wait.
#[test]
fn conflicts() {
    let sandbox = Sandbox::new();
    let (bare, mut bot) = sandbox.starts_bare("python3 main.py");
    let by_bare = conflict(&sandbox.soloist("run --json -- python3 main.py").exits(75), 75);
    assert_eq!(by_bare["duplicates"][0]["pid"], bot.pid);
    assert!(by_bare["holder"].is_null(), "{by_bare:#}");
    bot.exit(0);
    bare.wait_for_end();
    let (running, mut bot) = sandbox.starts("run -- python3 main.py");
    for words in ["run --json", "run --json --wait=1ms", "run --json --quiet"] {
        let by_holder = conflict(&sandbox.soloist(&format!("{words} -- python3 main.py")).exits(75), 75);
        is_process(&by_holder["holder"]);
        assert_eq!(by_holder["holder"]["pid"], running.pid());
    }
    bot.order("on TERM report");
    let words = "run --json --replace --no-kill --grace 50ms -- python3 main.py";
    conflict(&sandbox.soloist(words).exits(77), 77);
}

/// Appendix: `soloist.conflict/1` for 76, of a contender that was superseded before it could start.
#[test]
fn a_superseded_contender() {
    let sandbox = Sandbox::new();
    sandbox.program("mkfifo gate").exits(0);
    let older = sandbox
        .soloist("run --json --replace --preflight")
        .arg("echo waiting > waiting; read word < gate")
        .args(["--", "python3", "main.py"])
        .spawn();
    support::eventually("the preflight", || sandbox.path("waiting").exists().then_some(()));
    let (newer, _bot) = sandbox.starts("run -- python3 main.py");
    std::fs::write(sandbox.path("gate"), "go\n").unwrap();
    let superseded = conflict(&older.exits(76), 76);
    assert_eq!(superseded["holder"]["pid"], newer.pid());
}

/// Appendix: `soloist.stopped/1` with what became of each.
#[test]
fn stopped() {
    let sandbox = Sandbox::new();
    let stop = |options: &str, code: i32| {
        let outcome = sandbox.soloist(&format!("stop --json {options} -- python3 main.py")).exits(code);
        let stopped = document(&outcome, "stopped");
        has(&stopped, &["key", "processes"]);
        for process in stopped["processes"].as_array().unwrap() {
            is_process(process);
            has(process, &["outcome", "seconds"]);
            assert!(process["seconds"].is_number() || process["seconds"].is_null(), "{process:#}");
        }
        stopped
    };
    assert_eq!(stop("", 0)["processes"], serde_json::json!([]));
    let outcome_of = |stopped: &Value, pids: [i32; 2]| {
        let processes = stopped["processes"].as_array().unwrap().clone();
        let found = processes.iter().find(|process| pids.iter().any(|pid| process["pid"] == *pid));
        found.unwrap_or_else(|| panic!("{pids:?} is not in {stopped:#}"))["outcome"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (running, bot) = sandbox.starts("run -- python3 main.py");
    assert_eq!(outcome_of(&stop("", 0), [running.pid(), bot.pid]), "terminated");
    let (bare, mut bot) = sandbox.starts_bare("python3 main.py");
    bot.order("on TERM report");
    assert_eq!(outcome_of(&stop("--no-kill --grace 50ms", 77), [bot.pid; 2]), "survived");
    assert_eq!(outcome_of(&stop("--grace 50ms", 0), [bot.pid; 2]), "killed");
    bare.wait_for_end();
}
