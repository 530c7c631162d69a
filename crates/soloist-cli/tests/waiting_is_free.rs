//! Contract §3.10: waiting uses no polling; looking takes no lock and writes nothing.

mod support;

use std::time::{Duration, Instant};

use support::process::Usage;
use support::{Running, Sandbox, Snapshot, eventually};

/// Work that takes a while and has nothing to do with what is measured: so many looks by others.
fn others_look(sandbox: &Sandbox, times: usize) {
    for _ in 0..times {
        sandbox.soloist("list").exits(0);
    }
}

/// Waits until a process rests: others look so many times, and it uses nothing meanwhile. How long it takes to come
/// to its wait is the machine's affair; what wakes up again and again never rests.
#[track_caller]
fn rests_while(sandbox: &Sandbox, process: &Running, looks: usize) {
    eventually("a rest", || {
        let before = Usage::of(process.pid())?;
        others_look(sandbox, looks);
        (Usage::of(process.pid())? == before).then_some(())
    });
    assert!(!process.has_ended(), "{}", process.stderr());
}

#[track_caller]
fn rests(sandbox: &Sandbox, process: &Running) {
    rests_while(sandbox, process, 5);
}

/// Sees that a process uses nothing and never wakes up while others work for a good while.
#[track_caller]
fn uses_nothing(sandbox: &Sandbox, process: &Running) {
    rests(sandbox, process);
    rests_while(sandbox, process, 100);
}

/// §3.10: waiting for the claim of an instance.
#[test]
fn waiting_for_a_claim_uses_nothing() {
    for key in ["--name bot", "--lock bot.lock", "", "--match none"] {
        let sandbox = Sandbox::new();
        let (first, mut bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        let waiter = sandbox.soloist(&format!("run --wait {key} -- python3 main.py")).spawn();
        uses_nothing(&sandbox, &waiter);
        bot.exit(0);
        first.exits(0);
        sandbox.started_by(&waiter).exit(4);
        waiter.exits(4);
        sandbox.witness().never_saw_two();
    }
}

/// §3.10: waiting with a limit far away.
#[test]
fn waiting_with_a_limit_uses_nothing() {
    let sandbox = Sandbox::new();
    let (_first, _bot) = sandbox.starts("run -- python3 main.py");
    let waiter = sandbox.soloist("run --wait=1h30m -- python3 main.py").spawn();
    uses_nothing(&sandbox, &waiter);
}

/// §3.10: waiting for a bare copy to end.
#[test]
fn waiting_for_a_bare_copy_uses_nothing() {
    let sandbox = Sandbox::new();
    let (_bare, mut bare) = sandbox.starts_bare("python3 main.py");
    let waiter = sandbox.soloist("run --wait -- python3 main.py").spawn();
    uses_nothing(&sandbox, &waiter);
    assert!(bare.is_untouched());
    bare.exit(0);
    sandbox.started_by(&waiter).exit(0);
    waiter.exits(0);
    sandbox.witness().never_saw_two();
}

/// §3.10: waiting for a lock that somebody else holds without soloist.
#[test]
fn waiting_for_a_foreign_lock_uses_nothing() {
    let sandbox = Sandbox::new();
    sandbox.script("other.py");
    let (_other, mut other) = sandbox.start(sandbox.program("python3 other.py").env("ACTOR_WITNESS", ""));
    other.order(&format!("flock {}", sandbox.path("bot.lock").display()));
    let waiter = sandbox.soloist("run --wait --lock bot.lock -- python3 main.py").spawn();
    uses_nothing(&sandbox, &waiter);
    other.exit(0);
    sandbox.started_by(&waiter).exit(0);
    waiter.exits(0);
}

/// §3.10: waiting for an old instance to end within its grace.
#[test]
fn waiting_for_an_exit_uses_nothing() {
    let sandbox = Sandbox::new();
    let (old, mut old_bot) = sandbox.starts("run -- python3 main.py");
    old_bot.order("on TERM report");
    let new = sandbox.soloist("run --replace --grace 1h -- python3 main.py").spawn();
    old_bot.hears("TERM");
    uses_nothing(&sandbox, &new);
    old_bot.exit(0);
    old.exits(76);
    sandbox.started_by(&new).exit(0);
    new.exits(0);
    sandbox.witness().never_saw_two();
}

/// §3.10: waiting for the child.
#[test]
fn supervising_uses_nothing() {
    let sandbox = Sandbox::new();
    let (running, _bot) = sandbox.starts("run -- python3 main.py");
    uses_nothing(&sandbox, &running);
}

/// §4: past its DURATION a wait ends with 75, and not before.
#[test]
fn a_wait_ends_when_its_time_is_over() {
    for key in ["--name bot", "--lock bot.lock", "", "--match none"] {
        let sandbox = Sandbox::new();
        let (_first, mut bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        let begin = Instant::now();
        sandbox.soloist(&format!("run --wait=300ms {key} -- python3 main.py")).exits(75).says("300");
        assert!(begin.elapsed() >= Duration::from_millis(300), "it gave up after {:?}", begin.elapsed());
        assert!(bot.is_untouched());
    }
}

/// §4: a wait past its DURATION for a bare copy ends with 75 as well.
#[test]
fn a_wait_for_a_bare_copy_ends_too() {
    let sandbox = Sandbox::new();
    let (_bare, mut bare) = sandbox.starts_bare("python3 main.py");
    sandbox.soloist("run --wait=50ms -- python3 main.py").exits(75);
    assert!(bare.is_untouched());
}

/// §4: a wait for what is free already starts at once.
#[test]
fn a_wait_for_a_free_claim_starts() {
    let sandbox = Sandbox::new();
    sandbox.soloist("run --wait --name bot --match none -- true").exits(0);
    sandbox.soloist("run --wait=0s --name bot --match none -- true").exits(0);
}

/// §3.1 and §4: a wait goes on when the holder and its program are killed.
#[test]
fn a_wait_survives_the_holders_crash() {
    for key in ["--name bot", "--lock bot.lock", ""] {
        let sandbox = Sandbox::new();
        let (first, bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        let waiter = sandbox.soloist(&format!("run --wait {key} -- python3 main.py")).spawn();
        rests(&sandbox, &waiter);
        first.signal(libc::SIGKILL);
        bot.signal(libc::SIGKILL);
        sandbox.started_by(&waiter).exit(0);
        waiter.exits(0);
        sandbox.witness().never_saw_two();
    }
}

/// §3.1 and §4: when soloist alone is killed the waiting one waits on, until the program is gone.
#[test]
fn a_wait_outlasts_an_orphaned_program() {
    for key in ["--name bot", "--lock bot.lock --match none", ""] {
        let sandbox = Sandbox::new();
        let (first, mut bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        for signal in ["TERM", "HUP", "INT"] {
            bot.order(&format!("on {signal} ignore"));
        }
        let waiter = sandbox.soloist(&format!("run --wait {key} -- python3 main.py")).spawn();
        rests(&sandbox, &waiter);
        first.signal(libc::SIGKILL);
        first.wait_for_end();
        rests(&sandbox, &waiter);
        bot.exit(0);
        sandbox.started_by(&waiter).exit(0);
        waiter.exits(0);
        sandbox.witness().never_saw_two();
    }
}

/// §4: a signal ends a waiting contender promptly.
#[test]
fn a_signal_ends_a_wait() {
    for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP] {
        let sandbox = Sandbox::new();
        let (_first, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
        let waiter = sandbox.soloist("run --wait --name bot -- python3 main.py").spawn();
        rests(&sandbox, &waiter);
        waiter.signal(signal);
        let outcome = waiter.outcome();
        assert!(outcome.code != Some(0), "{outcome:?}");
        assert!(bot.is_untouched());
        assert!(!sandbox.is_called());
    }
}

fn everything(sandbox: &Sandbox) -> Snapshot {
    Snapshot::of([sandbox.path(""), sandbox.home(), sandbox.state()])
}

fn look(sandbox: &Sandbox) {
    for key in ["--name bot", "--lock bot.lock", ""] {
        for words in ["status", "status --json", "stop --dry-run", "stop --dry-run --json"] {
            sandbox.soloist(&format!("{words} {key} -- python3 main.py")).outcome();
        }
        for words in ["run --dry-run", "run --dry-run --json --replace", "run --dry-run --wait"] {
            sandbox.soloist(&format!("{words} {key} -- python3 main.py")).exits(0);
        }
    }
    for words in ["list", "list --json"] {
        sandbox.soloist(words).exits(0);
    }
}

/// §3.10: looking at nothing writes nothing: no state directory appears.
#[test]
fn looking_at_nothing_writes_nothing() {
    let sandbox = Sandbox::new();
    let before = everything(&sandbox);
    look(&sandbox);
    assert_eq!(before, everything(&sandbox));
    assert!(!sandbox.state().exists());
}

/// §3.10: looking at what runs, or at what a crash left behind, writes nothing either.
#[test]
fn looking_at_something_writes_nothing() {
    let sandbox = Sandbox::new();
    let (running, bot) = sandbox.starts("run --lock bot.lock -- python3 main.py");
    let before = everything(&sandbox);
    look(&sandbox);
    assert_eq!(before, everything(&sandbox));
    running.signal(libc::SIGKILL);
    bot.signal(libc::SIGKILL);
    running.wait_for_end();
    bot.wait_for_end();
    let before = everything(&sandbox);
    look(&sandbox);
    assert_eq!(before, everything(&sandbox));
}

/// §3.10: looking takes no lock: starts that meet many looks are never refused.
#[test]
fn looking_disturbs_no_start() {
    let sandbox = Sandbox::new();
    sandbox.soloist("run --lock bot.lock --match none -- true").exits(0);
    for _ in 0..30 {
        let looks: Vec<Running> =
            ["status --lock bot.lock", "run --dry-run --lock bot.lock --match none -- true", "list"]
                .iter()
                .map(|words| sandbox.soloist(words).spawn())
                .collect();
        sandbox.soloist("run --lock bot.lock --match none -- true").exits(0);
        for look in looks {
            look.outcome().exits_with_one_of(&[0, 3, 4]);
        }
    }
}
