//! Contract §3.2: when N contenders start together, exactly one ends up running; replacing is never mutual
//! killing: a newer one wins, an older one yields.

mod support;

use std::fs;

use support::{Crowd, Invocation, Sandbox};

fn contenders(sandbox: &Sandbox, number: usize, policies: &[&str]) -> Vec<Invocation> {
    let policies = policies.iter().cycle();
    policies.take(number).map(|policy| sandbox.soloist(&format!("run {policy} -- python3 main.py"))).collect()
}

fn crowd<'a>(sandbox: &'a Sandbox, number: usize, policies: &[&str], gated: bool) -> Crowd<'a> {
    let contenders = contenders(sandbox, number, policies);
    if gated { Crowd::released(sandbox, &contenders) } else { Crowd::started(sandbox, contenders) }
}

fn one_survives(number: usize, policies: &[&str], gated: bool) {
    let sandbox = Sandbox::new();
    let (survivor, mut bot, codes) = crowd(&sandbox, number, policies, gated).until_one_is_left();
    let allowed = |code: &Option<i32>| matches!(code, Some(75 | 76));
    assert!(codes.iter().all(allowed), "{number} with {policies:?}: {codes:?}");
    sandbox.witness().never_saw_two();
    assert!(bot.is_untouched(), "the winner was disturbed");
    bot.exit(7);
    survivor.exits(7);
}

/// §3.2: all of them replace.
#[test]
fn of_many_that_replace_one_runs() {
    for (number, rounds) in [(2, 6), (16, 4)] {
        for round in 0..rounds {
            one_survives(number, &["--replace"], round % 2 == 0);
            one_survives(number, &["--replace --lock bot.lock"], round % 2 == 0);
        }
    }
}

/// §3.2: a hundred and twenty-eight replace, behind a gate and one after the other.
#[test]
fn of_a_hundred_that_replace_one_runs() {
    one_survives(128, &["--replace"], true);
    one_survives(128, &["--replace --name bot"], false);
}

/// §3.2: some replace and some refuse.
#[test]
fn of_a_mix_that_replaces_and_refuses_one_runs() {
    for number in [2, 16, 16, 64] {
        for gated in [true, false] {
            one_survives(number, &["--replace --name bot", "--name bot"], gated);
        }
    }
}

/// §3.2: with nothing but the lock to go by, replacing contenders still leave one.
#[test]
fn of_many_that_replace_by_the_lock_only_one_runs() {
    for gated in [true, false] {
        one_survives(16, &["--replace --match none --lock bot.lock"], gated);
        one_survives(16, &["--replace --match none --name bot"], gated);
    }
}

/// §3.2: all of them wait: each gets its turn, one at a time.
#[test]
fn of_many_that_wait_each_gets_its_turn() {
    for (number, gated) in [(2, true), (16, true), (16, false), (128, false)] {
        let sandbox = Sandbox::new();
        let codes = crowd(&sandbox, number, &["--wait --name bot"], gated).until_all_have_ended();
        assert!(codes.iter().all(|code| *code == Some(0)), "{codes:?}");
        let witness = sandbox.witness();
        witness.never_saw_two();
        assert_eq!(witness.entries(), number);
    }
}

/// §3.2: every policy at once: nobody hangs, nobody dies of it, somebody runs, two never do.
#[test]
fn of_every_policy_at_once_never_two_run() {
    let policies = [
        "--replace --lock bot.lock",
        "--lock bot.lock",
        "--wait --lock bot.lock",
        "--wait=50s --lock bot.lock",
    ];
    for (number, gated) in [(2, false), (16, true), (16, false), (128, true)] {
        let sandbox = Sandbox::new();
        let codes = crowd(&sandbox, number, &policies, gated).until_all_have_ended();
        assert!(codes.contains(&Some(0)), "{codes:?}");
        assert!(codes.iter().all(|code| matches!(code, Some(0 | 75 | 76))), "{codes:?}");
        sandbox.witness().never_saw_two();
    }
}

/// §3.2: a newer one wins; the replaced one exits 76 and its program got the stop signal.
#[test]
fn a_newer_one_wins() {
    for key in ["", "--name bot", "--lock bot.lock", "--match none --name bot"] {
        let sandbox = Sandbox::new();
        let (old, mut old_bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        let (new, mut new_bot) = sandbox.starts(&format!("run --replace {key} -- python3 main.py"));
        old.exits(76);
        assert!(old_bot.last_signals().contains(&"TERM".to_owned()));
        assert!(new_bot.is_untouched());
        new_bot.exit(3);
        new.exits(3);
        sandbox.witness().never_saw_two();
    }
}

/// §3.2: a contender that was held up yields (76) to an instance that claimed after it had started.
#[test]
fn an_older_one_yields() {
    for key in ["", "--name bot", "--lock bot.lock"] {
        let sandbox = Sandbox::new();
        let gate = sandbox.path("gate");
        sandbox.program("mkfifo gate").exits(0);
        let older = sandbox
            .soloist(&format!("run --replace {key} --preflight"))
            .arg("echo waiting > waiting; read word < gate")
            .args(["--", "python3", "main.py"])
            .spawn();
        support::eventually("the preflight", || sandbox.path("waiting").exists().then_some(()));
        let (newer, mut bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        fs::write(gate, "go\n").unwrap();
        older.exits(76);
        assert!(bot.is_untouched(), "the newer instance was signalled by an older contender");
        bot.exit(0);
        newer.exits(0);
        sandbox.witness().never_saw_two();
    }
}

/// §3.2: a bare copy that started before the contender is replaced as well.
#[test]
fn bare_copies_are_replaced() {
    let sandbox = Sandbox::new();
    let bare = || sandbox.start(sandbox.program("python3 main.py").env("ACTOR_WITNESS", ""));
    let (_one, mut one) = bare();
    let (_two, mut two) = bare();
    let (_running, mut bot) = sandbox.starts("run --replace -- python3 main.py");
    assert_eq!(one.last_signals(), ["TERM"]);
    assert_eq!(two.last_signals(), ["TERM"]);
    assert!(bot.is_untouched());
}
