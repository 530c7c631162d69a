//! Contract §3.6: nothing secret is shown: not in a record, a log, a status, an error or a document.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod support;

use std::fs;
use std::path::Path;

use support::{Outcome, Sandbox};

/// What must never be seen, and the arguments that carry it.
const SECRETS: [&str; 7] = [
    "123456789:AAF-abcdefghijklmnopqrstuvwxyz0123456",
    "AAF-abcdefghijklmnopqrstuvwxyz0123456",
    "tokenvalue-S1",
    "passwordvalue-S2",
    "urlsecret-S3",
    "keyvalue-S4",
    "secretvalue-S5",
];

const ARGUMENTS: [&str; 9] = [
    "123456789:AAF-abcdefghijklmnopqrstuvwxyz0123456",
    "--token",
    "tokenvalue-S1",
    "--password=passwordvalue-S2",
    "postgres://u:urlsecret-S3@h/db",
    "API_KEY=keyvalue-S4",
    "--client-secret=secretvalue-S5",
    "--port",
    "8080",
];

#[track_caller]
fn shows_none(place: &str, text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{place} shows {secret}:\n{text}");
    }
}

#[track_caller]
fn clean(outcome: &Outcome) {
    shows_none("the output", &outcome.all_output());
}

fn clean_tree(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        shows_none("a file's name", &path.to_string_lossy());
        if path.is_dir() {
            clean_tree(&path);
        } else {
            shows_none(&path.display().to_string(), &String::from_utf8_lossy(&fs::read(&path).unwrap()));
        }
    }
}

/// Asks everything that can be asked, with these options and the secret arguments in the command.
fn ask_everything(sandbox: &Sandbox, key: &str) {
    let command = |words: &str| sandbox.soloist(&format!("{words} {key} -- python3 main.py")).args(ARGUMENTS);
    for words in [
        "run",
        "run --json",
        "run -v",
        "run -v --log-format json",
        "run --dry-run",
        "run --dry-run --json",
        "run --dry-run --replace -v",
        "run --wait=1ms -v",
        "status",
        "status --json",
        "stop --dry-run",
        "stop --dry-run --json",
    ] {
        clean(&command(words).outcome());
    }
    for words in ["list", "list --json"] {
        clean(&sandbox.soloist(words).outcome());
    }
}

/// §3.6: the holder's arguments.
#[test]
fn a_holders_secrets_are_not_shown() {
    for key in ["", "--name bot", "--lock bot.lock", "--match command"] {
        let sandbox = Sandbox::new();
        let run =
            sandbox.soloist(&format!("run -v --log-format json {key} -- python3 main.py")).args(ARGUMENTS);
        let (running, mut bot) = sandbox.start(run);
        ask_everything(&sandbox, key);
        clean_tree(&sandbox.state());
        for name in ["bot.lock", "bot.lock.info"] {
            if let Ok(content) = fs::read_to_string(sandbox.path(name)) {
                shows_none(name, &content);
            }
        }
        bot.exit(0);
        clean(&running.exits(0));
        clean_tree(&sandbox.state());
    }
}

/// §3.6: a bare copy's arguments, also while it is ended.
#[test]
fn a_duplicates_secrets_are_not_shown() {
    let sandbox = Sandbox::new();
    let bare = sandbox.program("python3 main.py").args(ARGUMENTS);
    let (_bare, _bot) = sandbox.start(bare);
    ask_everything(&sandbox, "");
    clean(&sandbox.soloist("stop -v --json -- python3 main.py").outcome());
    clean_tree(&sandbox.state());
}

/// §3.6: the replaced one's arguments in the log of the one that replaces.
#[test]
fn a_replaced_ones_secrets_are_not_shown() {
    let sandbox = Sandbox::new();
    let command = |words: &str| sandbox.soloist(&format!("{words} -- python3 main.py")).args(ARGUMENTS);
    let (old, _old_bot) = sandbox.start(command("run -v"));
    let (new, mut bot) = sandbox.start(command("run -v --replace"));
    clean(&old.exits(76));
    bot.exit(0);
    clean(&new.exits(0));
    clean_tree(&sandbox.state());
}

/// §3.6: words before the program, as `env` takes them.
#[test]
fn secrets_before_the_program_are_not_shown() {
    let sandbox = Sandbox::new();
    let command = |words: &str| {
        let command = ["BOT_TOKEN=keyvalue-S4", "DB_PASSWORD=passwordvalue-S2", "python3", "main.py"];
        sandbox.soloist(&format!("{words} -- env")).args(command)
    };
    let (running, mut bot) = sandbox.start(command("run -v"));
    for words in ["run", "run --json", "run --dry-run", "run --dry-run --json", "status", "status --json"] {
        clean(&command(words).outcome());
    }
    clean_tree(&sandbox.state());
    bot.exit(0);
    clean(&running.exits(0));
}

/// §3.6: a command that cannot start, a preflight that fails, and a misplaced option.
#[test]
fn errors_show_no_secrets() {
    let sandbox = Sandbox::new();
    clean(&sandbox.soloist("run -v -- ./nothing").args(ARGUMENTS).exits(127));
    clean(&sandbox.soloist("run --json -- ./nothing").args(ARGUMENTS).exits(127));
    let preflight = "false postgres://u:urlsecret-S3@h/db --token tokenvalue-S1";
    clean(&sandbox.soloist("run -v --preflight").args([preflight, "--", "python3", "main.py"]).exits(1));
    clean(&sandbox.soloist("run").args(ARGUMENTS).exits(2));
    clean(&sandbox.soloist("run --password=passwordvalue-S2 --match none -- true").exits(2));
    clean(
        &sandbox.soloist("run 123456789:AAF-abcdefghijklmnopqrstuvwxyz0123456 --match none -- true").exits(2),
    );
}

/// §3.6: what is not secret is shown.
#[test]
fn other_arguments_are_shown() {
    let sandbox = Sandbox::new();
    let run = sandbox.soloist("run --lock bot.lock -- python3 main.py").args(ARGUMENTS);
    let (_running, _bot) = sandbox.start(run);
    let record = fs::read_to_string(sandbox.path("bot.lock.info")).unwrap();
    for word in ["python3", "main.py", "--token", "--port", "8080", "postgres://"] {
        assert!(record.contains(word), "{word} is missing in {record}");
    }
    let status = sandbox.soloist("status --lock bot.lock").outcome();
    assert!(status.stdout.contains("8080"), "{status:?}");
}

/// §3.6: the program itself gets its arguments as they are.
#[test]
fn the_program_gets_its_arguments() {
    let sandbox = Sandbox::new();
    let (_running, mut bot) = sandbox.start(sandbox.soloist("run -- python3 main.py").args(ARGUMENTS));
    let description: serde_json::Value = serde_json::from_str(&bot.order("describe")).unwrap();
    let mut argv = vec!["main.py"];
    argv.extend(ARGUMENTS);
    assert_eq!(description["argv"], serde_json::json!(argv));
}
