//! One examination of a bot.

use std::time::Duration;

use soloist::doctor::Finding;
use soloist::redact;

use super::answer::{Me, Webhook};
use super::api::Api;
use super::root::{Root, place};
use super::sentences;

/// A shorter one would be found in every word; Telegram's have 35 characters.
const SHORTEST_SECRET: usize = 8;

/// Which bot is asked about, where, and how long at most.
pub(crate) struct Question {
    /// The name of the variable with the token.
    pub(crate) variable: String,
    /// The token; never shown.
    pub(crate) token: String,
    /// Where to ask.
    pub(crate) root: Root,
    /// The time for all answers together; none if nothing is to be asked.
    pub(crate) limit: Option<Duration>,
}

impl Question {
    /// What the Bot API says of the bot. One that does not answer is not asked again.
    pub(super) fn answers(&self) -> Vec<Finding> {
        let Some(limit) = self.limit else { return Vec::new() };
        let api = Api::new(&self.root, &self.token, limit);
        let mut findings = Vec::new();
        let asked = api.call("getMe").and_then(|me| {
            findings.push(self.bot(&me));
            api.call("getWebhookInfo")
        });
        findings.push(match asked {
            Ok(webhook) => self.webhook(&webhook),
            Err(failure) => failure.finding(&self.root.place(), &self.variable),
        });
        findings
    }

    fn bot(&self, me: &Me) -> Finding {
        let values = [("name", &*self.without_token(me.name())), ("id", &me.id.to_string())];
        Finding::of(&sentences::BOT, &values)
    }

    fn webhook(&self, webhook: &Webhook) -> Finding {
        let count = webhook.pending_update_count.to_string();
        if webhook.url.is_empty() {
            return Finding::of(&sentences::PENDING, &[("count", &count)]);
        }
        let (place, more) = place(&webhook.url);
        let shown = self.without_token(&place) + if more { "/…" } else { "" };
        Finding::of(&sentences::WEBHOOK, &[("url", &shown), ("count", &count)])
    }

    /// A server may put the token, or its secret part alone, anywhere into its answer.
    fn without_token(&self, text: &str) -> String {
        let (lower, secret) = (text.to_ascii_lowercase(), self.token.rsplit(':').next().unwrap_or_default());
        let repeats = secret.len() >= SHORTEST_SECRET && lower.contains(&secret.to_ascii_lowercase());
        if repeats { redact::MARK.to_owned() } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Question {
        Question {
            variable: "BOT_TOKEN".into(),
            token: "123456:Qwerty_Secret".into(),
            root: Root::default(),
            limit: None,
        }
    }

    fn webhook(url: &str) -> Finding {
        question().webhook(&Webhook { url: url.into(), pending_update_count: 7 })
    }

    #[test]
    fn a_webhook_is_shown_without_its_path() {
        let told = webhook("https://me:pw@example.org:8443/hook/abc?x=1");
        assert_eq!(told.code, "bot-webhook");
        assert!(
            told.message.contains("https://example.org:8443/…") && told.message.contains('7'),
            "{told:?}"
        );
        assert_eq!(webhook("").code, "bot-pending");
        assert!(webhook("").message.contains('7'));
    }

    #[test]
    fn a_token_that_comes_back_is_not_shown() {
        let me: Me = serde_json::from_str(r#"{"id":1,"username":"qwerty_secret"}"#).unwrap();
        for finding in [question().bot(&me), webhook("https://Qwerty_Secret.example.org/x")] {
            assert!(!finding.message.to_ascii_lowercase().contains("qwerty"), "{finding:?}");
        }
    }
}
