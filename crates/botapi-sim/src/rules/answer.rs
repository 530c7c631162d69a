//! An answer, word for word as the real server writes it.

use serde::Serialize;

use super::conflict::Conflict;
use super::queue::Update;

/// The longest list of updates, in bytes, and what the server counts for each besides its text.
const MOST_BYTES: usize = 4 << 20;
const BYTES_AROUND: usize = 50;

/// A status, a body, and what the record wants to know about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) retry_after: Option<u64>,
    pub(crate) conflict: Option<Conflict>,
    pub(crate) updates: Vec<i64>,
}

// Serialised from structures, since the order of the fields is part of the exact body.
#[derive(Serialize)]
struct Success<T> {
    ok: bool,
    result: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
}

#[derive(Serialize)]
struct Failure<'a> {
    ok: bool,
    error_code: u16,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<RetryParameters>,
}

#[derive(Serialize)]
struct RetryParameters {
    retry_after: u64,
}

impl Answer {
    pub(crate) fn result(result: impl Serialize) -> Self {
        Self::plain(200, json(&Success { ok: true, result, description: None }))
    }

    pub(crate) fn done(description: &'static str) -> Self {
        Self::plain(200, json(&Success { ok: true, result: true, description: Some(description) }))
    }

    pub(crate) fn error(status: u16, description: &str) -> Self {
        let failure = Failure { ok: false, error_code: status, description, parameters: None };
        Self::plain(status, json(&failure))
    }

    pub(crate) fn too_many(retry_after: u64) -> Self {
        let description = format!("Too Many Requests: retry after {retry_after}");
        let parameters = Some(RetryParameters { retry_after });
        let failure = Failure { ok: false, error_code: 429, description: &description, parameters };
        Self { retry_after: Some(retry_after), ..Self::plain(429, json(&failure)) }
    }

    pub(crate) fn conflict(kind: Conflict) -> Self {
        Self { conflict: Some(kind), ..Self::error(409, kind.description()) }
    }

    /// The updates as far as they fit into four mebibytes.
    pub(crate) fn updates<'a>(updates: impl Iterator<Item = &'a Update>) -> Self {
        let mut room = MOST_BYTES;
        let fitting: Vec<&Update> = updates
            .take_while(|update| {
                room = room.saturating_sub(BYTES_AROUND + update.body.len());
                room > 0
            })
            .collect();
        let bodies: Vec<&str> = fitting.iter().map(|update| update.body.as_str()).collect();
        let body = format!("{{\"ok\":true,\"result\":[{}]}}", bodies.join(","));
        Self { updates: fitting.iter().map(|update| update.id).collect(), ..Self::plain(200, body) }
    }

    fn plain(status: u16, body: String) -> Self {
        Self { status, body, retry_after: None, conflict: None, updates: Vec::new() }
    }
}

/// Writing plain structures into memory has no way to fail; `null` is there for the type.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_answer_is_cut_at_four_mebibytes_with_fifty_bytes_counted_around_each_update() {
        // A hundred bodies of this length fit into four mebibytes, but not with what is around them.
        let update = |id| Update { id, body: "x".repeat(41_900), expires: Duration::MAX };
        let updates: Vec<Update> = (1..=100).map(update).collect();
        assert_eq!(Answer::updates(updates.iter()).updates.len(), 99);
    }
}
