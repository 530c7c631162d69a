//! `close`, `logOut`, and the methods that have nothing to do with polling.

use super::{Action, Scene};

const CLOSED: &str =
    r#"{"ok":false,"error_code":400,"description":"Bad Request: the bot has already been closed"}"#;
const LOGGED_OUT: &str = r#"{"ok":false,"error_code":400,"description":"Logged out"}"#;
const YES: &str = r#"{"ok":true,"result":true}"#;

#[test]
fn close_of_a_bot_that_is_not_loaded_is_refused() {
    let mut scene = Scene::new();
    assert_eq!(scene.body("close", ""), CLOSED);
    scene.call("getMe", "");
    assert_eq!(scene.body("close", ""), YES);
    assert_eq!(scene.body("close", ""), CLOSED);
}

#[test]
fn close_answers_the_parked_poll_and_keeps_the_queue_and_the_webhook() {
    let mut scene = Scene::new();
    let parked = scene.poll("timeout=30");
    let id = scene.message("hello");
    scene.call("close", "");
    assert_eq!(scene.updates(parked), (0.0, vec![id]));
    scene.call("setWebhook", "url=https://bot.example/");
    scene.call("close", "");
    assert!(scene.body("getWebhookInfo", "").contains("bot.example"));
    assert_eq!(scene.pending(), [id]);
}

#[test]
fn close_makes_the_throttle_and_the_delay_start_anew() {
    let mut scene = Scene::new();
    scene.poll("timeout=30");
    scene.poll("timeout=30");
    scene.call("close", "");
    let poll = scene.at(0.1).poll("");
    assert_eq!(scene.updates(poll).0, 0.1);
    let older = scene.at(0.2).poll("timeout=30");
    scene.at(0.3).poll("timeout=30");
    assert_eq!(scene.conflict(older).0, 0.3);
}

#[test]
fn close_in_the_first_ten_minutes_on_an_older_server_is_too_many() {
    let mut scene = Scene::new();
    scene.at(601.0).call("getMe", "");
    let soon = scene.at(701.0).call("close", "");
    assert_eq!(scene.answers[&soon].1.retry_after, Some(500));
    assert_eq!(scene.at(1201.0).body("close", ""), YES);
}

#[test]
fn a_set_webhook_that_waits_is_told_of_the_restart() {
    let mut scene = Scene::new();
    scene.rules.set_verification(std::time::Duration::from_secs(5));
    let setting = scene.call("setWebhook", "url=https://bot.example/");
    scene.call("close", "");
    assert_eq!(scene.answers[&setting].1.status, 500);
}

#[test]
fn log_out_drops_everything_and_then_every_call_is_refused_for_half_an_hour() {
    let mut scene = Scene::new();
    scene.message("hello");
    let parked = scene.poll(&format!("offset={}&timeout=30", scene.pending()[0] + 1));
    scene.messages(&["again"]);
    assert_eq!(scene.body("logOut", ""), YES);
    assert_eq!(scene.updates(parked).1.len(), 1);
    assert_eq!(scene.pending(), [] as [i64; 0]);
    for method in ["getMe", "getUpdates", "close", "logOut", "nothing"] {
        assert_eq!(scene.body(method, ""), LOGGED_OUT, "{method}");
    }
    assert!(scene.at(1800.0).body("getMe", "").starts_with(r#"{"ok":true"#));
}

#[test]
fn log_out_after_half_an_hour_lasts_one_second() {
    let mut scene = Scene::new();
    scene.call("getMe", "");
    scene.at(1801.0).call("logOut", "");
    assert_eq!(scene.body("getMe", ""), LOGGED_OUT);
    assert!(scene.at(1802.0).body("getMe", "").starts_with(r#"{"ok":true"#));
}

#[test]
fn method_names_are_case_insensitive_and_unknown_ones_are_not_found() {
    let mut scene = Scene::new();
    assert!(scene.body("GETME", "").contains(r#""is_bot":true"#));
    let words = r#"{"ok":false,"error_code":404,"description":"Not Found: method not found"}"#;
    assert_eq!(scene.body("getNothing", ""), words);
}

#[test]
fn a_message_is_sent_or_refused_in_the_real_words() {
    let mut scene = Scene::new();
    let sent = scene.body("sendMessage", "chat_id=5&text=hi");
    assert!(sent.contains(r#""text":"hi""#) && sent.contains(r#""date":1700000000"#), "{sent}");
    assert!(scene.actions.contains(&Action::Send { chat: 5, text: "hi".to_owned() }));
    let long = format!("chat_id=5&text={}", "x".repeat(4097));
    for (parameters, words) in [
        ("chat_id=5", "message text is empty"),
        ("text=hi", "chat_id is empty"),
        ("chat_id=nobody&text=hi", "chat not found"),
        (&long, "message is too long"),
    ] {
        assert!(scene.body("sendMessage", parameters).contains(words), "{words}");
    }
}

#[test]
fn commands_are_remembered_and_other_start_up_calls_do_no_harm() {
    let mut scene = Scene::new();
    assert_eq!(scene.body("setMyCommands", r#"commands=[{"command":"a"}]"#), YES);
    assert_eq!(scene.body("getMyCommands", ""), r#"{"ok":true,"result":[{"command":"a"}]}"#);
    assert!(scene.body("setMyCommands", "commands=a").contains("can't parse commands JSON object"));
    assert_eq!(scene.body("deleteMyCommands", ""), YES);
    assert_eq!(scene.body("getMyCommands", ""), r#"{"ok":true,"result":[]}"#);
    assert_eq!(scene.body("answerCallbackQuery", ""), YES);
}

#[test]
fn a_message_is_described_as_the_real_server_does_with_its_command_marked() {
    let mut scene = Scene::new();
    let id = scene.message("/start now");
    let poll = scene.poll("");
    let answer: serde_json::Value = serde_json::from_str(&scene.answers[&poll].1.body).unwrap();
    let update = &answer["result"][0];
    assert_eq!(update["update_id"], id);
    let message = &update["message"];
    assert_eq!((&message["date"], &message["text"]), (&1_700_000_000.into(), &"/start now".into()));
    assert_eq!((&message["chat"]["type"], &message["from"]["is_bot"]), (&"private".into(), &false.into()));
    assert_eq!(message["entities"][0]["length"], 6);
}
