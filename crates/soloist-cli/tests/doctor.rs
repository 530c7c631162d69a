//! Contract §4, `soloist doctor`: can this machine keep the promises?

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use support::examination::{doctor, filtered, findings, finds, forbids, names, unshared};
use support::process::is_root;
use support::{Running, Sandbox, Snapshot};

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
    // Only its first argument tells one prctl(2) from another, so all of them are forbidden.
    let Some(outcome) = filtered(&sandbox, &[forbids(libc::SYS_prctl, libc::EINVAL)], "") else { return };
    finds(&outcome.exits(4), "error", "subreaper", "Linux 3.4");
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
        ("supervisord", "autorestart=unexpected, exitcodes=0,75,76,77 and startsecs=0"),
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
