//! A call of a Bot API method with its parameters understood.

use std::time::Duration;

use serde_json::Value;

use super::webhook::Address;
use crate::parameters::Parameters;

const LONGEST_TIMEOUT: u64 = 50;
const OFFSETS: std::ops::RangeInclusive<i64> = i32::MIN as i64..=i32::MAX as i64;

/// Methods that real bots call on the way and that change nothing here.
const HARMLESS: &[&str] = &[
    "answercallbackquery",
    "sendchataction",
    "setchatmenubutton",
    "setmydefaultadministratorrights",
    "setmydescription",
    "setmyname",
    "setmyshortdescription",
];

/// What the bot wants.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Call {
    GetUpdates {
        offset: i64,
        limit: usize,
        timeout: Duration,
        allowed: Option<Vec<String>>,
    },
    /// Without an address, this is `deleteWebhook`.
    SetWebhook {
        address: Option<Address>,
        drop_pending: bool,
        allowed: Option<Vec<String>>,
    },
    GetWebhookInfo,
    SendMessage {
        chat: String,
        text: String,
    },
    GetMe,
    SetMyCommands {
        commands: Option<Value>,
    },
    DeleteMyCommands,
    GetMyCommands,
    Close,
    LogOut,
    Harmless,
    Unknown,
}

impl Call {
    /// Method names are case-insensitive; parameters that are missing or garbage have defaults.
    pub(crate) fn parse(method: &str, parameters: &Parameters) -> Self {
        let method = method.to_ascii_lowercase();
        match method.as_str() {
            "getupdates" => get_updates(parameters),
            "setwebhook" => set_webhook(address(parameters), parameters),
            "deletewebhook" => set_webhook(None, parameters),
            "getwebhookinfo" => Self::GetWebhookInfo,
            "sendmessage" => send_message(parameters),
            "getme" => Self::GetMe,
            "setmycommands" => Self::SetMyCommands { commands: list(parameters.text("commands")) },
            "deletemycommands" => Self::DeleteMyCommands,
            "getmycommands" => Self::GetMyCommands,
            "close" => Self::Close,
            "logout" => Self::LogOut,
            other if HARMLESS.contains(&other) => Self::Harmless,
            _ => Self::Unknown,
        }
    }
}

fn get_updates(parameters: &Parameters) -> Call {
    Call::GetUpdates {
        offset: parameters.integer("offset", 0, *OFFSETS.start(), *OFFSETS.end()),
        limit: usize::try_from(parameters.integer("limit", 100, 1, 100)).unwrap_or(1),
        timeout: parameters.seconds("timeout", LONGEST_TIMEOUT),
        allowed: allowed_updates(parameters),
    }
}

fn set_webhook(address: Option<Address>, parameters: &Parameters) -> Call {
    let drop_pending = parameters.flag("drop_pending_updates");
    Call::SetWebhook { address, drop_pending, allowed: allowed_updates(parameters) }
}

fn send_message(parameters: &Parameters) -> Call {
    let text = parameters.text("text").to_owned();
    Call::SendMessage { chat: parameters.text("chat_id").to_owned(), text }
}

fn address(parameters: &Parameters) -> Option<Address> {
    let url = parameters.text("url");
    let address = || Address {
        url: url.to_owned(),
        max_connections: parameters.integer("max_connections", 40, 1, 100),
        ip_address: parameters.text("ip_address").to_owned(),
        secret_token: parameters.text("secret_token").to_owned(),
    };
    (!url.is_empty()).then(address)
}

/// The list that was given, unless it isn't a list in JSON.
fn allowed_updates(parameters: &Parameters) -> Option<Vec<String>> {
    let Value::Array(kinds) = list(parameters.text("allowed_updates"))? else { return None };
    Some(kinds.iter().filter_map(Value::as_str).map(str::to_ascii_lowercase).collect())
}

fn list(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(Value::is_array)
}
