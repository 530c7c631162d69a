//! Contract §3.3: deleting or replacing a lock, its record, the directory around them or the private state
//! directory while an instance runs does not let a second one start.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use support::Sandbox;

/// What somebody does to the files of a running instance.
struct Deed {
    name: &'static str,
    act: fn(&Sandbox),
}

macro_rules! deeds {
    ($($name:literal: |$sandbox:ident| $act:expr;)*) => {
        [$(Deed { name: $name, act: |$sandbox| { $act; } },)*]
    };
}

fn locks(sandbox: &Sandbox) -> std::path::PathBuf {
    sandbox.path("locks")
}

fn lock(sandbox: &Sandbox) -> std::path::PathBuf {
    sandbox.path("locks/bot.lock")
}

fn record(sandbox: &Sandbox) -> std::path::PathBuf {
    sandbox.path("locks/bot.lock.info")
}

/// Copies a tree as `cp -a` does.
fn copy_tree(sandbox: &Sandbox, from: &Path, to: &Path) {
    sandbox.program("cp -a").arg(from).arg(to).exits(0);
}

fn replace_by_copy(sandbox: &Sandbox, directory: &Path) {
    let old = directory.with_extension("old");
    fs::rename(directory, &old).unwrap();
    copy_tree(sandbox, &old, directory);
}

fn replace_by_link(sandbox: &Sandbox, directory: &Path) {
    let other = directory.with_extension("other");
    copy_tree(sandbox, directory, &other);
    fs::rename(directory, directory.with_extension("old")).unwrap();
    symlink(other, directory).unwrap();
}

fn replace_by_empty(directory: &Path) {
    fs::rename(directory, directory.with_extension("old")).unwrap();
    fs::create_dir(directory).unwrap();
}

fn empty_state_files(directory: &Path) {
    for entry in fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            empty_state_files(&path);
        } else {
            fs::remove_file(path).unwrap();
        }
    }
}

const STATE: [Deed; 6] = deeds! {
    "the state directory is removed": |s| fs::remove_dir_all(s.state()).unwrap();
    "the files in the state directory are removed": |s| empty_state_files(&s.state());
    "the state directory is moved away": |s| fs::rename(s.state(), s.root().join("moved")).unwrap();
    "the state directory is replaced by an empty one": |s| replace_by_empty(&s.state());
    "the state directory is replaced by a copy": |s| replace_by_copy(s, &s.state());
    "the state directory is replaced by a link to a copy": |s| replace_by_link(s, &s.state());
};

const VISIBLE: [Deed; 13] = deeds! {
    "the lock is removed": |s| fs::remove_file(lock(s)).unwrap();
    "the record is removed": |s| fs::remove_file(record(s)).unwrap();
    "both are removed": |s| { fs::remove_file(lock(s)).unwrap(); fs::remove_file(record(s)).unwrap() };
    "the lock is moved": |s| fs::rename(lock(s), locks(s).join("moved")).unwrap();
    "the lock is replaced by another": |s| { fs::remove_file(lock(s)).unwrap(); fs::write(lock(s), "").unwrap() };
    "the lock is replaced by a copy": |s| {
        fs::copy(lock(s), locks(s).join("copy")).unwrap();
        fs::rename(locks(s).join("copy"), lock(s)).unwrap();
    };
    "the lock is truncated": |s| fs::write(lock(s), "").unwrap();
    "the lock is replaced by a link": |s| {
        fs::write(s.path("precious"), "precious").unwrap();
        fs::remove_file(lock(s)).unwrap();
        symlink(s.path("precious"), lock(s)).unwrap();
    };
    "the lock is replaced by a dangling link": |s| {
        fs::remove_file(lock(s)).unwrap();
        symlink(s.path("nowhere"), lock(s)).unwrap();
    };
    "the directory is removed": |s| fs::remove_dir_all(locks(s)).unwrap();
    "the directory is replaced by an empty one": |s| replace_by_empty(&locks(s));
    "the directory is replaced by a copy": |s| replace_by_copy(s, &locks(s));
    "the directory is replaced by a link": |s| replace_by_link(s, &locks(s));
};

/// Starts an instance, does the deed, and sees that nobody else gets in and that the first lives on.
fn nobody_gets_in(key: &str, deeds: &[&Deed]) {
    let sandbox = Sandbox::new();
    let names: Vec<&str> = deeds.iter().map(|deed| deed.name).collect();
    let names = names.join(" and ");
    fs::create_dir(locks(&sandbox)).unwrap();
    let words = format!("run {key} -- python3 main.py");
    let (running, mut bot) = sandbox.starts(&words);
    for deed in deeds {
        (deed.act)(&sandbox);
    }
    let refusal = sandbox.soloist(&words).outcome();
    let fits = matches!(refusal.code, Some(74 | 75));
    assert!(fits, "{key}, when {names}: {refusal:?}");
    let again = sandbox.soloist(&words).outcome();
    assert!(matches!(again.code, Some(74 | 75)), "{key}, the second time after {names}: {again:?}");
    sandbox.witness().never_saw_two();
    assert_eq!(sandbox.witness().entries(), 1, "{key}, when {names}");
    assert!(bot.is_untouched(), "{key}, when {names}");
    bot.exit(5);
    running.exits(5);
    if let Ok(precious) = fs::read(sandbox.path("precious")) {
        assert_eq!(precious, b"precious", "{names}");
    }
}

fn nobody_gets_in_after_any(key: &str, deeds: &[Deed]) {
    for deed in deeds {
        nobody_gets_in(key, &[deed]);
    }
}

/// §3.3: the private state directory, with the default key.
#[test]
fn the_state_directory_of_a_program() {
    nobody_gets_in_after_any("", &STATE);
}

/// §3.3: the private state directory, with a name.
#[test]
fn the_state_directory_of_a_name() {
    nobody_gets_in_after_any("--name bot", &STATE);
}

/// §3.3: the private state directory, with a name and no discovery of duplicates.
#[test]
fn the_state_directory_of_a_name_alone() {
    nobody_gets_in_after_any("--name bot --match none", &STATE);
}

/// §3.3: the private state directory, with a lock path.
#[test]
fn the_state_directory_of_a_lock() {
    nobody_gets_in_after_any("--lock locks/bot.lock --match none", &STATE);
}

/// §3.3: the lock, the record and the directory around them.
#[test]
fn the_lock_path() {
    nobody_gets_in_after_any("--lock locks/bot.lock", &VISIBLE);
}

/// §3.3: the same with no discovery of duplicates.
#[test]
fn the_lock_path_alone() {
    nobody_gets_in_after_any("--lock locks/bot.lock --match none", &VISIBLE);
}

/// §3.3: the lock's directory and the state directory at once.
#[test]
fn the_lock_path_and_the_state_directory() {
    for visible in &VISIBLE[..6] {
        nobody_gets_in("--lock locks/bot.lock", &[visible, &STATE[0]]);
    }
    nobody_gets_in("--lock locks/bot.lock", &[&VISIBLE[9], &STATE[3]]);
}

/// §3.3: the directory becomes a link to another one, and the path is spelled through a second link.
#[test]
fn a_second_link_on_the_way_leads_to_the_same_lock() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::new();
    for name in ["locks", "other"] {
        fs::create_dir(sandbox.path(name)).unwrap();
    }
    symlink("locks", sandbox.path("link")).unwrap();
    let (running, mut bot) = sandbox.starts("run --lock locks/bot.lock --match none -- python3 main.py");
    fs::rename(sandbox.path("locks"), sandbox.path("moved")).unwrap();
    symlink("other", sandbox.path("locks")).unwrap();
    for place in ["link", "locks"] {
        sandbox.soloist(&format!("run --lock {place}/bot.lock --match none -- python3 main.py")).exits(75);
    }
    bot.exit(0);
    running.exits(0);
}

/// §3.3: after the deed and a clean end the next start works, and the instance removed nothing that was not
/// its own.
#[test]
fn afterwards_everything_heals() {
    for deed in STATE.iter().chain(VISIBLE.iter().filter(|deed| !deed.name.contains("link"))) {
        let sandbox = Sandbox::new();
        fs::create_dir(locks(&sandbox)).unwrap();
        let words = "run --lock locks/bot.lock -- python3 main.py";
        let (running, mut bot) = sandbox.starts(words);
        (deed.act)(&sandbox);
        bot.exit(0);
        running.exits(0);
        fs::create_dir_all(locks(&sandbox)).unwrap();
        let (running, mut bot) = sandbox.starts(words);
        sandbox.soloist(words).exits(75);
        bot.exit(0);
        running.exits(0);
    }
}

/// §3.3: an instance that ends removes its own lock file, and never a file that somebody put in its place.
#[test]
fn a_file_in_the_locks_place_is_left_alone() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --lock bot.lock -- python3 main.py");
    fs::rename(sandbox.path("bot.lock"), sandbox.path("moved")).unwrap();
    fs::write(sandbox.path("bot.lock"), "precious").unwrap();
    bot.exit(0);
    running.exits(0);
    assert_eq!(fs::read(sandbox.path("bot.lock")).unwrap(), b"precious");
}

/// §3.3: after the deed `--replace` still ends the old one before the new one starts.
#[test]
fn replacing_still_works_after_the_deed() {
    for deed in [&VISIBLE[0], &VISIBLE[2], &VISIBLE[4], &STATE[0], &STATE[4]] {
        let sandbox = Sandbox::new();
        fs::create_dir(locks(&sandbox)).unwrap();
        let (old, _old_bot) = sandbox.starts("run --lock locks/bot.lock -- python3 main.py");
        (deed.act)(&sandbox);
        let (new, mut bot) = sandbox.starts("run --replace --lock locks/bot.lock -- python3 main.py");
        old.exits(76);
        sandbox.witness().never_saw_two();
        bot.exit(0);
        new.exits(0);
    }
}

/// §3.3 and the appendix: `status` says that the lock was removed or replaced, and exits 4.
#[test]
fn status_tells_of_the_deed() {
    for (deed, code) in [(&VISIBLE[0], "lock-removed"), (&VISIBLE[4], "lock-replaced")] {
        let sandbox = Sandbox::new();
        fs::create_dir(locks(&sandbox)).unwrap();
        let (_running, _bot) = sandbox.starts("run --lock locks/bot.lock -- python3 main.py");
        (deed.act)(&sandbox);
        let status =
            sandbox.soloist("status --json --lock locks/bot.lock -- python3 main.py").exits(4).document();
        assert_eq!(status["state"], "trouble", "{status:#}");
        let problems = status["problems"].as_array().unwrap();
        assert!(problems.iter().any(|problem| problem["code"] == code), "{}: {status:#}", deed.name);
    }
}

/// §2, §3.3: the instance of another name is no duplicate, also when its lock file was renamed under it.
#[test]
fn a_renamed_lock_file_makes_no_duplicate_of_another_names_instance() {
    let sandbox = Sandbox::new();
    let (one, mut bot) = sandbox.starts("run --name one -- python3 main.py");
    fs::rename(sandbox.state().join("name-one.lock"), sandbox.root().join("12-name-one.lock")).unwrap();
    for policy in ["", "--replace"] {
        let words = format!("run {policy} --name two -- python3 main.py");
        let (two, mut other) = sandbox.start(sandbox.soloist(&words).env("ACTOR_WITNESS", ""));
        assert!(bot.is_untouched(), "{policy}");
        other.exit(0);
        two.exits(0);
    }
    sandbox.soloist("run --name one -- python3 main.py").exits(75);
    bot.exit(0);
    one.exits(0);
}

/// Locks seat and door of a new lock file at its path, as a contender does before it asks for the witness.
const CONTENDER: &str = "import fcntl, os, struct, sys
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
fcntl.fcntl(file, 37, struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 2, 0))
print('locked', flush=True)
sys.stdin.read()
";

/// §3.3: where the lock file was removed, a contender that stands at a new one is not taken for the holder: `status` names
/// the holder, and `stop` ends it.
#[test]
fn a_contender_at_a_new_lock_file_hides_no_holder() {
    for key in ["--name bot", "--lock bot.lock"] {
        let sandbox = Sandbox::new();
        let (running, mut bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        let lock = support::eventually("the lock file", || {
            let entries = fs::read_dir(sandbox.state()).ok()?.flatten().map(|entry| entry.path());
            entries.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "lock"))
        });
        fs::remove_file(&lock).unwrap();
        let (line, _end) = std::io::pipe().unwrap();
        let contender = sandbox.program("python3 -c").arg(CONTENDER).arg(&lock).stdin(line).spawn();
        support::eventually("its lock", || contender.stdout().contains("locked").then_some(()));
        assert_eq!(sandbox.status(key)["holder"]["pid"], running.pid(), "{key}");
        sandbox.soloist(&format!("stop {key}")).exits(0);
        assert_eq!(bot.last_signals(), ["TERM"]);
        running.wait_for_end();
    }
}
