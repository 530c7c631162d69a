//! Contract §3.7: every refusal explains itself, and `--dry-run` tells why each process would be ended or
//! spared.

mod support;

use std::fs;

use serde_json::Value;
use support::{Invocation, Outcome, Running, Sandbox};

fn is_russian(text: &str) -> bool {
    text.chars().any(|letter| ('а'..='я').contains(&letter))
}

/// §3.7: who holds the claim, since when, where, and the one command to type next; on stderr.
#[test]
fn a_refusal_names_the_holder_and_the_next_command() {
    for key in ["", "--name bot", "--lock bot.lock"] {
        let sandbox = Sandbox::new();
        let (running, bot) = sandbox.starts(&format!("run {key} -- python3 main.py"));
        let refusal = sandbox.soloist(&format!("run {key} -- python3 main.py")).exits(75).prints_nothing();
        let err = &refusal.stderr;
        let named = err.contains(&running.pid().to_string()) || err.contains(&bot.pid.to_string());
        assert!(named, "no pid ({} or {}) in {err}", running.pid(), bot.pid);
        assert!(err.contains("--replace") || err.contains("soloist stop"), "no next command in {err}");
        assert!(err.contains("main.py"), "no program in {err}");
        assert!(
            err.contains(sandbox.path("").to_str().unwrap().trim_end_matches('/')),
            "no directory in {err}"
        );
    }
}

/// §3.7: since when, and whose it is.
#[test]
fn a_refusal_names_the_time_and_the_user() {
    let sandbox = Sandbox::new();
    let (_running, _bot) = sandbox.starts("run -- python3 main.py");
    let user = sandbox.program("id -un").exits(0).stdout;
    let refusal = sandbox.soloist("run -- python3 main.py").exits(75).says(user.trim());
    let times = ["since", "started", "ago"];
    assert!(times.iter().any(|word| refusal.stderr.contains(word)), "no time in {}", refusal.stderr);
}

/// §3.7: each bare copy is named.
#[test]
fn a_refusal_names_each_duplicate() {
    let sandbox = Sandbox::new();
    let bare = || sandbox.start(sandbox.program("python3 main.py").env("ACTOR_WITNESS", ""));
    let ((_a, one), (_b, two)) = (bare(), bare());
    let refusal = sandbox.soloist("run -- python3 main.py").exits(75);
    refusal.says(&one.pid.to_string()).says(&two.pid.to_string());
}

/// §3.7 and §4: with `--json` the refusal is a document on stdout.
#[test]
fn a_refusal_is_a_document_too() {
    let sandbox = Sandbox::new();
    let (running, bot) = sandbox.starts("run --name bot -- python3 main.py");
    let conflict = sandbox.soloist("run --name bot --json -- python3 main.py").exits(75).document();
    assert_eq!(conflict["schema"], "soloist.conflict/1");
    assert_eq!(conflict["exit_code"], 75);
    assert_eq!(conflict["key"], "bot");
    assert_eq!(conflict["holder"]["pid"], running.pid());
    assert_eq!(conflict["holder"]["program_pid"], bot.pid);
    assert!(conflict["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{conflict:#}");
}

/// §3.7: a lock that somebody holds without soloist is explained by the process that holds it.
#[test]
fn a_foreign_lock_is_explained() {
    let sandbox = Sandbox::new();
    sandbox.script("other.py");
    let (_other, mut other) = sandbox.starts_bare("python3 other.py");
    other.order(&format!("flock {}", sandbox.path("bot.lock").display()));
    let refusal = sandbox.soloist("run --lock bot.lock -- python3 main.py").exits(75);
    refusal.says(&other.pid.to_string()).says("other.py");
}

/// §3.7: `--quiet` silences the refusal; its exit code says it.
#[test]
fn a_quiet_refusal_stays_silent() {
    let sandbox = Sandbox::new();
    let (_running, _bot) = sandbox.starts("run -- python3 main.py");
    sandbox.soloist("run --quiet -- python3 main.py").exits(75).stays_silent();
    sandbox.soloist("run --quiet --wait=1ms -- python3 main.py").exits(75).stays_silent();
    sandbox.soloist("run --quiet --grace nonsense -- python3 main.py").exits(2).says("nonsense");
}

/// §4: `--lang` and the locale choose the language of a refusal.
#[test]
fn a_refusal_speaks_russian() {
    let sandbox = Sandbox::new();
    let (_running, bot) = sandbox.starts("run -- python3 main.py");
    let refuse = |options: &str, locale: &[(&str, &str)]| {
        let invocation = sandbox.soloist(&format!("run {options} -- python3 main.py"));
        let localized =
            locale.iter().fold(invocation, |invocation, (name, value)| invocation.env(name, value));
        localized.exits(75).says(&bot.pid.to_string()).stderr
    };
    assert!(is_russian(&refuse("--lang ru", &[])));
    assert!(is_russian(&refuse("", &[("LANG", "ru_RU.UTF-8")])));
    assert!(is_russian(&refuse("", &[("LC_ALL", "ru_RU.UTF-8"), ("LANG", "C")])));
    assert!(!is_russian(&refuse("", &[("LC_ALL", "C"), ("LANG", "ru_RU.UTF-8")])));
    assert!(!is_russian(&refuse("--lang en", &[("LANG", "ru_RU.UTF-8")])));
    assert!(!is_russian(&refuse("", &[("LANG", "de_DE.UTF-8")])));
}

/// §3.7: the plan tells the verdict, the role and the reason for each process that came near.
#[test]
fn a_dry_run_tells_why() {
    let sandbox = Sandbox::new();
    sandbox.script("editor.py");
    sandbox.script("other/main.py");
    let bystander = |invocation: Invocation| sandbox.start(invocation.env("ACTOR_WITNESS", ""));
    let (_editor, editor) = bystander(sandbox.program("python3 editor.py main.py"));
    let (_other, other) = bystander(sandbox.program("python3 main.py").cwd(sandbox.path("other")));
    let (_bare, bare) = bystander(sandbox.program("python3 main.py"));
    let (running, _bot) =
        sandbox.start(sandbox.soloist("run --match none -- python3 main.py").env("ACTOR_WITNESS", ""));
    let dry = sandbox.soloist("run --replace --dry-run --json -- python3 main.py").exits(0);
    let plan = dry.document();
    assert_eq!(plan["would"], "replace", "{plan:#}");
    let candidate = |pid: i32| -> Value {
        let candidates = plan["candidates"].as_array().unwrap();
        let found = candidates.iter().find(|candidate| candidate["pid"] == pid);
        found.unwrap_or_else(|| panic!("{pid} is not in {plan:#}")).clone()
    };
    for (pid, verdict, role) in [
        (running.pid(), "end", "holder"),
        (bare.pid, "end", "duplicate"),
        (editor.pid, "spare", "bystander"),
        (other.pid, "spare", "bystander"),
    ] {
        let candidate = candidate(pid);
        assert_eq!(candidate["verdict"], verdict, "{candidate:#}");
        assert_eq!(candidate["role"], role, "{candidate:#}");
        assert!(candidate["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{candidate:#}");
    }
    let human = sandbox.soloist("run --replace --dry-run -- python3 main.py").exits(0);
    for pid in [running.pid(), bare.pid, editor.pid, other.pid] {
        assert!(human.stdout.contains(&pid.to_string()), "{pid} is missing: {human:?}");
    }
}

/// §3.7: the plan names the contender's own ancestors that run the program, and spares them.
#[test]
fn a_dry_run_names_ancestors() {
    let sandbox = Sandbox::new();
    let (_running, mut ancestor) = sandbox.starts_bare("python3 main.py");
    let plan_path = sandbox.path("plan");
    let command =
        format!("\"$SOLOIST\" run --replace --dry-run --json -- python3 main.py > {}", plan_path.display());
    let words = serde_json::json!(["sh", "-c", command]);
    let child = ancestor.order(&format!("spawn {words}"));
    assert_eq!(ancestor.order(&format!("wait {child}")), "0");
    let plan: Value = serde_json::from_slice(&fs::read(plan_path).unwrap()).unwrap();
    let candidates = plan["candidates"].as_array().unwrap();
    let found = candidates.iter().find(|candidate| candidate["pid"] == ancestor.pid);
    let found = found.unwrap_or_else(|| panic!("the ancestor is not in {plan:#}"));
    assert_eq!(found["verdict"], "spare", "{plan:#}");
    assert_eq!(found["role"], "ancestor", "{plan:#}");
}

/// Issue 2: control characters in other processes' arguments are escaped for people.
#[test]
fn control_characters_are_escaped() {
    let sandbox = Sandbox::new();
    let nasty = [
        "\u{1b}[2J\u{1b}]0;title\u{7}",
        "\u{202e}gnp.exe",
        "line\nbreak\rreturn",
        "\u{9b}31m",
        "\u{2066}x\u{0}",
    ];
    let nasty = nasty.map(|word| word.trim_end_matches('\0'));
    let (bare, _bot) = sandbox.start(sandbox.program("python3 main.py").args(nasty));
    let ask = |words: &str| sandbox.soloist(&format!("{words} -- python3 main.py")).outcome();
    for outcome in [ask("run"), ask("run -v"), ask("run --dry-run"), ask("status"), ask("stop --dry-run")] {
        is_plain(&outcome, &bare);
    }
    let (_running, _holder) = sandbox.start(
        sandbox
            .soloist("run --name bot --match none -- python3 main.py")
            .args(nasty)
            .env("ACTOR_WITNESS", ""),
    );
    for outcome in [ask("run --name bot"), ask("status --name bot"), sandbox.soloist("list").outcome()] {
        is_plain(&outcome, &bare);
    }
}

fn is_plain(outcome: &Outcome, bare: &Running) {
    let text = outcome.all_output();
    let hostile = |letter: char| {
        (letter.is_control() && letter != '\n')
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(hostile), "beside {}: {text:?}", bare.pid());
    assert!(!text.contains("line\nbreak"), "{text:?}");
}

/// §3.7: also where hardly a file may be opened, an error says what was not possible, and nothing in the system's jargon.
#[test]
fn an_error_is_no_bare_word_of_the_system() {
    let sandbox = Sandbox::new();
    for limit in 4..10 {
        for words in [
            "run --name bot -- true",
            "run --dry-run --name bot -- true",
            "status --name bot",
            "stop --name bot",
        ] {
            let few = format!(r#"ulimit -n {limit}; exec "$SOLOIST" {words}"#);
            let outcome = sandbox.program("sh -c").arg(few).outcome();
            // So few that the loader of an unoptimized build cannot open its libraries.
            let err = outcome.stderr.replace("error while loading shared libraries", "");
            let bare = err.contains("os error") || err.to_lowercase().starts_with("soloist: error: too many");
            assert!(!bare, "{limit}: {outcome:?}");
            assert!(
                outcome.code == Some(0) || err.contains(": too many open files") || words.starts_with("st"),
                "{limit}: {outcome:?}"
            );
        }
    }
}

/// §4: a wait of no time at all is told as a duration that can be typed.
#[test]
fn a_wait_of_no_time_is_told() {
    let sandbox = Sandbox::new();
    let (_running, _bot) = sandbox.starts("run --name bot -- python3 main.py");
    sandbox.soloist("run --name bot --wait=0s -- python3 main.py").exits(75).says("waited 0s");
}
