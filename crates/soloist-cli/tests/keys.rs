//! Contract §4, KEY: what must be unique.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod support;

use std::fs;
use std::os::unix::fs::symlink;

use support::Sandbox;

/// A command and the file that is its program, both with `ROOT` for the project's directory.
struct Spelling(&'static str, &'static str);

const SPELLINGS: [Spelling; 55] = [
    Spelling("python3 main.py", "main.py"),
    Spelling("python3 ./main.py", "main.py"),
    Spelling("python3 ROOT/main.py", "main.py"),
    Spelling("python3 sub/../main.py", "main.py"),
    Spelling("python3 link.py", "main.py"),
    Spelling("python3 -u -X dev main.py", "main.py"),
    Spelling("python3 -Xdev -Wignore -OO main.py --flag", "main.py"),
    Spelling("python3 -W ignore -X utf8 -E -s -S -B -I main.py", "main.py"),
    Spelling("python3 --check-hash-based-pycs always main.py", "main.py"),
    Spelling("python3 -uB main.py -c print(1)", "main.py"),
    Spelling("python3 -- main.py", "main.py"),
    Spelling("python3 -m pkg", "pkg/__main__.py"),
    Spelling("python3 -m mod", "mod.py"),
    Spelling("python3 -mmod", "mod.py"),
    Spelling("python3 -um pkg.inner", "pkg/inner.py"),
    Spelling("python3 -m pkg --flag main.py", "pkg/__main__.py"),
    Spelling("python3 pkg", "pkg/__main__.py"),
    Spelling("./main.py", "main.py"),
    Spelling("ROOT/main.py", "main.py"),
    Spelling("main.py", "bin:main.py"),
    Spelling("env python3 main.py", "main.py"),
    Spelling("env -i PATH=/usr/bin:/bin A=b python3 main.py", "main.py"),
    Spelling("env -u A -- python3 main.py", "main.py"),
    Spelling("env -C sub python3 ../main.py", "main.py"),
    Spelling("/usr/bin/env python3 -u main.py", "main.py"),
    Spelling("nice python3 main.py", "main.py"),
    Spelling("nice -n 5 python3 main.py", "main.py"),
    Spelling("nice -5 python3 main.py", "main.py"),
    Spelling("nice --adjustment=5 python3 main.py", "main.py"),
    Spelling("ionice -c 3 python3 main.py", "main.py"),
    Spelling("nohup python3 main.py", "main.py"),
    Spelling("timeout 60 python3 main.py", "main.py"),
    Spelling("timeout -s INT -k 5 --foreground 60 python3 main.py", "main.py"),
    Spelling("timeout --signal=INT 60 python3 main.py", "main.py"),
    Spelling("setsid -w python3 main.py", "main.py"),
    Spelling("stdbuf -oL -e 0 python3 main.py", "main.py"),
    Spelling("nohup nice env A=b timeout 5 python3 main.py", "main.py"),
    Spelling("sh -c python3~main.py", "main.py"),
    Spelling("bash -c exec~python3~main.py", "main.py"),
    Spelling("sh -c python3~main.py~>>bot.log~2>&1", "main.py"),
    Spelling("sh -ec python3~'main.py'~--flag", "main.py"),
    Spelling("uv run main.py", "main.py"),
    Spelling("uv run python main.py", "main.py"),
    Spelling("uv run --with requests python -u main.py", "main.py"),
    Spelling("poetry run python main.py", "main.py"),
    Spelling("pdm run python main.py", "main.py"),
    Spelling("pipenv run python main.py", "main.py"),
    Spelling("hatch run python main.py", "main.py"),
    Spelling("tini -- python3 main.py", "main.py"),
    Spelling("dumb-init python3 main.py", "main.py"),
    Spelling("node bot.js", "bot.js"),
    Spelling("node --max-old-space-size=64 -r ./mod.py bot.js --flag", "bot.js"),
    Spelling("java -Xmx64m -cp lib -jar bot.jar", "bot.jar"),
    Spelling("sh script.sh", "script.sh"),
    Spelling("bash -x ./script.sh main.py", "script.sh"),
];

/// Tools that may not be on this machine: `status` never starts them.
const TOOLS: [&str; 13] = [
    "uv",
    "poetry",
    "pdm",
    "pipenv",
    "hatch",
    "tini",
    "dumb-init",
    "node",
    "java",
    "python",
    "ruby",
    "perl",
    "main.py",
];

fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    for name in [
        "sub/x",
        "pkg/__init__.py",
        "pkg/__main__.py",
        "pkg/inner.py",
        "mod.py",
        "bot.js",
        "bot.jar",
        "script.sh",
    ] {
        sandbox.file(name, "");
    }
    symlink("main.py", sandbox.path("link.py")).unwrap();
    for tool in TOOLS {
        sandbox.tool(tool, "#!/bin/sh\nexit 1\n");
    }
    sandbox
}

/// §4: every spelling of a program is one key, its real path.
#[test]
fn every_spelling_of_a_program_is_one_key() {
    let sandbox = project();
    let root = sandbox.path("");
    let root = root.to_str().unwrap().trim_end_matches('/');
    let mut wrong = Vec::new();
    for Spelling(command, file) in SPELLINGS {
        let words: Vec<String> =
            command.split(' ').map(|word| word.replace("ROOT", root).replace('~', " ")).collect();
        let expected = match file.strip_prefix("bin:") {
            Some(tool) => sandbox.bin().join(tool),
            None => sandbox.path(file),
        };
        let status = sandbox.soloist("status --json --").args(&words).exits(3).document();
        if status["key"] != expected.to_str().unwrap() {
            wrong.push(format!("{command:?} has the key {}, not {file:?}", status["key"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// §4: an executable without an interpreter is its own key.
#[test]
fn an_executable_is_its_own_key() {
    let sandbox = Sandbox::new();
    let daemon = sandbox.copy_of("/usr/bin/tail", "daemon");
    symlink("daemon", sandbox.path("link")).unwrap();
    for command in ["./daemon", "./link -f x", "env ./daemon"] {
        assert_eq!(sandbox.status(&format!("-- {command}"))["key"], daemon.to_str().unwrap(), "{command}");
    }
}

/// §4: an interpreter without a script is keyed by its whole command, and nothing else is looked for.
#[test]
fn a_command_without_a_file_is_its_own_key() {
    let sandbox = Sandbox::new();
    let hold = |words: &str| {
        let code = format!("exec(open('main.py').read()); '{words}'");
        sandbox.soloist("run -- python3 -c").arg(code).env("ACTOR_WITNESS", "")
    };
    let (_one, mut one) = sandbox.start(hold("one"));
    let (_two, mut two) = sandbox.start(hold("two"));
    hold("one").exits(75);
    assert!(one.is_untouched());
    assert!(two.is_untouched());
    let compound = |words: &str| sandbox.soloist("run -- sh -c").arg(format!("{words}; exit 3"));
    compound("true").exits(3);
}

/// §4: the key of a name is the name, of a lock its absolute path, of a command its program and a hash.
#[test]
fn each_kind_of_key_has_its_form() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.status("--name my-bot_1.0")["key"], "my-bot_1.0");
    assert_eq!(sandbox.status("--lock bot.lock")["key"], sandbox.path("bot.lock").to_str().unwrap());
    let key = |arguments: &str| {
        let status = sandbox.status(&format!("--match command -- python3 main.py {arguments}"));
        status["key"].as_str().unwrap().to_owned()
    };
    let prefix = format!("{}#", sandbox.path("main.py").display());
    assert!(key("").starts_with(&prefix), "{}", key(""));
    assert_ne!(key("a"), key("b"));
    assert_ne!(key("a b"), key("ab"));
    assert_eq!(key("a"), key("a"));
}

/// §4: letters, digits, `.`, `_`, `-`, at most 64.
#[test]
fn names_are_checked() {
    let sandbox = Sandbox::new();
    let long = "x".repeat(65);
    for name in ["a/b", "/", "a b", "имя", "a\n", "", "a:b", "a\u{0301}", "*", "~", &long] {
        let outcome = sandbox.soloist("run --name").args([name, "--", "true"]).exits(2);
        assert!(!outcome.stderr.is_empty());
        sandbox.soloist("status --name").arg(name).exits(2);
    }
    let longest = "x".repeat(64);
    for name in ["a", "A.b_c-9", "0", "...", &longest] {
        sandbox.soloist("run --name").args([name, "--", "true"]).exits(0);
    }
}

/// §4: no name leads out of the state directory or into another key's file.
#[test]
fn no_name_leads_astray() {
    for name in [".", "..", "-", "-v", "con.lock", "bot.info"] {
        let sandbox = Sandbox::new();
        fs::create_dir(sandbox.state()).unwrap();
        std::os::unix::fs::PermissionsExt::set_mode(
            &mut fs::metadata(sandbox.state()).unwrap().permissions(),
            0o700,
        );
        let listing = || fs::read_dir(sandbox.root()).unwrap().count();
        let before = listing();
        sandbox
            .soloist(&format!("run --name={name} --match none -- true"))
            .outcome()
            .exits_with_one_of(&[0, 2, 74]);
        assert_eq!(before, listing(), "{name} wrote beside the state directory");
    }
}

/// §4: names that differ are different keys, whatever the file system thinks of their letters.
#[test]
fn names_that_differ_are_different_keys() {
    let sandbox = Sandbox::new();
    let (_running, _bot) = sandbox.starts("run --name bot --match none -- python3 main.py");
    for name in ["Bot", "bot.", "bot.lock", "bo", "bott"] {
        sandbox.soloist(&format!("run --name {name} --match none -- true")).exits(0);
    }
    sandbox.soloist("run --name bot --match none -- true").exits(75);
}

/// §4: a name may look like a path's hash or another kind of key, and is none.
#[test]
fn a_name_is_no_lock() {
    let sandbox = Sandbox::new();
    let (_running, _bot) = sandbox.starts("run --lock bot.lock --match none -- python3 main.py");
    sandbox.soloist("run --name bot.lock --match none -- true").exits(0);
}

/// §4: one KEY at most.
#[test]
fn two_keys_are_a_wrong_command_line() {
    let sandbox = Sandbox::new();
    sandbox.soloist("run --name a --lock b.lock --match none -- true").exits(2);
    sandbox.soloist("status --name a --lock b.lock").exits(2);
}

/// §4: through a bind mount a program file is the same.
#[test]
fn a_bind_mount_is_the_same_program() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("mounted")).unwrap();
    let mounts = sandbox.program("unshare -m sh -c").arg("mount --bind . mounted").outcome();
    if mounts.code != Some(0) {
        eprintln!("skipped: this machine lets us make no mount: {}", mounts.stderr.trim());
        return;
    }
    let (_running, mut bot) = sandbox.starts("run -- python3 main.py");
    let words = r#"mount --bind . mounted && cd mounted && exec "$SOLOIST" run -- python3 main.py"#;
    sandbox.program("unshare -m sh -c").arg(words).exits(75);
    assert!(bot.is_untouched());
}

/// §4: a script of the same interpreter in another directory is another key.
#[test]
fn two_projects_are_two_keys() {
    let sandbox = Sandbox::new();
    sandbox.script("other/main.py");
    let (_running, _bot) = sandbox.starts("run -- python3 main.py");
    let other = sandbox.soloist("run -- python3 main.py").cwd(sandbox.path("other")).env("ACTOR_WITNESS", "");
    let (other, mut other_bot) = sandbox.start(other);
    other_bot.exit(0);
    other.exits(0);
}

/// §4: the state directory is `$SOLOIST_STATE_DIR`, else below `$XDG_STATE_HOME`, else below the home, else in
/// `/tmp`; never the runtime directory.
#[test]
fn the_state_directory_has_its_place() {
    let sandbox = Sandbox::new();
    let state_path = |invocation: support::Invocation| {
        let status = invocation.env("XDG_RUNTIME_DIR", sandbox.root().join("runtime")).exits(3).document();
        status["lock"]["state_path"].as_str().unwrap().to_owned()
    };
    let status = || sandbox.soloist("status --json --name bot");
    let below = |path: &str, directory: std::path::PathBuf| {
        assert!(path.starts_with(&format!("{}/", directory.display())), "{path} is not below {directory:?}");
    };
    below(&state_path(status()), sandbox.state());
    let xdg = sandbox.root().join("xdg");
    below(&state_path(status().env("XDG_STATE_HOME", &xdg)), sandbox.state());
    let unset = || status().without_env("SOLOIST_STATE_DIR");
    below(&state_path(unset().env("XDG_STATE_HOME", &xdg)), xdg.join("soloist"));
    below(&state_path(unset()), sandbox.home().join(".local/state/soloist"));
    below(&state_path(unset().env("XDG_STATE_HOME", "")), sandbox.home().join(".local/state/soloist"));
}
