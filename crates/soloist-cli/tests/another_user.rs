//! Hostile neighbours: what a second user of this machine tries against a first one, and what he gets. SECURITY.md
//! names each of these tests. Only root can play two users, so that all of them are skipped for anybody else.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use support::process::is_root;
use support::{Actor, Invocation, Running, Sandbox, eventually};

const RUN: &str = "run --name bot --match none -- python3 main.py";
const SHARED: &str = "--lock shared/bot.lock --match none -- python3 main.py";

/// A sandbox for two users; none where there can be only one.
fn two_users() -> Option<Sandbox> {
    if is_root() {
        return Some(Sandbox::new());
    }
    eprintln!("skipped: only root can play two users");
    None
}

/// A directory like `/tmp`: everybody may make files in it, and remove only his own.
fn shared(sandbox: &Sandbox) -> PathBuf {
    let place = sandbox.path("shared");
    fs::create_dir(&place).unwrap();
    fs::set_permissions(&place, Permissions::from_mode(0o1777)).unwrap();
    place
}

/// A line of shell, as the neighbour.
fn neighbour(sandbox: &Sandbox, words: &str) -> Invocation {
    sandbox.as_nobody(sandbox.program("sh -c").arg(words))
}

/// A program of the first user that has nothing to do with any claim.
fn innocent(sandbox: &Sandbox) -> (Running, Actor) {
    sandbox.script("innocent.py");
    sandbox.start(sandbox.program("python3 innocent.py").env("ACTOR_WITNESS", ""))
}

/// The socket names that soloists of this user have bound in the abstract namespace.
fn socket_names() -> Vec<String> {
    let text = fs::read_to_string("/proc/net/unix").unwrap();
    let names = text.lines().filter_map(|line| line.split_whitespace().nth(7));
    names.filter_map(|name| name.strip_prefix("@soloist/")).map(|name| format!("soloist/{name}")).collect()
}

/// Blocking a start: whoever binds the socket name that stands beside the lock gets nothing by it.
#[test]
fn a_squatted_socket_name_blocks_nobody() {
    let Some(sandbox) = two_users() else { return };
    let before = socket_names();
    let (running, mut bot) = sandbox.starts(RUN);
    let names: Vec<String> = socket_names().into_iter().filter(|name| !before.contains(name)).collect();
    assert!(!names.is_empty(), "no socket name to squat");
    bot.exit(0);
    running.exits(0);
    // Other tests bind names meanwhile; those that are still bound are theirs, and one of the rest is ours.
    // He keeps a lock of the kind that a claim is (F_OFD_SETLK, 37), so that only his user tells him from a holder.
    let squat = "import fcntl, os, socket, struct, sys, time\nheld = []\nfor name in sys.argv[1:]:\n    \
                 held.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))\n    \
                 try: held[-1].bind('\\0' + name)\n    except OSError: pass\n\
                 file = os.open('shared/his.lock', os.O_RDWR | os.O_CREAT)\n\
                 fcntl.fcntl(file, 37, struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0))\n\
                 print('squatted', flush=True)\ntime.sleep(60)";
    shared(&sandbox);
    let squatter = sandbox.as_nobody(sandbox.program("python3 -c").arg(squat).args(&names)).spawn();
    eventually("the squatter", || squatter.stdout().contains("squatted").then_some(()));
    let now = socket_names();
    assert!(names.iter().all(|name| now.contains(name)), "{names:?} in {now:?}");
    let (_running, mut bot) = sandbox.starts(RUN);
    sandbox.soloist(RUN).exits(75).says(&bot.pid.to_string());
    sandbox.soloist("status --name bot").exits(0);
    assert!(bot.is_untouched() && !squatter.has_ended());
    sandbox.witness().never_saw_two();
}

/// Blocking a start: the private state directory is closed to the neighbour, whatever he tries there.
#[test]
fn the_private_state_is_closed_to_the_neighbour() {
    let Some(sandbox) = two_users() else { return };
    let (_running, mut bot) = sandbox.starts("run --lock bot.lock --match none -- python3 main.py");
    let state = sandbox.state().display().to_string();
    for attempt in
        ["ls STATE", "cat STATE/*", "flock -n STATE/bot true", "touch STATE/x", "rm -r STATE", "mv STATE x"]
    {
        let outcome = neighbour(&sandbox, &attempt.replace("STATE", &state)).outcome();
        assert!(outcome.code != Some(0) && outcome.stdout.is_empty(), "{attempt}: {outcome:?}");
    }
    let open = fs::read_dir(sandbox.state()).unwrap().flatten();
    for entry in open.filter(|entry| entry.metadata().unwrap().is_file()) {
        let mode = entry.metadata().unwrap().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", entry.path().display());
    }
    assert!(bot.is_untouched());
}

/// Blocking a start: a lock that the neighbour keeps on a lock file that both can open refuses, and he is named.
#[test]
fn a_lock_that_the_neighbour_keeps_is_told() {
    let Some(sandbox) = two_users() else { return };
    shared(&sandbox);
    let keep = "exec 9>shared/bot.lock; chmod 666 shared/bot.lock; flock 9; echo kept; exec sleep 60";
    let keeper = neighbour(&sandbox, keep).spawn();
    eventually("the lock", || keeper.stdout().contains("kept").then_some(()));
    let refusal = sandbox.soloist(&format!("run {SHARED}")).outcome().exits_with_one_of(&[74, 75]);
    assert!(refusal.stderr.contains("bot.lock"), "{refusal:?}");
    assert!(refusal.code == Some(74) || refusal.stderr.contains(&keeper.pid().to_string()), "{refusal:?}");
    sandbox.soloist(&format!("run --replace --grace 100ms {SHARED}")).outcome().exits_with_one_of(&[74, 77]);
    assert!(!sandbox.is_called() && !keeper.has_ended());
}

/// Blocking a start: a lock file of his that is closed to us is an error that names it; another path works.
#[test]
fn a_squatted_lock_path_is_an_error_that_names_it() {
    let Some(sandbox) = two_users() else { return };
    let place = shared(&sandbox);
    for squat in ["mkdir bot.lock", "mkfifo bot.lock", "ln -s /dev/null bot.lock", "echo theirs >bot.lock"] {
        neighbour(&sandbox, &format!("cd shared && {squat}")).exits(0);
        let before = fs::symlink_metadata(place.join("bot.lock")).unwrap();
        sandbox.soloist(&format!("run {SHARED}")).exits(74).says("bot.lock");
        let after = fs::symlink_metadata(place.join("bot.lock")).unwrap();
        assert_eq!(
            (before.ino(), before.mode(), before.size()),
            (after.ino(), after.mode(), after.size()),
            "{squat}"
        );
        neighbour(&sandbox, "rm -r shared/bot.lock").exits(0);
    }
    let (_running, _bot) = sandbox.starts(&format!("run {}", SHARED.replace("bot.lock", "another.lock")));
}

/// Blocking a start: a copy of our program that he runs is told of, and `--match none` starts beside it.
#[test]
fn a_copy_that_the_neighbour_runs_is_told_and_can_be_overlooked() {
    let Some(sandbox) = two_users() else { return };
    let words = format!("python3 {}", sandbox.path("main.py").display());
    let victim = |options: &str| {
        let start = sandbox.soloist(&format!("run {options} -- {words}")).env("ACTOR_WITNESS", "");
        start.user(FIRST).env("HOME", "/nonexistent").env("SOLOIST_STATE_DIR", first_users_state(&sandbox))
    };
    let (_copy, mut copy) =
        sandbox.start(sandbox.as_nobody(sandbox.program(&words).env("ACTOR_WITNESS", "")));
    victim("").exits(75).says(&copy.pid.to_string()).says("nobody");
    let (_running, mut bot) = sandbox.start(victim("--match none"));
    assert!(copy.is_untouched() && bot.is_untouched());
}

/// An ordinary user who is neither root nor the neighbour.
const FIRST: u32 = 64_001;

fn first_users_state(sandbox: &Sandbox) -> PathBuf {
    let state = sandbox.root().join("first");
    if !state.exists() {
        fs::create_dir(&state).unwrap();
        fs::set_permissions(&state, Permissions::from_mode(0o700)).unwrap();
        chown(&state, Some(FIRST), Some(FIRST)).unwrap();
    }
    state
}

/// Blocking a start: variables that only soloist sets make no ghost of his process, and in root's eyes, who can read
/// them, a ghost at most: then it is his own process that is told of, and a start goes on.
#[test]
fn the_neighbours_forged_variables_block_nobody() {
    let Some(sandbox) = two_users() else { return };
    sandbox.script("other.py");
    for (victim, healthy) in [(FIRST, 0), (0, 4)] {
        let state = if victim == 0 { sandbox.state() } else { first_users_state(&sandbox) };
        let soloist = |words: &str| sandbox.soloist(words).user(victim).env("SOLOIST_STATE_DIR", &state);
        // Its soloist is gone: what names it in its variables looks left behind.
        let gone = soloist(RUN).spawn();
        sandbox.started_by(&gone).exit(0);
        let pid = gone.pid().to_string();
        gone.exits(0);
        let forged = sandbox.program("python3 other.py").env("SOLOIST_KEY", "bot").env("SOLOIST_PID", pid);
        let forged = sandbox.as_nobody(forged.env("ACTOR_WITNESS", "")).env("SOLOIST_STATE_DIR", &state);
        let (_forged, mut forged) = sandbox.start(forged);
        let (running, mut bot) = sandbox.start(soloist(RUN));
        soloist("status --name bot").exits(healthy);
        assert!(bot.is_untouched() && forged.is_untouched(), "user {victim}");
        bot.exit(0);
        running.exits(0);
    }
}

/// Having a process killed: a record that he plants beside our lock gets nobody a signal.
#[test]
fn a_planted_record_gets_nobody_killed() {
    let Some(sandbox) = two_users() else { return };
    let place = shared(&sandbox);
    let (_innocent, mut innocent) = innocent(&sandbox);
    // A record that soloist itself has written, of an instance that was the innocent: the best of lies.
    let (running, mut bot) = sandbox.starts("run --lock mine.lock --match none -- python3 main.py");
    let text = fs::read_to_string(sandbox.path("mine.lock.info")).unwrap();
    bot.exit(0);
    running.exits(0);
    let lie = lie_about(&text, innocent.pid, &place.join("bot.lock"));
    neighbour(&sandbox, "printf %s \"$LIE\" >shared/bot.lock.info").env("LIE", &lie).exits(0);
    let (_running, mut bot) = sandbox.starts(&format!("run --replace --grace 100ms {SHARED}"));
    sandbox.soloist(&format!("run {SHARED}")).exits(75);
    sandbox.soloist("status --lock shared/bot.lock").outcome().exits_with_one_of(&[0, 4]);
    assert!(innocent.is_untouched() && bot.is_untouched());
    sandbox.soloist("stop --lock shared/bot.lock --grace 1s").exits(0);
    assert!(innocent.is_untouched());
}

/// The record with the innocent's number and birth, and this lock.
fn lie_about(record: &str, innocent: i32, lock: &Path) -> String {
    let stat = fs::read_to_string(format!("/proc/{innocent}/stat")).unwrap();
    let start = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(19).unwrap();
    let mut record: serde_json::Value = serde_json::from_str(record).unwrap();
    let birth = record["birth"].as_str().unwrap().to_owned();
    let namespace: Vec<&str> = birth.split('/').take(2).collect();
    let birth = format!("{}/{innocent}/{start}", namespace.join("/"));
    for field in ["pid", "program_pid"] {
        record[field] = innocent.into();
    }
    for field in ["birth", "program_birth"] {
        record[field] = birth.as_str().into();
    }
    record["lock"] = lock.to_str().into();
    record["key"] = lock.to_str().into();
    record.to_string()
}

/// Learning a secret: neither the files nor the answers of soloist tell one.
#[test]
fn the_neighbour_learns_no_secret() {
    const SECRET: &str = "AAF-abcdefghijklmnopqrstuvwxyz0123456";
    let Some(sandbox) = two_users() else { return };
    shared(&sandbox);
    let words = format!("run {SHARED} --token 123456789:{SECRET} --url https://u:{SECRET}@example.org/");
    let (_running, mut bot) = sandbox.start(sandbox.soloist(&words).env("BOT_TOKEN", SECRET));
    let ask = |words: &str| sandbox.as_nobody(sandbox.soloist(words)).outcome();
    let reads = neighbour(&sandbox, "cat shared/* shared/.[!.]*").outcome();
    assert!(reads.stdout.contains("soloist.record/1"), "{reads:?}");
    let mut answers = vec![reads];
    for words in
        ["status --json --lock shared/bot.lock", "list --json", "history --json --lock shared/bot.lock"]
    {
        answers.push(ask(words));
    }
    answers.push(ask(&format!("run {SHARED}")));
    answers.push(ask(&format!("run --json --replace {SHARED}")));
    answers.push(ask(&format!("run --dry-run --json {SHARED}")));
    answers.push(ask("stop --json --lock shared/bot.lock"));
    for answer in answers {
        assert!(!answer.all_output().contains(SECRET), "{answer:?}");
    }
    assert!(bot.is_untouched());
}

/// Redirecting a write: links that he plants where soloist writes lead nowhere.
#[test]
fn planted_links_redirect_no_write() {
    let Some(sandbox) = two_users() else { return };
    let place = shared(&sandbox);
    for (victim, state) in [(0, sandbox.state()), (FIRST, first_users_state(&sandbox))] {
        let precious = sandbox.file(format!("precious-{victim}"), "precious");
        fs::set_permissions(&precious, Permissions::from_mode(0o600)).unwrap();
        chown(&precious, Some(victim), None).unwrap();
        for (name, code) in [("bot.lock.info", 0), (".bot.lock.info.new", 0), ("bot.lock", 74)] {
            neighbour(&sandbox, &format!("ln -s {} shared/{name}", precious.display())).exits(0);
            let start = sandbox.soloist(&format!("run {}", SHARED.replace("python3 main.py", "true")));
            // What stands in the record's place blocks no start; what stands in the lock's place does.
            start.user(victim).env("SOLOIST_STATE_DIR", &state).exits(code);
            let now = fs::metadata(&precious).unwrap();
            assert_eq!((now.mode() & 0o777, now.uid()), (0o600, victim), "{name}");
            assert_eq!(fs::read(&precious).unwrap(), b"precious", "{name}");
            fs::remove_file(place.join(name)).ok();
        }
    }
}

/// Redirecting a write: the same for links in the private directory, from a time when it was not private.
#[test]
fn links_in_the_private_state_redirect_no_write() {
    let sandbox = Sandbox::new();
    sandbox.soloist("run --name bot --match none -- true").exits(0);
    let precious = sandbox.file("precious", "precious");
    for ending in ["jsonl", "jsonl.old", "json", "lock"] {
        let path = sandbox.state().join(format!("name-bot.{ending}"));
        fs::remove_file(&path).ok();
        symlink(&precious, &path).unwrap();
        let outcome = sandbox.soloist("run --name bot --match none -- true").outcome();
        assert!(matches!(outcome.code, Some(0 | 74)), "{ending}: {outcome:?}");
        assert_eq!(fs::read(&precious).unwrap(), b"precious", "{ending}");
        fs::remove_file(&path).ok();
    }
}

/// Squatting a state directory: one in `/tmp` that is his, a link, or no directory, holds no claim.
#[test]
fn a_squatted_state_directory_holds_no_claim() {
    let Some(sandbox) = two_users() else { return };
    // Nobody has this number, and nobody else in this run: tests of one file share a process.
    let user = 3_000_000 + std::process::id() % 1_000_000;
    let place = PathBuf::from(format!("/tmp/soloist-{user}"));
    let _clean = Removed(&place);
    let own = sandbox.root().join("own");
    fs::create_dir(&own).unwrap();
    fs::set_permissions(&own, Permissions::from_mode(0o700)).unwrap();
    chown(&own, Some(user), Some(user)).unwrap();
    let start = || {
        let words = "run --name bot --match none -- true";
        sandbox.soloist(words).user(user).without_env("SOLOIST_STATE_DIR").env("HOME", "/nonexistent")
    };
    let at = place.display();
    let squats = [
        format!("mkdir -m 700 {at}"),
        format!("mkdir -m 777 {at}"),
        format!(": >{at}"),
        format!("ln -s {} {at}", own.display()),
        format!("ln -s /nowhere {at}"),
    ];
    for squat in squats {
        neighbour(&sandbox, &squat).exits(0);
        start().exits(74).says("SOLOIST_STATE_DIR");
        start().env("SOLOIST_STATE_DIR", &own).exits(0);
        neighbour(&sandbox, &format!("rm -r {at}")).exits(0);
    }
    start().exits(0);
    assert_eq!(fs::metadata(&place).unwrap().mode() & 0o777, 0o700);
}

/// Removes a path at the end of a test.
struct Removed<'a>(&'a Path);

impl Drop for Removed<'_> {
    fn drop(&mut self) {
        fs::remove_dir_all(self.0).or_else(|_| fs::remove_file(self.0)).ok();
    }
}

/// Filling a history: his refused starts are written into his own.
#[test]
fn the_neighbour_fills_only_his_own_history() {
    let Some(sandbox) = two_users() else { return };
    shared(&sandbox);
    let (_running, mut bot) = sandbox.starts(&format!("run {SHARED}"));
    let history = || sandbox.soloist("history --json --lock shared/bot.lock").exits(0).stdout;
    let before = history();
    assert!(before.contains("claimed"), "{before}");
    for _ in 0..20 {
        let start = sandbox.as_nobody(sandbox.soloist(&format!("run {SHARED}")));
        start.outcome().exits_with_one_of(&[74, 75]);
    }
    assert_eq!(history(), before);
    assert!(bot.is_untouched());
}

/// Filling a history: however much of it there is, it stays small, and tells the newest.
#[test]
fn a_history_that_somebody_fills_stays_small() {
    let sandbox = Sandbox::new();
    sandbox.soloist("run --name bot --match none -- true").exits(0);
    let path = sandbox.state().join("name-bot.jsonl");
    let line = fs::read_to_string(&path).unwrap().lines().next().unwrap().to_owned() + "\n";
    fs::write(&path, line.repeat((8 << 20) / line.len())).unwrap();
    sandbox.soloist("run --name bot --match none -- false").exits(1);
    sandbox.soloist("run --name bot --match none -- false").exits(1);
    let told = sandbox.soloist("history --json --name bot").exits(0).stdout;
    assert!(told.len() < 2 << 20, "{} bytes are told", told.len());
    let newest: Vec<&str> = told.lines().rev().take(3).collect();
    assert!(newest.iter().any(|line| line.contains("\"exit_code\":1")), "{newest:#?}");
    let kept = |name: &str| fs::metadata(sandbox.state().join(name)).map_or(0, |found| found.len());
    assert!(kept("name-bot.jsonl") < 1 << 20, "{}", kept("name-bot.jsonl"));
}
