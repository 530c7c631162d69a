//! Contract §3.8: a start that cannot succeed harms nobody.

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use support::{Invocation, Sandbox};

/// Tries to replace a running instance in a way that cannot succeed, and sees that the instance is unharmed.
fn harms_nobody(codes: &[i32], attempt: impl Fn(&Sandbox) -> Invocation) {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run --name bot -- python3 main.py");
    let outcome = attempt(&sandbox).outcome().exits_with_one_of(codes);
    assert!(!outcome.stderr.is_empty(), "a failure without a word: {outcome:?}");
    assert!(bot.is_untouched(), "{outcome:?} cost the incumbent {:?}", bot.signals());
    sandbox.soloist("run --name bot -- python3 main.py").exits(75);
    bot.exit(0);
    running.exits(0);
}

fn replace(sandbox: &Sandbox, command: &[&str]) -> Invocation {
    sandbox.soloist("run --replace --name bot --").args(command)
}

/// §3.8 and §4: 127 for a command that was not found.
#[test]
fn a_command_that_does_not_exist() {
    for command in ["no-such-command", "./no-such-file", "/no/such/directory/command"] {
        harms_nobody(&[127], |sandbox| replace(sandbox, &[command]));
    }
}

/// §3.8 and §4: 126 for a command that cannot be executed.
#[test]
fn a_command_that_cannot_be_executed() {
    harms_nobody(&[126], |sandbox| {
        let file = sandbox.file("plain", "#!/bin/sh\n");
        fs::set_permissions(file, Permissions::from_mode(0o644)).unwrap();
        replace(sandbox, &["./plain"])
    });
    harms_nobody(&[126], |sandbox| {
        fs::create_dir(sandbox.path("directory")).unwrap();
        replace(sandbox, &["./directory"])
    });
    harms_nobody(&[126, 127], |sandbox| {
        fs::create_dir(sandbox.path("file")).unwrap();
        replace(sandbox, &["./main.py/below"])
    });
}

/// §4: what the kernel takes for no program, and a shell would not read, is named.
#[test]
fn a_file_that_is_no_program() {
    let sandbox = Sandbox::new();
    let file = sandbox.path("data");
    fs::write(&file, [0, 0, 0, 0]).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    for options in ["", "--exec "] {
        let refused = sandbox.soloist(&format!("run {options}--name bot -- ./data")).exits(126);
        assert_eq!(refused.stderr, "soloist: error: cannot execute ./data: exec format error\n");
    }
}

/// §3.8: a script whose interpreter does not exist.
#[test]
fn a_script_without_its_interpreter() {
    harms_nobody(&[126, 127], |sandbox| {
        let file = sandbox.file("script", "#!/no/such/interpreter\n");
        fs::set_permissions(file, Permissions::from_mode(0o755)).unwrap();
        replace(sandbox, &["./script"])
    });
}

/// §3.8: a script that is its own interpreter.
#[test]
fn a_script_that_leads_to_itself() {
    harms_nobody(&[126], |sandbox| {
        let line = format!("#!{}\n", sandbox.path("circle").display());
        let file = sandbox.file("circle", &line);
        fs::set_permissions(file, Permissions::from_mode(0o755)).unwrap();
        replace(sandbox, &["./circle"])
    });
}

/// §3.8: an empty command.
#[test]
fn an_empty_command() {
    harms_nobody(&[2, 126, 127], |sandbox| replace(sandbox, &[""]));
    harms_nobody(&[2], |sandbox| replace(sandbox, &[]));
}

/// §3.8 and §4: a preflight that fails means 1.
#[test]
fn a_failed_preflight() {
    for preflight in ["false", "exit 75", "kill -9 $$", "no-such-command", "this is (no shell"] {
        harms_nobody(&[1], |sandbox| {
            let command = [preflight, "--", "python3", "main.py"];
            sandbox.soloist("run --replace --name bot --preflight").args(command)
        });
    }
}

/// §3.8: a wrong option means 2.
#[test]
fn a_wrong_option() {
    for options in [
        "--no-such-option",
        "--grace soon",
        "--stop-signal NOPE",
        "--match most",
        "--lang tlh",
        "--log-format x",
    ] {
        harms_nobody(&[2], |sandbox| {
            sandbox.soloist(&format!("run --replace --name bot {options} -- python3 main.py"))
        });
    }
}

/// §3.8: a file of variables that no program can be started with is found before anybody is ended.
#[test]
fn a_file_of_impossible_variables() {
    let bomb: String = std::iter::once("V0=xxxxxxxxxx\n".to_owned())
        .chain((1..20).map(|at| format!("V{at}={}\n", format!("$V{}", at - 1).repeat(50))))
        .collect();
    for text in ["A=1\nB=x\0y\n".to_owned(), bomb] {
        harms_nobody(&[2], |sandbox| {
            sandbox.file("odd.env", &text);
            sandbox.soloist("run --replace --name bot --env-file odd.env -- python3 main.py")
        });
    }
}

/// §3.8 and §4: a lock that cannot be kept means 74, before the bare copies are ended.
#[test]
fn a_lock_that_cannot_be_kept() {
    let sandbox = Sandbox::new();
    let (_bare, mut bot) = sandbox.starts_bare("python3 main.py");
    fs::create_dir(sandbox.path("directory")).unwrap();
    for lock in ["directory", "missing/bot.lock", "main.py/bot.lock", "main.py", "/dev/null"] {
        sandbox.soloist(&format!("run --replace --lock {lock} -- python3 main.py")).exits(74);
    }
    assert!(bot.is_untouched());
    assert_eq!(fs::read_to_string(sandbox.path("main.py")).unwrap(), support::actor::SCRIPT);
}

/// §3.8: `--dry-run` with the wildest options touches nobody.
#[test]
fn a_dry_run() {
    let sandbox = Sandbox::new();
    let (running, mut bot) = sandbox.starts("run -- python3 main.py");
    sandbox.soloist("run --replace --grace 0s --stop-signal KILL --dry-run -- python3 main.py").exits(0);
    sandbox.soloist("stop --grace 0s --stop-signal KILL --dry-run -- python3 main.py").exits(0);
    assert!(bot.is_untouched());
    bot.exit(0);
    running.exits(0);
}

/// §4: the preflight runs by `sh -c`, in the same place, and while the incumbent still runs; when it succeeds
/// the replacement goes on.
#[test]
fn a_preflight_runs_before_anything_is_ended() {
    let sandbox = Sandbox::new();
    let (old, _old_bot) = sandbox.starts("run --name bot -- python3 main.py");
    let check = r#"test -e "$ACTOR_WITNESS/holder" && test -e main.py && echo "$GREETING" > checked"#;
    let new = sandbox.soloist("run --replace --name bot --preflight").arg(check).env("GREETING", "hello");
    let (new, mut bot) = sandbox.start(new.args(["--", "python3", "main.py"]));
    old.exits(76);
    assert_eq!(fs::read_to_string(sandbox.path("checked")).unwrap(), "hello\n");
    bot.exit(0);
    new.exits(0);
    sandbox.witness().never_saw_two();
}

/// §3.5: what a failed preflight has started in the background ends with it.
#[test]
fn a_failed_preflight_leaves_nothing_behind() {
    let sandbox = Sandbox::new();
    sandbox.script("helper.py");
    let preflight = "setsid python3 helper.py & read -r line < gate; exit 3";
    sandbox.program("mkfifo gate").exits(0);
    let start =
        sandbox.soloist("run --name bot --preflight").arg(preflight).args(["--", "python3", "main.py"]);
    let running = start.spawn();
    let mut helper = sandbox.next_actor();
    std::fs::write(sandbox.path("gate"), "go\n").unwrap();
    helper.hears("TERM");
    helper.wait_for_end();
    running.exits(1);
}

/// §3: soloist prints nothing to stdout while the program runs, and neither does its preflight.
#[test]
fn a_preflight_does_not_print_on_stdout() {
    let sandbox = Sandbox::new();
    let check = sandbox.soloist("run --name bot --preflight").arg("echo checked").args(["--", "echo", "ran"]);
    assert_eq!(check.exits(0).stdout, "ran\n");
}
