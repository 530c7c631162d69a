//! What hostile readers of this code tried: each attack on §3.1-§3.8 and §5 that once worked, or nearly did.

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::process::Stdio;

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

/// §3.3: another user binds the names of a claim's sockets for other types of sockets, and the state directory is
/// removed: the claim's own socket is still seen.
#[test]
fn a_strangers_sockets_hide_no_claim() {
    if !support::process::is_root() {
        eprintln!("skipped: only root can be two users");
        return;
    }
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts(RUN);
    let names = abstract_names(running.pid());
    assert!(!names.is_empty());
    let script = "import socket, sys\nkinds = socket.SOCK_STREAM, socket.SOCK_SEQPACKET\n\
        held = [socket.socket(socket.AF_UNIX, kind) for kind in kinds for name in sys.argv[1:]]\n\
        [one.bind('\\0' + name) for one, name in zip(held, sys.argv[1:] * 2)]\nprint('bound', flush=True)\ninput()";
    let mut stranger = std::process::Command::new("python3");
    stranger.args(["-c", script]).args(&names).uid(65534).gid(65534);
    let mut stranger = stranger.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(stranger.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "bound\n");
    fs::remove_dir_all(sandbox.state()).unwrap();
    sandbox.soloist(RUN).exits(75);
    assert!(bot.is_untouched());
    sandbox.witness().never_saw_two();
    drop(stranger.stdin.take());
    stranger.wait().unwrap();
}

/// The abstract names of the sockets that a process has open.
fn abstract_names(pid: i32) -> Vec<String> {
    let links = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten();
    let open: Vec<String> = links
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .map(|link| link.to_string_lossy().into_owned())
        .collect();
    let listed = fs::read("/proc/net/unix").unwrap_or_default();
    let named = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let inode = format!("socket:[{}]", fields.get(6)?);
        open.contains(&inode).then(|| fields.get(7)?.strip_prefix('@').map(str::to_owned))?
    };
    String::from_utf8_lossy(&listed).lines().filter_map(named).collect()
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

/// §3.1, §3.4: a copy that cannot be looked at, because descriptors are scarce, is not taken for another program.
#[test]
fn a_copy_is_no_other_program_where_descriptors_are_scarce() {
    let sandbox = Sandbox::new();
    let (_copy, mut bot) = sandbox.start(sandbox.program("python3 main.py").env("ACTOR_WITNESS", ""));
    for limit in 4..24 {
        let few = format!(r#"ulimit -n {limit}; exec "$SOLOIST" run -- python3 main.py"#);
        sandbox.program("sh -c").arg(few).outcome().exits_with_one_of(&[1, 74, 75]);
    }
    assert!(bot.is_untouched());
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

/// §3.4: another container's file with the same path is another program.
#[test]
fn the_same_path_in_another_container_is_spared() {
    let sandbox = Sandbox::new();
    let place = sandbox.path("app");
    fs::create_dir(&place).unwrap();
    sandbox.script("app/main.py");
    let inside = format!(
        "mount -t tmpfs none {0} && cp main.py {0}/main.py && exec python3 {0}/main.py",
        place.display()
    );
    let possible = sandbox.program("unshare --user --map-root-user --mount true").outcome();
    if possible.code != Some(0) {
        eprintln!("skipped: no mount namespaces here: {possible:?}");
        return;
    }
    let contained = sandbox.program("unshare --user --map-root-user --mount sh -c").arg(inside);
    let (_unshared, mut stranger) = sandbox.start(contained.env("ACTOR_WITNESS", ""));
    let (_running, mut bot) = sandbox.starts("run --replace -- python3 app/main.py");
    assert!(stranger.is_untouched() && bot.is_untouched());
}

/// §2: a claim under a default key is a live claim; who chose a key of his own runs beside it.
#[test]
fn a_chosen_key_runs_beside_the_default_one() {
    let sandbox = Sandbox::new();
    let quiet = |words: &str| sandbox.soloist(words).env("ACTOR_WITNESS", "");
    let (_first, mut first) = sandbox.start(quiet("run -- python3 main.py"));
    let (_second, mut second) = sandbox.start(quiet("run --name second --replace -- python3 main.py"));
    assert!(first.is_untouched() && second.is_untouched());
}

/// §3.4: `stop` and `status` of a name look for what its instance looks for.
#[test]
fn a_stop_by_name_keeps_the_instances_own_match() {
    let sandbox = Sandbox::new();
    let quiet = |words: &str| sandbox.soloist(words).env("ACTOR_WITNESS", "");
    let (_alice, alice) = sandbox.start(quiet("run --name alice --match none -- python3 main.py alice"));
    let (_bob, mut bob) = sandbox.start(sandbox.program("python3 main.py bob").env("ACTOR_WITNESS", ""));
    sandbox.soloist("status --name alice").exits(0);
    sandbox.soloist("stop --name alice").exits(0);
    alice.wait_for_end();
    assert!(bob.is_untouched());
}

/// §3.4: a compound shell command belongs to its directory.
#[test]
fn a_shell_command_belongs_to_its_directory() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("other")).unwrap();
    sandbox.script("other/main.py");
    let words = ["run", "--replace", "--", "sh", "-c", "true && exec python3 main.py"];
    let start = |place: &str| {
        sandbox.start(sandbox.soloist("").args(words).cwd(sandbox.path(place)).env("ACTOR_WITNESS", ""))
    };
    let (_one, mut one) = start(".");
    let (_two, mut two) = start("other");
    assert!(one.is_untouched() && two.is_untouched());
}

/// §3.7: the remedy names what is in the way, and is right wherever it is typed.
#[test]
fn the_remedy_works_wherever_it_is_typed() {
    let sandbox = Sandbox::new();
    let (_bare, mut bot) = sandbox.starts_bare("python3 main.py");
    let refusal = sandbox.soloist("run --name bot --json -- python3 main.py").exits(75).document();
    let remedy = refusal["remedy"].as_str().unwrap().to_owned();
    assert!(!bot.has_ended(), "{remedy}");
    let words: Vec<&str> = remedy.split(' ').skip(1).collect();
    assert!(remedy.starts_with("soloist stop "), "{remedy}");
    sandbox.soloist("").args(words).cwd("/").exits(0);
    assert!(bot.last_signals().contains(&"TERM".to_owned()), "{remedy}");
}

/// §3.8: scripts whose interpreter cannot be executed are found out before anything is ended.
#[test]
fn an_interpreter_that_cannot_run_harms_nobody() {
    let sandbox = Sandbox::new();
    let (_running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    sandbox.file("plain", "not executable");
    let plain = format!("#!{}\n", sandbox.path("plain").display());
    for line in ["#!/tmp\n", "#!/usr/bin/env no-such-interpreter\n", &plain] {
        let script = sandbox.tool("script", line);
        let start = sandbox.soloist("run --name bot --replace --").arg(&script).outcome();
        assert!(matches!(start.code, Some(126 | 127)), "{line}: {start:?}");
        assert!(bot.is_untouched());
    }
}

/// §4: options that contradict each other are a wrong command line.
#[test]
fn killing_and_never_killing_contradict_each_other() {
    let sandbox = Sandbox::new();
    sandbox.soloist("run --no-kill --stop-signal KILL -- true").exits(2).says("--no-kill");
    sandbox.soloist("stop --name bot --no-kill --stop-signal KILL").exits(2).says("--no-kill");
}

/// §3.8: a take-over that must fail ends nobody: not even what could be ended.
#[test]
fn a_take_over_that_must_fail_ends_nobody() {
    if !support::process::is_root() {
        eprintln!("skipped: only root can start copies as two users");
        return;
    }
    let sandbox = Sandbox::new();
    let words = format!("python3 {}", sandbox.path("main.py").display());
    let (_roots, mut roots) = sandbox.start(sandbox.program(&words).env("ACTOR_WITNESS", ""));
    let (_own, mut own) = sandbox.start(sandbox.as_nobody(sandbox.program(&words).env("ACTOR_WITNESS", "")));
    let start = sandbox.as_nobody(sandbox.soloist(&format!("run --replace --grace 100ms -- {words}")));
    start.exits(77);
    assert!(roots.is_untouched() && own.is_untouched());
    let plan = sandbox.as_nobody(sandbox.soloist(&format!("run --replace --dry-run --json -- {words}")));
    let plan = plan.exits(0).document();
    assert_eq!(plan["would"], "refuse", "{plan:#}");
}

/// §4: a link that another user planted in the state directory's place is refused, wherever it stands: it would lead our
/// files into a directory of ours that is not meant for them.
#[test]
fn a_planted_link_to_the_state_directory_is_not_followed() {
    if !support::process::is_root() {
        eprintln!("skipped: only root can make a link of another user");
        return;
    }
    let sandbox = Sandbox::new();
    let target = sandbox.path("documents");
    fs::create_dir(&target).unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).unwrap();
    // Not below /tmp by its name: other places are open to everybody, too.
    let open = tempfile::tempdir_in("/dev/shm").unwrap();
    let planted = open.path().join("state");
    symlink(&target, &planted).unwrap();
    let nobody = support::sandbox::NOBODY;
    std::os::unix::fs::lchown(&planted, Some(nobody), Some(nobody)).unwrap();
    let start = || sandbox.soloist("run --name bot --match none -- true").env("SOLOIST_STATE_DIR", &planted);
    start().exits(74).says("another user");
    assert_eq!(fs::read_dir(&target).unwrap().count(), 0);
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o755);
    // One's own is followed.
    std::os::unix::fs::lchown(&planted, Some(0), Some(0)).unwrap();
    start().exits(0);
}
