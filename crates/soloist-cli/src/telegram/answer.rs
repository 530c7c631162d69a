//! What an answer of the Bot API means: a pure function of its status and its body.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::failure::Failure;

/// Every answer's frame.
#[derive(Deserialize)]
struct Frame {
    ok: bool,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Default, Deserialize)]
struct Parameters {
    #[serde(default)]
    retry_after: u64,
}

/// `getMe`.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Me {
    pub(super) id: u64,
    #[serde(default)]
    username: String,
}

impl Me {
    /// The bot's name, where it has the form of one.
    pub(super) fn name(&self) -> &str {
        let is_name = !self.username.is_empty()
            && self.username.len() <= 64
            && self.username.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name { &self.username } else { "?" }
    }
}

/// `getWebhookInfo`.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Webhook {
    pub(super) url: String,
    pub(super) pending_update_count: u64,
}

/// The result of a call, or why there is none.
pub(super) fn understand<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, Failure> {
    if (300..400).contains(&status) {
        return Err(Failure::Redirect(status));
    }
    let frame: Option<Frame> = serde_json::from_slice(body).ok();
    match (status, frame) {
        (200, Some(frame)) if frame.ok => serde_json::from_value(frame.result).map_err(|_| Failure::Nonsense),
        // Only a Bot API's own words tell that it was asked; any web server answers 404.
        (401 | 404, Some(frame)) if !frame.ok => Err(Failure::Token(status)),
        (429, frame) => Err(Failure::Busy(frame.map_or(0, |frame| frame.parameters.retry_after))),
        (400.., Some(frame)) if !frame.ok => Err(Failure::Status(status)),
        (500.., _) => Err(Failure::Status(status)),
        _ => Err(Failure::Nonsense),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me(status: u16, body: &str) -> Result<Me, Failure> {
        understand(status, body.as_bytes())
    }

    #[test]
    fn answers_are_understood() {
        let body = r#"{"ok":true,"result":{"id":42,"is_bot":true,"first_name":"B","username":"my_bot"}}"#;
        assert_eq!(me(200, body).map(|me| (me.id, me.name().to_owned())), Ok((42, "my_bot".into())));
        let strange = r#"{"ok":true,"result":{"id":42,"username":"a b\u001b"}}"#;
        assert_eq!(me(200, strange).unwrap().name(), "?");
        let body =
            r#"{"ok":true,"result":{"url":"","has_custom_certificate":false,"pending_update_count":3}}"#;
        let expected = Webhook { url: String::new(), pending_update_count: 3 };
        assert_eq!(understand(200, body.as_bytes()), Ok(expected));
    }

    #[test]
    fn failures_are_told_apart() {
        let failed = |status: u16| format!(r#"{{"ok":false,"error_code":{status},"description":"x"}}"#);
        let busy = r#"{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":5}}"#;
        for (status, body, failure) in [
            (401, failed(401).as_str(), Failure::Token(401)),
            (404, &failed(404), Failure::Token(404)),
            (404, "<html>", Failure::Nonsense),
            (429, busy, Failure::Busy(5)),
            (429, "<html>", Failure::Busy(0)),
            (409, &failed(409), Failure::Status(409)),
            (421, &failed(421), Failure::Status(421)),
            (502, "<html>", Failure::Status(502)),
            (302, "", Failure::Redirect(302)),
            (200, "", Failure::Nonsense),
            (200, r#"{"ok":true,"result":true}"#, Failure::Nonsense),
            (200, r#"{"ok":true,"result":[]}"#, Failure::Nonsense),
            (200, "[1]", Failure::Nonsense),
        ] {
            assert_eq!(me(status, body), Err(failure), "{status} {body}");
        }
    }
}
