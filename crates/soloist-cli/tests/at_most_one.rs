//! Contract §3.1: two guards of one key never exist at the same time on one machine.

mod support;

use support::{Crowd, Invocation, Sandbox, eventually};

const KEYS: [&str; 5] =
    ["", "--name bot", "--lock bot.lock", "--name bot --match none", "--lock bot.lock --match none"];

/// §3.1: a second start of a key is refused while the first runs, whichever way the key is given.
#[test]
fn a_second_start_is_refused() {
    for key in KEYS {
        let sandbox = Sandbox::new();
        let (first, mut bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        sandbox.soloist(&format!("run {key} -- python3 main.py")).exits(75).prints_nothing();
        assert!(bot.is_untouched(), "{key}");
        bot.exit(0);
        first.exits(0);
        sandbox.witness().never_saw_two();
    }
}

/// §3.1: the claim is free again as soon as the first has ended.
#[test]
fn a_start_after_a_clean_end_succeeds() {
    for key in KEYS {
        let sandbox = Sandbox::new();
        for round in 0..3 {
            let (running, mut bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
            bot.exit(round);
            running.exits(round);
        }
        sandbox.witness().never_saw_two();
    }
}

/// §3.1: of many that start together one is let in, and the others are told so by 75.
#[test]
fn of_simultaneous_starts_one_runs() {
    for (number, rounds) in [(2, 8), (16, 3), (128, 1)] {
        for key in ["", "--name bot", "--lock bot.lock"] {
            for round in 0..rounds {
                one_of(number, key, round % 2 == 0);
            }
        }
    }
}

/// §3.1: the same with nothing but the lock between them.
#[test]
fn of_simultaneous_starts_with_the_lock_only_one_runs() {
    for round in 0..6 {
        one_of(16, "--lock bot.lock --match none", round % 2 == 0);
        one_of(16, "--name bot --match none", round % 2 == 0);
    }
}

fn one_of(number: usize, key: &str, gated: bool) {
    let sandbox = Sandbox::new();
    let contenders = contenders(&sandbox, number, &format!("run {key} -- python3 main.py"));
    let crowd =
        if gated { Crowd::released(&sandbox, &contenders) } else { Crowd::started(&sandbox, contenders) };
    let (survivor, mut bot, codes) = crowd.until_one_is_left();
    assert!(codes.iter().all(|code| *code == Some(75)), "{number} of {key:?}: {codes:?}");
    assert!(bot.is_untouched());
    bot.exit(7);
    survivor.exits(7);
    let witness = sandbox.witness();
    witness.never_saw_two();
    assert_eq!(witness.entries(), 1);
}

fn contenders(sandbox: &Sandbox, number: usize, words: &str) -> Vec<Invocation> {
    (0..number).map(|_| sandbox.soloist(words)).collect()
}

/// §3.1: starts and ends that race each other never overlap; the lock file is created and removed all the
/// time, and nobody locks a file that another one has just removed.
#[test]
fn starts_that_race_with_ends_never_overlap() {
    for key in ["--lock bot.lock --match none", "--lock bot.lock", "--name bot --match none"] {
        let sandbox = Sandbox::new();
        for _ in 0..4 {
            let words = format!("run {key} -- python3 main.py");
            let codes = Crowd::started(&sandbox, contenders(&sandbox, 24, &words)).until_all_have_ended();
            assert!(codes.contains(&Some(0)), "{codes:?}");
            assert!(codes.iter().all(|code| matches!(code, Some(0 | 75))), "{codes:?}");
        }
        sandbox.witness().never_saw_two();
        assert!(!sandbox.path("bot.lock").exists(), "the lock file stays behind");
    }
}

/// §3.1: a program killed with SIGKILL frees the claim at once, and nothing stale blocks the next start.
#[test]
fn a_killed_program_frees_the_claim() {
    for key in KEYS {
        let sandbox = Sandbox::new();
        let (first, bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        bot.signal(libc::SIGKILL);
        first.exits(128 + libc::SIGKILL);
        let (second, mut bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        bot.exit(0);
        second.exits(0);
    }
}

/// §3.1: soloist and the program killed together leave files behind, and these never block a start.
#[test]
fn a_crash_of_everything_frees_the_claim() {
    for key in KEYS {
        let sandbox = Sandbox::new();
        let words = format!("run {key} -- python3 main.py");
        let (first, bot) = sandbox.starts(&words);
        first.signal(libc::SIGKILL);
        bot.signal(libc::SIGKILL);
        first.wait_for_end();
        bot.wait_for_end();
        let (second, mut bot) = sandbox.starts(&words);
        bot.exit(0);
        second.exits(0);
        sandbox.witness().never_saw_two();
    }
}

/// §3.1 and issue 2: when soloist alone is killed, the claim is held as long as the program lives.
#[test]
fn a_killed_soloist_leaves_the_claim_with_the_program() {
    for key in KEYS {
        let sandbox = Sandbox::new();
        let words = format!("run {key} -- python3 main.py");
        let (first, mut bot) = sandbox.starts(&words);
        for signal in ["TERM", "HUP", "INT"] {
            bot.order(&format!("on {signal} ignore"));
        }
        first.signal(libc::SIGKILL);
        first.wait_for_end();
        sandbox.soloist(&words).exits(75).says(&bot.pid.to_string());
        bot.exit(0);
        let (second, mut bot) = sandbox.starts(&words);
        bot.exit(0);
        second.exits(0);
        sandbox.witness().never_saw_two();
    }
}

/// §3.1: a lock held by somebody who is not soloist counts: exclusive or shared, at the lock path.
#[test]
fn a_foreign_lock_refuses() {
    for kind in ["flock", "flock-shared"] {
        let sandbox = Sandbox::new();
        sandbox.script("other.py");
        let (_other, mut other) = sandbox.starts_bare("python3 other.py");
        other.order(&format!("{kind} {}", sandbox.path("bot.lock").display()));
        let refusal = sandbox.soloist("run --lock bot.lock -- python3 main.py").exits(75);
        refusal.prints_nothing().says(&other.pid.to_string());
        sandbox.soloist("run --lock bot.lock --replace --match none -- python3 main.py").outcome();
        sandbox.witness().never_saw_two();
    }
}

/// §3.1, design: the lock at the path is flock(2) on the file, so that flock(1) sees it.
#[test]
fn the_lock_is_seen_by_others() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --lock bot.lock -- python3 main.py");
    sandbox.program("flock -n bot.lock true").exits(1);
    bot.exit(0);
    running.exits(0);
    sandbox.program("flock -n bot.lock true").exits(0);
}

/// §3.1: the visible lock holds between state directories, such as those of two homes.
#[test]
fn the_visible_lock_holds_between_state_directories() {
    let sandbox = Sandbox::new();
    let words = "run --lock bot.lock --match none -- python3 main.py";
    let (_running, _bot) = sandbox.starts(words);
    sandbox.soloist(words).env("SOLOIST_STATE_DIR", sandbox.root().join("other")).exits(75);
}

/// §3.1 and §4: a lock path is one key however it is spelled.
#[test]
fn every_spelling_of_a_lock_path_is_one_key() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("locks")).unwrap();
    std::os::unix::fs::symlink("locks", sandbox.path("link")).unwrap();
    let absolute = sandbox.path("locks/bot.lock");
    let (_running, mut bot) = sandbox.starts("run --lock locks/bot.lock --match none -- python3 main.py");
    for path in ["./locks/bot.lock", "link/bot.lock", "locks/../locks//bot.lock", absolute.to_str().unwrap()]
    {
        sandbox.soloist(&format!("run --lock {path} --match none -- python3 main.py")).exits(75);
    }
    assert!(bot.is_untouched());
}

/// §2: an instance that holds another key, by its user's choice of `--name` or `--lock`, is no duplicate.
#[test]
fn two_names_are_two_instances() {
    let sandbox = Sandbox::new();
    let (one, mut first) =
        sandbox.start(sandbox.soloist("run --name a -- python3 main.py").env("ACTOR_WITNESS", ""));
    let (two, mut second) =
        sandbox.start(sandbox.soloist("run --lock b.lock -- python3 main.py").env("ACTOR_WITNESS", ""));
    assert!(first.is_untouched());
    second.exit(2);
    two.exits(2);
    first.exit(1);
    one.exits(1);
}

/// §2 and §4: a bare copy of the program, without any claim, is a duplicate; with `--match none` it is not
/// looked for.
#[test]
fn a_bare_copy_is_a_duplicate() {
    let sandbox = Sandbox::new();
    let (_bare, mut bare) = sandbox.start(sandbox.program("python3 main.py").env("ACTOR_WITNESS", ""));
    for key in ["", "--name bot", "--lock bot.lock"] {
        sandbox.soloist(&format!("run {key} -- python3 main.py")).exits(75).says(&bare.pid.to_string());
    }
    let (running, mut bot) = sandbox.starts("run --match none -- python3 main.py");
    bot.exit(0);
    running.exits(0);
    assert!(bare.is_untouched());
}

/// §3.1: workers of the program share its claim: as long as the main process lives nobody else starts, and
/// its workers do not count as second instances.
#[test]
fn workers_belong_to_their_instance() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run -- python3 main.py");
    bot.order("fork");
    let mut worker = sandbox.next_actor();
    let status = sandbox.status("-- python3 main.py");
    assert_eq!(status["state"], "running", "{status:#}");
    assert_eq!(status["duplicates"], serde_json::json!([]), "{status:#}");
    sandbox.soloist("run -- python3 main.py").exits(75);
    assert!(worker.is_untouched());
    worker.exit(0);
    bot.exit(0);
    running.exits(0);
}

/// §3.1 and issue 2: what outlives the program and still keeps the lock is named, or does not keep it; a
/// later `--replace` comes up in any case.
#[test]
fn a_lock_that_a_grandchild_keeps_is_named() {
    let sandbox = Sandbox::new();
    let words = "--name bot --match none -- python3 main.py";
    let without_witness = || sandbox.soloist(&format!("run {words}")).env("ACTOR_WITNESS", "");
    let (running, mut bot) = sandbox.start(without_witness());
    bot.order("daemon");
    let ghost = sandbox.next_actor();
    bot.exit(0);
    running.exits(0);
    if !ghost.has_ended() {
        let next = without_witness().spawn();
        eventually("a start or a refusal", || (next.has_ended() || sandbox.is_called()).then_some(()));
        if next.has_ended() {
            next.exits(75).says(&ghost.pid.to_string());
        }
    }
    let (_running, mut bot) = sandbox.start(sandbox.soloist(&format!("run --replace {words}")));
    assert!(bot.is_untouched());
}
