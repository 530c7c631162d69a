//! Contract §3.5: when `soloist run` ends, no descendant of the program runs on without the claim.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

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

/// With `--no-kill`, what does not listen lives on and keeps the claim: also the visible lock, by which other users and
/// other tools know of it. Its end frees the claim.
#[test]
fn what_lives_on_keeps_the_visible_lock() {
    let sandbox = Sandbox::new();
    let words = "run --lock bot.lock --match none --no-kill --grace 50ms -- python3 main.py";
    let (running, mut bot) = sandbox.starts(words);
    bot.order("on TERM report");
    let child = child(&sandbox, &mut bot, "daemon");
    bot.exit(0);
    running.exits(0);
    assert!(!child.has_ended());
    sandbox.program("flock -n bot.lock true").exits(1);
    sandbox.soloist(words).exits(75);
    child.signal(libc::SIGKILL);
    eventually("the child's end", || child.has_ended().then_some(()));
    let (running, mut bot) = sandbox.starts(words);
    bot.exit(0);
    running.exits(0);
    assert!(!sandbox.path("bot.lock").exists());
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

/// A chain of processes, each of which starts the next and ends, ignoring TERM; all of them share a lock. It ends by
/// itself after a minute, should nobody end it.
const CHAIN: &str = r"
import fcntl, os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o666)
fcntl.flock(lock, fcntl.LOCK_EX)
end = time.monotonic() + 60
while time.monotonic() < end:
    if os.fork():
        os._exit(0)
    os.setsid()
";

/// Whether nobody keeps the lock of a chain.
fn is_over(sandbox: &Sandbox) -> bool {
    let file =
        std::fs::File::options().write(true).create(true).truncate(false).open(sandbox.path("chain.lock"));
    file.is_ok_and(|file| file.try_lock().is_ok())
}

/// Starts a chain below the program, and waits until it runs.
fn starts_a_chain(sandbox: &Sandbox, bot: &mut Actor) {
    sandbox.file("chain.py", CHAIN);
    let lock = sandbox.file("chain.lock", "");
    std::fs::set_permissions(lock, std::os::unix::fs::PermissionsExt::from_mode(0o666)).unwrap();
    bot.order(r#"spawn ["python3", "chain.py", "chain.lock"]"#);
    eventually("the chain", || (!is_over(sandbox)).then_some(()));
}

/// What forks all the time is ended too, also while it forks.
#[test]
fn what_forks_all_the_time_is_ended() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --name bot --match none --grace 200ms -- python3 main.py");
    starts_a_chain(&sandbox, &mut bot);
    bot.exit(5);
    running.exits(5);
    assert!(is_over(&sandbox));
}

/// A control group that was delegated to another user, removed with the test.
struct Delegated(std::path::PathBuf);

impl Delegated {
    fn new() -> Option<Self> {
        use std::os::unix::fs::chown;
        let mounts = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"];
        let mount = mounts.iter().find(|mount| std::path::Path::new(mount).join("cgroup.procs").exists())?;
        let place = std::path::Path::new(mount).join(format!("soloist-test-{}", std::process::id()));
        std::fs::create_dir(&place).ok()?;
        for name in ["", "cgroup.procs", "cgroup.subtree_control", "cgroup.threads"] {
            chown(place.join(name), Some(support::sandbox::NOBODY), Some(support::sandbox::NOBODY)).ok()?;
        }
        Some(Self(place))
    }
}

impl Drop for Delegated {
    fn drop(&mut self) {
        // Whatever a failed test left inside is its own.
        std::fs::write(self.0.join("cgroup.kill"), "1").ok();
        eventually("the group is empty", || {
            for entry in std::fs::read_dir(&self.0).into_iter().flatten().flatten() {
                std::fs::remove_dir(entry.path()).ok();
            }
            (std::fs::remove_dir(&self.0).is_ok() || !self.0.exists()).then_some(())
        });
    }
}

/// Where a control group was delegated, the program has one of its own below it, which goes with it.
#[test]
fn a_delegated_control_group_is_used() {
    let Some(group) = support::process::is_root().then(Delegated::new).flatten() else {
        eprintln!("skipped: no control group can be delegated here");
        return;
    };
    let sandbox = Sandbox::new();
    let enter = format!("echo $$ > {}/cgroup.procs && exec \"$@\"", group.0.display());
    let soloist = format!(
        "{} run --name bot --match none --grace 200ms -- python3 main.py",
        env!("CARGO_BIN_EXE_soloist")
    );
    let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let home = sandbox.root().join("nobody");
    std::os::unix::fs::chown(&home, Some(support::sandbox::NOBODY), Some(support::sandbox::NOBODY)).unwrap();
    let enters = sandbox.program("sh -c").arg(enter).arg("sh").args(user).args(soloist.split(' '));
    let enters = enters.env("HOME", &home).env("SOLOIST_STATE_DIR", home.join("state"));
    std::fs::set_permissions(sandbox.path(""), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let (running, mut bot) = sandbox.start(enters);
    let groups = std::fs::read_to_string(format!("/proc/{}/cgroup", bot.pid)).unwrap();
    let own = format!("soloist-{}", running.pid());
    assert!(groups.contains(&own), "{groups}");
    starts_a_chain(&sandbox, &mut bot);
    bot.exit(5);
    running.exits(5);
    assert!(is_over(&sandbox));
    assert!(!group.0.join(own).exists());
}

/// A program whose soloist was killed has been asked by the kernel; whoever replaces it lets it finish and does not
/// ask again, for many programs take a second request for impatience.
#[test]
fn an_orphan_is_asked_once() {
    for replaces in [true, false] {
        let sandbox = Sandbox::new();
        let (running, mut bot) = sandbox.starts(RUN);
        bot.order("on TERM report");
        running.signal(libc::SIGKILL);
        running.wait_for_end();
        bot.hears("TERM");
        let words = if replaces { RUN.replace("run", "run --replace") } else { "stop --name bot".into() };
        let next = sandbox.soloist(&words).spawn();
        assert_eq!(bot.order("ping"), "pong");
        eventually("somebody waits for its end", || has_pidfd_of(next.pid(), bot.pid).then_some(()));
        assert_eq!(bot.signals().iter().filter(|name| *name == "TERM").count(), 1);
        bot.exit(0);
        if replaces {
            sandbox.started_by(&next).exit(0);
        }
        next.exits(0);
    }
}

/// Whether a process waits for the end of another: it keeps a pidfd of it, and sleeps.
fn has_pidfd_of(waiter: i32, awaited: i32) -> bool {
    let Ok(entries) = std::fs::read_dir(format!("/proc/{waiter}/fdinfo")) else { return false };
    let mut texts = entries.filter_map(|entry| std::fs::read_to_string(entry.ok()?.path()).ok());
    let has = texts.any(|text| text.lines().any(|line| line == format!("Pid:\t{awaited}")));
    has && support::process::state(waiter) == Some('S')
}

/// §4, §3.2: what somebody left stopped (a contender that was killed between its STOP and its KILL does) is woken when it is
/// asked to end, whole, and ends within the grace: nothing of it has to be killed.
#[test]
fn what_was_left_stopped_is_woken_to_end() {
    for end in ["run --replace --grace 1h --name bot -- python3 main.py", "stop --grace 1h --name bot"] {
        let sandbox = Sandbox::new();
        let (running, mut bot, mut children) = leaves_children(&sandbox);
        for actor in std::iter::once(&bot).chain(&children) {
            actor.signal(libc::SIGSTOP);
            support::eventually("the stop", || support::process::is_stopped(actor.pid).then_some(()));
        }
        let ender = sandbox.soloist(end).spawn();
        for actor in std::iter::once(&mut bot).chain(&mut children) {
            assert!(actor.last_signals().contains(&"TERM".to_owned()), "{end}");
        }
        running.wait_for_end();
        if end.starts_with("run") {
            sandbox.started_by(&ender).exit(0);
        }
        ender.exits(0);
    }
}
