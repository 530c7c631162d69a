//! Contract §2 and §3.5: ghosts, the descendants of an earlier instance that outlived it, are named and ended.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod support;

use serde_json::Value;
use support::{Actor, Running, Sandbox, eventually};

const RUN: &str = "run --name bot -- python3 main.py";

/// A helper of the program's that keeps none of its descriptors, and is no witness of its own.
fn helper(sandbox: &Sandbox, bot: &mut Actor, words: &[&str]) -> Actor {
    sandbox.script("helper.py");
    let front = ["env", "-u", "ACTOR_WITNESS"];
    bot.order(&format!("spawn {}", Value::from([&front, words].concat())));
    sandbox.next_actor()
}

/// Kills soloist and its program by SIGKILL.
fn crash(running: &Running, bot: &Actor) {
    running.signal(libc::SIGKILL);
    running.wait_for_end();
    bot.signal(libc::SIGKILL);
    bot.wait_for_end();
}

/// An instance that crashed and left a helper behind.
fn left_behind(sandbox: &Sandbox) -> Actor {
    let (running, mut bot) = sandbox.starts(RUN);
    let helper = helper(sandbox, &mut bot, &["python3", "helper.py"]);
    crash(&running, &bot);
    helper
}

fn pids(processes: &Value) -> Vec<i64> {
    processes.as_array().unwrap().iter().map(|process| process["pid"].as_i64().unwrap()).collect()
}

/// `status` names it, though it keeps nothing and runs another program.
#[test]
fn a_ghost_without_the_claim_is_named() {
    let sandbox = Sandbox::new();
    let helper = left_behind(&sandbox);
    let status = sandbox.soloist("status --json --name bot").exits(4).document();
    assert_eq!(status["state"], "trouble");
    assert_eq!(pids(&status["ghosts"]), [i64::from(helper.pid)]);
    assert_eq!(status["problems"][0]["code"], "ghost");
    assert_eq!(status["problems"][0]["remedy"], "soloist stop --name bot");
    sandbox.soloist("status --name bot").exits(4).prints(&helper.pid.to_string());
}

/// It does not keep a new instance from starting, for a crash frees the claim; but the start names it.
#[test]
fn the_next_start_names_it() {
    let sandbox = Sandbox::new();
    let mut helper = left_behind(&sandbox);
    let (running, mut bot) = sandbox.starts(RUN);
    support::eventually("the notice", || running.stderr().contains("left behind").then_some(()));
    assert!(running.stderr().contains(&helper.pid.to_string()), "{}", running.stderr());
    assert!(helper.is_untouched());
    bot.exit(0);
    running.exits(0);
}

/// `--replace` ends it before the new program starts.
#[test]
fn replacing_ends_it() {
    let sandbox = Sandbox::new();
    let mut helper = left_behind(&sandbox);
    let plan = sandbox.soloist(&format!("run --replace --dry-run --json {}", &RUN[4..])).exits(0).document();
    assert_eq!(
        (plan["would"].as_str(), plan["candidates"][0]["role"].as_str()),
        (Some("replace"), Some("ghost"))
    );
    let (running, mut bot) = sandbox.starts(&format!("run --replace {}", &RUN[4..]));
    helper.hears("TERM");
    assert!(helper.has_ended());
    bot.exit(0);
    running.exits(0);
    sandbox.soloist("status --name bot").exits(3);
}

/// `stop` ends it, its own children too.
#[test]
fn stop_ends_it() {
    let sandbox = Sandbox::new();
    let mut helper = left_behind(&sandbox);
    helper.order("setsid");
    let child = sandbox.next_actor();
    let stopped = sandbox.soloist("stop --json --name bot").exits(0).document();
    let ended = pids(&stopped["processes"]);
    assert!(ended.contains(&i64::from(helper.pid)) && ended.contains(&i64::from(child.pid)), "{stopped:#}");
    assert!(helper.has_ended() && child.has_ended());
    sandbox.soloist("status --name bot").exits(3);
}

/// A program whose child forks all the time, each generation in the place of the one before; all of them ignore TERM,
/// and share a lock beside the claim. It ends by itself, should nobody end it.
const FORKING: &str = r#"
import fcntl, os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
lock = os.open("forking.lock", os.O_RDWR | os.O_CREAT, 0o666)
if os.fork():
    os.close(lock)
    signal.pause()
fcntl.flock(lock, fcntl.LOCK_EX)
open("forking", "w").close()
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    if os.fork():
        os._exit(0)
    time.sleep(0.1)
"#;

/// Whether anything of [`FORKING`] lives.
fn forks(sandbox: &Sandbox) -> bool {
    std::fs::File::open(sandbox.path("forking.lock")).unwrap().try_lock().is_err()
}

/// Leaves what forks all the time behind, with the claim, for at most so many seconds.
fn leaves_forking(sandbox: &Sandbox, seconds: u32) {
    sandbox.file("forking.py", FORKING);
    let running = sandbox.soloist(&format!("run --name bot -- python3 forking.py {seconds}")).spawn();
    eventually("the first generation", || (sandbox.path("forking").exists() && forks(sandbox)).then_some(()));
    let status = sandbox.soloist("status --json --name bot").exits(0).document();
    let program = i32::try_from(status["holder"]["program_pid"].as_i64().unwrap()).unwrap();
    running.signal(libc::SIGKILL);
    running.wait_for_end();
    support::process::Process::open(program).unwrap().signal(libc::SIGKILL);
}

/// `stop` does not take the next generation for somebody newer: it does not say that it is done before all are.
#[test]
fn stop_is_not_done_while_something_forks() {
    let sandbox = Sandbox::new();
    leaves_forking(&sandbox, 5);
    let stopped = sandbox.soloist("stop --grace 50ms --name bot").outcome();
    let over = !forks(&sandbox);
    // A machine that is slow to look may never meet a generation that lives.
    assert_eq!(stopped.exits_with_one_of(&[0, 77]).code, Some(if over { 0 } else { 77 }));
    eventually("its own end", || (!forks(&sandbox)).then_some(()));
}

/// Nor does a contender yield to it: what an earlier instance left behind is no newer one.
#[test]
fn what_forks_all_the_time_is_no_newer_instance() {
    let sandbox = Sandbox::new();
    leaves_forking(&sandbox, 2);
    sandbox.soloist("run --replace --grace 50ms --name bot -- true").exits(0);
    assert!(!forks(&sandbox));
}

/// A hard link is the same program: what was left behind under one name is a ghost under the other too.
#[test]
fn a_ghost_is_known_by_another_name_of_its_program() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run -- python3 main.py");
    bot.order("daemon");
    let left = sandbox.next_actor();
    crash(&running, &bot);
    std::fs::hard_link(sandbox.path("main.py"), sandbox.path("other.py")).unwrap();
    let status = sandbox.soloist("status --json -- python3 other.py").exits(4).document();
    assert_eq!(status["holder"]["pid"], left.pid);
    assert!(status["problems"].to_string().contains("ghost"), "{status:#}");
    left.signal(libc::SIGKILL);
    left.wait_for_end();
}

/// Several that keep the claim, and stand side by side, are all named and all ended by one `stop`.
#[test]
fn every_keeper_of_the_claim_is_ended() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts(RUN);
    let mut left = Vec::new();
    for _ in 0..3 {
        bot.order("daemon");
        left.push(sandbox.next_actor());
    }
    crash(&running, &bot);
    let status = sandbox.soloist("status --json --name bot").exits(4).document();
    let mut named = pids(&status["ghosts"]);
    let mut expected: Vec<i64> = left.iter().map(|actor| i64::from(actor.pid)).collect();
    named.sort_unstable();
    expected.sort_unstable();
    assert_eq!(named, expected, "{status:#}");
    sandbox.soloist(RUN).exits(75).says(&status["holder"]["pid"].to_string());
    sandbox.soloist("stop --name bot").exits(0);
    assert!(left.iter().all(Actor::has_ended));
}

/// The same name in another state directory is another key: its ghosts are left alone.
#[test]
fn another_state_directorys_ghosts_are_spared() {
    let sandbox = Sandbox::new();
    let mut helper = left_behind(&sandbox);
    let other = sandbox.root().join("other-state");
    sandbox.soloist("status --name bot").env("SOLOIST_STATE_DIR", &other).exits(3);
    sandbox.soloist("stop --name bot").env("SOLOIST_STATE_DIR", &other).exits(0);
    assert!(helper.is_untouched());
}

/// While the soloist that the variables name lives, nothing below it is a ghost; nor is a process whose variables
/// name a number that an older process has.
#[test]
fn what_belongs_to_a_living_instance_is_no_ghost() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts(RUN);
    let _helper = helper(&sandbox, &mut bot, &["python3", "helper.py"]);
    let status = sandbox.soloist("status --json --name bot").exits(0).document();
    assert_eq!(pids(&status["ghosts"]), [0i64; 0]);
    bot.exit(0);
    running.exits(0);
    let stranger = sandbox
        .program("python3 helper.py")
        .without_env("ACTOR_WITNESS")
        .env("SOLOIST_KEY", "bot")
        .env("SOLOIST_PID", std::process::id().to_string());
    let (_stranger, mut actor) = sandbox.start(stranger);
    sandbox.soloist("status --name bot").exits(3);
    sandbox.soloist("stop --name bot").exits(0);
    assert!(actor.is_untouched());
}

/// An instance of another key that the program started holds a claim of its own and is healthy.
#[test]
fn an_instance_with_its_own_claim_is_no_ghost() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts(RUN);
    let soloist = env!("CARGO_BIN_EXE_soloist");
    let mut other =
        helper(&sandbox, &mut bot, &[soloist, "run", "--name", "other", "--", "python3", "helper.py"]);
    crash(&running, &bot);
    sandbox.soloist("status --name other").exits(0);
    sandbox.soloist("stop --name bot").exits(0);
    sandbox.soloist("status --name bot").exits(3);
    assert!(other.is_untouched());
    sandbox.soloist("stop --name other").exits(0);
}

/// Whoever takes over from inside a ghost does not end the ghost that it lives in.
#[test]
fn a_ghost_above_the_contender_is_spared() {
    let sandbox = Sandbox::new();
    let mut helper = left_behind(&sandbox);
    let soloist = env!("CARGO_BIN_EXE_soloist");
    let words = [soloist, "run", "--replace", "--name", "bot", "--", "python3", "main.py"];
    helper.order(&format!("spawn {}", Value::from(words.as_slice())));
    let mut bot = sandbox.next_actor();
    sandbox.soloist("status --name bot").exits(4);
    assert!(helper.is_untouched());
    bot.exit(0);
}

/// A name may be spelled as a bot's key is: what an instance of that name left behind is none of the bot's.
#[test]
fn what_a_name_like_a_bot_left_behind_is_not_the_bots() {
    let sandbox = Sandbox::new();
    let (id, token) = ("98765", "98765:AAF-abcdefghijklmnopqrstuvwxyz");
    let (running, mut bot) = sandbox.starts(&format!("run --name telegram-{id} -- python3 main.py"));
    let mut helper = helper(&sandbox, &mut bot, &["python3", "helper.py"]);
    crash(&running, &bot);
    let of_bot = |words: &str| sandbox.soloist(words).env("BOT_TOKEN", token);
    of_bot("status --telegram BOT_TOKEN").exits(3);
    of_bot("stop --telegram BOT_TOKEN").exits(0);
    of_bot("run --telegram BOT_TOKEN --replace -- true").exits(0);
    assert!(helper.is_untouched());
    sandbox.soloist(&format!("stop --name telegram-{id}")).exits(0);
    helper.hears("TERM");
}

/// The state directory may be spelled in another way.
#[test]
fn a_state_directory_is_known_by_every_spelling() {
    let sandbox = Sandbox::new();
    let helper = left_behind(&sandbox);
    let link = sandbox.root().join("link");
    std::os::unix::fs::symlink(sandbox.state(), &link).unwrap();
    let status =
        sandbox.soloist("status --json --name bot").env("SOLOIST_STATE_DIR", &link).exits(4).document();
    assert_eq!(pids(&status["ghosts"]), [i64::from(helper.pid)]);
}

/// The same spelling may be another directory elsewhere: what a container with our processes in sight left behind is
/// not ours.
#[test]
fn a_state_directory_in_another_root_is_another() {
    let sandbox = Sandbox::new();
    let unshare = "unshare --user --map-root-user --mount";
    if sandbox.program(&format!("{unshare} true")).outcome().code != Some(0) {
        eprintln!("skipped: {unshare} does not work here");
        return;
    }
    let (running, mut bot) = sandbox.starts(RUN);
    bot.exit(0);
    running.exits(0);
    sandbox.script("helper.py");
    // No process ever has this number (`proc_sys_kernel(5)`, pid_max).
    let (key, pid) = ("bot", "4194304");
    let elsewhere = format!(
        "mount -t tmpfs tmpfs {0} && touch {0}/name-bot.lock && exec python3 helper.py",
        sandbox.state().display()
    );
    let there = sandbox.program(&format!("{unshare} sh -c")).arg(elsewhere).without_env("ACTOR_WITNESS");
    let (_running, mut helper) = sandbox.start(there.env("SOLOIST_KEY", key).env("SOLOIST_PID", pid));
    sandbox.soloist("status --name bot").exits(3);
    sandbox.soloist("stop --name bot").exits(0);
    assert!(helper.is_untouched());
    let here = sandbox.program("python3 helper.py").without_env("ACTOR_WITNESS");
    let (_running, mut ghost) = sandbox.start(here.env("SOLOIST_KEY", key).env("SOLOIST_PID", pid));
    sandbox.soloist("stop --name bot").exits(0);
    ghost.hears("TERM");
}
