//! Contract §4: `--exec`, `--restart`, and the history that tells of them.

mod support;

use support::{Actor, Running, Sandbox};

/// `--exec`: no process is left above the program, which holds the claim itself.
#[test]
fn exec_leaves_no_supervisor() {
    let sandbox = Sandbox::new();
    let (running, bot) = sandbox.starts("run --exec --name bot --match none -- python3 main.py");
    assert_eq!(running.pid(), bot.pid);
    let status = sandbox.soloist("status --json --name bot").exits(0).document();
    assert_eq!(status["holder"]["pid"], bot.pid, "{status:#}");
    sandbox.soloist("run --name bot --match none -- python3 main.py").exits(75);
    bot.signal(libc::SIGKILL);
    running.wait_for_end();
    sandbox.soloist("status --name bot").exits(3);
    let (again, mut bot) = sandbox.starts("run --exec --name bot --match none -- python3 main.py");
    let (new, mut newer) = sandbox.starts("run --replace --name bot --match none -- python3 main.py");
    bot.hears("TERM");
    again.wait_for_end();
    newer.exit(0);
    new.exits(0);
    sandbox.witness().never_saw_two();
}

/// `--exec`: an error of the start is told, and the claim is free.
#[test]
fn exec_gives_the_exit_code() {
    let sandbox = Sandbox::new();
    sandbox.soloist("run --exec --name bot --match none -- sh -c").arg("exit 9").exits(9);
    sandbox.soloist("status --name bot").exits(3);
}

/// `--restart`: after a failure, never after success or on request; the claim is held between the starts.
#[test]
fn restart_on_failure() {
    let sandbox = Sandbox::new();
    let words = "run --restart on-failure --name bot --match none -- python3 main.py";
    let (running, mut bot) = sandbox.starts(words);
    bot.exit(5);
    sandbox.soloist("run --name bot --match none -- true").exits(75);
    let bot = sandbox.started_by(&running);
    bot.signal(libc::SIGKILL);
    let mut bot2 = sandbox.started_by(&running);
    bot2.exit(0);
    running.exits(0);
}

/// `--restart always`: a stop signal ends it, while the program runs and while it waits.
#[test]
fn a_stop_signal_ends_restarts() {
    let sandbox = Sandbox::new();
    let words = "run --restart always --name bot --match none -- python3 main.py";
    let (running, bot) = sandbox.starts(words);
    running.signal(libc::SIGTERM);
    running.exits(143);
    bot.wait_for_end();
    let (running, mut bot) = sandbox.starts(words);
    bot.exit(0);
    support::eventually("the pause", || running.stderr().contains("again").then_some(()));
    running.signal(libc::SIGTERM);
    running.exits(143);
    sandbox.soloist("status --name bot").exits(3);
}

/// What is meant for the program (log rotation) ends nobody while no program runs.
#[test]
fn a_signal_for_the_program_does_not_end_the_pause() {
    let sandbox = Sandbox::new();
    let words = "run --restart always --name bot --match none -- python3 main.py";
    let (running, mut bot) = sandbox.starts(words);
    bot.exit(0);
    support::eventually("the pause", || running.stderr().contains("again").then_some(()));
    running.signal(libc::SIGUSR1);
    running.signal(libc::SIGUSR2);
    let mut bot = sandbox.started_by(&running);
    assert!(bot.is_untouched());
    running.signal(libc::SIGTERM);
    bot.wait_for_end();
    running.exits(143);
}

/// A contender that gives up because of a copy has claimed and released nothing.
#[test]
fn a_refused_start_has_released_nothing() {
    let sandbox = Sandbox::new();
    let (_bare, _bot) = sandbox.starts_bare("python3 main.py");
    sandbox.soloist("run -- python3 main.py").exits(75);
    let history = sandbox.soloist("history --json -- python3 main.py").exits(0).stdout;
    let events: Vec<serde_json::Value> =
        history.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.iter().map(|event| event["event"].as_str().unwrap()).collect::<Vec<_>>(), ["refused"]);
}

/// A program that is started again whenever it ends, has just ended, and whose child does not listen to TERM.
fn ends_with_a_stubborn_child(sandbox: &Sandbox) -> (Running, Actor) {
    let words = "run --restart always --grace 60s --name bot --match none -- python3 main.py";
    let (running, mut bot) = sandbox.starts(words);
    bot.order("on TERM report");
    bot.order("setsid");
    let mut child = sandbox.next_actor();
    bot.exit(1);
    child.hears("TERM");
    (running, child)
}

/// A stop signal that comes while the program's leftovers end is not lost: the program is not started again.
#[test]
fn a_stop_signal_between_two_starts_ends_restarts() {
    let sandbox = Sandbox::new();
    let (running, child) = ends_with_a_stubborn_child(&sandbox);
    running.signal(libc::SIGTERM);
    running.exits(1);
    assert!(child.has_ended());
    sandbox.soloist("status --name bot").exits(3);
}

/// Nor is a newer instance's request: the older one yields with 76.
#[test]
fn a_newer_instance_between_two_starts_takes_over() {
    let sandbox = Sandbox::new();
    let (running, child) = ends_with_a_stubborn_child(&sandbox);
    let new = sandbox.soloist("run --replace --name bot --match none -- python3 main.py").spawn();
    let yielded = running.exits(76);
    assert!(child.has_ended() && !yielded.stderr.contains("started again"), "{}", yielded.stderr);
    sandbox.started_by(&new).exit(0);
    new.exits(0);
}

/// `history`: what happened, in order, as JSON lines and for people.
#[test]
fn the_history_tells() {
    let sandbox = Sandbox::new();
    sandbox.soloist("history --name bot").exits(0).prints_nothing();
    let (running, mut bot) = sandbox.starts("run --name bot --match none -- python3 main.py");
    sandbox.soloist("run --name bot --match none -- true").exits(75);
    let (new, mut newer) = sandbox.starts("run --replace --name bot --match none -- python3 main.py");
    bot.hears("TERM");
    running.exits(76);
    newer.exit(4);
    new.exits(4);
    let lines = sandbox.soloist("history --json --name bot").exits(0).stdout;
    let events: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    for expected in ["claimed", "refused", "replaced", "superseded", "exited", "released"] {
        assert!(names.contains(&expected), "{expected}: {names:?}");
    }
    for event in &events {
        assert_eq!(event["schema"], "soloist.event/1");
        assert_eq!(event["key"], "bot");
        assert!(event["pid"].is_number() && event["at"].is_string(), "{event:#}");
    }
    sandbox.soloist("history --name bot").exits(0).prints("replaced").prints("exited with 4");
}

/// Who is ended by a signal, as somebody asked, has not crashed.
#[test]
fn an_end_on_request_is_no_crash() {
    let sandbox = Sandbox::new();
    let ends = |events: &str| -> Vec<(String, Option<i64>, Option<i64>)> {
        let events = events.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        events
            .filter(|event| event["event"] == "exited" || event["event"] == "crashed")
            .map(|event| {
                let what = event["event"].as_str().unwrap().to_owned();
                (what, event["exit_code"].as_i64(), event["signal"].as_i64())
            })
            .collect()
    };
    for (name, stop, end, expected) in [
        ("asked", true, libc::SIGKILL, ("exited", Some(137), Some(9))),
        ("unasked", false, libc::SIGKILL, ("crashed", None, Some(9))),
        ("faulty", true, libc::SIGSEGV, ("crashed", None, Some(11))),
    ] {
        let (running, mut bot) =
            sandbox.starts(&format!("run --name {name} --match none -- python3 main.py"));
        if stop {
            bot.order("on TERM report");
            running.signal(libc::SIGTERM);
            bot.hears("TERM");
        }
        bot.signal(end);
        running.exits(128 + end);
        let told = ends(&sandbox.soloist(&format!("history --json --name {name}")).exits(0).stdout);
        assert_eq!(told, [(expected.0.to_owned(), expected.1, expected.2)], "{name}");
    }
}

/// `history` without a key: what happened to all keys of this user, in the order of time.
#[test]
fn the_history_of_all_keys() {
    let sandbox = Sandbox::new();
    sandbox.soloist("history").exits(0).prints_nothing();
    for name in ["zoo", "ant", "zoo"] {
        sandbox.soloist(&format!("run --name {name} -- true")).exits(0);
    }
    let lines = sandbox.soloist("history --json").exits(0).stdout;
    let events: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let claims = events.iter().filter(|event| event["event"] == "claimed");
    assert_eq!(claims.map(|event| event["key"].as_str().unwrap()).collect::<Vec<_>>(), ["zoo", "ant", "zoo"]);
    sandbox.soloist("history").exits(0).prints("zoo  ").prints("ant  ").prints("exited with 0");
}
