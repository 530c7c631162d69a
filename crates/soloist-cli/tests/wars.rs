//! Contract §3.9: two parties that keep replacing each other are noticed.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod support;

use std::fs;

use serde_json::Value;
use support::{Actor, Invocation, Running, Sandbox};

const REPLACE: &str = "run --replace --name bot --match none -- python3 main.py";

/// A start by one of two parties: the same program from two directories.
fn start_of(sandbox: &Sandbox, words: &str, party: &str) -> Invocation {
    sandbox.script(format!("{party}/main.py"));
    sandbox.soloist(words).cwd(sandbox.path(party))
}

/// Each replaces the one before; answers the last, which runs.
fn fight(sandbox: &Sandbox, parties: &[&str]) -> (Running, Actor) {
    let mut last: Option<(Running, Actor)> = None;
    for party in parties {
        let next = sandbox.start(start_of(sandbox, REPLACE, party));
        if let Some((running, _)) = last.replace(next) {
            running.exits(76);
        }
    }
    last.unwrap()
}

/// After the third replacement in turn the next contender is refused, and both parties are named.
#[test]
fn the_third_replacement_in_turn_is_the_last() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = fight(&sandbox, &["a", "b", "a", "b"]);
    let refused = start_of(&sandbox, &REPLACE.replace("run", "run --json"), "a").exits(75);
    let conflict = refused.document();
    let problem =
        conflict["problems"].as_array().unwrap().iter().find(|problem| problem["code"] == "war").unwrap();
    let message = problem["message"].as_str().unwrap();
    for party in ["a", "b"] {
        assert!(message.contains(&*sandbox.path(party).to_string_lossy()), "{message}");
    }
    assert!(message.contains(&format!("pid {}", running.pid())), "{message}");
    assert!(bot.is_untouched());
    let status = sandbox.soloist("status --json --name bot").exits(4).document();
    assert_eq!(status["problems"][0]["code"], "war");
    let plan = start_of(&sandbox, &REPLACE.replace("run", "run --dry-run --json"), "a").exits(0).document();
    assert_eq!(plan["would"], "refuse");
    start_of(&sandbox, &REPLACE.replace("run", "run --override-supervisor"), "a").exits(75);
    sandbox.soloist("stop --name bot").exits(0);
}

/// When nobody holds the claim, a start is no replacement.
#[test]
fn a_war_does_not_keep_a_free_key_from_starting() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = fight(&sandbox, &["a", "b", "a", "b"]);
    bot.exit(0);
    running.exits(0);
    let (running, mut bot) = sandbox.start(start_of(&sandbox, REPLACE, "a"));
    bot.exit(0);
    running.exits(0);
}

/// One party may replace itself as often as it likes.
#[test]
fn a_deploy_is_no_war() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = fight(&sandbox, &["a"; 7]);
    bot.exit(0);
    running.exits(0);
    sandbox.witness().never_saw_two();
}

/// Two starters in one directory are two parties; whatever launches soloist in between is none.
#[test]
fn a_party_is_known_by_its_starter() {
    let sandbox = Sandbox::new();
    sandbox.script("starter.py");
    let mut starters: Vec<(Running, Actor)> = (0..2)
        .map(|_| sandbox.start(sandbox.program("python3 starter.py").without_env("ACTOR_WITNESS")))
        .collect();
    let soloist = env!("CARGO_BIN_EXE_soloist");
    let place = format!("ACTOR_WITNESS={}", sandbox.root().join("witness").display());
    let front = ["env", &place, "timeout", "60", soloist];
    let words: Vec<&str> = front.into_iter().chain(REPLACE.split(' ')).collect();
    let spawn = format!("spawn {}", Value::from(words));
    let mut last = None;
    for turn in 0..4 {
        starters[turn % 2].1.order(&spawn);
        last = Some(sandbox.next_actor());
    }
    let child = starters[0].1.order(&spawn);
    assert_eq!(starters[0].1.order(&format!("wait {child}")), "75");
    assert!(last.unwrap().is_untouched());
    sandbox.soloist("stop --name bot").exits(0);
}

/// A deploy script is gone when its successor comes: four deploys in a minute, each from a shell of its own, are no war.
#[test]
fn deploys_from_new_shells_are_no_war() {
    let sandbox = Sandbox::new();
    let mut last = None;
    for _ in 0..5 {
        let script = format!("{} {REPLACE} & read gate", env!("CARGO_BIN_EXE_soloist"));
        let (gate, shut) = std::io::pipe().unwrap();
        let shell = sandbox.program("setsid sh -c").arg(script).stdin(gate).spawn();
        last = Some(sandbox.started_by(&shell));
        drop(shut);
        shell.wait_for_end();
    }
    assert!(last.unwrap().is_untouched());
    sandbox.soloist("stop --name bot").exits(0);
    sandbox.witness().never_saw_two();
}

/// A quiet minute ends it. The history is made a minute older in place of waiting for one.
#[test]
fn a_quiet_minute_is_peace() {
    let sandbox = Sandbox::new();
    let (_running, mut old) = fight(&sandbox, &["a", "b", "a", "b"]);
    start_of(&sandbox, REPLACE, "a").exits(75);
    let history = sandbox.state().join("name-bot.jsonl");
    let older: String = fs::read_to_string(&history)
        .unwrap()
        .lines()
        .map(|line| {
            let mut event: Value = serde_json::from_str(line).unwrap();
            event["since_boot"] = Value::from((event["since_boot"].as_f64().unwrap() - 60.5).max(0.0));
            format!("{event}\n")
        })
        .collect();
    fs::write(&history, older).unwrap();
    let (running, mut bot) = sandbox.start(start_of(&sandbox, REPLACE, "a"));
    old.hears("TERM");
    bot.exit(0);
    running.exits(0);
}

/// Those who are refused again and again do not make the war forgotten: the history is filled with their refusals.
#[test]
fn a_crowd_that_is_refused_ends_no_war() {
    let sandbox = Sandbox::new();
    let (_running, mut bot) = fight(&sandbox, &["a", "b", "a", "b"]);
    start_of(&sandbox, REPLACE, "a").exits(75);
    let history = sandbox.state().join("name-bot.jsonl");
    let text = fs::read_to_string(&history).unwrap();
    let refusal = text.lines().last().unwrap();
    assert!(refusal.contains("\"refused\""), "{refusal}");
    let crowd = format!("{refusal}\n").repeat(400 * 1024 / refusal.len());
    fs::write(&history, text.clone() + &crowd).unwrap();
    let refused = start_of(&sandbox, &REPLACE.replace("run", "run --json"), "a").exits(75).document();
    assert_eq!(refused["problems"][0]["code"], "war", "{refused:#}");
    assert!(
        refused["problems"][0]["message"].as_str().unwrap().contains(&*sandbox.path("a").to_string_lossy())
    );
    assert!(bot.is_untouched());
    sandbox.soloist("stop --name bot").exits(0);
}

/// What a history tells of the future is not believed: it would never be over.
#[test]
fn a_war_in_the_future_is_none() {
    let sandbox = Sandbox::new();
    let (_running, mut old) = fight(&sandbox, &["a", "b", "a", "b"]);
    start_of(&sandbox, REPLACE, "a").exits(75);
    let history = sandbox.state().join("name-bot.jsonl");
    let later = fs::read_to_string(&history).unwrap().replace("\"since_boot\":", "\"since_boot\":9");
    fs::write(&history, later).unwrap();
    let (running, mut bot) = sandbox.start(start_of(&sandbox, REPLACE, "a"));
    old.hears("TERM");
    bot.exit(0);
    running.exits(0);
}

/// The history tells who replaced whom, and what started them.
#[test]
fn the_history_names_both() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = fight(&sandbox, &["a", "b"]);
    let text = sandbox.soloist("history --json --name bot").exits(0).stdout;
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let find = |name: &str| events.iter().find(|event| event["event"] == name).unwrap();
    assert_eq!(find("superseded")["other"], running.pid());
    assert!(find("superseded")["other_origin"]["kind"].is_string());
    assert_eq!(find("replaced")["pid"], running.pid());
    assert_eq!(find("replaced")["other"], find("superseded")["pid"]);
    assert!(
        find("replaced")["origin"]["kind"].is_string()
            && find("replaced")["other_origin"]["kind"].is_string()
    );
    bot.exit(0);
    running.exits(0);
}
