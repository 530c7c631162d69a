//! Where the Bot API is.

use soloist::doctor::Finding;

use super::sentences;

/// The variable that names the API root, for those who have a server of their own.
const VARIABLE: &str = "TELEGRAM_API_ROOT";
/// Telegram's own.
const CLOUD: &str = "https://api.telegram.org";

/// What stands before `/bot<token>/` in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Root(String);

impl Root {
    /// The name of the variable with the root.
    pub(crate) const VARIABLE: &'static str = VARIABLE;

    /// Reads a root.
    ///
    /// # Errors
    /// What it should look like; the text itself, which may hold a password, is not repeated.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_end_matches('/');
        let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
        let known = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
        let strange = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '\\');
        if !known || host(rest).is_empty() || rest.contains(strange) {
            return Err(wrong());
        }
        if rest.split('/').skip(1).any(is_of_a_bot) {
            return Err(
                "the API root is what stands before /bot in a URL: leave /bot and the token out".into()
            );
        }
        Ok(Self(text.to_owned()))
    }

    /// The URL of a method. It holds the token: it is never shown.
    pub(super) fn method(&self, token: &str, method: &str) -> String {
        format!("{}/bot{token}/{method}", self.0)
    }

    /// As it was given.
    pub(super) fn address(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port.
    pub(super) fn place(&self) -> String {
        place(&self.0).0
    }

    pub(super) fn is_cloud(&self) -> bool {
        let (place, _) = place(&self.0);
        let host = place.split_once("://").map_or("", |(_, host)| host);
        host.split(':').next().unwrap_or_default().trim_end_matches('.') == "api.telegram.org"
    }

    /// What is to be known of a server other than Telegram's.
    pub(super) fn finding(&self) -> Option<Finding> {
        let told = || Finding::of(&sentences::LOCAL_SERVER, &[("root", &self.place())]);
        (!self.is_cloud()).then(told)
    }
}

impl Default for Root {
    fn default() -> Self {
        Self(CLOUD.to_owned())
    }
}

fn wrong() -> String {
    "the API root must be a URL such as https://api.telegram.org or http://127.0.0.1:8081".into()
}

/// `bot`, or `bot` with a token: what a library's base URL ends with, but no root.
fn is_of_a_bot(part: &str) -> bool {
    part.strip_prefix("bot").is_some_and(|rest| rest.is_empty() || rest.contains(':'))
}

/// The host of what follows `://`, without the port.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let behind = authority.rsplit('@').next().unwrap_or_default();
    behind.split(':').next().unwrap_or_default()
}

/// Scheme, host and port of a URL in lower case, and whether more follows: a password before the host and what
/// follows it may be secret.
pub(super) fn place(url: &str) -> (String, bool) {
    // What is no scheme (RFC 3986) belongs to what may be secret.
    let is_scheme =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| is_scheme(scheme)).unwrap_or(("", url));
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let authority = rest[..end].rsplit('@').next().unwrap_or_default();
    let more = !matches!(&rest[end..], "" | "/");
    (format!("{scheme}://{authority}").to_ascii_lowercase(), more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_urls_without_the_bot() {
        for good in
            ["https://api.telegram.org/", "http://127.0.0.1:8081", "HTTPS://h/bot-api", "http://[::1]:1/x"]
        {
            assert!(Root::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "api.telegram.org",
            "ftp://h",
            "https://",
            "https://:1",
            "https://h/?x",
            "https://a b",
            "https://u@/",
        ] {
            assert!(Root::parse(bad).unwrap_err().contains("such as"), "{bad}");
        }
        for bad in ["https://h/bot", "https://h/bot/", "https://h/bot123:AAF", "https://h/bot1:A/getMe"] {
            let error = Root::parse(bad).unwrap_err();
            assert!(error.contains("leave /bot") && !error.contains("AAF"), "{error}");
        }
    }

    #[test]
    fn only_telegrams_host_is_the_cloud() {
        let is_cloud = |text: &str| Root::parse(text).unwrap().is_cloud();
        assert!(Root::default().is_cloud());
        assert!(is_cloud("https://API.telegram.org:443/") && is_cloud("https://api.telegram.org./"));
        assert!(!is_cloud("https://api.telegram.org.example/") && !is_cloud("https://api.telegram.org@h/"));
    }

    #[test]
    fn a_place_has_no_secrets() {
        assert_eq!(place("https://u:p@Example.org:88/hook?secret"), ("https://example.org:88".into(), true));
        assert_eq!(place("https://example.org/"), ("https://example.org".into(), false));
        assert_eq!(place("nonsense"), ("://nonsense".into(), false));
        assert_eq!(Root::parse("http://h/x/").unwrap().method("1:a", "getMe"), "http://h/x/bot1:a/getMe");
    }
}
