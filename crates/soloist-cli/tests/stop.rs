//! Contract §4: `stop`.

mod support;

use support::process::is_stopped;
use support::{Sandbox, eventually};

/// §4: `stop` ends the holder gracefully, waits, and exits 0; the key is free then.
#[test]
fn stop_ends_the_holder() {
    for (key, command) in [("--name bot", ""), ("--lock bot.lock", ""), ("", "-- python3 main.py")] {
        let sandbox = Sandbox::new();
        let (running, mut bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        sandbox.soloist(&format!("stop {key} {command}")).exits(0);
        assert!(bot.has_ended());
        assert_eq!(bot.last_signals(), ["TERM"]);
        running.wait_for_end();
        sandbox.soloist(&format!("status {key} {command}")).exits(3);
        assert!(!sandbox.path("bot.lock").exists());
    }
}

/// §4: nothing to stop is success.
#[test]
fn stop_with_nothing_to_stop() {
    let sandbox = Sandbox::new();
    for words in ["--name bot", "--lock bot.lock", "-- python3 main.py"] {
        sandbox.soloist(&format!("stop {words}")).exits(0);
    }
}

/// §4: the duplicates are ended too.
#[test]
fn stop_ends_duplicates() {
    let sandbox = Sandbox::new();
    let bare = || sandbox.start(sandbox.program("python3 main.py").env("ACTOR_WITNESS", ""));
    let ((_a, one), (_b, two)) = (bare(), bare());
    let (running, bot) = sandbox.starts("run --match none -- python3 main.py");
    sandbox.soloist("stop -- python3 main.py").exits(0);
    for actor in [&one, &two, &bot] {
        assert!(actor.has_ended());
    }
    running.wait_for_end();
}

/// §4: the orphan of a killed soloist is ended.
#[test]
fn stop_ends_an_orphan() {
    for (key, command) in [("--name bot", ""), ("--lock bot.lock", ""), ("", "-- python3 main.py")] {
        let sandbox = Sandbox::new();
        let (running, mut bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        for signal in ["TERM", "HUP", "INT"] {
            bot.order(&format!("on {signal} ignore"));
        }
        running.signal(libc::SIGKILL);
        running.wait_for_end();
        sandbox.soloist(&format!("stop --grace 100ms {key} {command}")).exits(0);
        assert!(bot.has_ended(), "{key}");
    }
}

/// §4, §3.5: several that were left behind keep one claim; all of them are ended.
#[test]
fn stop_ends_every_ghost() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --name bot --match none -- python3 main.py");
    let ghosts = ["setsid", "daemon", "daemon"].map(|how| {
        bot.order(how);
        sandbox.next_actor()
    });
    running.signal(libc::SIGKILL);
    bot.signal(libc::SIGKILL);
    running.wait_for_end();
    bot.wait_for_end();
    sandbox.soloist("stop --name bot --match none").exits(0);
    for ghost in &ghosts {
        assert!(ghost.has_ended());
    }
    sandbox.soloist("status --name bot --match none").exits(3);
}

/// §4: whole trees are ended.
#[test]
fn stop_ends_whole_trees() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    bot.order("fork");
    let worker = sandbox.next_actor();
    bot.order("setsid");
    let other = sandbox.next_actor();
    sandbox.soloist("stop --name bot").exits(0);
    assert!(worker.has_ended() && other.has_ended() && bot.has_ended());
    running.wait_for_end();
}

/// §4: `--stop-signal`, `--grace` and CONT, as with `--replace`.
#[test]
fn stop_asks_and_insists() {
    let sandbox = Sandbox::new();
    let (_running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    sandbox.soloist("stop --name bot --stop-signal INT").exits(0);
    assert_eq!(bot.last_signals(), ["INT"]);
    let (_running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    bot.order("on TERM report");
    sandbox.soloist("stop --name bot --grace 100ms").exits(0);
    assert!(bot.last_signals().contains(&"TERM".to_owned()));
    let (_running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    bot.signal(libc::SIGSTOP);
    eventually("the stop", || is_stopped(bot.pid).then_some(()));
    sandbox.soloist("stop --name bot --grace 50s").exits(0);
    assert!(bot.last_signals().contains(&"TERM".to_owned()));
}

/// §4: `--no-kill` leaves a survivor, and 77 says so.
#[test]
fn stop_without_killing() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    bot.order("on TERM report");
    let outcome = sandbox.soloist("stop --name bot --no-kill --grace 100ms").exits(77);
    assert!(outcome.all_output().contains(&bot.pid.to_string()), "{outcome:?}");
    assert!(!bot.has_ended());
    // What nobody stopped is not told as stopped.
    let history = sandbox.soloist("history --json --name bot").exits(0).stdout;
    assert!(!history.contains("\"stopped\""), "{history}");
    bot.exit(0);
    running.wait_for_end();
}

/// §3.10: `--dry-run` ends nothing.
#[test]
fn stop_in_a_dry_run_ends_nothing() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    sandbox.soloist("stop --name bot --dry-run").exits(0).prints(&running.pid().to_string());
    assert!(bot.is_untouched());
}

/// §4: `stop` by a name ends the holder of this name and no other instance of the program.
#[test]
fn stop_spares_other_keys() {
    let sandbox = Sandbox::new();
    let start = |name: &str| {
        sandbox
            .start(sandbox.soloist(&format!("run --name {name} -- python3 main.py")).env("ACTOR_WITNESS", ""))
    };
    let (one, first) = start("one");
    let (_two, mut second) = start("two");
    sandbox.soloist("stop --name one").exits(0);
    assert!(first.has_ended());
    one.wait_for_end();
    assert!(second.is_untouched());
    sandbox.soloist("stop -- python3 main.py").exits(0);
    assert!(second.is_untouched());
}

/// §4: a contender that waits takes over when the holder is stopped.
#[test]
fn a_waiting_one_takes_over_after_a_stop() {
    let sandbox = Sandbox::new();
    let (running, bot) = sandbox.starts("run --name bot -- python3 main.py");
    let waiter = sandbox.soloist("run --wait --name bot -- python3 main.py").spawn();
    sandbox.soloist("stop --name bot").outcome().exits_with_one_of(&[0, 77]);
    bot.wait_for_end();
    running.wait_for_end();
    let mut next = sandbox.started_by(&waiter);
    assert!(next.is_untouched());
    next.exit(0);
    waiter.exits(0);
    sandbox.witness().never_saw_two();
}
