//! Contract §4: `status` and `list`.

mod support;

use support::Sandbox;

/// §4: 3 where nothing runs, 0 for one healthy instance, 3 again after its end.
#[test]
fn status_tells_by_its_exit_code() {
    for words in ["--name bot", "--lock bot.lock", "-- python3 main.py", "--lock bot.lock -- python3 main.py"]
    {
        let sandbox = Sandbox::new();
        let key = words.split("--").nth(1).unwrap();
        let key = if key.starts_with(' ') { String::new() } else { format!("--{key}") };
        sandbox.soloist(&format!("status {words}")).exits(3);
        let (running, mut bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        let status = sandbox.soloist(&format!("status {words}")).exits(0);
        let named = [running.pid(), bot.pid].iter().any(|pid| status.stdout.contains(&pid.to_string()));
        assert!(named, "{status:?}");
        assert!(bot.is_untouched());
        bot.exit(0);
        running.exits(0);
        sandbox.soloist(&format!("status {words}")).exits(3);
    }
}

/// §4: 4 for duplicates beside an instance, and for a bare copy without one.
#[test]
fn duplicates_are_trouble() {
    let sandbox = Sandbox::new();
    let (_bare, bare) = sandbox.start(sandbox.program("python3 main.py").env("ACTOR_WITNESS", ""));
    let status = sandbox.soloist("status -- python3 main.py").exits(4);
    assert!(status.stdout.contains(&bare.pid.to_string()), "{status:?}");
    let (_running, _bot) = sandbox.starts("run --match none -- python3 main.py");
    sandbox.soloist("status -- python3 main.py").exits(4).prints(&bare.pid.to_string());
}

/// Appendix: an orphaned program that still keeps the claim is trouble, with the code `ghost`.
#[test]
fn an_orphan_is_trouble() {
    for key in ["--name bot", "--lock bot.lock", ""] {
        let sandbox = Sandbox::new();
        let (running, mut bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        for signal in ["TERM", "HUP", "INT"] {
            bot.order(&format!("on {signal} ignore"));
        }
        running.signal(libc::SIGKILL);
        running.wait_for_end();
        let status = sandbox.soloist(&format!("status --json {key} -- python3 main.py")).exits(4);
        let document = status.document();
        let problems = document["problems"].as_array().unwrap();
        assert!(problems.iter().any(|problem| problem["code"] == "ghost"), "{document:#}");
        assert!(status.stdout.contains(&bot.pid.to_string()), "{document:#}");
    }
}

/// §4: what a crash left behind is nothing that runs.
#[test]
fn what_a_crash_left_behind_is_free() {
    for key in ["--name bot", "--lock bot.lock", ""] {
        let sandbox = Sandbox::new();
        let (running, bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        running.signal(libc::SIGKILL);
        bot.signal(libc::SIGKILL);
        running.wait_for_end();
        bot.wait_for_end();
        sandbox.soloist(&format!("status {key} -- python3 main.py")).exits(3);
        let list = sandbox.soloist("list --json").exits(0).document();
        let held = list["claims"].as_array().unwrap().iter().any(|claim| !claim["holder"].is_null());
        assert!(!held, "{list:#}");
    }
}

/// §4: a lock that somebody holds without soloist is not "none".
#[test]
fn a_foreign_lock_is_not_none() {
    let sandbox = Sandbox::new();
    sandbox.script("other.py");
    let (_other, mut other) = sandbox.starts_bare("python3 other.py");
    other.order(&format!("flock {}", sandbox.path("bot.lock").display()));
    let status = sandbox.soloist("status --lock bot.lock").outcome().exits_with_one_of(&[0, 4]);
    assert!(status.stdout.contains(&other.pid.to_string()), "{status:?}");
}

/// §4: every claim of this user on this machine, by people's eyes.
#[test]
fn list_names_every_claim() {
    let sandbox = Sandbox::new();
    let start = |key: &str| {
        sandbox.start(sandbox.soloist(&format!("run {key} -- python3 main.py")).env("ACTOR_WITNESS", ""))
    };
    let (_one, _first) = start("--name alpha");
    let (_two, _second) = start("--name beta");
    let (_three, _third) = start("--lock bot.lock");
    let list = sandbox.soloist("list").exits(0);
    for key in ["alpha", "beta", "bot.lock"] {
        assert!(list.stdout.contains(key), "{key} is missing in {list:?}");
    }
}

/// §4: nothing claimed is no error.
#[test]
fn an_empty_list_is_no_error() {
    let sandbox = Sandbox::new();
    sandbox.soloist("list").exits(0);
    sandbox.soloist("list --json").exits(0);
}

/// §4: `status` of a default key sees an instance of the same program that was started under a name; it is
/// no duplicate.
#[test]
fn a_named_instance_is_no_duplicate() {
    let sandbox = Sandbox::new();
    let (_running, _bot) = sandbox.starts("run --name bot -- python3 main.py");
    let status = sandbox.status("-- python3 main.py");
    assert_eq!(status["duplicates"], serde_json::json!([]), "{status:#}");
}

/// §4: facts are in the language that was asked for.
#[test]
fn status_speaks_russian() {
    let sandbox = Sandbox::new();
    let status = sandbox.soloist("status --name bot").env("LANG", "ru_RU.UTF-8").exits(3);
    assert!(status.stdout.chars().any(|letter| ('а'..='я').contains(&letter)), "{status:?}");
}

/// §4: a hard link is the same program, and asking by it finds nothing wrong with a healthy instance.
#[test]
fn status_by_a_hard_link_is_healthy() {
    let sandbox = Sandbox::new();
    std::fs::hard_link(sandbox.path("main.py"), sandbox.path("hard.py")).unwrap();
    let (running, _bot) = sandbox.starts("run -- python3 main.py");
    let outcome = sandbox.soloist("status -- python3 hard.py").exits(0);
    outcome.prints(&running.pid().to_string());
}
