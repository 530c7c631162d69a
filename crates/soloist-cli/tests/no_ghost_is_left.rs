//! Contract §3.5: when `soloist run` ends, no descendant of the program runs on without the claim.

mod support;

use support::{Actor, Running, Sandbox, eventually};

const RUN: &str = "run --name bot --match none -- python3 main.py";

/// A child of the program: `fork`, `setsid` (a session of its own) or `daemon` (forked twice).
fn child(sandbox: &Sandbox, bot: &mut Actor, how: &str) -> Actor {
    bot.order(how);
    sandbox.next_actor()
}

/// A program that has started one child of each kind.
fn leaves_children(sandbox: &Sandbox) -> (Running, Actor, Vec<Actor>) {
    let (running, mut bot) = sandbox.starts(RUN);
    let children = ["fork", "setsid", "daemon"].map(|how| child(sandbox, &mut bot, how)).into();
    (running, bot, children)
}

/// What the program leaves behind ends with it: also what called setsid or forked twice.
#[test]
fn what_the_program_leaves_behind_ends_with_it() {
    let sandbox = Sandbox::new();
    let (running, mut bot, children) = leaves_children(&sandbox);
    bot.exit(7);
    running.exits(7);
    assert!(children.iter().all(Actor::has_ended));
    let (running, mut bot) = sandbox.starts(RUN);
    bot.exit(0);
    running.exits(0);
}

/// The same when the program is killed, and when it is ended by a signal to soloist.
#[test]
fn however_the_program_ends() {
    for (signal, to_soloist, code) in [(libc::SIGKILL, false, 137), (libc::SIGTERM, true, 143)] {
        let sandbox = Sandbox::new();
        let (running, bot, children) = leaves_children(&sandbox);
        if to_soloist {
            running.signal(signal)
        } else {
            bot.signal(signal)
        }
        running.exits(code);
        assert!(children.iter().all(Actor::has_ended));
    }
}

/// What does not listen is killed after the grace, and not before.
#[test]
fn what_does_not_listen_is_killed() {
    let sandbox = Sandbox::new();
    let words = "run --name bot --match none --grace 300ms -- python3 main.py";
    let (running, mut bot) = sandbox.starts(words);
    bot.order("on TERM report");
    let child = child(&sandbox, &mut bot, "daemon");
    bot.exit(0);
    running.exits(0);
    assert!(child.has_ended());
}

/// A second signal ends the patience.
#[test]
fn a_second_signal_ends_the_patience() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts(RUN);
    bot.order("on TERM report");
    let child = child(&sandbox, &mut bot, "setsid");
    let pid = bot.pid;
    bot.tell("exit 0");
    eventually("the program's end", || (!support::process::lives(pid)).then_some(()));
    running.signal(libc::SIGTERM);
    running.exits(0);
    assert!(child.has_ended());
}

/// soloist reaps what it adopts: no zombie stays while the program runs.
#[test]
fn adopted_zombies_are_reaped() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts(RUN);
    let child = child(&sandbox, &mut bot, "daemon");
    child.signal(libc::SIGKILL);
    eventually("the zombie's end", || support::process::state(child.pid).is_none().then_some(()));
    assert!(bot.is_untouched());
    bot.exit(0);
    running.exits(0);
}

/// PID 1 of a namespace, with its own `/proc` and below another's: reaps, forwards, ends the rest, and exits with
/// the program's status.
#[test]
fn it_is_a_good_first_process() {
    for unshare in [
        "unshare --user --map-root-user --pid --fork --mount-proc",
        "unshare --user --map-root-user --pid --fork",
    ] {
        let sandbox = Sandbox::new();
        let possible = sandbox.program(&format!("{unshare} true")).outcome();
        if possible.code != Some(0) {
            eprintln!("skipped: {unshare} does not work here: {possible:?}");
            continue;
        }
        let first = sandbox.program(&format!("{unshare} {} {RUN}", env!("CARGO_BIN_EXE_soloist")));
        let (running, mut bot) = sandbox.start(first);
        let orphan = child(&sandbox, &mut bot, "daemon");
        bot.exit(7);
        running.exits(7);
        orphan.wait_for_end();
        let record = sandbox.soloist("history --json --name bot").exits(0).stdout;
        assert!(record.contains("\"exited\""), "{record}");
    }
}
