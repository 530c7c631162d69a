//! A bot's token: its user id, a colon, a secret.

use std::fmt;

use super::answer::Answer;

const LONGEST: usize = 80;
const USER_IDS: std::ops::Range<u64> = 1..1 << 54;

/// A token of a valid form. The queue of updates belongs to the id in it, not to the token.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token {
    bot: u64,
    text: String,
}

impl Token {
    /// The token, or the answer the real server gives to one of a wrong form.
    pub(crate) fn parse(text: &str) -> Result<Self, Answer> {
        let invalid = || Answer::error(401, "Unauthorized: invalid token specified");
        let misdirected = || Answer::error(421, "Misdirected Request: unallowed token specified");
        if text.starts_with('0') || text.len() > LONGEST {
            return Err(invalid());
        }
        let (id, _secret) = text.split_once(':').ok_or_else(invalid)?;
        let id: i64 = id.parse().map_err(|_| misdirected())?;
        let bot = u64::try_from(id).ok().filter(|id| USER_IDS.contains(id)).ok_or_else(invalid)?;
        Ok(Self { bot, text: text.to_owned() })
    }

    pub(crate) fn bot(&self) -> u64 {
        self.bot
    }
}

/// Without the secret, so that no log can hold it.
impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Token({}:…)", self.bot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_a_wrong_form_get_401_or_421() {
        let long = format!("1:{}", "x".repeat(79));
        for (text, status) in
            [("nocolon", 401), ("0123:a", 401), ("-5:a", 401), (long.as_str(), 401), ("", 401)]
        {
            assert_eq!(Token::parse(text).map_err(|answer| answer.status), Err(status), "{text:?}");
        }
        assert_eq!(Token::parse("18014398509481984:a").map_err(|answer| answer.status), Err(401));
        assert_eq!(Token::parse("abc:a").map_err(|answer| answer.status), Err(421));
    }

    #[test]
    fn the_bot_is_the_number_before_the_colon_and_the_secret_is_not_shown() {
        let token = Token::parse("42:secret").unwrap();
        assert_eq!(token.bot(), 42);
        assert!(!format!("{token:?}").contains("secret"));
    }
}
