//! Contract §4: what happens when the key is taken or duplicates run.

mod support;

use support::process::{is_root, is_stopped, lives};
use support::{Sandbox, eventually};

/// §4: `--replace` waits until the old one is gone, however long it drains, and then starts.
#[test]
fn replacing_waits_until_the_old_one_is_gone() {
    let sandbox = Sandbox::new();
    let (old, mut old_bot) = sandbox.starts("run -- python3 main.py");
    old_bot.order("on TERM report");
    let new = sandbox.soloist("run --replace -- python3 main.py").spawn();
    old_bot.hears("TERM");
    assert!(!sandbox.is_called(), "the new one started beside the old one");
    old_bot.exit(0);
    old.exits(76);
    sandbox.started_by(&new).exit(0);
    new.exits(0);
    sandbox.witness().never_saw_two();
}

/// §4: the stop signal is asked for by name, and comes once.
#[test]
fn the_stop_signal_can_be_chosen() {
    for signal in ["INT", "USR1", "HUP", "QUIT", "SIGINT"] {
        let name = signal.trim_start_matches("SIG");
        let sandbox = Sandbox::new();
        let (_old, mut old_bot) = sandbox.starts("run -- python3 main.py");
        old_bot.order(&format!("on {name} die"));
        let (_new, _bot) =
            sandbox.starts(&format!("run --replace --stop-signal {signal} -- python3 main.py"));
        let heard = old_bot.last_signals();
        assert_eq!(heard.iter().filter(|heard| *heard == name).count(), 1, "{heard:?}");
        assert!(!heard.contains(&"TERM".to_owned()), "{heard:?}");
    }
}

/// §4: CONT follows the stop signal, so that a stopped instance can end gracefully.
#[test]
fn a_stopped_instance_is_woken_to_end() {
    for bare in [true, false] {
        let sandbox = Sandbox::new();
        let words = "python3 main.py";
        let (_old, mut old_bot) =
            if bare { sandbox.starts_bare(words) } else { sandbox.starts("run -- python3 main.py") };
        old_bot.signal(libc::SIGSTOP);
        eventually("the stop", || is_stopped(old_bot.pid).then_some(()));
        let (_new, mut bot) = sandbox.starts("run --replace --grace 50s -- python3 main.py");
        assert!(old_bot.last_signals().contains(&"TERM".to_owned()));
        assert!(bot.is_untouched());
        sandbox.witness().never_saw_two();
    }
}

/// §4: the same when soloist itself is stopped as well.
#[test]
fn a_stopped_soloist_is_replaced_too() {
    let sandbox = Sandbox::new();
    let (old, old_bot) = sandbox.starts("run -- python3 main.py");
    for process in [old.pid(), old_bot.pid] {
        if process == old.pid() {
            old.signal(libc::SIGSTOP);
        } else {
            old_bot.signal(libc::SIGSTOP);
        }
        eventually("the stop", || is_stopped(process).then_some(()));
    }
    let (new, mut bot) = sandbox.starts("run --replace --grace 2s -- python3 main.py");
    old.wait_for_end();
    bot.exit(0);
    new.exits(0);
    sandbox.witness().never_saw_two();
}

/// §4: past its grace the old one is killed.
#[test]
fn past_its_grace_the_old_one_is_killed() {
    for bare in [true, false] {
        let sandbox = Sandbox::new();
        let words = "python3 main.py";
        let (old, mut old_bot) =
            if bare { sandbox.starts_bare(words) } else { sandbox.starts("run -- python3 main.py") };
        old_bot.order("on TERM report");
        let (_new, mut bot) = sandbox.starts("run --replace --grace 200ms -- python3 main.py");
        assert!(old_bot.last_signals().contains(&"TERM".to_owned()));
        let outcome = old.outcome();
        if bare {
            assert_eq!(outcome.signal, Some(libc::SIGKILL));
        } else {
            assert_eq!(outcome.code, Some(76), "{outcome:?}");
        }
        assert!(bot.is_untouched());
        sandbox.witness().never_saw_two();
    }
}

/// §4: with `--no-kill` a survivor means 77, and it lives.
#[test]
fn without_killing_a_survivor_means_77() {
    for bare in [true, false] {
        let sandbox = Sandbox::new();
        let words = "python3 main.py";
        let (old, mut old_bot) =
            if bare { sandbox.starts_bare(words) } else { sandbox.starts("run -- python3 main.py") };
        old_bot.order("on TERM report");
        let refusal = sandbox.soloist("run --replace --no-kill --grace 100ms -- python3 main.py").exits(77);
        assert!(
            refusal.stderr.contains(&old_bot.pid.to_string())
                || refusal.stderr.contains(&old.pid().to_string())
        );
        old_bot.hears("TERM");
        assert!(!old_bot.has_ended());
        assert!(!old.has_ended());
        let words = "run --replace --no-kill --grace 100ms --json -- python3 main.py";
        let conflict = sandbox.soloist(words).exits(77).document();
        assert_eq!(conflict["schema"], "soloist.conflict/1");
        assert_eq!(conflict["exit_code"], 77);
        sandbox.soloist("run -- python3 main.py").exits(75);
        old_bot.exit(6);
        old.wait_for_end();
        sandbox.witness().never_saw_two();
    }
}

/// §4: whole trees are ended: a wrapper shell with the program, run bare.
#[test]
fn a_wrapper_is_ended_with_its_program() {
    let sandbox = Sandbox::new();
    let wrapper = sandbox.program("sh -c").arg("python3 main.py; exec cat").stdin(std::io::pipe().unwrap().0);
    let (wrapper, mut old_bot) = sandbox.start(wrapper);
    let (_new, mut bot) = sandbox.starts("run --replace -- python3 main.py");
    old_bot.last_signals();
    wrapper.wait_for_end();
    assert!(bot.is_untouched());
    sandbox.witness().never_saw_two();
}

/// §4: a supervised wrapper shell and its program.
#[test]
fn a_supervised_wrapper_is_ended_with_its_program() {
    let sandbox = Sandbox::new();
    let run = |options: &str| {
        sandbox.soloist(&format!("run {options} --name bot -- sh -c")).arg("python3 main.py; true")
    };
    let (old, old_bot) = sandbox.start(run(""));
    let (_new, mut bot) = sandbox.start(run("--replace"));
    old.exits(76);
    old_bot.wait_for_end();
    assert!(bot.is_untouched());
    sandbox.witness().never_saw_two();
}

/// §4: a parent with workers of the same arguments is one instance, and ends with all of them, also with one
/// in a session of its own and one that ignores TERM.
#[test]
fn workers_are_ended_with_their_parent() {
    for front in ["", "run --", "run --exec --"] {
        let sandbox = Sandbox::new();
        let (old, mut old_bot) = match front {
            "" => sandbox.starts_bare("python3 main.py"),
            front => sandbox.starts(&format!("{front} python3 main.py")),
        };
        let mut workers = Vec::new();
        for kind in ["fork", "setsid", "fork-in-a-thread", "fork"] {
            old_bot.order(kind);
            workers.push(sandbox.next_actor());
        }
        workers[3].order("on TERM ignore");
        let (_new, mut bot) = sandbox.starts("run --replace --grace 300ms -- python3 main.py");
        for worker in &workers {
            assert!(worker.has_ended(), "the new one started beside a worker");
        }
        old.wait_for_end();
        assert!(bot.is_untouched());
        sandbox.witness().never_saw_two();
    }
}

/// §4: `--conflict-exit-code` changes 75, for a refusal and for a wait that ran out.
#[test]
fn the_conflict_exit_code_can_be_chosen() {
    let sandbox = Sandbox::new();
    let (_running, _bot) = sandbox.starts("run -- python3 main.py");
    for code in [0, 1, 200, 255] {
        let options = format!("--conflict-exit-code {code}");
        sandbox.soloist(&format!("run {options} -- python3 main.py")).exits(code);
        sandbox.soloist(&format!("run {options} --wait=1ms -- python3 main.py")).exits(code);
    }
    let words = "run --json --conflict-exit-code 9 -- python3 main.py";
    assert_eq!(sandbox.soloist(words).exits(9).document()["exit_code"], 9);
}

/// §4: with `--match command` the arguments belong to the key.
#[test]
fn with_match_command_arguments_matter() {
    let sandbox = Sandbox::new();
    let run = |arguments: &str| {
        sandbox
            .soloist(&format!("run --match command -- python3 main.py {arguments}"))
            .env("ACTOR_WITNESS", "")
    };
    let (_one, mut one) = sandbox.start(run("--shard 1"));
    let (_two, mut two) = sandbox.start(run("--shard 2"));
    run("--shard 1").exits(75);
    run("--shard 2").exits(75);
    let words = "run --replace --match command -- python3 main.py --shard 1";
    let (_new, _bot) = sandbox.start(sandbox.soloist(words).env("ACTOR_WITNESS", ""));
    one.last_signals();
    assert!(two.is_untouched());
}

/// §4: with `--match command` a bare copy with the same arguments is a duplicate, one with others is not.
#[test]
fn with_match_command_bare_copies_count_by_their_arguments() {
    let sandbox = Sandbox::new();
    let bare = |words: &str| sandbox.start(sandbox.program(words).env("ACTOR_WITNESS", ""));
    let (_other, mut other) = bare("python3 main.py --shard 2");
    let (_same, mut same) = bare("python3 -u ./main.py --shard 1");
    sandbox.soloist("run --match command -- python3 main.py --shard 1").exits(75).says(&same.pid.to_string());
    let (_running, mut bot) = sandbox.starts("run --replace --match command -- python3 main.py --shard 1");
    same.last_signals();
    assert!(other.is_untouched());
    assert!(bot.is_untouched());
}

/// §4: with the default a copy with other arguments is the same program.
#[test]
fn by_default_arguments_do_not_matter() {
    let sandbox = Sandbox::new();
    let (_running, _bot) = sandbox.starts("run -- python3 main.py --shard 1");
    sandbox.soloist("run -- python3 main.py --shard 2").exits(75);
}

/// §4: `--match none` is the lock only: replacing ends the holder and no bare copy.
#[test]
fn with_match_none_only_the_lock_counts() {
    let sandbox = Sandbox::new();
    let (_bare, mut bare) = sandbox.start(sandbox.program("python3 main.py").env("ACTOR_WITNESS", ""));
    let (old, _old_bot) = sandbox.starts("run --match none -- python3 main.py");
    let (_new, mut bot) = sandbox.starts("run --match none --replace -- python3 main.py");
    old.exits(76);
    assert!(bare.is_untouched());
    assert!(bot.is_untouched());
    sandbox.witness().never_saw_two();
}

/// §3.2: a signal to a contender that waits for an old one to drain ends the contender, and nothing starts.
#[test]
fn a_signal_ends_a_replacement() {
    let sandbox = Sandbox::new();
    let (_old, mut old_bot) = sandbox.starts("run -- python3 main.py");
    old_bot.order("on TERM report");
    let new = sandbox.soloist("run --replace --grace 1h -- python3 main.py").spawn();
    old_bot.hears("TERM");
    new.signal(libc::SIGTERM);
    new.wait_for_end();
    assert!(!sandbox.is_called());
    assert!(!old_bot.has_ended());
}

/// §4, table of exit codes: another user's instance is named, is never "none", and cannot be ended (77).
#[test]
fn another_users_instance_is_named_and_not_ended() {
    if !is_root() {
        eprintln!("skipped: only root can start an instance as another user and ask as a third");
        return;
    }
    let sandbox = Sandbox::new();
    // Another user's working directory is closed to us; only an absolute path says which file it is.
    let words = format!("python3 {}", sandbox.path("main.py").display());
    let (_foreign, mut foreign) = sandbox.starts_bare(&words);
    let ask = |words: &str| sandbox.as_nobody(sandbox.soloist(&format!("{words} -- python3 main.py")));
    ask("run").exits(75).says(&foreign.pid.to_string()).says("root");
    ask("run --replace --grace 100ms").exits(77).says(&foreign.pid.to_string()).says("root");
    ask("stop --grace 100ms").exits(77);
    let status = ask("status --json").outcome();
    assert_ne!(status.code, Some(3), "{status:?}");
    assert_ne!(status.code, Some(0), "{status:?}");
    assert!(status.stdout.contains(&foreign.pid.to_string()), "{status:?}");
    assert!(foreign.is_untouched());
}

/// The same with an instance that runs under soloist and holds a lock that both can see.
#[test]
fn another_users_lock_is_kept() {
    if !is_root() {
        eprintln!("skipped: only root can start an instance as another user and ask as a third");
        return;
    }
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("shared")).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(sandbox.path("shared"), open).unwrap();
    let (running, mut bot) = sandbox.starts("run --lock shared/bot.lock -- python3 main.py");
    let ask = |words: &str| {
        sandbox.as_nobody(sandbox.soloist(&format!("{words} --lock shared/bot.lock -- python3 main.py")))
    };
    ask("run").outcome().exits_with_one_of(&[74, 75]);
    ask("run --replace --grace 100ms").outcome().exits_with_one_of(&[74, 77]);
    let status = ask("status").outcome();
    assert!(matches!(status.code, Some(0 | 4)), "{status:?}");
    assert!(bot.is_untouched());
    bot.exit(0);
    running.exits(0);
    sandbox.witness().never_saw_two();
}

/// §3.4: root replaces a user's instance of the same program: one program on this machine.
#[test]
fn roots_replacement_ends_a_users_copy() {
    if !is_root() {
        eprintln!("skipped: only root can start an instance as another user");
        return;
    }
    let sandbox = Sandbox::new();
    let (_foreign, mut foreign) = sandbox.start(sandbox.as_nobody(sandbox.program("python3 main.py")));
    sandbox.soloist("run -- python3 main.py").exits(75).says(&foreign.pid.to_string());
    let replaced = sandbox.soloist("run --replace -- python3 main.py").spawn();
    eventually("an end", || (replaced.has_ended() || !lives(foreign.pid)).then_some(()));
    if replaced.has_ended() {
        replaced.exits(77);
        assert!(foreign.is_untouched());
    } else {
        sandbox.started_by(&replaced).exit(0);
        replaced.exits(0);
    }
    sandbox.witness().never_saw_two();
}
