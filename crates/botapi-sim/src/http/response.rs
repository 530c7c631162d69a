//! Writing an answer.

use std::fmt::Write as _;
use std::io::{self, Write};

/// A status, a body in JSON, and the one extra header that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) retry_after: Option<u64>,
}

impl Response {
    pub(crate) fn new(status: u16, body: String) -> Self {
        Self { status, body, retry_after: None }
    }

    /// In one write, so that the answer leaves in one piece.
    pub(crate) fn write(&self, stream: &mut impl Write, keep_alive: bool) -> io::Result<()> {
        let connection = if keep_alive { "keep-alive" } else { "close" };
        let mut text = format!(
            "HTTP/1.1 {} {}\r\nConnection: {connection}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            self.status,
            reason(self.status),
            self.body.len(),
        );
        if let Some(seconds) = self.retry_after {
            write!(text, "Retry-After: {seconds}\r\n").map_err(io::Error::other)?;
        }
        text.push_str("\r\n");
        text.push_str(&self.body);
        stream.write_all(text.as_bytes())
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        421 => "Misdirected Request",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        _ => "Unknown",
    }
}
