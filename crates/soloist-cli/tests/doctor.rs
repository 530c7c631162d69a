//! Contract §4, `soloist doctor`: can this machine and directory keep the promises?

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::PathBuf;

use serde_json::Value;
use support::process::is_root;
use support::sandbox::NOBODY;
use support::{Invocation, Outcome, Running, Sandbox, Snapshot};

/// What a document says of each thing with this code.
#[track_caller]
fn findings(outcome: &Outcome, code: &str) -> Vec<Value> {
    let document = outcome.document();
    let all = document["findings"].as_array().unwrap();
    all.iter().filter(|finding| finding["code"] == code).cloned().collect()
}

/// The one finding with this code, which must be of this severity and say these words.
#[track_caller]
fn finds(outcome: &Outcome, severity: &str, code: &str, words: &str) {
    let found = findings(outcome, code);
    assert!(!found.is_empty(), "no {code} in {}", outcome.stdout);
    let told = found.iter().any(|finding| {
        let says = |field: &str| finding[field].as_str().is_some_and(|text| text.contains(words));
        finding["severity"] == severity && (says("message") || says("remedy"))
    });
    assert!(told, "no {severity} that says {words:?} in {found:#?}");
    if severity != "ok" {
        let remedy = |finding: &Value| finding["remedy"].as_str().is_some_and(|text| !text.is_empty());
        assert!(found.iter().all(remedy), "no remedy in {found:#?}");
    }
}

/// `soloist doctor --json`, with a state directory that a start has made.
fn doctor(sandbox: &Sandbox, words: &str) -> Invocation {
    sandbox.soloist(&format!("doctor --json {words}"))
}

/// The files below a directory.
fn names(directory: PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.flat_map(|entry| [vec![entry.path()], names(entry.path())].concat()).collect()
}

/// A shell in namespaces of its own; none where this machine makes no such.
fn unshared(sandbox: &Sandbox, options: &str, script: &str) -> Option<Invocation> {
    let possible = sandbox.program(&format!("unshare {options} true")).outcome();
    if possible.code != Some(0) {
        eprintln!("skipped: unshare {options} does not work here: {}", possible.stderr.trim());
        return None;
    }
    Some(sandbox.program(&format!("unshare {options} sh -ec")).arg(script))
}

/// `soloist doctor --json WORDS` under a seccomp filter; none where there are no such.
fn filtered(sandbox: &Sandbox, rules: &[String], words: &str) -> Option<Invocation> {
    sandbox.file("sandbox.py", include_str!("support/sandbox.py"));
    let under = |program: &str| {
        let words = program.split_whitespace();
        sandbox.program("python3 sandbox.py").args(rules).arg("--").args(words)
    };
    let possible = under("/bin/true").outcome();
    if possible.code != Some(0) {
        eprintln!("skipped: no seccomp filters here: {possible:?}");
        return None;
    }
    Some(under(&format!("{} doctor --json {words}", env!("CARGO_BIN_EXE_soloist"))))
}

fn forbids(call: libc::c_long, error: libc::c_int) -> String {
    format!("{call}={error}")
}

/// §4: on a machine where all is well each thing that was looked at is told of, and the exit code is 0.
#[test]
fn a_healthy_machine_is_0() {
    let sandbox = Sandbox::new();
    let outcome = doctor(&sandbox, "").exits(0);
    for code in ["state-directory", "file-system", "locking", "processes", "kernel", "clock", "open-files"] {
        assert!(!findings(&outcome, code).is_empty(), "no {code} in {}", outcome.stdout);
    }
    for code in
        ["pidfd", "clone-pidfd", "openat2", "subreaper", "close-range", "abstract-sockets", "socket-owners"]
    {
        finds(&outcome, "ok", code, "");
    }
    finds(&outcome, "ok", "state-directory", sandbox.state().to_str().unwrap());
    let text = sandbox.soloist("doctor").exits(0).stdout;
    let count = outcome.document()["findings"].as_array().unwrap().len();
    assert_eq!(text.lines().count(), count + 1, "a line for each finding and one more:\n{text}");
}

/// Appendix: `soloist.doctor/1`.
#[test]
fn the_document_has_its_shape() {
    let sandbox = Sandbox::new();
    for words in ["", "--name bot", "--lock bot.lock", "--lock missing/bot.lock", "-- python3 main.py"] {
        let outcome = doctor(&sandbox, words).outcome().exits_with_one_of(&[0, 74]);
        assert!(outcome.stdout.starts_with("{\n  \"schema\": \"soloist.doctor/1\""), "{}", outcome.stdout);
        for finding in outcome.document()["findings"].as_array().unwrap() {
            let severity = finding["severity"].as_str().unwrap();
            assert!(["ok", "warning", "error"].contains(&severity), "{finding:#}");
            let code = finding["code"].as_str().unwrap();
            assert!(code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{code}");
            assert!(finding["message"].as_str().is_some_and(|text| !text.is_empty()), "{finding:#}");
            assert!(finding["remedy"].is_string() || severity == "ok", "{finding:#}");
        }
    }
}

/// Docs: every code is described.
#[test]
fn every_code_is_described() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/documents.md");
    let text = fs::read_to_string(path).unwrap();
    for sentence in soloist::doctor::SENTENCES.iter().filter(|sentence| !sentence.code.is_empty()) {
        assert!(text.contains(&format!("`{}`", sentence.code)), "{} is not described", sentence.code);
    }
}

/// §4: the state directory is made as a start would make it, private; nothing else is written, and no claim taken.
#[test]
fn nothing_is_left_behind() {
    let sandbox = Sandbox::new();
    let before = Snapshot::of([sandbox.home()]);
    let project = names(sandbox.path(""));
    for words in ["", "--name bot", "--lock bot.lock", "-- python3 main.py"] {
        doctor(&sandbox, words).exits(0);
        assert!(names(sandbox.state()).is_empty());
    }
    assert_eq!(names(sandbox.path("")), project);
    assert_eq!(Snapshot::of([sandbox.home()]), before);
    assert_eq!(fs::metadata(sandbox.state()).unwrap().permissions().mode() & 0o7777, 0o700);
}

/// §4: also when it is killed in the middle of trying a lock.
#[test]
fn nothing_is_left_behind_by_a_killed_one() {
    let sandbox = Sandbox::new();
    sandbox.soloist("run --name bot --match none -- true").exits(0);
    let before = names(sandbox.state());
    let rules = [format!("{}=kill", libc::SYS_flock)];
    let Some(killed) = filtered(&sandbox, &rules, "--lock bot.lock") else { return };
    let project = names(sandbox.path(""));
    assert_eq!(killed.outcome().signal, Some(libc::SIGSYS));
    assert_eq!(names(sandbox.state()), before);
    assert_eq!(names(sandbox.path("")), project);
}

/// §3.10: starts that meet many examinations are never refused.
#[test]
fn an_examination_disturbs_no_start() {
    let sandbox = Sandbox::new();
    for _ in 0..20 {
        let doctors: Vec<Running> = ["--lock bot.lock", "--name bot", ""]
            .iter()
            .map(|words| doctor(&sandbox, words).spawn())
            .collect();
        sandbox.soloist("run --lock bot.lock --match none -- true").exits(0);
        // One that looks at the very moment of an end may see a lock and nobody who has it.
        doctors.into_iter().for_each(|doctor| drop(doctor.outcome().exits_with_one_of(&[0, 4])));
    }
}

/// §4: a state directory of somebody else is an error, 74.
#[test]
fn a_state_directory_of_another_user() {
    if !is_root() {
        eprintln!("skipped: only root can give a directory away");
        return;
    }
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.state()).unwrap();
    chown(sandbox.state(), Some(NOBODY), Some(NOBODY)).unwrap();
    let outcome = doctor(&sandbox, "").exits(74);
    finds(&outcome, "error", "state-directory-foreign", "SOLOIST_STATE_DIR");
    sandbox.soloist("doctor").exits(74).prints("error: ").prints("SOLOIST_STATE_DIR");
}

/// §4: so is a place that a file has taken, and one that cannot be made.
#[test]
fn a_state_directory_that_cannot_be() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.state(), "precious").unwrap();
    let outcome = doctor(&sandbox, "").exits(74);
    finds(&outcome, "error", "state-directory-odd", sandbox.state().to_str().unwrap());
    assert_eq!(fs::read_to_string(sandbox.state()).unwrap(), "precious");
    let below = doctor(&sandbox, "").env("SOLOIST_STATE_DIR", sandbox.state().join("below"));
    finds(&below.exits(74), "error", "state-directory-unusable", "SOLOIST_STATE_DIR");
}

/// §4: a directory that others use too is not made private, and is no state directory.
#[test]
fn a_state_directory_that_is_shared() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.state()).unwrap();
    fs::set_permissions(sandbox.state(), Permissions::from_mode(0o755)).unwrap();
    fs::write(sandbox.state().join("thesis.tex"), "").unwrap();
    finds(&doctor(&sandbox, "").exits(74), "error", "state-directory-unusable", "0700");
}

/// §4: nothing can be locked where nothing can be written: a read-only or a full disk, 74.
#[test]
fn a_disk_that_takes_nothing() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("mounted")).unwrap();
    let full = "mount -t tmpfs -o mode=700,size=4k none mounted; head -c 4096 /dev/zero > mounted/full.lock";
    let read_only = "mount -t tmpfs -o mode=700 none mounted; mount -o remount,ro mounted";
    for mount in [full, read_only] {
        let state = format!(r#"{mount}; SOLOIST_STATE_DIR="$PWD/mounted" exec "$SOLOIST" doctor --json"#);
        let Some(state) = unshared(&sandbox, "--mount", &state) else { return };
        finds(&state.exits(74), "error", "state-directory-unwritable", "SOLOIST_STATE_DIR");
        let lock = format!(r#"{mount}; exec "$SOLOIST" doctor --json --lock mounted/bot.lock"#);
        let Some(lock) = unshared(&sandbox, "--mount", &lock) else { return };
        finds(&lock.exits(74), "error", "lock-directory-unwritable", "mounted");
    }
}

/// §4: what is not kept on a disk is a warning that names the type of file system.
#[test]
fn a_state_directory_that_does_not_last() {
    let sandbox = Sandbox::new();
    for directory in ["mounted", "lower", "upper", "work"] {
        fs::create_dir(sandbox.path(directory)).unwrap();
    }
    let memory = "mount -t tmpfs none mounted";
    let layers = "mount -t tmpfs none upper; mkdir upper/u upper/w; \
                  mount -t overlay -o lowerdir=lower,upperdir=upper/u,workdir=upper/w none mounted";
    for (mount, code, name) in
        [(memory, "memory-file-system", "tmpfs"), (layers, "container-file-system", "overlay")]
    {
        let Some(possible) = unshared(&sandbox, "--mount", mount) else { return };
        if possible.outcome().code != Some(0) {
            eprintln!("skipped: this machine mounts no {name}");
            continue;
        }
        let script =
            format!(r#"{mount}; SOLOIST_STATE_DIR="$PWD/mounted/state" exec "$SOLOIST" doctor --json"#);
        let Some(script) = unshared(&sandbox, "--mount", &script) else { return };
        finds(&script.exits(0), "warning", code, name);
        // A lock file has nothing to outlast.
        let script = format!(r#"{mount}; exec "$SOLOIST" doctor --json --lock mounted/bot.lock"#);
        let Some(script) = unshared(&sandbox, "--mount", &script) else { return };
        finds(&script.exits(0), "ok", "file-system", name);
    }
}

/// §4: a file system that a program or another machine serves is a warning that names it, for both places.
#[test]
fn a_directory_that_another_program_serves() {
    let sandbox = Sandbox::new();
    for directory in ["served", "mounted"] {
        fs::create_dir(sandbox.path(directory)).unwrap();
    }
    let served = |words: &str| {
        let script = format!(
            r#"bindfs served mounted; code=0; SOLOIST_STATE_DIR="$PWD/mounted/state" {words} || code=$?
            umount mounted; exit $code"#
        );
        unshared(&sandbox, "--mount", &script)
    };
    let Some(possible) = served("true") else { return };
    if possible.outcome().code != Some(0) {
        eprintln!("skipped: this machine has no bindfs");
        return;
    }
    let Some(outcome) = served(r#""$SOLOIST" doctor --json --lock mounted/bot.lock"#) else { return };
    let outcome = outcome.exits(0);
    finds(&outcome, "warning", "network-file-system", "fuse");
    assert_eq!(findings(&outcome, "network-file-system").len(), 2, "{}", outcome.stdout);
    assert_eq!(names(sandbox.path("served")), [sandbox.path("served/state")]);
}

/// §4: the runtime directory dies at logout.
#[test]
fn a_state_directory_in_the_runtime_directory() {
    let sandbox = Sandbox::new();
    let outcome = doctor(&sandbox, "").env("XDG_RUNTIME_DIR", sandbox.root()).exits(0);
    finds(&outcome, "warning", "runtime-directory", sandbox.root().to_str().unwrap());
    assert!(findings(&doctor(&sandbox, "").exits(0), "runtime-directory").is_empty());
}

/// §3.1: where locks do not work, and only there, `no-locking` says so, and the exit code is 74.
#[test]
fn a_place_without_locks() {
    let sandbox = Sandbox::new();
    let description = format!("{}/{}", libc::SYS_fcntl, libc::F_OFD_SETLK);
    for (rule, words) in [
        (format!("{description}={}", libc::ENOLCK), "F_OFD_SETLK"),
        (format!("{description}={}", libc::EINVAL), "F_OFD_SETLK"),
        (format!("{}={}", libc::SYS_flock, libc::ENOSYS), "flock(2)"),
        // Locks that are granted to everybody.
        (format!("{description}=0"), "two processes"),
        (format!("{}=0", libc::SYS_flock), "two processes"),
        // Locks that are granted to nobody.
        (format!("{description}={}", libc::EAGAIN), "nobody has"),
    ] {
        let Some(outcome) = filtered(&sandbox, &[rule], "") else { return };
        let outcome = outcome.exits(74);
        finds(&outcome, "error", "no-locking", words);
        assert!(findings(&outcome, "locking").is_empty(), "{}", outcome.stdout);
        assert!(names(sandbox.state()).is_empty());
    }
    let rule = [format!("{}={}", libc::SYS_flock, libc::EOPNOTSUPP)];
    let Some(lock) = filtered(&sandbox, &rule, "--lock bot.lock") else { return };
    let places = findings(&lock.exits(74), "no-locking");
    assert_eq!(places.len(), 2, "{places:#?}");
}

/// §4: `--lock PATH`: the directory, and what stands there already; nothing is made or changed.
#[test]
fn a_lock_path_that_cannot_be_kept() {
    let sandbox = Sandbox::new();
    let path = |name: &str| sandbox.path(name);
    symlink("elsewhere", path("link")).unwrap();
    fs::create_dir(path("directory")).unwrap();
    fs::write(path("content"), "precious").unwrap();
    fs::write(path("pid"), "1234\n").unwrap();
    sandbox.program("mkfifo fifo").exits(0);
    let before = names(sandbox.path(""));
    for (lock, code) in [
        ("missing/bot.lock", "lock-directory-missing"),
        ("link", "lock-path-link"),
        ("directory", "lock-path-odd"),
        ("fifo", "lock-path-odd"),
        ("content", "lock-path-content"),
        ("content/bot.lock", "lock-path-unusable"),
    ] {
        let outcome = doctor(&sandbox, &format!("--lock {lock}")).exits(74);
        finds(&outcome, "error", code, lock.split('/').next().unwrap());
        sandbox.soloist(&format!("run --lock {lock} --match none -- true")).exits(74);
    }
    for lock in ["pid", "new.lock"] {
        let outcome = doctor(&sandbox, &format!("--lock {lock}")).exits(0);
        finds(&outcome, "ok", "lock-path", path(lock).to_str().unwrap());
    }
    assert_eq!(names(sandbox.path("")), before);
    assert_eq!(fs::read_to_string(path("content")).unwrap(), "precious");
}

/// §4: a directory that this user may not write to keeps no lock file of his.
#[test]
fn a_lock_path_in_a_closed_directory() {
    if !is_root() {
        eprintln!("skipped: only root can act as another user");
        return;
    }
    let sandbox = Sandbox::new();
    let outcome = sandbox.as_nobody(doctor(&sandbox, "--lock bot.lock")).exits(74);
    finds(&outcome, "error", "lock-directory-unwritable", "project");
    fs::set_permissions(sandbox.path(""), Permissions::from_mode(0o777)).unwrap();
    sandbox.file("bot.lock", "");
    fs::set_permissions(sandbox.path("bot.lock"), Permissions::from_mode(0o600)).unwrap();
    let outcome = sandbox.as_nobody(doctor(&sandbox, "--lock bot.lock")).exits(74);
    finds(&outcome, "error", "lock-path-unusable", "bot.lock");
}

/// §4: below `/tmp` or `/var/tmp`, whoever cleans there is named, and that the claim is safe.
#[test]
fn a_place_that_is_cleaned() {
    let sandbox = Sandbox::new();
    let examined = |rules: &str, words: &str| {
        let script = format!(
            "mount -t tmpfs none /var/tmp; mount -t tmpfs none /run; mkdir /run/tmpfiles.d; \
             printf '{rules}' > /run/tmpfiles.d/soloist-test.conf; \
             SOLOIST_STATE_DIR=/var/tmp/bots/state exec \"$SOLOIST\" doctor --json {words}"
        );
        Some(unshared(&sandbox, "--mount", &script)?.exits(0))
    };
    let age = r"q /var/tmp 1777 root root 30d\n";
    let Some(outcome) = examined(age, "--lock /var/tmp/bot.lock") else { return };
    let cleaners = findings(&outcome, "tmp-cleaner");
    assert_eq!(cleaners.len(), 2, "{cleaners:#?}");
    assert!(cleaners.iter().all(|finding| finding["severity"] == "warning"), "{cleaners:#?}");
    finds(&outcome, "warning", "tmp-cleaner", "/run/tmpfiles.d/soloist-test.conf");
    finds(&outcome, "warning", "tmp-cleaner", "the claim itself is safe");
    let Some(outcome) = examined(&format!(r"{age}x /var/tmp/bots\n"), "") else { return };
    finds(&outcome, "ok", "tmp-cleaner", "/var/tmp/bots/state");
}

/// §4: `/proc` that hides other users' processes is told of; to root nothing is hidden.
#[test]
fn processes_that_are_hidden() {
    let sandbox = Sandbox::new();
    let script = |user: &str| {
        format!(
            r#"mount -o remount,hidepid=2 /proc; mkdir -p ../nobody/state; chown 65534 ../nobody/state
            SOLOIST_STATE_DIR="$PWD/../nobody/state" {user} "$SOLOIST" doctor --json --name bot; exit $?"#
        )
    };
    let options = "--mount --pid --fork --mount-proc";
    let nobody = script("setpriv --reuid 65534 --regid 65534 --clear-groups");
    let Some(nobody) = unshared(&sandbox, options, &nobody) else { return };
    finds(&nobody.exits(0), "warning", "hidden-processes", "hidepid");
    let Some(root) = unshared(&sandbox, options, &script("setpriv --reuid 0")) else { return };
    // The state directory is another user's by now.
    finds(&root.exits(74), "ok", "processes", "/proc");
}

/// §4: `/proc` of another namespace, of processes only, or not mounted at all.
#[test]
fn a_proc_that_shows_too_little() {
    let sandbox = Sandbox::new();
    let doctor = r#""$SOLOIST" doctor --json"#;
    let Some(blind) = unshared(&sandbox, "--pid --fork", &format!("{doctor}; exit $?")) else { return };
    finds(&blind.exits(4), "error", "other-namespace", "--mount-proc");
    let subset = format!("mount -t proc -o subset=pid proc /proc; {doctor}; exit $?");
    let Some(subset) = unshared(&sandbox, "--mount --pid --fork", &subset) else { return };
    finds(&subset.exits(0), "warning", "proc-subset", "ProcSubset");
    let missing = format!("mount -t tmpfs none /proc; {doctor}");
    let Some(missing) = unshared(&sandbox, "--mount", &missing) else { return };
    finds(&missing.exits(4), "error", "proc-missing", "mount -t proc");
}

/// §4: a required feature that is missing is an error with the version that brings it, 4; an optional one a
/// warning.
#[test]
fn features_that_are_missing() {
    let sandbox = Sandbox::new();
    let Some(outcome) = filtered(&sandbox, &[forbids(libc::SYS_openat2, libc::ENOSYS)], "") else { return };
    finds(&outcome.exits(4), "error", "openat2", "Linux 5.6");
    for (call, code, version) in [
        (libc::SYS_pidfd_open, "pidfd", "Linux 5.3"),
        (libc::SYS_pidfd_send_signal, "pidfd", "Linux 5.3"),
        (libc::SYS_waitid, "clone-pidfd", "Linux 5.4"),
    ] {
        let Some(outcome) = filtered(&sandbox, &[forbids(call, libc::ENOSYS)], "") else { return };
        finds(&outcome.outcome().exits_with_one_of(&[4, 74]), "error", code, version);
    }
    let Some(outcome) = filtered(&sandbox, &[forbids(libc::SYS_close_range, libc::EPERM)], "") else {
        return;
    };
    finds(&outcome.exits(0), "warning", "close-range", "Linux 5.9");
    let Some(outcome) = filtered(&sandbox, &[forbids(libc::SYS_bind, libc::EPERM)], "") else { return };
    finds(&outcome.exits(0), "warning", "abstract-sockets", "AF_UNIX");
    let netlink =
        format!("{}/{}={}", libc::SYS_socket, libc::SOCK_RAW | libc::SOCK_CLOEXEC, libc::EAFNOSUPPORT);
    let Some(outcome) = filtered(&sandbox, &[netlink], "") else { return };
    finds(&outcome.exits(0), "warning", "socket-owners", "AF_NETLINK");
    finds(&outcome_of_reaper(&sandbox), "error", "subreaper", "Linux 3.4");
}

fn outcome_of_reaper(sandbox: &Sandbox) -> Outcome {
    // Only the first argument tells one prctl(2) from another, so all of them are forbidden.
    filtered(sandbox, &[forbids(libc::SYS_prctl, libc::EINVAL)], "").unwrap().exits(4)
}

/// §4: few descriptors are a warning.
#[test]
fn a_low_limit() {
    let sandbox = Sandbox::new();
    let few = sandbox.program("sh -c").arg(r#"ulimit -n 100; exec "$SOLOIST" doctor --json"#).exits(0);
    finds(&few, "warning", "open-files", "100");
    let enough = sandbox.program("sh -c").arg(r#"ulimit -n 256; exec "$SOLOIST" doctor --json"#).exits(0);
    finds(&enough, "ok", "open-files", "256");
}

/// §4: supervisors that run here are named, with what to write into their configuration.
#[test]
fn supervisors_are_told_what_to_write() {
    let sandbox = Sandbox::new();
    for (name, advice) in [
        ("supervisord", "autorestart=unexpected and exitcodes=0,75,76,77"),
        ("PM2 v9.9.9: God Daemon", "stop_exit_codes: [75, 76, 77]"),
        ("runsvdir", "75|76|77) sv down ."),
        ("s6-svscan", "75|76|77) exit 125"),
        ("crond", "--quiet"),
    ] {
        let _running = sandbox.invoke(sandbox.copy_of("/bin/sleep", name)).arg("1000").spawn();
        finds(&doctor(&sandbox, "").exits(0), "ok", "supervisor", advice);
    }
    let booted = r#"mount -t tmpfs none /run; mkdir -p /run/systemd/system; exec "$SOLOIST" doctor --json"#;
    let Some(booted) = unshared(&sandbox, "--mount", booted) else { return };
    finds(&booted.exits(0), "ok", "supervisor", "RestartPreventExitStatus=75 76 77");
}

/// §4: with a key, how it stands: free, held, or in trouble with a remedy.
#[test]
fn a_key_is_examined_too() {
    let sandbox = Sandbox::new();
    for words in ["--name bot", "-- python3 main.py", "--lock bot.lock"] {
        finds(&doctor(&sandbox, words).exits(0), "ok", "free", "free");
    }
    let (running, mut bot) = sandbox.starts("run -- python3 main.py");
    let held = doctor(&sandbox, "-- python3 main.py").exits(0);
    finds(&held, "ok", "holder", &running.pid().to_string());
    let (_copy, mut copy) = sandbox.start(sandbox.program("python3 main.py").env("ACTOR_WITNESS", ""));
    let trouble = doctor(&sandbox, "-- python3 main.py").exits(4);
    finds(&trouble, "error", "duplicates", &copy.pid.to_string());
    finds(&trouble, "error", "duplicates", "soloist stop -- ");
    sandbox
        .soloist("doctor -- python3 main.py")
        .exits(4)
        .prints("error: duplicates: ")
        .prints("soloist stop -- ");
    assert!(bot.is_untouched() && copy.is_untouched());
    doctor(&sandbox, "").exits(0);
}

/// §4: a lost lock file of a holder is an error with its remedy.
#[test]
fn a_removed_lock_file_is_told_of() {
    let sandbox = Sandbox::new();
    let (_running, mut bot) = sandbox.starts("run --lock bot.lock -- python3 main.py");
    fs::remove_file(sandbox.path("bot.lock")).unwrap();
    finds(&doctor(&sandbox, "--lock bot.lock").exits(4), "error", "lock-removed", "bot.lock");
    assert!(bot.is_untouched());
}

/// §4: processes that cannot be looked into are a warning.
#[test]
fn processes_that_cannot_be_looked_into() {
    if !is_root() {
        eprintln!("skipped: only root can act as another user");
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.script("elsewhere/main.py");
    let roots = sandbox.program("python3 main.py").cwd(sandbox.path("elsewhere"));
    let (_roots, _actor) = sandbox.start(roots);
    let outcome = sandbox.as_nobody(doctor(&sandbox, "-- python3 main.py")).exits(0);
    finds(&outcome, "warning", "unseen", "as root");
}

/// §3.6: no secret of a command, a key or a path is shown, and nothing drives the terminal.
#[test]
fn no_secret_is_shown() {
    const SECRET: &str = "123456789:AAF-abcdefghijklmnopqrstuvwxyz0123456";
    let sandbox = Sandbox::new();
    let words = format!("run -- python3 main.py --token tokenvalue-S1 {SECRET}");
    let (_running, _bot) = sandbox.starts(&words);
    let state = sandbox.root().join(format!("{SECRET}\u{1b}[2J"));
    for outcome in [
        sandbox.soloist("doctor -- python3 main.py").outcome(),
        doctor(&sandbox, "-- python3 main.py").outcome(),
        sandbox.soloist("doctor").env("SOLOIST_STATE_DIR", &state).exits(0),
        doctor(&sandbox, "").env("SOLOIST_STATE_DIR", &state).exits(0),
        sandbox.soloist(&format!("doctor --lock {SECRET}/bot.lock")).exits(74),
        sandbox.soloist(&format!("doctor --lang ru --lock {SECRET}.lock")).exits(0),
    ] {
        let shown = outcome.all_output();
        assert!(!shown.contains("tokenvalue-S1") && !shown.contains("AAF-abc"), "{shown}");
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
        assert!(!shown.is_empty());
    }
}

/// §4: every line is told in Russian too, and none is left untranslated.
#[test]
fn an_examination_speaks_russian() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("content"), "precious").unwrap();
    let (_copy, _bot) = sandbox.starts_bare("python3 main.py");
    for (words, code) in
        [("", 0), ("--lock content", 74), ("--lock missing/x", 74), ("-- python3 main.py", 4)]
    {
        let (options, command) = words.split_once("-- ").unwrap_or((words, ""));
        let command: Vec<&str> = command.split_whitespace().collect();
        let doctor = sandbox.soloist(&format!("doctor --lang ru {options} --")).args(command);
        for line in doctor.exits(code).stdout.lines() {
            let russian = line.chars().filter(|c| ('а'..='я').contains(c)).count();
            assert!(russian > 5 && !line.contains("finding-") && !line.contains("advice-"), "{line}");
        }
    }
    sandbox.soloist("doctor").env("LANG", "ru_RU.UTF-8").exits(0).prints("обещания");
}

/// §4, exit codes: a wrong command line is 2; the examination needs no key, but takes one at most.
#[test]
fn a_wrong_command_line() {
    let sandbox = Sandbox::new();
    for (words, named) in [
        ("doctor --frobnicate", "--frobnicate"),
        ("doctor --name a/b", "a/b"),
        ("doctor --name bot --lock x", "--lock"),
        ("doctor --lang tlh", "tlh"),
    ] {
        sandbox.soloist(words).exits(2).prints_nothing().says(named);
    }
    sandbox.soloist("doctor -- no-such-command").exits(127).says("no-such-command");
}
