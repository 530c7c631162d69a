//! Contract §4: the command line, its exit codes, and what it says of a wrong one.

mod support;

use support::Sandbox;

/// §4, table of exit codes: 2 for a wrong command line, and the words name what was wrong.
#[test]
fn a_wrong_command_line_is_2_and_names_the_input() {
    let sandbox = Sandbox::new();
    for (words, named) in [
        ("frobnicate", "frobnicate"),
        ("run --frobnicate -- true", "--frobnicate"),
        ("run --grace banana -- true", "banana"),
        ("run --grace 5parsecs -- true", "5parsecs"),
        ("run --grace -5s -- true", "-5s"),
        ("run --grace 99999999999999999999999h -- true", "99999999999999999999999h"),
        ("run --wait=banana -- true", "banana"),
        ("run --match sometimes -- true", "sometimes"),
        ("run --stop-signal NOPE -- true", "NOPE"),
        ("run --stop-signal 0 -- true", "0"),
        ("run --stop-signal 4711 -- true", "4711"),
        ("run --lang tlh -- true", "tlh"),
        ("run --log-format xml -- true", "xml"),
        ("run --conflict-exit-code 256 -- true", "256"),
        ("run --conflict-exit-code -1 -- true", "-1"),
        ("run --conflict-exit-code many -- true", "many"),
        ("run --name a/b -- true", "a/b"),
        ("status --name a/b", "a/b"),
        ("status --frobnicate", "--frobnicate"),
        ("stop --grace banana --name bot", "banana"),
        ("stop --stop-signal NOPE --name bot", "NOPE"),
        ("list --frobnicate", "--frobnicate"),
        ("completions cobol", "cobol"),
    ] {
        sandbox.soloist(words).exits(2).prints_nothing().says(named);
    }
    assert!(!sandbox.state().exists());
}

/// §4: what is missing is a wrong command line too.
#[test]
fn a_missing_word_is_2() {
    let sandbox = Sandbox::new();
    for words in [
        "",
        "run",
        "run --",
        "run --name bot",
        "run --name bot --",
        "status",
        "stop",
        "completions",
        "run --name",
    ] {
        let outcome = sandbox.soloist(words).exits(2).prints_nothing();
        assert!(!outcome.stderr.is_empty(), "{words:?} is refused without a word");
    }
    for words in [["--lock", ""], ["--name", ""], ["--grace", ""], ["--lang", ""]] {
        sandbox.soloist("run").args(words).args(["--", "true"]).exits(2);
    }
}

/// §4: durations are `500ms`, `5s`, `1h30m`.
#[test]
fn durations_are_read() {
    let sandbox = Sandbox::new();
    for duration in ["500ms", "5s", "1h30m", "0s", "2m", "1h", "1m30s"] {
        sandbox.soloist(&format!("run --name bot --grace {duration} -- true")).exits(0);
        sandbox.soloist(&format!("run --name bot --wait={duration} -- true")).exits(0);
    }
}

/// §4: help and version are facts, on stdout.
#[test]
fn help_and_version() {
    let sandbox = Sandbox::new();
    sandbox.soloist("--version").exits(0).prints("soloist").prints(env!("CARGO_PKG_VERSION"));
    let help = sandbox.soloist("--help").exits(0);
    for command in ["run", "status", "stop", "list", "doctor", "completions", "man"] {
        assert!(help.stdout.contains(command), "{command} is not in {}", help.stdout);
    }
    let help = sandbox.soloist("run --help").exits(0);
    for option in [
        "--name",
        "--lock",
        "--replace",
        "--stop-signal",
        "--grace",
        "--no-kill",
        "--wait",
        "--match",
        "--preflight",
        "--dry-run",
        "--conflict-exit-code",
        "--quiet",
        "--log-format",
        "--lang",
        "--json",
    ] {
        assert!(help.stdout.contains(option), "{option} is not in {}", help.stdout);
    }
}

/// §4: completions and the manual page, for packagers.
#[test]
fn completions_and_manual() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = sandbox
            .soloist(&format!("completions {shell}"))
            .exits(0)
            .prints("soloist")
            .prints("conflict-exit-code");
        if shell == "bash" {
            sandbox.file("completions.bash", &script.stdout);
            sandbox.program("bash -n completions.bash").exits(0).stays_silent();
        }
    }
    sandbox.soloist("man").exits(0).prints(".TH").prints("soloist");
}

/// §4, table of exit codes: 126 and 127.
#[test]
fn a_command_that_cannot_run() {
    let sandbox = Sandbox::new();
    sandbox.soloist("run -- no-such-command").exits(127).prints_nothing().says("no-such-command");
    sandbox.soloist("run -- ./no-such-file").exits(127).prints_nothing().says("no-such-file");
    sandbox.file("plain", "");
    sandbox.soloist("run -- ./plain").exits(126).prints_nothing().says("plain");
    sandbox.soloist("run -- /").exits(126);
    sandbox.soloist("run --quiet -- no-such-command").exits(127).says("no-such-command");
}

/// §4: a command of the search path is found there, also in a relative or an empty part of it.
#[test]
fn a_command_is_found_in_the_search_path() {
    let sandbox = Sandbox::new();
    sandbox.tool("greet", "#!/bin/sh\necho hello\n");
    sandbox.soloist("run --name bot -- greet").exits(0).prints("hello");
    sandbox.soloist("run --name bot -- greet").env("PATH", "/usr/bin:/bin").exits(127);
    sandbox.soloist("run --name bot -- greet").env("PATH", "../bin:/usr/bin:/bin").exits(0).prints("hello");
    sandbox.soloist("run --name bot -- greet").cwd(sandbox.bin()).env("PATH", ":/usr/bin:/bin").exits(0);
}

/// §4: with the program running normally soloist prints nothing at all without `-v`.
#[test]
fn a_normal_run_stays_silent() {
    let sandbox = Sandbox::new();
    for options in
        ["", "--name bot", "--lock bot.lock", "--json --name bot", "--quiet", "--replace", "--wait"]
    {
        sandbox.soloist(&format!("run {options} --match none -- true")).exits(0).stays_silent();
    }
}

/// §4: `-v` tells what happens, on stderr.
#[test]
fn a_verbose_run_tells() {
    let sandbox = Sandbox::new();
    let outcome = sandbox.soloist("run -v --name bot --match none -- true").exits(0).prints_nothing();
    assert!(outcome.stderr.contains("bot"), "{outcome:?}");
}

/// §4: stdout that nobody reads any more, or that is full, does no harm: no panic.
#[test]
fn a_closed_stdout_does_no_harm() {
    let sandbox = Sandbox::new();
    for words in ["list", "status --name bot", "doctor", "man", "completions bash", "--help"] {
        let full =
            sandbox.program("sh -c").arg(r#""$SOLOIST" "$@" > /dev/full"#).arg("sh").args(words.split(' '));
        let outcome = full.outcome();
        assert!(!outcome.stderr.contains("panicked"), "{words}: {outcome:?}");
        // What was not written is told, and is no success; an empty list has nothing to write.
        if words != "list" {
            assert_eq!(outcome.code, Some(1), "{words}: {outcome:?}");
            assert!(
                outcome.stderr.ends_with("standard output: no space left on device\n"),
                "{words}: {outcome:?}"
            );
        }
        let closed = sandbox.program("sh -c").arg(r#""$SOLOIST" "$@" >&-"#).arg("sh").args(words.split(' '));
        let outcome = closed.outcome();
        assert!(!outcome.stderr.contains("panicked"), "{words}: {outcome:?}");
    }
}

/// §4: the program is started also when soloist has no standard streams; the lock's descriptor never becomes
/// one of the program's.
#[test]
fn closed_standard_streams_do_no_harm() {
    let sandbox = Sandbox::new();
    let words =
        r#""$SOLOIST" run --lock bot.lock -- sh -c 'echo oops; echo oops >&2; cat <&0; exit 5' <&- >&- 2>&-"#;
    sandbox.program("sh -c").arg(words).exits(5);
    assert!(!sandbox.path("bot.lock").exists());
}
