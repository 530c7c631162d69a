//! The parameters of a call, wherever in the request they were written.

use std::time::Duration;

/// Names and values in the order of the request; the first of equal names counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    pub(crate) fn extend(&mut self, others: Parameters) {
        self.0.extend(others.0);
    }

    /// The value of a parameter; one that isn't there is empty, as in the real server.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// `default` when the parameter is missing, 0 when it is garbage, and never outside the bounds.
    pub(crate) fn integer(&self, name: &str, default: i64, least: i64, most: i64) -> i64 {
        let text = self.text(name);
        let value = if text.is_empty() { default } else { leading_integer(text) };
        value.clamp(least, most)
    }

    pub(crate) fn seconds(&self, name: &str, most: u64) -> Duration {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        Duration::from_secs(self.integer(name, 0, 0, most).unsigned_abs())
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.text(name).trim().to_ascii_lowercase().as_str(), "true" | "yes" | "1")
    }
}

/// The number a text begins with, or 0: `12abc` is 12, `abc` is 0.
fn leading_integer(text: &str) -> i64 {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let digits = digits.bytes().take_while(u8::is_ascii_digit);
    let value =
        digits.fold(0_i64, |sum, digit| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    sign * value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(name: &str, value: &str) -> Parameters {
        Parameters::new(vec![(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn garbage_is_zero_and_bounds_are_kept() {
        for (text, expected) in [("7", 7), ("7x", 7), ("x", 0), ("-3", -3), ("", 5), ("99", 50), ("-99", -50)]
        {
            assert_eq!(parameters("n", text).integer("n", 5, -50, 50), expected, "{text:?}");
        }
    }

    #[test]
    fn flags_have_three_spellings_of_yes() {
        for (text, expected) in [("true", true), (" True ", true), ("1", true), ("YES", true), ("on", false)]
        {
            assert_eq!(parameters("f", text).flag("f"), expected, "{text:?}");
        }
    }
}
