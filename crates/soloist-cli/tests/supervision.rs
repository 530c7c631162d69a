//! Contract §4, Supervision: what the program keeps, and what a signal and an exit status become.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod support;

use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::time::Instant;

use serde_json::Value;
use support::process::DEADLINE;
use support::{Actor, Sandbox};

const FORWARDED: [(&str, i32); 7] = [
    ("TERM", libc::SIGTERM),
    ("INT", libc::SIGINT),
    ("HUP", libc::SIGHUP),
    ("QUIT", libc::SIGQUIT),
    ("USR1", libc::SIGUSR1),
    ("USR2", libc::SIGUSR2),
    ("WINCH", libc::SIGWINCH),
];

fn description(actor: &mut Actor) -> Value {
    serde_json::from_str(&actor.order("describe")).unwrap()
}

/// §4: a signal sent to soloist reaches the program, once.
#[test]
fn a_signal_reaches_the_program_once() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    for (name, number) in FORWARDED {
        bot.order(&format!("on {name} report"));
        running.signal(number);
        bot.hears(name);
    }
    let expected: Vec<&str> = FORWARDED.iter().map(|(name, _)| *name).collect();
    assert_eq!(bot.signals(), expected);
    assert!(!running.has_ended());
    bot.exit(0);
    running.exits(0);
}

/// §4: those that most programs never hear of reach the program too, and end nobody else.
#[test]
fn unusual_signals_reach_the_program_too() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    let unusual = [
        ("ALRM", libc::SIGALRM),
        ("VTALRM", libc::SIGVTALRM),
        ("PROF", libc::SIGPROF),
        ("IO", libc::SIGIO),
        ("PWR", libc::SIGPWR),
        ("URG", libc::SIGURG),
        ("RT", libc::SIGRTMIN() + 3),
    ];
    for (name, number) in unusual {
        bot.order(&format!("on {name} report"));
        running.signal(number);
        bot.hears(name);
    }
    assert_eq!(bot.signals(), unusual.map(|(name, _)| name));
    bot.exit(0);
    running.exits(0);
}

/// §4: TSTP by kill(1) stops the program with soloist, and CONT wakes both.
#[test]
fn stopping_soloist_stops_the_program() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    running.signal(libc::SIGTSTP);
    support::eventually("the program is stopped", || support::process::is_stopped(bot.pid).then_some(()));
    running.signal(libc::SIGCONT);
    assert_eq!(bot.signals(), ["CONT"]);
    bot.exit(4);
    running.exits(4);
}

/// §4: a CONT that comes while soloist is about to stop itself takes the stop back: it is not lost with it. Nobody sends another
/// one, so whoever lost it would stay stopped.
#[test]
fn a_continue_right_after_a_stop_is_never_lost() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    for round in 0..300 {
        running.signal(libc::SIGTSTP);
        // Without a pause: the moment between the program's stop and soloist's own is a short one.
        let until = Instant::now() + DEADLINE;
        while !support::process::is_stopped(bot.pid) {
            assert!(Instant::now() < until, "round {round}: the program is never stopped");
        }
        running.signal(libc::SIGCONT);
        bot.order("ping");
        support::eventually("both go on", || {
            let stopped = [running.pid(), bot.pid].map(support::process::is_stopped);
            (stopped == [false, false]).then_some(())
        });
    }
    bot.exit(4);
    running.exits(4);
}

/// §4: the program drains for as long as it likes after TERM, and its exit code is passed on.
#[test]
fn the_program_ends_in_its_own_time() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    bot.order("on TERM report");
    running.signal(libc::SIGTERM);
    bot.hears("TERM");
    sandbox.soloist("run --name bot -- python3 main.py").exits(75);
    bot.exit(23);
    running.exits(23);
}

/// §4: the program's own exit code, whatever it is.
#[test]
fn every_exit_code_is_passed_on() {
    let sandbox = Sandbox::new();
    for code in 0..=255 {
        sandbox.soloist("run --name bot --match none -- sh -c").arg(format!("exit {code}")).exits(code);
    }
}

/// §4: 128+N if signal N ended it.
#[test]
fn a_fatal_signal_is_passed_on() {
    let sandbox = Sandbox::new();
    for number in [1, 2, 3, 6, 9, 10, 11, 13, 14, 15] {
        let command = format!("ulimit -c 0; kill -{number} $$");
        sandbox.soloist("run --name bot --match none -- sh -c").arg(command).exits(128 + number);
    }
}

/// §4: TERM to soloist that ends the program is passed on as the program's end.
#[test]
fn a_terminated_program_is_143() {
    let sandbox = Sandbox::new();
    let (running, _bot) = sandbox.starts("run --name bot -- python3 main.py");
    running.signal(libc::SIGTERM);
    running.exits(128 + libc::SIGTERM);
}

/// §4: stdin, stdout and stderr are the program's, byte for byte, and soloist adds nothing.
#[test]
fn the_standard_streams_are_the_programs() {
    let sandbox = Sandbox::new();
    let (reader, mut writer) = std::io::pipe().unwrap();
    let run = sandbox.soloist("run --name bot -- sh -c").arg("cat; echo complaint >&2").stdin(reader).spawn();
    writer.write_all(b"to be\nor not").unwrap();
    drop(writer);
    let outcome = run.exits(0);
    assert_eq!(outcome.stdout, "to be\nor not");
    assert_eq!(outcome.stderr, "complaint\n");
}

/// §4: facts on stdout, everything else on stderr: also with `-v` and a JSON log.
#[test]
fn a_log_goes_to_stderr() {
    let sandbox = Sandbox::new();
    for options in ["-v", "-v --log-format json", "--log-format text"] {
        let outcome = sandbox.soloist(&format!("run --name bot {options} -- echo fact")).exits(0);
        assert_eq!(outcome.stdout, "fact\n");
    }
    let log = sandbox.soloist("run --name bot -v --log-format json --match none -- true").exits(0).stderr;
    assert!(!log.is_empty(), "-v says nothing");
    for line in log.lines() {
        let entry: Result<Value, _> = serde_json::from_str(line);
        assert!(entry.is_ok_and(|entry| entry.is_object()), "{line:?} in a JSON log");
    }
}

/// §4: environment and working directory are kept; `SOLOIST_KEY`, `SOLOIST_ID` and `SOLOIST_PID` are added.
#[test]
fn the_environment_is_kept() {
    let sandbox = Sandbox::new();
    let run = sandbox.soloist("run --name bot -- python3 main.py a b").env("GREETING", "hello  world");
    let (running, mut bot) = sandbox.start(run);
    let description = description(&mut bot);
    let environment = &description["environment"];
    assert_eq!(environment["GREETING"], "hello  world");
    assert_eq!(environment["HOME"], sandbox.home().to_str().unwrap());
    assert_eq!(environment["SOLOIST_KEY"], "bot");
    assert_eq!(environment["SOLOIST_ID"], "name-bot");
    assert_eq!(environment["SOLOIST_PID"], running.pid().to_string());
    assert_eq!(description["cwd"], sandbox.path("").to_str().unwrap().trim_end_matches('/'));
    assert_eq!(description["argv"], serde_json::json!(["main.py", "a", "b"]));
    assert_eq!(bot.parent, running.pid());
}

/// §4: what comes after `--` is the program's, whatever it looks like.
#[test]
fn arguments_are_passed_on_untouched() {
    let sandbox = Sandbox::new();
    let words = ["--name", "x", "-v", "--", "--replace", "", " ", "a\nb", "*", "$HOME", "'\"", "--json"];
    let (running, mut bot) = sandbox.start(sandbox.soloist("run --name bot -- python3 main.py").args(words));
    let mut argv = vec!["main.py"];
    argv.extend(words);
    assert_eq!(description(&mut bot)["argv"], serde_json::json!(argv));
    bot.exit(0);
    running.exits(0);
    let bytes = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    let echoed =
        sandbox.soloist("run --name bot -- sh -c").arg("printf %s \"$1\" > bytes").arg("sh").arg(bytes);
    echoed.exits(0);
    assert_eq!(fs::read(sandbox.path("bytes")).unwrap(), b"\xff\xfe");
}

/// Reads a mask of signals from `/proc/PID/status` text.
fn mask(status: &str, field: &str) -> u64 {
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    let mask = u64::from_str_radix(line.split_whitespace().nth(1).unwrap(), 16).unwrap();
    // 32 and 33 are the C library's own; its posix_spawn leaves them ignored.
    mask & !(bit(32) | bit(33))
}

fn bit(signal: i32) -> u64 {
    1 << (signal - 1)
}

/// Issue 2: soloist's own signal handling does not leak into the program.
#[test]
fn the_program_starts_with_clean_signals() {
    let sandbox = Sandbox::new();
    let bare = sandbox.program("cat /proc/self/status").exits(0).stdout;
    let under = sandbox.soloist("run --name bot --match none -- cat /proc/self/status").exits(0).stdout;
    for field in ["SigBlk", "SigIgn", "SigCgt"] {
        assert_eq!(mask(&under, field), mask(&bare, field), "{field}");
    }
}

/// §4: the stop signal is never inherited as ignored or blocked.
#[test]
fn the_stop_signal_is_neither_ignored_nor_blocked() {
    let sandbox = Sandbox::new();
    let launcher = "import os, signal, sys\n\
        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n\
        signal.signal(signal.SIGINT, signal.SIG_IGN)\n\
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGINT, signal.SIGCHLD])\n\
        os.execv(sys.argv[1], sys.argv[1:])\n";
    sandbox.file("launcher.py", launcher);
    for (options, signal) in [("", libc::SIGTERM), ("--stop-signal INT", libc::SIGINT)] {
        let words = format!("python3 launcher.py {} run --name bot {options}", env!("CARGO_BIN_EXE_soloist"));
        let status = sandbox.program(&words).args(["--", "cat", "/proc/self/status"]).exits(0).stdout;
        assert_eq!(mask(&status, "SigIgn") & bit(signal), 0, "ignored, with {options:?}");
        assert_eq!(mask(&status, "SigBlk") & bit(signal), 0, "blocked, with {options:?}");
    }
}

/// §4: soloist works, and waits for its child, when SIGCHLD was ignored by whoever started it.
#[test]
fn an_ignored_sigchld_does_not_matter() {
    let sandbox = Sandbox::new();
    let launcher = "import os, signal, sys\n\
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n\
        os.execv(sys.argv[1], sys.argv[1:])\n";
    sandbox.file("launcher.py", launcher);
    let words = format!("python3 launcher.py {} run --name bot -- sh -c", env!("CARGO_BIN_EXE_soloist"));
    sandbox.program(&words).arg("exit 19").exits(19);
}

/// §4: a guard taken inside the program for the same key is the same claim, not a conflict.
#[test]
fn a_claim_inside_the_claim_is_the_same() {
    let soloist = env!("CARGO_BIN_EXE_soloist");
    for key in ["", "--name bot", "--lock bot.lock"] {
        let sandbox = Sandbox::new();
        let (running, mut bot) =
            sandbox.starts(&format!("run {key} -- {soloist} run {key} -- python3 main.py"));
        sandbox.soloist(&format!("run {key} -- python3 main.py")).exits(75);
        assert!(bot.is_untouched());
        bot.exit(11);
        running.exits(11);
    }
}

/// §4: one launcher in another, each with a claim of its own.
#[test]
fn launchers_can_be_nested() {
    let soloist = env!("CARGO_BIN_EXE_soloist");
    let sandbox = Sandbox::new();
    let (running, mut bot) =
        sandbox.starts(&format!("run --name outer -- {soloist} run --name inner -- python3 main.py"));
    sandbox.soloist("run --name outer --match none -- true").exits(75);
    sandbox.soloist("run --name inner --match none -- true").exits(75);
    assert_eq!(description(&mut bot)["environment"]["SOLOIST_KEY"], "inner");
    bot.order("on TERM report");
    running.signal(libc::SIGTERM);
    bot.hears("TERM");
    assert_eq!(bot.signals(), ["TERM"]);
    bot.exit(12);
    running.exits(12);
    sandbox.soloist("run --name outer --match none -- true").exits(0);
}

/// §4: a program whose `SOLOIST_KEY` was inherited from an instance that is long gone is no inner claim.
#[test]
fn an_inherited_word_is_no_claim() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    let contender = sandbox.soloist("run --name bot -- python3 main.py").env("SOLOIST_KEY", "bot");
    contender.env("SOLOIST_PID", running.pid().to_string()).exits(75);
    assert!(bot.is_untouched());
    bot.exit(0);
    running.exits(0);
    sandbox.witness().never_saw_two();
}
