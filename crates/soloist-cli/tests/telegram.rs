//! Contract §4, `--telegram ENV`: the key is the bot, by the digits of its token, wherever and however it runs.

mod support;

use std::sync::atomic::{AtomicU32, Ordering};

use support::{Invocation, Sandbox};

/// A bot of this test alone: other tests' processes carry other digits.
struct Bot(String);

impl Bot {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(format!("9{:07}{number:03}", std::process::id() % 10_000_000))
    }

    fn key(&self) -> String {
        format!("telegram-{}", self.0)
    }

    /// A token; each version is another one of the same bot.
    fn token(&self, version: u32) -> String {
        format!("{}:AAF-{version}-QWERTYqwerty_0123456789abcdefgh", self.0)
    }

    fn start(&self, sandbox: &Sandbox, words: &str, version: u32) -> Invocation {
        sandbox.soloist(words).env("BOT_TOKEN", self.token(version))
    }
}

const RUN: &str = "run --telegram BOT_TOKEN -- python3 main.py";

/// The key, what the program sees, and that the token is shown nowhere.
#[test]
fn the_key_is_the_bot() {
    let sandbox = Sandbox::new();
    let bot = Bot::new();
    let (running, mut program) = sandbox.start(bot.start(&sandbox, RUN, 1));
    let described = program.order("describe");
    assert!(
        described.contains(&bot.key()) && described.contains(&bot.token(1)),
        "the program keeps its token"
    );
    let status = bot.start(&sandbox, "status --json --telegram BOT_TOKEN", 1).exits(0);
    assert_eq!(status.document()["key"], bot.key());
    let refused = bot.start(&sandbox, &RUN.replace("run", "run --json"), 2).exits(75);
    assert_eq!(refused.document()["remedy"], "soloist stop --telegram BOT_TOKEN");
    let listed = sandbox.soloist("list --json").exits(0);
    assert_eq!(listed.document()["claims"][0]["key"], bot.key());
    let history = bot.start(&sandbox, "history --json --telegram BOT_TOKEN", 1).exits(0);
    let record = std::fs::read_to_string(sandbox.state().join(format!("{}.json", bot.key()))).unwrap();
    for text in [
        status.stdout,
        refused.stdout,
        refused.stderr,
        listed.stdout,
        history.stdout,
        record,
        running.stderr(),
    ] {
        assert!(!text.contains("QWERTY"), "{text}");
    }
    program.exit(0);
    running.exits(0);
}

/// The same bot in another directory, with another program and a rotated token, is the same key.
#[test]
fn another_directory_and_a_rotated_token_are_the_same_key() {
    let sandbox = Sandbox::new();
    let bot = Bot::new();
    let (running, mut old) = sandbox.start(bot.start(&sandbox, RUN, 1));
    sandbox.script("other/bot.py");
    let there = |policy: &str| {
        let words = format!("run {policy} --telegram TOKEN -- python3 bot.py");
        sandbox.soloist(&words).env("TOKEN", bot.token(2)).cwd(sandbox.path("other"))
    };
    there("").exits(75).says(&sandbox.root().join("project").to_string_lossy());
    let (newer, mut program) = sandbox.start(there("--replace"));
    old.hears("TERM");
    running.exits(76);
    program.exit(0);
    newer.exits(0);
    sandbox.witness().never_saw_two();
}

/// A copy that was started by hand, elsewhere and as another program, is known by the token of its environment.
#[test]
fn a_bare_copy_is_known_by_its_token() {
    let sandbox = Sandbox::new();
    let bot = Bot::new();
    sandbox.script("other/bot.py");
    let bare = sandbox.program("python3 bot.py").cwd(sandbox.path("other")).env("API_KEY", bot.token(7));
    let (_bare, mut copy) = sandbox.start(bare);
    let refused = bot.start(&sandbox, &RUN.replace("run", "run --json"), 1).exits(75);
    assert!(refused.stderr.contains(&*sandbox.path("other").to_string_lossy()), "{}", refused.stderr);
    assert!(!refused.stderr.contains("QWERTY"));
    assert_eq!(refused.document()["duplicates"][0]["pid"], copy.pid);
    let status = bot.start(&sandbox, "status --json --telegram BOT_TOKEN", 1).exits(4).document();
    assert_eq!(status["duplicates"][0]["pid"], copy.pid);
    let (running, mut program) = sandbox.start(bot.start(&sandbox, &RUN.replace("run", "run --replace"), 1));
    copy.hears("TERM");
    program.exit(0);
    running.exits(0);
}

/// So is one under soloist whose key is its program; one with a name of its own has chosen to run beside it.
#[test]
fn a_claim_under_a_default_key_is_no_other_bot() {
    let sandbox = Sandbox::new();
    let bot = Bot::new();
    sandbox.script("other/bot.py");
    let other = |words: &str| bot.start(&sandbox, words, 3).cwd(sandbox.path("other"));
    let (named, mut chosen) =
        sandbox.start(other("run --name beside -- python3 bot.py").without_env("ACTOR_WITNESS"));
    let (running, mut old) =
        sandbox.start(other("run --match none -- python3 bot.py").without_env("ACTOR_WITNESS"));
    let (newer, mut program) = sandbox.start(bot.start(&sandbox, &RUN.replace("run", "run --replace"), 1));
    old.hears("TERM");
    running.exits(76);
    assert!(chosen.is_untouched());
    program.exit(0);
    newer.exits(0);
    chosen.exit(0);
    named.exits(0);
}

/// A second bot that the same program serves with another token is left alone, with and without soloist.
#[test]
fn another_bot_of_the_same_program_is_left_alone() {
    let sandbox = Sandbox::new();
    let (bot, another, third) = (Bot::new(), Bot::new(), Bot::new());
    let alone = |invocation: Invocation| sandbox.start(invocation.without_env("ACTOR_WITNESS"));
    let (_one, mut supervised) = alone(another.start(&sandbox, RUN, 1));
    let (_two, mut bare) = alone(sandbox.program("python3 main.py").env("BOT_TOKEN", third.token(1)));
    let (running, mut program) = sandbox.start(bot.start(&sandbox, &RUN.replace("run", "run --replace"), 1));
    bot.start(&sandbox, "stop --telegram BOT_TOKEN -- python3 main.py", 1).exits(0);
    assert!(supervised.is_untouched() && bare.is_untouched());
    program.wait_for_end();
    running.exits(143);
    assert!(program.last_signals().contains(&"TERM".to_owned()));
}

/// Tools that only inherited the token are spared: a pager, a shell without a script, an interpreter at its prompt.
#[test]
fn tools_that_carry_the_token_are_spared() {
    let sandbox = Sandbox::new();
    let bot = Bot::new();
    sandbox.file("log", "");
    let (reader, writer) = std::io::pipe().unwrap();
    let tools = ["tail -f log", "sh", "python3 -i", "cat"].map(|words| {
        sandbox.program(words).env("BOT_TOKEN", bot.token(1)).stdin(reader.try_clone().unwrap()).spawn()
    });
    let (running, mut program) = sandbox.start(bot.start(&sandbox, &RUN.replace("run", "run --replace"), 1));
    assert!(tools.iter().all(|tool| !tool.has_ended()));
    let plan =
        bot.start(&sandbox, "run --replace --dry-run --json --telegram BOT_TOKEN -- python3 main.py", 1);
    let plan = plan.exits(0).document();
    let candidates = plan["candidates"].as_array().unwrap();
    for tool in &tools {
        let told = candidates.iter().find(|candidate| candidate["pid"] == tool.pid());
        assert_eq!(told.map(|told| &told["verdict"]), Some(&"spare".into()), "{plan:#}");
    }
    drop(writer);
    program.exit(0);
    running.exits(0);
}

/// `--env-file`: the token, and the program's other variables.
#[test]
fn variables_come_from_a_file() {
    let sandbox = Sandbox::new();
    let bot = Bot::new();
    let text = format!(
        "# the bot\nexport BOT_TOKEN='{}'\nGREETING=\"two words\"\nHOME=/nowhere\nSOLOIST_KEY=other\nSOLOIST_PID=1\n",
        bot.token(1)
    );
    sandbox.file(".env", text);
    let words = "run --env-file .env --telegram BOT_TOKEN -- python3 main.py";
    let (running, mut program) = sandbox.starts(words);
    let described: serde_json::Value = serde_json::from_str(&program.order("describe")).unwrap();
    assert_eq!(described["environment"]["GREETING"], "two words");
    assert_eq!(described["environment"]["HOME"], sandbox.home().to_string_lossy().as_ref());
    // A file does not say whose claim it is.
    assert_eq!(described["environment"]["SOLOIST_KEY"], bot.key());
    assert_eq!(described["environment"]["SOLOIST_PID"], running.pid().to_string());
    sandbox.soloist("status --env-file .env --telegram BOT_TOKEN").exits(0);
    bot.start(&sandbox, RUN, 9).exits(75);
    sandbox.soloist("stop --env-file .env --telegram BOT_TOKEN").exits(0);
    program.wait_for_end();
    running.exits(143);
}

/// What is wrong is named with its remedy, without the token, and harms nobody.
#[test]
fn a_wrong_token_is_a_wrong_command_line() {
    let sandbox = Sandbox::new();
    sandbox.soloist(RUN).exits(2).says("BOT_TOKEN is not set").says("--env-file");
    for token in ["", "SECRETSECRET", "123456789", "123456789:SECRET SECRET", "bot123456789:SECRET"] {
        let outcome = sandbox.soloist(RUN).env("BOT_TOKEN", token).exits(2).says("BOT_TOKEN");
        assert!(!outcome.stderr.contains("SECRET"), "{}", outcome.stderr);
    }
    let literal = "run --telegram 123456789:SECRETSECRET -- python3 main.py";
    let outcome = sandbox.soloist(literal).exits(2).says("not the token itself");
    assert!(!outcome.stderr.contains("SECRET"), "{}", outcome.stderr);
    sandbox.file("bad.env", "A=1\nTOKEN = 123:SECRET word\n");
    for file in ["bad.env", "missing.env", "."] {
        let outcome =
            sandbox.soloist(&format!("run --env-file {file} -- python3 main.py")).exits(2).says(file);
        assert!(!outcome.stderr.contains("SECRET"), "{}", outcome.stderr);
    }
    sandbox.soloist("run --telegram BOT_TOKEN --name bot -- true").env("BOT_TOKEN", "1:a").exits(2);
    assert!(!sandbox.state().exists());
}
