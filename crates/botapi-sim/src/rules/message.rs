//! Messages as the real server describes them.

use serde::Serialize;
use serde_json::{Value, json};

/// The person who writes to the bots.
const WRITER: i64 = 100_200_300;

#[derive(Serialize)]
struct IncomingUpdate {
    update_id: i64,
    message: Value,
}

/// The update by which a bot learns of a text.
pub(super) fn incoming(update: i64, message: i64, date: u64, text: &str) -> String {
    let mut message = json!({
        "message_id": message,
        "from": {"id": WRITER, "is_bot": false, "first_name": "Ada", "username": "ada", "language_code": "en"},
        "chat": {"id": WRITER, "first_name": "Ada", "username": "ada", "type": "private"},
        "date": date,
        "text": text,
    });
    if let Some(length) = command_length(text) {
        message["entities"] = json!([{"offset": 0, "length": length, "type": "bot_command"}]);
    }
    super::answer::json(&IncomingUpdate { update_id: update, message })
}

/// What a bot gets back for a text it sent.
pub(super) fn outgoing(bot: u64, message: i64, chat: i64, date: u64, text: &str) -> Value {
    let chat = if chat > 0 {
        json!({"id": chat, "first_name": "Ada", "username": "ada", "type": "private"})
    } else {
        json!({"id": chat, "title": "Group", "type": "group"})
    };
    json!({
        "message_id": message,
        "from": {"id": bot, "is_bot": true, "first_name": "Simulated Bot", "username": username(bot)},
        "chat": chat,
        "date": date,
        "text": text,
    })
}

/// What `getMe` says.
pub(super) fn bot_user(bot: u64) -> Value {
    json!({
        "id": bot,
        "is_bot": true,
        "first_name": "Simulated Bot",
        "username": username(bot),
        "can_join_groups": true,
        "can_read_all_group_messages": false,
        "supports_inline_queries": false,
        "can_connect_to_business": false,
        "has_main_web_app": false,
    })
}

fn username(bot: u64) -> String {
    format!("simulated_{bot}_bot")
}

/// Libraries find commands by this entity, not by the slash.
fn command_length(text: &str) -> Option<usize> {
    let command = text.strip_prefix('/')?.split_whitespace().next()?;
    let is_command = command.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'@');
    is_command.then_some(command.len() + 1)
}
