//! Why the Bot API gave no answer that tells something.

use std::io;
use std::time::Duration;

use soloist::doctor::{Finding, Sentence};

use super::sentences;

/// The ways in which a question stays without its answer. Nothing in here comes from the server or from the HTTP
/// client in words, since those may repeat the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The server does not know the token; with its status.
    Token(u16),
    /// No answer within this time.
    Late(Duration),
    /// No such host.
    Name,
    /// The connection failed.
    Connection(String),
    /// No TLS connection: a certificate that is wrong, expired or of an unknown authority, or no TLS at all.
    Tls,
    /// The proxy that the environment names does not do its work.
    Proxy,
    /// The answer is no answer of a Bot API.
    Nonsense,
    /// A redirect, which is never followed: the token would go along.
    Redirect(u16),
    /// Too many requests; with the seconds to wait.
    Busy(u64),
    /// Another status.
    Status(u16),
}

impl Failure {
    /// The finding about a server at `root`, for the token in `variable`.
    pub(super) fn finding(&self, root: &str, variable: &str) -> Finding {
        let (sentence, detail): (&Sentence, (&'static str, String)) = match self {
            Self::Token(status) => (&sentences::TOKEN, ("status", status.to_string())),
            Self::Late(limit) => (&sentences::LATE, ("seconds", limit.as_secs_f64().to_string())),
            Self::Name => (&sentences::NAME, ("reason", String::new())),
            Self::Connection(reason) => (&sentences::CONNECTION, ("reason", reason.clone())),
            Self::Tls => (&sentences::TLS, ("reason", String::new())),
            Self::Proxy => (&sentences::PROXY, ("reason", String::new())),
            Self::Nonsense => (&sentences::NONSENSE, ("reason", String::new())),
            Self::Redirect(status) => (&sentences::REDIRECT, ("status", status.to_string())),
            Self::Busy(seconds) => (&sentences::BUSY, ("seconds", seconds.to_string())),
            Self::Status(status) => (&sentences::STATUS, ("status", status.to_string())),
        };
        Finding::of(sentence, &[("root", root), ("variable", variable), (detail.0, &detail.1)])
    }

    /// The same, where the connection goes by a proxy: it is the proxy that was not reached.
    pub(super) fn by_proxy(self, is_proxied: bool) -> Self {
        match self {
            Self::Connection(_) | Self::Name if is_proxied => Self::Proxy,
            other => other,
        }
    }
}

/// What an error of the HTTP client means; its words are dropped.
pub(super) fn of_error(error: &ureq::Error, limit: Duration) -> Failure {
    use ureq::Error;
    match error {
        Error::Timeout(_) => Failure::Late(limit),
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => Failure::Late(limit),
        // A handshake that fails is told as data that cannot be understood.
        Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => Failure::Tls,
        Error::Io(error) if is_of_a_name(error) => Failure::Name,
        Error::Io(error) => Failure::Connection(reason(error)),
        Error::HostNotFound => Failure::Name,
        Error::ConnectionFailed => Failure::Connection(io::ErrorKind::NotConnected.to_string()),
        Error::Tls(_) | Error::Pem(_) | Error::Rustls(_) => Failure::Tls,
        Error::InvalidProxyUrl | Error::ConnectProxyFailed(_) => Failure::Proxy,
        _ => Failure::Nonsense,
    }
}

/// The system's resolver has no kind of error of its own (`getaddrinfo(3)`).
fn is_of_a_name(error: &io::Error) -> bool {
    error.raw_os_error().is_none() && error.to_string().starts_with("failed to lookup address information")
}

/// The system's words, where the error is the system's; else only its kind.
fn reason(error: &io::Error) -> String {
    let text = match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number).to_string(),
        None => error.kind().to_string(),
    };
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_of_the_client_is_passed_on() {
        let secret = || "http://h/bot1:SECRET/getMe".to_owned();
        for error in [
            ureq::Error::BadUri(secret()),
            ureq::Error::ConnectProxyFailed(secret()),
            ureq::Error::Io(io::Error::other(secret())),
            ureq::Error::Other(secret().into()),
        ] {
            let finding = of_error(&error, Duration::from_secs(1)).finding("http://h", "BOT_TOKEN");
            assert!(!format!("{finding:?}").contains("SECRET"), "{finding:?}");
        }
    }

    #[test]
    fn errors_of_the_system_are_told_in_its_words() {
        let of = |error| of_error(&ureq::Error::Io(error), Duration::from_secs(1));
        let unknown = io::Error::other("failed to lookup address information: Name or service not known");
        assert_eq!(of(unknown), Failure::Name);
        // ECONNREFUSED has no number that is the same everywhere; 2 is ENOENT.
        assert_eq!(
            of(io::Error::from_raw_os_error(2)),
            Failure::Connection("no such file or directory".into())
        );
        assert_eq!(of(io::ErrorKind::InvalidData.into()), Failure::Tls);
        assert_eq!(of(io::ErrorKind::TimedOut.into()), Failure::Late(Duration::from_secs(1)));
        assert_eq!(Failure::Name.by_proxy(true), Failure::Proxy);
        assert_eq!(Failure::Tls.by_proxy(true), Failure::Tls);
    }
}
