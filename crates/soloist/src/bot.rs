//! A Telegram bot, known by the digits before `:` of its token. They are public and outlast the token; the bot's queue
//! of updates belongs to them, so two programs with the same digits are in each other's way wherever they run.

use crate::environment::Environment;

/// The longest id; Telegram's are 64-bit numbers.
const LONGEST_ID: usize = 20;

/// A bot's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bot {
    id: String,
}

impl Bot {
    /// The bot of a token (`123456789:AAF…`); `None` where that is none: digits, a colon, then letters, digits, `_`
    /// and `-` to the end.
    pub(crate) fn of_token(token: &[u8]) -> Option<Self> {
        let colon = token.iter().position(|&byte| byte == b':')?;
        let (id, secret) = (&token[..colon], &token[colon + 1..]);
        let is_id =
            (1..=LONGEST_ID).contains(&id.len()) && id.iter().all(u8::is_ascii_digit) && id[0] != b'0';
        let is_secret = !secret.is_empty()
            && secret.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        (is_id && is_secret).then(|| Self { id: String::from_utf8_lossy(id).into_owned() })
    }

    /// The digits.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// What a process's variables say of it.
    pub(crate) fn sign_in(&self, variables: &Environment) -> Sign {
        let mut sign = Sign::Nothing;
        for bot in variables.values().filter_map(|value| Self::of_token(value.trim_ascii())) {
            if bot == *self {
                return Sign::This;
            }
            if bot.id.len() >= SHORTEST_ID {
                sign = Sign::Another;
            }
        }
        sign
    }
}

/// Shorter numbers before a colon are no bots but ports, times and the like.
const SHORTEST_ID: usize = 6;

/// What the variables of a process carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// A token of this bot.
    This,
    /// Tokens of other bots only.
    Another,
    /// No token.
    Nothing,
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_a_form() {
        for good in ["123456789:AAF-abc_DEF", "1:a", "12345678901234567890:x"] {
            let bot = Bot::of_token(good.as_bytes());
            assert_eq!(bot.map(|bot| bot.id), good.split(':').next().map(str::to_owned), "{good}");
        }
        for bad in [
            "",
            ":",
            "123",
            "123:",
            ":abc",
            "012:abc",
            "12a:abc",
            "123:a b",
            "123:a:b",
            "bot123:abc",
            "123456789012345678901:x",
        ] {
            assert_eq!(Bot::of_token(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn a_process_is_told_by_its_variables() {
        let bot = Bot::of_token(b"123456789:AAF").unwrap();
        let sign = |words: &[&str]| bot.sign_in(&Environment::from_words(words));
        assert_eq!(sign(&["A=x", "TOKEN=987654321:ABC", "B= 123456789:rotated "]), Sign::This);
        assert_eq!(sign(&["TOKEN=987654321:ABC"]), Sign::Another);
        assert_eq!(
            sign(&["DISPLAY=1:0", "TOKEN=123456789", "URL=http://x/bot123456789:AAF/"]),
            Sign::Nothing
        );
    }
}
