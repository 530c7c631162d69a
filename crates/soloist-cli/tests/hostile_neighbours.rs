//! What hostile readers of this code tried: each attack on §3.1-§3.8 and §5 that once worked, or nearly did.

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use support::Sandbox;

const RUN: &str = "run --name bot --match none -- python3 main.py";

/// §3.3: renaming the private lock file, and not only removing it, lets nobody in.
#[test]
fn a_renamed_lock_file_lets_nobody_in() {
    let sandbox = Sandbox::new();
    let (_running, mut bot) = sandbox.starts(RUN);
    fs::rename(sandbox.state().join("name-bot.lock"), sandbox.state().join("elsewhere")).unwrap();
    sandbox.soloist(RUN).exits(75);
    assert!(bot.is_untouched());
    sandbox.witness().never_saw_two();
}

/// §3.1: a program inherits the claim also where descriptors are scarce.
#[test]
fn a_claim_is_inherited_when_descriptors_are_scarce() {
    let sandbox = Sandbox::new();
    let few = sandbox.program("sh -c").arg(format!(r#"ulimit -n 24; exec "$SOLOIST" {RUN}"#));
    let (soloist, mut bot) = sandbox.start(few);
    bot.order("on TERM report");
    soloist.signal(libc::SIGKILL);
    soloist.wait_for_end();
    sandbox.soloist(RUN).exits(75);
    bot.exit(0);
    sandbox.witness().never_saw_two();
}

/// §3.8: a lock path that cannot be kept is found before the holder is ended for it.
#[test]
fn a_spoilt_lock_path_harms_nobody() {
    let sandbox = Sandbox::new();
    let (_running, mut bot) = sandbox.starts("run --lock bot.lock -- python3 main.py");
    let spoil = |how: &dyn Fn()| {
        fs::remove_file(sandbox.path("bot.lock")).ok();
        fs::remove_dir(sandbox.path("bot.lock")).ok();
        how();
    };
    let spoils: [&dyn Fn(); 3] = [
        &|| symlink("elsewhere", sandbox.path("bot.lock")).unwrap(),
        &|| fs::create_dir(sandbox.path("bot.lock")).unwrap(),
        &|| fs::write(sandbox.path("bot.lock"), "precious").unwrap(),
    ];
    fs::remove_file(sandbox.path("bot.lock")).unwrap();
    for how in spoils {
        spoil(how);
        sandbox.soloist("run --lock bot.lock --replace -- python3 main.py").exits(74);
        assert!(bot.is_untouched());
    }
}

/// §3.8: machine code without its loader cannot start, and is found out before anything is ended.
#[test]
fn a_missing_loader_harms_nobody() {
    let sandbox = Sandbox::new();
    let mut code = fs::read("/bin/sh").unwrap();
    let Some(at) = code.windows(9).position(|bytes| bytes == b"/ld-linux") else {
        eprintln!("skipped: /bin/sh has no GNU loader here");
        return;
    };
    code[at + 1..at + 3].copy_from_slice(b"no");
    let broken = sandbox.file("broken", &code);
    fs::set_permissions(&broken, fs::Permissions::from_mode(0o755)).unwrap();
    let (_running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    sandbox.soloist("run --name bot --replace -- ./broken").exits(127);
    assert!(bot.is_untouched());
}

/// §3.9, exit codes: an instance that a contender failed to replace is not superseded.
#[test]
fn a_failed_replacement_leaves_no_mark() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts(RUN);
    bot.order("on TERM report");
    sandbox
        .soloist("run --name bot --match none --replace --no-kill --grace 100ms -- python3 main.py")
        .exits(77);
    bot.exit(3);
    running.exits(3);
}

/// §3.4: a stranger that locks the visible file is nobody of ours, whatever claims he lives under.
#[test]
fn a_stranger_under_another_claim_is_spared() {
    let sandbox = Sandbox::new();
    let (_other, mut stranger) = sandbox.starts("run --name other -- python3 main.py");
    stranger.order(&format!("flock {}", sandbox.path("x.lock").display()));
    let words = "run --lock x.lock --match none --replace --grace 100ms -- python3 main.py";
    sandbox.soloist(words).exits(77).says(&stranger.pid.to_string());
    sandbox.soloist("stop --lock x.lock --grace 100ms").exits(77);
    assert!(stranger.is_untouched());
}

/// §3.4: who flocks the private lock file is no holder.
#[test]
fn a_bystander_at_the_private_lock_file_is_spared() {
    let sandbox = Sandbox::new();
    sandbox.soloist("run --name bot --match none -- true").exits(0);
    let (_bystander, mut bystander) =
        sandbox.start(sandbox.program("python3 main.py").env("ACTOR_WITNESS", ""));
    bystander.order(&format!("flock {}", sandbox.state().join("name-bot.lock").display()));
    let (_running, _bot) = sandbox.starts(RUN);
    fs::remove_file(sandbox.state().join("name-bot.json")).unwrap();
    let (_new, mut new) = sandbox.starts("run --name bot --match none --replace -- python3 main.py");
    assert!(new.is_untouched() && bystander.is_untouched());
}

/// §3.2: who stands by for another tool's lock is no holder: it is neither shown as one nor ended.
#[test]
fn who_stands_by_is_no_holder() {
    let sandbox = Sandbox::new();
    sandbox.script("other.py");
    let (_other, mut other) = sandbox.start(sandbox.program("python3 other.py").env("ACTOR_WITNESS", ""));
    other.order(&format!("flock {}", sandbox.path("x.lock").display()));
    let waiting = sandbox.soloist("run --lock x.lock --match none --wait -- python3 main.py").spawn();
    support::eventually("the wait", || {
        let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", waiting.pid())).ok()?;
        (!children.trim().is_empty()).then_some(())
    });
    let status = sandbox.soloist("status --json --lock x.lock").exits(4).document();
    assert_eq!(status["holder"]["pid"], other.pid, "{status:#}");
    sandbox.soloist("run --lock x.lock --match none --replace --grace 100ms -- python3 main.py").exits(77);
    assert!(!waiting.has_ended() && other.is_untouched());
    other.exit(0);
    let mut bot = sandbox.started_by(&waiting);
    bot.exit(0);
    waiting.exits(0);
}

/// §5: what stands in the record's place never blocks a start.
#[test]
fn what_stands_in_the_records_place_blocks_nobody() {
    let sandbox = Sandbox::new();
    for name in ["bot.lock.info", ".bot.lock.info.new"] {
        fs::create_dir(sandbox.path(name)).unwrap();
        let (running, mut bot) = sandbox.starts("run --lock bot.lock -- python3 main.py");
        bot.exit(0);
        running.exits(0);
        assert!(!sandbox.path("bot.lock").exists());
        fs::remove_dir(sandbox.path(name)).unwrap();
    }
    let long = "x".repeat(250);
    let (running, mut bot) = sandbox.starts(&format!("run --lock {long} -- python3 main.py"));
    bot.exit(0);
    running.exits(0);
}

/// §5: a signal between claim and start leaves no file behind.
#[test]
fn an_early_signal_leaves_nothing_behind() {
    let sandbox = Sandbox::new();
    let early = "import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, [15]); \
                 os.kill(os.getpid(), 15); os.execv(sys.argv[1], sys.argv[1:])";
    let words = ["run", "--lock", "bot.lock", "--match", "none", "--", "true"];
    let soloist =
        std::env::var_os("CARGO_BIN_EXE_soloist").unwrap_or_else(|| env!("CARGO_BIN_EXE_soloist").into());
    let ended = sandbox.program("python3 -c").arg(early).arg(soloist).args(words).outcome();
    assert_eq!(ended.signal, Some(libc::SIGTERM), "{ended:?}");
    assert!(!sandbox.path("bot.lock").exists() && !sandbox.path("bot.lock.info").exists());
    let left: Vec<_> = fs::read_dir(sandbox.state())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| [".lock", ".jsonl"].iter().any(|ending| name.to_string_lossy().ends_with(ending))),
        "{left:?}"
    );
}

/// §4: a directory that others use is not made private under their feet.
#[test]
fn a_shared_directory_is_not_taken_over() {
    let sandbox = Sandbox::new();
    let shared = sandbox.path("shared");
    fs::create_dir(&shared).unwrap();
    fs::write(shared.join("theirs"), "").unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o755)).unwrap();
    let start = sandbox.soloist("run --name bot --match none -- true").env("SOLOIST_STATE_DIR", &shared);
    start.exits(74).says("private");
    assert_eq!(fs::metadata(&shared).unwrap().permissions().mode() & 0o777, 0o755);
}

/// §3.1: an odd umask once leaves nothing that blocks a later start.
#[test]
fn an_odd_umask_blocks_no_later_start() {
    let sandbox = Sandbox::new();
    let odd =
        sandbox.program("sh -c").arg(r#"umask 0777; exec "$SOLOIST" run --name bot --match none -- true"#);
    odd.exits(0);
    sandbox.soloist("run --name bot --match none -- true").exits(0);
    assert_eq!(fs::metadata(sandbox.state()).unwrap().permissions().mode() & 0o777, 0o700);
}

/// §4: the stop signal is not inherited as ignored, even when it is HUP under `nohup`.
#[test]
fn the_stop_signal_reaches_a_program_under_nohup() {
    let sandbox = Sandbox::new();
    let words =
        r#"trap "" HUP; exec "$SOLOIST" run --name bot --match none --stop-signal HUP -- python3 main.py"#;
    let (running, mut bot) = sandbox.start(sandbox.program("sh -c").arg(words));
    bot.order("on HUP report");
    running.signal(libc::SIGHUP);
    bot.hears("HUP");
    bot.exit(0);
    running.exits(0);
}

/// §3.6: a secret in a lock path is shown nowhere.
#[test]
fn a_secret_in_a_lock_path_is_not_shown() {
    const SECRET: &str = "AAF-abcdefghijklmnopqrstuvwxyz0123456";
    let sandbox = Sandbox::new();
    let path = format!("123456789:{SECRET}.lock");
    let (_running, _bot) = sandbox.starts(&format!("run --lock {path} -- python3 main.py"));
    let status = format!("status --json --lock {path}");
    for words in [status.as_str(), "list --json", "list"] {
        let outcome = sandbox.soloist(words).outcome();
        assert!(!outcome.all_output().contains(SECRET), "{words}: {outcome:?}");
    }
    let record = fs::read_to_string(sandbox.path(format!("{path}.info"))).unwrap();
    assert!(!record.contains(SECRET), "{record}");
    for entry in fs::read_dir(sandbox.state()).unwrap() {
        assert!(!entry.unwrap().file_name().to_string_lossy().contains(SECRET));
    }
}

/// §4: a change of the window's size neither renews a grace nor a wait.
#[test]
fn a_window_change_renews_nothing() {
    let sandbox = Sandbox::new();
    let (_running, mut bot) = sandbox.starts(RUN);
    bot.order("on TERM report");
    let replacing = sandbox
        .soloist("run --name bot --match none --replace --no-kill --grace 2s -- python3 main.py")
        .spawn();
    bot.hears("TERM");
    for _ in 0..5 {
        replacing.signal(libc::SIGWINCH);
    }
    replacing.exits(77);
    assert_eq!(bot.signals().iter().filter(|name| *name == "TERM").count(), 1);
}

/// §5, appendix: an instance in another pid namespace is told of as such, and ended all the same.
#[test]
fn an_instance_in_another_namespace_is_named() {
    let sandbox = Sandbox::new();
    let possible = sandbox.program("unshare --user --map-root-user --pid --fork true").outcome();
    if possible.code != Some(0) {
        eprintln!("skipped: no pid namespaces here: {possible:?}");
        return;
    }
    let inside = sandbox.program("unshare --user --map-root-user --pid --fork --kill-child python3 main.py");
    let (_unshared, _bot) = sandbox.start(inside);
    let status = sandbox.soloist("status --json -- python3 main.py").exits(4).document();
    let codes: Vec<_> =
        status["problems"].as_array().unwrap().iter().map(|problem| problem["code"].clone()).collect();
    assert!(codes.contains(&"other-namespace".into()), "{status:#}");
    sandbox.soloist("run -- python3 main.py").exits(75).says("namespace");
    // The first process of a namespace cannot end itself by a signal: it takes SIGKILL.
    let (_running, mut bot) = sandbox.starts("run --replace --grace 500ms -- python3 main.py");
    assert!(bot.is_untouched());
    sandbox.witness().never_saw_two();
}
