//! Contract §3.4: only the right process is ever signalled.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod support;

use std::fs;
use std::os::unix::fs::symlink;

use support::process::{is_stopped, lives};
use support::{Actor, Running, Sandbox, eventually};

/// Runs and stops beside these bystanders, and sees that no one of them notices.
fn spared(sandbox: &Sandbox, bystanders: &mut [&mut Actor], others: &[&Running]) {
    let (running, mut bot) = sandbox.starts("run --replace -- python3 main.py");
    let (newer, mut newer_bot) = sandbox.starts("run --replace -- python3 main.py");
    running.exits(76);
    bot.last_signals();
    sandbox.soloist("stop -- python3 main.py").exits(0);
    newer.wait_for_end();
    newer_bot.last_signals();
    for bystander in bystanders {
        assert!(bystander.is_untouched(), "a bystander got {:?}", bystander.signals());
    }
    for other in others {
        assert!(!other.has_ended(), "a bystander was ended: {other:?}");
    }
}

/// §3.4: an editor, a pager or a linter with the file's name in its arguments, and the file open.
#[test]
fn an_editor_is_spared() {
    let sandbox = Sandbox::new();
    for name in ["vim", "pylint.py", "lint"] {
        sandbox.script(name);
    }
    let bystander = |words: &str| sandbox.start(sandbox.program(words).env("ACTOR_WITNESS", ""));
    let (_a, mut vim) = bystander("./vim main.py");
    let (_b, mut lint) = bystander("python3 pylint.py main.py");
    let (_c, mut check) = bystander("python3 -u lint -- python3 main.py");
    vim.order("open main.py");
    spared(&sandbox, &mut [&mut vim, &mut lint, &mut check], &[]);
}

/// §3.4: `tail`, `grep` and a debugger that have the file's name in their arguments.
#[test]
fn tail_grep_and_a_debugger_are_spared() {
    let sandbox = Sandbox::new();
    let (reader, _writer) = std::io::pipe().unwrap();
    let tail = sandbox.program("tail -f main.py").spawn();
    let grep = sandbox.program("grep main.py - main.py").stdin(reader.try_clone().unwrap()).spawn();
    let pdb = sandbox.program("python3 -m pdb main.py").stdin(reader.try_clone().unwrap()).spawn();
    let shell =
        sandbox.program("sh -c").arg("read word; : python3 main.py").arg("main.py").stdin(reader).spawn();
    eventually("the debugger", || pdb.stdout().contains("(Pdb)").then_some(()));
    spared(&sandbox, &mut [], &[&tail, &grep, &pdb, &shell]);
}

/// §3.4: another project's program of the same name and content, and with the same words as arguments.
#[test]
fn another_projects_program_is_spared() {
    let sandbox = Sandbox::new();
    sandbox.script("other/main.py");
    let other = sandbox.program("python3 main.py").cwd(sandbox.path("other")).env("ACTOR_WITNESS", "");
    let (_other, mut other) = sandbox.start(other);
    spared(&sandbox, &mut [&mut other], &[]);
}

/// §3.4: another program of the same interpreter.
#[test]
fn another_program_of_the_same_interpreter_is_spared() {
    let sandbox = Sandbox::new();
    sandbox.script("worker.py");
    let (_worker, mut worker) = sandbox.start(sandbox.program("python3 worker.py").env("ACTOR_WITNESS", ""));
    spared(&sandbox, &mut [&mut worker], &[]);
}

/// §3.4: the contender's own shell, with the program's name in its words.
#[test]
fn the_contenders_shell_is_spared() {
    let sandbox = Sandbox::new();
    let (old, _old_bot) = sandbox.starts("run -- python3 main.py");
    let shell = sandbox
        .program("sh -c")
        .arg(r#""$SOLOIST" run --replace -- python3 main.py; exit 42"#)
        .arg("main.py");
    let (shell, mut bot) = sandbox.start(shell);
    old.exits(76);
    bot.exit(0);
    shell.exits(42);
}

/// §3.4: an ancestor that runs the same program, such as a bot that restarts itself.
#[test]
fn an_ancestor_is_spared() {
    let sandbox = Sandbox::new();
    let (_running, mut ancestor) = sandbox.start(sandbox.program("python3 main.py").env("ACTOR_WITNESS", ""));
    let words =
        serde_json::json!([env!("CARGO_BIN_EXE_soloist"), "run", "--replace", "--", "python3", "main.py"]);
    let contender: i32 = ancestor.order(&format!("spawn {words}")).parse().unwrap();
    eventually("the contender", || (sandbox.is_called() || !lives(contender)).then_some(()));
    assert!(ancestor.is_untouched(), "the ancestor got {:?}", ancestor.signals());
    if sandbox.is_called() {
        sandbox.next_actor().exit(0);
    }
    ancestor.order(&format!("wait {contender}"));
    assert!(ancestor.is_untouched());
}

/// §3.4: `stop`, asked by a program for itself, spares its own ancestors.
#[test]
fn stop_spares_its_ancestors() {
    let sandbox = Sandbox::new();
    let (_running, mut ancestor) = sandbox.starts_bare("python3 main.py");
    let words = serde_json::json!([env!("CARGO_BIN_EXE_soloist"), "stop", "--", "python3", "main.py"]);
    let contender = ancestor.order(&format!("spawn {words}"));
    ancestor.order(&format!("wait {contender}"));
    assert!(ancestor.is_untouched());
}

/// §3.4: a process whose program was renamed to look like a `stat` line is read rightly, as an instance and
/// as a bystander.
#[test]
fn a_crooked_name_deceives_nobody() {
    for name in ["x) R 1 1 1", "a b (v2) x", ")))", "(", "1 (x) S 0"] {
        let sandbox = Sandbox::new();
        sandbox.script("other.py");
        let (_other, mut other) = sandbox.start(sandbox.program("python3 other.py").env("ACTOR_WITNESS", ""));
        other.order(&format!("comm {name}"));
        let (old, mut old_bot) = sandbox.starts("run -- python3 main.py");
        old_bot.order(&format!("comm {name}"));
        sandbox.soloist("run -- python3 main.py").exits(75);
        let (_new, mut bot) = sandbox.starts("run --replace -- python3 main.py");
        old.exits(76);
        assert!(other.is_untouched());
        assert!(bot.is_untouched());
        sandbox.witness().never_saw_two();
    }
}

/// §3.4: a zombie of an earlier instance is gone: nobody waits for it.
#[test]
fn a_zombie_is_gone() {
    let sandbox = Sandbox::new();
    let (zombie, mut bot) = sandbox.starts_bare("python3 main.py");
    bot.exit(0);
    zombie.wait_for_end();
    let (running, mut bot) = sandbox.starts("run -- python3 main.py");
    bot.exit(0);
    running.exits(0);
    drop(zombie);
}

/// §4: every spelling of the program is one key: a bare copy started in any way is found and ended.
#[test]
fn bare_copies_are_found_however_they_are_spelled() {
    let spellings = [
        "python3 ./main.py",
        "python3 ROOT/project/main.py",
        "python3 ROOT/project/../project/main.py",
        "python3 link.py",
        "python3 hard.py",
        "python3 -u -X dev main.py",
        "python3 -W ignore -B main.py --port 1",
        "python3 -- main.py",
        "./main.py",
        "./link.py",
        "env A=b python3 main.py",
        "nohup python3 main.py",
        "nice -n 1 python3 main.py",
        "timeout 600 python3 main.py",
        "setsid -w python3 main.py",
        "stdbuf -oL python3 main.py",
        "sh -c python3\u{a0}main.py",
        "sh -c python3\u{a0}main.py;\u{a0}true",
        "bash -c cd\u{a0}..;\u{a0}python3\u{a0}project/main.py;\u{a0}true",
    ];
    for spelling in spellings {
        let sandbox = linked_sandbox();
        let spelling = spelling.replace("ROOT", sandbox.root().to_str().unwrap());
        let words: Vec<String> = spelling.split(' ').map(|word| word.replace('\u{a0}', " ")).collect();
        let copy = sandbox.invoke(&words[0]).args(&words[1..]).env("ACTOR_WITNESS", "");
        let (copy, mut bot) = sandbox.start(copy);
        let refusal = sandbox.soloist("run -- python3 main.py").outcome();
        assert_eq!(refusal.code, Some(75), "a bare {spelling:?} was not found: {refusal:?}");
        assert!(bot.is_untouched());
        let (running, mut new_bot) = sandbox.starts("run --replace -- python3 main.py");
        assert!(bot.last_signals().contains(&"TERM".to_owned()), "{spelling:?}");
        copy.wait_for_end();
        new_bot.exit(0);
        running.exits(0);
    }
}

/// §4: every spelling of the program is one key: a contender spelled in any way meets the holder.
#[test]
fn contenders_meet_the_holder_however_they_are_spelled() {
    let sandbox = linked_sandbox();
    let (_running, mut bot) = sandbox.starts("run -- python3 main.py");
    let absolute = sandbox.path("main.py");
    let absolute = absolute.to_str().unwrap();
    let spellings: [&[&str]; 15] = [
        &["python3", "./main.py"],
        &["python3", absolute],
        &["python3", "link.py"],
        &["python3", "hard.py"],
        &["python3", "-u", "-X", "dev", "main.py"],
        &["/usr/bin/env", "python3", "main.py"],
        &["env", "-u", "A", "B=c", "python3", "main.py"],
        &["nohup", "python3", "main.py"],
        &["nice", "-n", "5", "python3", "main.py"],
        &["timeout", "-k", "5", "600", "python3", "main.py"],
        &["sh", "-c", "python3 main.py"],
        &["sh", "-c", "exec python3 main.py"],
        &["./main.py"],
        &["python3", "main.py", "--other", "arguments"],
        &[env!("CARGO_BIN_EXE_soloist"), "run", "--", "python3", "main.py"],
    ];
    for spelling in spellings {
        let refusal = sandbox.soloist("run --").args(spelling).outcome();
        assert_eq!(refusal.code, Some(75), "{spelling:?}: {refusal:?}");
    }
    let elsewhere = sandbox.soloist("run -- python3 project/main.py").cwd(sandbox.root());
    elsewhere.exits(75);
    assert!(bot.is_untouched());
    sandbox.witness().never_saw_two();
}

fn linked_sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    symlink("main.py", sandbox.path("link.py")).unwrap();
    fs::hard_link(sandbox.path("main.py"), sandbox.path("hard.py")).unwrap();
    sandbox
}

/// §4: a package run by `-m`, and its file run directly, are one program.
#[test]
fn a_package_is_its_file() {
    let sandbox = Sandbox::new();
    sandbox.script("pkg/__main__.py");
    sandbox.script("mod.py");
    for (module, file) in [("pkg", "pkg/__main__.py"), ("mod", "mod.py")] {
        let (copy, mut bot) = sandbox.starts_bare(&format!("python3 -m {module}"));
        sandbox.soloist(&format!("run -- python3 -m {module}")).exits(75).says(&bot.pid.to_string());
        sandbox.soloist(&format!("run -- python3 {file}")).exits(75).says(&bot.pid.to_string());
        sandbox.soloist(&format!("run -- python3 -u -m {module} --flag")).exits(75);
        bot.exit(0);
        copy.wait_for_end();
    }
}

/// §3.4: when a deploy replaces the file, the running instance of the old one is still the same program.
#[test]
fn a_deploy_is_the_same_program() {
    for bare in [true, false] {
        let sandbox = Sandbox::new();
        let words = "python3 main.py";
        let (old, mut old_bot) =
            if bare { sandbox.starts_bare(words) } else { sandbox.starts("run -- python3 main.py") };
        fs::rename(sandbox.path("main.py"), sandbox.path("main.py.old")).unwrap();
        sandbox.script("main.py");
        sandbox.soloist("run -- python3 main.py").exits(75).says(&old_bot.pid.to_string());
        let (running, mut bot) = sandbox.starts("run --replace -- python3 main.py");
        assert!(old_bot.last_signals().contains(&"TERM".to_owned()));
        old.wait_for_end();
        bot.exit(0);
        running.exits(0);
        sandbox.witness().never_saw_two();
    }
}

/// §3.4: the same for an executable that was removed and written anew.
#[test]
fn a_deploy_of_an_executable_is_the_same_program() {
    let sandbox = Sandbox::new();
    sandbox.copy_of("/usr/bin/tail", "daemon");
    let old = sandbox.program("./daemon -f /dev/null").spawn();
    fs::remove_file(sandbox.path("daemon")).unwrap();
    sandbox.copy_of("/usr/bin/tail", "daemon");
    sandbox.soloist("run -- ./daemon -f /dev/null").exits(75).says(&old.pid().to_string());
    sandbox.soloist("stop -- ./daemon").exits(0);
    assert!(old.outcome().signal == Some(libc::SIGTERM));
}

/// §3.4: a deploy by a switched link (`current -> releases/2`): the old release still runs under its real
/// path and is another file; it is not the new one's duplicate unless the key says so by a name.
#[test]
fn a_named_deploy_by_a_switched_link_replaces() {
    let sandbox = Sandbox::new();
    sandbox.script("releases/1/main.py");
    sandbox.script("releases/2/main.py");
    symlink("releases/1", sandbox.path("current")).unwrap();
    let (old, mut old_bot) = sandbox.starts("run --name bot -- python3 current/main.py");
    fs::remove_file(sandbox.path("current")).unwrap();
    symlink("releases/2", sandbox.path("current")).unwrap();
    let (_new, mut bot) = sandbox.starts("run --name bot --replace -- python3 current/main.py");
    old.exits(76);
    old_bot.last_signals();
    assert!(bot.is_untouched());
    sandbox.witness().never_saw_two();
}

/// §3.4: a thread's id in a record is no process: nothing is signalled, nothing is blocked.
#[test]
fn a_threads_id_is_no_process() {
    let sandbox = Sandbox::new();
    sandbox.script("other.py");
    let (_other, mut other) = sandbox.start(sandbox.program("python3 other.py").env("ACTOR_WITNESS", ""));
    let thread = other.order("thread");
    fs::write(sandbox.path("bot.lock"), format!("{thread}\n")).unwrap();
    fs::write(sandbox.path("bot.lock.info"), format!("{{\"pid\": {thread}, \"timestamp\": 1}}")).unwrap();
    let (running, mut bot) = sandbox.starts("run --replace --lock bot.lock -- python3 main.py");
    bot.exit(0);
    running.exits(0);
    assert!(other.is_untouched());
}

/// §3.4: what belongs to the contender itself, such as the preflight that runs the program's file, is not
/// signalled.
#[test]
fn a_preflight_of_the_same_program_is_spared() {
    let sandbox = Sandbox::new();
    let (old, _old_bot) = sandbox.start(sandbox.program("python3 main.py"));
    let contender = sandbox
        .soloist("run --replace --preflight")
        .arg("ACTOR_WITNESS= python3 main.py")
        .args(["--", "python3", "main.py"])
        .spawn();
    let mut preflight = sandbox.started_by(&contender);
    assert!(preflight.is_untouched());
    preflight.exit(0);
    let mut bot = sandbox.started_by(&contender);
    old.wait_for_end();
    bot.exit(0);
    contender.exits(0);
}

/// §3.4: an instance that somebody has stopped is still found.
#[test]
fn a_stopped_copy_is_found() {
    let sandbox = Sandbox::new();
    let (_bare, bot) = sandbox.starts_bare("python3 main.py");
    bot.signal(libc::SIGSTOP);
    eventually("the stop", || is_stopped(bot.pid).then_some(()));
    sandbox.soloist("run -- python3 main.py").exits(75).says(&bot.pid.to_string());
}
