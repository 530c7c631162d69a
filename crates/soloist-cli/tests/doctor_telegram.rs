//! Contract §4, `soloist doctor --telegram`: harmless questions to the Bot API, and what is known of bot libraries.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use botapi_sim::Simulator;
use support::examination::{doctor, findings, finds};
use support::{Invocation, Outcome, Sandbox};

const BOT: u64 = 424_242_424;
const TOKEN: &str = "424242424:QWERTY-secret_part-0123456789abcdefgh";
const LIMIT: Duration = Duration::from_secs(60);

/// `soloist doctor --json --telegram BOT_TOKEN WORDS`, with the Bot API at this root.
fn ask(sandbox: &Sandbox, root: &str, words: &str) -> Invocation {
    let invocation = doctor(sandbox, &format!("--telegram BOT_TOKEN --api-root {root} {words}"));
    invocation.env("BOT_TOKEN", TOKEN)
}

/// Whatever happens, the secret part of the token is nowhere in what was printed.
#[track_caller]
fn shows_no_token(outcome: &Outcome) {
    let all = outcome.all_output();
    assert!(!all.contains("QWERTY") && !all.contains("secret_part"), "{all}");
}

/// A call of a method, as a bot makes it. The connection stays open until it is dropped.
fn call(telegram: &Simulator, method: &str) -> TcpStream {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, telegram.port())).unwrap();
    write!(stream, "GET /bot{TOKEN}/{method} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    stream
}

/// A server that gives this answer to every request, and passes on the first line of each.
struct Server {
    root: String,
    requests: Receiver<String>,
}

impl Server {
    /// `{path}` in the answer stands for what was asked for.
    fn answering(answer: &'static str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let root = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = channel();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut asked = [0; 4096];
                let length = stream.read(&mut asked).unwrap_or_default();
                let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
                let line = asked.lines().next().unwrap_or_default().to_owned();
                let path = line.split(' ').nth(1).unwrap_or_default();
                drop(stream.write_all(answer.replace("{path}", path).as_bytes()));
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { root, requests }
    }
}

/// The right token: the bot's name, how much waits for it; a bot that polls meanwhile is not disturbed.
#[test]
fn a_bot_that_polls_is_left_in_peace() {
    let sandbox = Sandbox::new();
    let telegram = Simulator::start().unwrap();
    let mut poller = call(&telegram, "getUpdates?timeout=50");
    telegram.wait_until(BOT, LIMIT, |report| report.parked == 1).unwrap();
    let outcome = ask(&sandbox, &telegram.root_url(), "").exits(0);
    finds(&outcome, "ok", "bot", "424242424");
    finds(&outcome, "ok", "bot", "@");
    finds(&outcome, "ok", "bot-pending", "updates that wait: 0");
    finds(&outcome, "warning", "bot-local-server", &telegram.root_url());
    shows_no_token(&outcome);
    let report = telegram.report(BOT);
    assert_eq!((report.polls, report.parked, report.conflicts.total()), (1, 1, 0));
    let update = telegram.inject(BOT, "still there?").unwrap();
    let mut answer = [0; 4096];
    let length = poller.read(&mut answer).unwrap();
    assert!(String::from_utf8_lossy(&answer[..length]).contains(&update.to_string()));
    drop(poller);
    let waiting = ask(&sandbox, &telegram.root_url(), "").exits(0);
    finds(&waiting, "ok", "bot-pending", "updates that wait: 1");
}

/// Two calls are made, by their names, and no third.
#[test]
fn two_harmless_calls_are_made() {
    let sandbox = Sandbox::new();
    let me = r#"{"ok":true,"result":{"id":424242424,"username":"a_bot","url":"","pending_update_count":3}}"#;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", me.len());
    let server = Server::answering(Box::leak(format!("{head}{me}").into_boxed_str()));
    let outcome = ask(&sandbox, &server.root, "").exits(0);
    finds(&outcome, "ok", "bot", "@a_bot, 424242424");
    finds(&outcome, "ok", "bot-pending", "3");
    let asked: Vec<String> = server.requests.try_iter().collect();
    let line = |method: &str| format!("GET /bot{TOKEN}/{method} HTTP/1.1");
    assert_eq!(asked, [line("getMe"), line("getWebhookInfo")]);
}

/// A token that the server does not know is an error with its remedy.
#[test]
fn a_wrong_token() {
    let sandbox = Sandbox::new();
    for status in ["401 Unauthorized", "404 Not Found"] {
        let body = r#"{"ok":false,"error_code":401,"description":"Unauthorized: {path}"}"#;
        // The body's length is not known before: the end of the connection ends it.
        let answer = format!("HTTP/1.1 {status}\r\nConnection: close\r\n\r\n{body}");
        let server = Server::answering(Box::leak(answer.into_boxed_str()));
        let outcome = ask(&sandbox, &server.root, "").exits(4);
        finds(&outcome, "error", "bot-token", "BOT_TOKEN");
        finds(&outcome, "error", "bot-token", "@BotFather");
        assert!(findings(&outcome, "bot").is_empty() && findings(&outcome, "bot-pending").is_empty());
        shows_no_token(&outcome);
    }
    // A token longer than any is refused by the simulator as by the real server.
    let telegram = Simulator::start().unwrap();
    let long = format!("424242424:QWERTY{}", "x".repeat(90));
    let outcome = ask(&sandbox, &telegram.root_url(), "").env("BOT_TOKEN", long).exits(4);
    finds(&outcome, "error", "bot-token", "401");
    shows_no_token(&outcome);
}

/// A webhook is an error: what it is, without its path, and what waits.
#[test]
fn a_webhook_that_is_set() {
    let sandbox = Sandbox::new();
    let telegram = Simulator::start().unwrap();
    let hook = "setWebhook?url=https://example.org:8443/hook/QWERTY-tail";
    let mut answer = [0; 4096];
    let length = call(&telegram, hook).read(&mut answer).unwrap();
    assert!(String::from_utf8_lossy(&answer[..length]).contains("Webhook was set"));
    telegram.inject(BOT, "one").unwrap();
    telegram.inject(BOT, "two").unwrap();
    let outcome = ask(&sandbox, &telegram.root_url(), "").exits(4);
    finds(&outcome, "error", "bot-webhook", "https://example.org:8443/…");
    finds(&outcome, "error", "bot-webhook", "updates that wait: 2");
    finds(&outcome, "error", "bot-webhook", "deleteWebhook");
    assert!(findings(&outcome, "bot-pending").is_empty());
    assert!(!outcome.stdout.contains("hook/"), "{}", outcome.stdout);
    shows_no_token(&outcome);
    assert_eq!(telegram.report(BOT).pending.len(), 2);
}

/// A server that is not there, says something else, or too little, is a warning; nothing of it is repeated.
#[test]
fn a_server_that_is_no_bot_api() {
    let sandbox = Sandbox::new();
    for (answer, words) in [
        ("nonsense {path}\r\n\r\n", "no Bot API"),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>{path}</html>", "no Bot API"),
        ("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n<html>{path}</html>", "no Bot API"),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"ok\":true,\"result\":\"{path}\"}", "no Bot API"),
        ("HTTP/1.1 502 Bad Gateway {path}\r\nConnection: close\r\n\r\n{path}", "answers 502"),
        (
            "HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\n\r\n{\"ok\":false,\"error_code\":429,\
             \"description\":\"{path}\",\"parameters\":{\"retry_after\":17}}",
            "after 17 s",
        ),
        (
            "HTTP/1.1 409 Conflict\r\nConnection: close\r\n\r\n{\"ok\":false,\"description\":\"{path}\"}",
            "answers 409",
        ),
        ("", ""),
    ] {
        let server = Server::answering(answer);
        let outcome = ask(&sandbox, &server.root, "").exits(0);
        finds(&outcome, "warning", "bot-unreachable", words);
        finds(&outcome, "warning", "bot-unreachable", &server.root);
        assert_eq!(server.requests.try_iter().count(), 1, "one that does not answer is not asked again");
        shows_no_token(&outcome);
    }
}

/// A port where nobody listens, a name that does not exist, a host without TLS.
#[test]
fn a_server_that_cannot_be_reached() {
    let sandbox = Sandbox::new();
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let outcome = ask(&sandbox, &format!("http://{closed}"), "").exits(0);
    finds(&outcome, "warning", "bot-unreachable", "connection refused");
    shows_no_token(&outcome);
    // For ever is no time that a clock shows.
    let outcome = ask(&sandbox, &format!("http://{closed}"), "--api-timeout 9223372036854775807s").exits(0);
    finds(&outcome, "warning", "bot-unreachable", "connection refused");
    let plain = Server::answering("HTTP/1.1 200 OK\r\n\r\n");
    let outcome = ask(&sandbox, &plain.root.replace("http:", "https:"), "").exits(0);
    finds(&outcome, "warning", "bot-unreachable", "TLS");
    shows_no_token(&outcome);
    let proxy = format!("http://me:QWERTY@{closed}");
    let outcome = ask(&sandbox, "https://api.telegram.org", "--api-timeout 5s");
    let outcome = outcome.env("HTTPS_PROXY", &proxy).env("ALL_PROXY", &proxy).exits(0);
    finds(&outcome, "warning", "bot-unreachable", "the proxy does not connect");
    assert!(findings(&outcome, "bot-local-server").is_empty());
    shows_no_token(&outcome);
}

/// One that never answers costs no more than the time that was given.
#[test]
fn a_server_that_never_answers() {
    let sandbox = Sandbox::new();
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let root = format!("http://{}", silent.local_addr().unwrap());
    let outcome = ask(&sandbox, &root, "--api-timeout 300ms").exits(0);
    finds(&outcome, "warning", "bot-unreachable", "within 0.3 s");
    shows_no_token(&outcome);
    drop(silent);
    let begins = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let root = format!("http://{}", begins.local_addr().unwrap());
    let (sender, ended) = channel::<()>();
    let server = thread::spawn(move || {
        let (mut stream, _) = begins.accept().unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{").unwrap();
        // Until the test has seen the end of its question.
        ended.recv().ok();
    });
    let outcome = ask(&sandbox, &root, "--api-timeout 300ms").exits(0);
    finds(&outcome, "warning", "bot-unreachable", "within 0.3 s");
    drop(sender);
    server.join().unwrap();
}

/// Of an answer without an end only the beginning is read.
#[test]
fn an_answer_that_is_too_long() {
    let sandbox = Sandbox::new();
    let answer = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", " ".repeat(1024 * 1024));
    let server = Server::answering(Box::leak(answer.into_boxed_str()));
    let outcome = ask(&sandbox, &server.root, "").exits(0);
    finds(&outcome, "warning", "bot-unreachable", "no Bot API");
}

/// A redirect is told of and not followed: the token would go along.
#[test]
fn a_redirect_is_not_followed() {
    let sandbox = Sandbox::new();
    let telegram = Simulator::start().unwrap();
    let answer = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}{{path}}\r\nConnection: close\r\n\r\n",
        telegram.root_url()
    );
    let server = Server::answering(Box::leak(answer.into_boxed_str()));
    let outcome = ask(&sandbox, &server.root, "").exits(0);
    finds(&outcome, "warning", "bot-unreachable", "302");
    assert_eq!(server.requests.try_iter().count(), 1);
    assert!(telegram.log().is_empty(), "{:?}", telegram.log());
    shows_no_token(&outcome);
}

/// `--offline` asks nobody; the token must be one all the same.
#[test]
fn nobody_is_asked_offline() {
    let sandbox = Sandbox::new();
    let server = Server::answering("HTTP/1.1 200 OK\r\n\r\n");
    let outcome = ask(&sandbox, &server.root, "--offline").exits(0);
    assert_eq!(server.requests.try_iter().count(), 0);
    for code in ["bot", "bot-pending", "bot-unreachable"] {
        assert!(findings(&outcome, code).is_empty(), "{code} in {}", outcome.stdout);
    }
    finds(&outcome, "ok", "free", "telegram-424242424");
}

/// The API root comes from the option, the environment or a file; a wrong one is a wrong command line.
#[test]
fn the_api_root_has_its_places() {
    let sandbox = Sandbox::new();
    let telegram = Simulator::start().unwrap();
    let root = telegram.root_url();
    let by_variable = doctor(&sandbox, "--telegram BOT_TOKEN").env("BOT_TOKEN", TOKEN);
    finds(&by_variable.env("TELEGRAM_API_ROOT", format!("{root}/")).exits(0), "ok", "bot", "424242424");
    sandbox.file(".env", format!("BOT_TOKEN={TOKEN}\nTELEGRAM_API_ROOT={root}\n"));
    let by_file = doctor(&sandbox, "--env-file .env --telegram BOT_TOKEN").exits(0);
    finds(&by_file, "ok", "bot", "424242424");
    for bad in ["127.0.0.1:1", "ftp://h", "http://", "https://h/bot", "https://h/bot424242424:QWERTY"] {
        let outcome = ask(&sandbox, bad, "").exits(2).says("--api-root");
        shows_no_token(&outcome);
        let outcome = doctor(&sandbox, "--telegram BOT_TOKEN").env("BOT_TOKEN", TOKEN);
        shows_no_token(&outcome.env("TELEGRAM_API_ROOT", bad).exits(2).says("TELEGRAM_API_ROOT"));
    }
    doctor(&sandbox, "--api-root http://h").exits(2);
}

/// The library of a program in each language, by small files, with what it needs to be stopped without loss.
#[test]
fn libraries_are_known_by_small_files() {
    let sandbox = Sandbox::new();
    sandbox.tool("node", "#!/bin/sh\nexit 0\n");
    sandbox.file("python/bot.py", "from telegram.ext import Application\n");
    sandbox.file("lists/requirements.txt", "pyTelegramBotAPI==4.37\n");
    sandbox.file("lists/bot.py", "import app\n");
    sandbox.file("node/package.json", r#"{"dependencies": {"grammy": "^1.46"}}"#);
    sandbox.file("node/src/bot.js", "require('./app')\n");
    sandbox.file("rust/Cargo.toml", "[dependencies]\nteloxide = \"0.17\"\n");
    sandbox.file("rust/target/release/placeholder", "");
    sandbox.copy_of("/bin/true", "rust/target/release/bot");
    sandbox.file("none/bot.py", "import this\n");
    for (command, library, words) in [
        ("python3 python/bot.py", "python-telegram-bot", "--stop-signal TERM --grace 30s"),
        ("python3 lists/bot.py", "pyTelegramBotAPI", "can be lost"),
        ("node node/src/bot.js", "grammY", "answered twice"),
        ("rust/target/release/bot", "teloxide", "--stop-signal INT --grace 30s"),
    ] {
        let outcome = doctor(&sandbox, &format!("-- {command}")).exits(0);
        finds(&outcome, "ok", "bot-library", library);
        finds(&outcome, "ok", "bot-library", words);
        assert!(findings(&outcome, "bot-drops-pending").is_empty(), "{}", outcome.stdout);
    }
    let outcome = doctor(&sandbox, "-- python3 none/bot.py").exits(0);
    assert!(findings(&outcome, "bot-library").is_empty(), "{}", outcome.stdout);
    // How another server is named is told where one is used.
    let outcome = ask(&sandbox, "http://127.0.0.1:1", "--offline -- node node/src/bot.js").exits(0);
    finds(&outcome, "ok", "bot-library", "apiRoot");
}

/// A program that throws away what waits for it.
#[test]
fn a_program_that_drops_what_waits() {
    let sandbox = Sandbox::new();
    sandbox.file("bot.py", "import aiogram\n# x\nbot.delete_webhook(drop_pending_updates=True)\n");
    let outcome = doctor(&sandbox, "-- python3 bot.py").exits(0);
    finds(&outcome, "warning", "bot-drops-pending", "bot.py, line 3");
    finds(&outcome, "ok", "bot-library", "aiogram");
}

/// Every sentence in Russian.
#[test]
fn an_examination_of_a_bot_speaks_russian() {
    let sandbox = Sandbox::new();
    let telegram = Simulator::start().unwrap();
    sandbox.file("bot.py", "import telebot\nbot.infinity_polling(skip_pending=True)\n");
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    for root in [telegram.root_url(), format!("http://{closed}")] {
        let words = format!("doctor --lang ru --telegram BOT_TOKEN --api-root {root} -- python3 bot.py");
        let outcome = sandbox.soloist(&words).env("BOT_TOKEN", TOKEN).exits(0);
        for line in outcome.stdout.lines() {
            let russian = line.chars().filter(|c| ('а'..='я').contains(c)).count();
            assert!(russian > 5 && !line.contains("finding-") && !line.contains("advice-"), "{line}");
        }
        assert!(
            outcome.stdout.contains("Bot API") && outcome.stdout.contains("строка 2"),
            "{}",
            outcome.stdout
        );
        shows_no_token(&outcome);
    }
}
