//! Webhooks: they are remembered and shut polling out, but nothing is delivered to them.

use std::time::Duration;

use serde::Serialize;

use super::QueryId;
use super::mailbox::Mailbox;

const BETWEEN_SETS: Duration = Duration::from_secs(1);

/// Everything that makes one webhook different from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) url: String,
    pub(crate) max_connections: i64,
    pub(crate) ip_address: String,
    pub(crate) secret_token: String,
}

impl Address {
    /// Why the address can't be used, if it can't.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if self.secret_token.len() > 256 {
            Some("Bad Request: secret token is too long")
        } else if !self.secret_token.bytes().all(allowed) {
            Some("Bad Request: secret token contains unallowed characters")
        } else if self.url.starts_with("http://") {
            Some("Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        } else {
            None
        }
    }
}

/// A `setWebhook` whose address is being verified.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting {
    pub(crate) query: QueryId,
    pub(crate) until: Duration,
}

/// The webhook of one session.
#[derive(Debug, Default)]
pub(crate) struct Webhook {
    pub(crate) address: Option<Address>,
    pub(crate) waiting: Option<Waiting>,
    next_allowed: Duration,
}

/// What `getWebhookInfo` says.
#[derive(Serialize)]
pub(crate) struct Info<'a> {
    url: &'a str,
    has_custom_certificate: bool,
    pending_update_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_connections: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    allowed_updates: &'a [String],
}

impl Webhook {
    pub(crate) fn is_active(&self) -> bool {
        self.address.is_some() || self.waiting.is_some()
    }

    /// Whether a webhook may be set now: once a second.
    pub(crate) fn admit(&mut self, now: Duration) -> bool {
        let admitted = now >= self.next_allowed;
        if admitted {
            self.next_allowed = now + BETWEEN_SETS;
        }
        admitted
    }

    /// The `setWebhook` that has waited long enough.
    pub(crate) fn verified(&mut self, now: Duration) -> Option<QueryId> {
        self.waiting.take_if(|waiting| waiting.until <= now).map(|waiting| waiting.query)
    }

    pub(crate) fn info<'a>(&'a self, mailbox: &'a Mailbox) -> Info<'a> {
        let address = self.address.as_ref();
        Info {
            url: address.map_or("", |address| &address.url),
            has_custom_certificate: false,
            pending_update_count: mailbox.queue.ids().len(),
            max_connections: address.map(|address| address.max_connections),
            ip_address: address.map(|address| shown_ip(&address.ip_address)),
            allowed_updates: &mailbox.allowed,
        }
    }
}

/// No name is resolved here, so only an address that was given is known.
fn shown_ip(given: &str) -> &str {
    if given.is_empty() { "<unknown>" } else { given }
}
