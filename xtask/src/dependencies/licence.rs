//! Licence expressions (SPDX, annex D of its specification), against a list of what is allowed.

/// The licences that may be used, with their exceptions.
#[derive(Debug)]
pub(super) struct Allowed(Vec<String>);

impl Allowed {
    /// The `allow = [...]` of a `deny.toml`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (_, list) = text.split_once("\nallow = [").or_else(|| text.split_once("allow = ["))?;
        let (list, _) = list.split_once(']')?;
        let words: Vec<String> = list.split('"').skip(1).step_by(2).map(str::to_owned).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// Whether one may use what is under this expression. An expression that cannot be read is not satisfied.
    pub(super) fn satisfy(&self, expression: &str) -> bool {
        // `/` is how Cargo wrote `OR` once.
        let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut rest = words.as_slice();
        self.either(&mut rest) == Some(true) && rest.is_empty()
    }

    fn either(&self, rest: &mut &[&str]) -> Option<bool> {
        let mut satisfied = self.both(rest)?;
        while let ["OR", after @ ..] = *rest {
            *rest = after;
            satisfied |= self.both(rest)?;
        }
        Some(satisfied)
    }

    fn both(&self, rest: &mut &[&str]) -> Option<bool> {
        let mut satisfied = self.one(rest)?;
        while let ["AND", after @ ..] = *rest {
            *rest = after;
            satisfied &= self.one(rest)?;
        }
        Some(satisfied)
    }

    fn one(&self, rest: &mut &[&str]) -> Option<bool> {
        match *rest {
            ["(", after @ ..] => {
                *rest = after;
                let satisfied = self.either(rest)?;
                let [")", after @ ..] = *rest else { return None };
                *rest = after;
                Some(satisfied)
            }
            [licence, "WITH", exception, after @ ..] => {
                *rest = after;
                Some(self.has(&format!("{licence} WITH {exception}")))
            }
            ["AND" | "OR" | "WITH" | ")", ..] | [] => None,
            [licence, after @ ..] => {
                *rest = after;
                Some(self.has(licence))
            }
        }
    }

    fn has(&self, licence: &str) -> bool {
        self.0.iter().any(|allowed| allowed == licence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed() -> Allowed {
        let text =
            "[licenses]\nallow = [\n  \"MIT\", \"Apache-2.0\",\n  \"Apache-2.0 WITH LLVM-exception\",\n]\n";
        Allowed::parse(text).unwrap()
    }

    #[test]
    fn what_is_allowed_satisfies() {
        for expression in [
            "MIT",
            "MIT OR GPL-2.0-only",
            "GPL-2.0-only OR MIT",
            "MIT/Apache-2.0",
            "MIT AND Apache-2.0",
            "(MIT OR GPL-2.0-only) AND Apache-2.0",
            "Apache-2.0 WITH LLVM-exception",
            "GPL-2.0-only AND Apache-2.0 OR MIT",
        ] {
            assert!(allowed().satisfy(expression), "{expression}");
        }
    }

    #[test]
    fn what_is_not_allowed_or_cannot_be_read_does_not() {
        for expression in [
            "",
            "GPL-3.0",
            "mit",
            "MIT AND GPL-2.0-only",
            "(MIT OR Apache-2.0) AND GPL-2.0-only",
            "GPL-2.0-only OR MIT AND ISC",
            "Apache-2.0 WITH Other-exception",
            "(MIT",
            "MIT)",
            "MIT OR",
            "OR MIT",
            "MIT Apache-2.0",
        ] {
            assert!(!allowed().satisfy(expression), "{expression}");
        }
    }
}
