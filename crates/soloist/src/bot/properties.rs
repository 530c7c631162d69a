//! A bot is its digits, and nothing else is a bot.

use proptest::prelude::*;

use super::Bot;
use crate::corpus::cases;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_token_is_of_the_bot_before_its_colon(id in "[1-9][0-9]{0,19}", secret in "[A-Za-z0-9_-]{1,40}") {
        let bot = Bot::of_token(format!("{id}:{secret}").as_bytes());
        prop_assert_eq!(bot.map(|bot| bot.id().to_owned()), Some(id));
    }

    /// The form as a plain reading of it, byte by byte.
    #[test]
    fn what_has_another_form_is_none(text in "[0-9]{0,22}:{0,2}[A-Za-z0-9_ -]{0,6}:?|\\PC{0,12}") {
        let parts: Vec<&str> = text.split(':').collect();
        let is_token = match parts.as_slice() {
            [id, secret] => {
                (1..=20).contains(&id.len())
                    && id.chars().all(|c| c.is_ascii_digit())
                    && !id.starts_with('0')
                    && !secret.is_empty()
                    && secret.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
            }
            _ => false,
        };
        prop_assert_eq!(Bot::of_token(text.as_bytes()).is_some(), is_token, "{}", text);
    }
}
