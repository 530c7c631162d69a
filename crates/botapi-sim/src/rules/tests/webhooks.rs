//! Webhooks, and what they do to polls.

use std::time::Duration;

use super::Scene;

const URL: &str = "url=https://bot.example/hook";
const SET: &str = r#"{"ok":true,"result":true,"description":"Webhook was set"}"#;
const ALREADY_SET: &str = r#"{"ok":true,"result":true,"description":"Webhook is already set"}"#;
const DELETED: &str = r#"{"ok":true,"result":true,"description":"Webhook was deleted"}"#;
const ALREADY_DELETED: &str = r#"{"ok":true,"result":true,"description":"Webhook is already deleted"}"#;

#[test]
fn a_webhook_is_set_and_deleted_in_the_real_words() {
    let mut scene = Scene::new();
    assert_eq!(scene.body("deleteWebhook", ""), ALREADY_DELETED);
    assert_eq!(scene.body("setWebhook", URL), SET);
    assert_eq!(scene.at(2.0).body("setWebhook", URL), ALREADY_SET);
    assert_eq!(scene.at(4.0).body("setWebhook", &format!("{URL}&max_connections=1")), SET);
    assert_eq!(scene.body("deleteWebhook", ""), DELETED);
    assert_eq!(scene.body("setWebhook", "url="), ALREADY_DELETED);
}

#[test]
fn setting_a_webhook_ends_the_parked_poll() {
    let mut scene = Scene::new();
    let parked = scene.poll("timeout=30");
    scene.at(1.0).call("setWebhook", URL);
    assert_eq!(scene.conflict(parked), (1.0, "terminated by setWebhook request"));
}

#[test]
fn polling_with_a_webhook_set_is_refused_through_the_delay_rule() {
    let mut scene = Scene::new();
    scene.call("setWebhook", URL);
    let first = scene.at(1.0).poll("timeout=30");
    let second = scene.at(2.0).poll("timeout=30");
    scene.at(5.0);
    let words =
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
    assert_eq!(scene.conflict(first), (1.0, words));
    assert_eq!(scene.conflict(second), (5.0, words));
    scene.call("deleteWebhook", "");
    let third = scene.poll("");
    assert_eq!(scene.updates(third).0, 5.0);
}

#[test]
fn polling_is_refused_while_a_webhook_is_being_set() {
    let mut scene = Scene::new();
    scene.rules.set_verification(Duration::from_secs(5));
    let setting = scene.call("setWebhook", URL);
    let poll = scene.at(1.0).poll("");
    assert_eq!(scene.conflict(poll).0, 1.0);
    assert!(scene.is_waiting(setting));
    scene.at(5.0);
    assert_eq!(scene.answers[&setting].1.body, SET);
}

#[test]
fn a_second_set_webhook_ends_the_older_one_that_waits() {
    let mut scene = Scene::new();
    scene.rules.set_verification(Duration::from_secs(5));
    let older = scene.call("setWebhook", URL);
    let newer = scene.at(2.0).call("setWebhook", "url=https://bot.example/other");
    assert_eq!(scene.conflict(older), (2.0, "terminated by other setWebhook"));
    scene.at(7.0);
    assert_eq!(scene.answers[&newer].1.body, SET);
    assert!(scene.body("getWebhookInfo", "").contains("/other"));
}

#[test]
fn a_second_set_webhook_within_a_second_is_too_many() {
    let mut scene = Scene::new();
    scene.call("setWebhook", URL);
    let soon = scene.at(0.9).call("setWebhook", "url=https://bot.example/other");
    let answer = &scene.answers[&soon].1;
    assert_eq!((answer.status, answer.retry_after), (429, Some(1)));
    let words = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1","parameters":{"retry_after":1}}"#;
    assert_eq!(answer.body, words);
    assert_eq!(scene.body("deleteWebhook", ""), DELETED, "deleting is always allowed");
}

#[test]
fn a_webhook_without_https_is_refused_and_the_one_before_it_is_gone() {
    let mut scene = Scene::new();
    scene.call("setWebhook", URL);
    let body = scene.at(2.0).body("setWebhook", "url=http://bot.example/");
    let words = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook";
    assert_eq!(body, format!(r#"{{"ok":false,"error_code":400,"description":"{words}"}}"#));
    assert_eq!(scene.body("deleteWebhook", ""), ALREADY_DELETED);
}

#[test]
fn drop_pending_updates_empties_the_queue_even_without_a_webhook_and_ids_go_on() {
    let mut scene = Scene::new();
    let ids = scene.messages(&["a", "b"]);
    assert_eq!(scene.body("deleteWebhook", "drop_pending_updates=True"), ALREADY_DELETED);
    assert_eq!(scene.pending(), [] as [i64; 0]);
    assert_eq!(scene.message("c"), ids[1] + 1);
}

#[test]
fn updates_are_kept_while_a_webhook_is_set() {
    let mut scene = Scene::new();
    scene.call("setWebhook", URL);
    let id = scene.message("hello");
    scene.call("deleteWebhook", "");
    let poll = scene.poll("");
    assert_eq!(scene.updates(poll).1, [id]);
}

#[test]
fn webhook_info_has_the_real_fields_in_their_order() {
    let mut scene = Scene::new();
    scene.message("a");
    let without =
        r#"{"ok":true,"result":{"url":"","has_custom_certificate":false,"pending_update_count":1}}"#;
    assert_eq!(scene.body("getWebhookInfo", ""), without);
    scene.call("setWebhook", &format!("{URL}&ip_address=192.0.2.1"));
    let with = r#""pending_update_count":1,"max_connections":40,"ip_address":"192.0.2.1"}}"#;
    assert!(scene.body("getWebhookInfo", "").ends_with(with));
}
