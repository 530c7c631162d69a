//! Contract §3.2: when N contenders start together, exactly one ends up running; replacing is never mutual
//! killing: a newer one wins, an older one yields.

mod support;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use support::{Crowd, Invocation, Running, Sandbox, process};

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
        let (older, gate) = held_up(&sandbox, key);
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

/// A contender that replaces and was started now, but is held up until its gate is opened.
fn held_up(sandbox: &Sandbox, words: &str) -> (Running, PathBuf) {
    sandbox.program("mkfifo gate").exits(0);
    let contender = sandbox
        .soloist(&format!("run --replace {words} --preflight"))
        .arg("echo waiting > waiting; read word < gate")
        .args(["--", "python3", "main.py"])
        .spawn();
    support::eventually("the preflight", || sandbox.path("waiting").exists().then_some(()));
    (contender, sandbox.path("gate"))
}

/// §3.2: who stands by for a copy has no claim that an older contender could yield to: it may give up, and none would run.
#[test]
fn nobody_yields_to_one_that_stands_by_for_a_copy() {
    for key in ["", "--name bot", "--lock bot.lock"] {
        let sandbox = Sandbox::new();
        let (_bare, mut bare) = sandbox.starts_bare("python3 main.py");
        let (older, gate) = held_up(&sandbox, key);
        let waiter = sandbox.soloist(&format!("run --wait {key} -- python3 main.py")).spawn();
        // It rests where it waits for the copy.
        support::eventually("the stand-by", || {
            let place = fs::read_to_string(format!("/proc/{}/wchan", waiter.pid())).ok()?;
            (place.contains("poll") && sandbox.state().exists()).then_some(())
        });
        fs::write(gate, "go\n").unwrap();
        let mut bot = sandbox.started_by(&older);
        assert_eq!(bare.last_signals(), ["TERM"]);
        bot.exit(0);
        older.exits(0);
        sandbox.started_by(&waiter).exit(4);
        waiter.exits(4);
        sandbox.witness().never_saw_two();
    }
}

/// §3.2: a newer contender that is ended while it ends what runs took nothing over: who had met it goes on.
#[test]
fn nobody_yields_to_one_that_is_ended_before_it_takes_over() {
    for key in ["", "--name bot", "--lock bot.lock"] {
        let sandbox = Sandbox::new();
        let (_bare, mut deaf) = sandbox.starts_bare("python3 main.py");
        deaf.order("on TERM report");
        let (older, gate) = held_up(&sandbox, &format!("--grace 1ms {key}"));
        let newer = sandbox.soloist(&format!("run --replace --grace 1h {key} -- python3 main.py")).spawn();
        deaf.hears("TERM");
        fs::write(gate, "go\n").unwrap();
        support::eventually("the door", || {
            assert!(!older.has_ended(), "it yielded to one that has not taken over: {}", older.stderr());
            process::waits_for_a_lock(older.pid()).then_some(())
        });
        newer.signal(libc::SIGTERM);
        let ended = newer.outcome();
        assert_eq!(ended.signal, Some(libc::SIGTERM), "{ended:?}");
        let mut bot = sandbox.started_by(&older);
        assert!(deaf.has_ended());
        bot.exit(0);
        older.exits(0);
        sandbox.witness().never_saw_two();
    }
}

/// §3.2: the same when it does take over: then the older one yields.
#[test]
fn an_older_one_yields_once_the_newer_one_has_taken_over() {
    let sandbox = Sandbox::new();
    let (_bare, mut deaf) = sandbox.starts_bare("python3 main.py");
    deaf.order("on TERM report");
    let (older, gate) = held_up(&sandbox, "");
    let newer = sandbox.soloist("run --replace --grace 1h -- python3 main.py").spawn();
    deaf.hears("TERM");
    fs::write(gate, "go\n").unwrap();
    support::eventually("the door", || process::waits_for_a_lock(older.pid()).then_some(()));
    deaf.exit(0);
    let mut bot = sandbox.started_by(&newer);
    older.exits(76);
    assert!(bot.is_untouched());
    bot.exit(0);
    newer.exits(0);
    sandbox.witness().never_saw_two();
}

/// A holder in two steps: it locks seat and door, and when it is told to, writes its record and opens the door.
const HOLDER: &str = "import fcntl, json, os, struct, sys, time
state, record = sys.argv[1], json.loads(sys.argv[2])
file = os.open(state + '/name-bot.lock', os.O_RDWR | os.O_CREAT, 0o600)
def lock(kind, first, length):
    fcntl.fcntl(file, 37, struct.pack('hhqqi4x', kind, 0, first, length, 0))
lock(fcntl.F_WRLCK, 0, 2)
print('locked', flush=True)
sys.stdin.readline()
stat = open('/proc/self/stat').read().rsplit(')', 1)[1].split()
record['pid'] = os.getpid()
record['birth'] = '/'.join([*record['birth'].split('/')[:2], str(os.getpid()), stat[19]])
record['claimed_since_boot'] = time.clock_gettime(time.CLOCK_BOOTTIME)
with open(state + '/new', 'w') as new:
    json.dump(record, new)
os.rename(state + '/new', state + '/name-bot.json')
lock(fcntl.F_UNLCK, 1, 1)
sys.stdin.readline()
";

/// §3.2: a holder that has not written its record yet is not judged by the start of its process: it may have claimed later.
#[test]
fn a_holder_is_not_judged_before_it_has_told_when_it_claimed() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    let record = fs::read_to_string(sandbox.state().join("name-bot.json")).unwrap();
    bot.exit(0);
    running.exits(0);
    let (line, mut end) = std::io::pipe().unwrap();
    let holder =
        sandbox.program("python3 -c").arg(HOLDER).arg(sandbox.state()).arg(record).stdin(line).spawn();
    support::eventually("its lock", || holder.stdout().contains("locked").then_some(()));
    let older = sandbox.soloist("run --replace --match none --name bot -- python3 main.py").spawn();
    support::eventually("the door", || {
        assert!(!holder.has_ended(), "it was ended before it could tell when it claimed");
        process::waits_for_a_lock(older.pid()).then_some(())
    });
    end.write_all(b"claim\n").unwrap();
    older.exits(76);
    assert!(!holder.has_ended(), "{}", holder.stderr());
    end.write_all(b"end\n").unwrap();
    holder.exits(0);
}
