//! What the command line asks for.

use super::library::{self, Library};
use super::order::{ORDERS, Order};
use crate::machine::Outcome;

/// The options of `cargo xtask telegram`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Wishes {
    long: bool,
    quick: bool,
    /// The two ways of one restart, in place of all orders.
    pub(crate) late: bool,
    pub(crate) write: bool,
    /// How many libraries play at once.
    pub(crate) jobs: usize,
    libraries: Vec<String>,
}

impl Wishes {
    pub(crate) fn parse(words: &[String]) -> Outcome<Self> {
        let mut wishes = Self { jobs: 1, ..Self::default() };
        for word in words {
            match word.as_str() {
                word if word.starts_with("--jobs=") => wishes.jobs = number(&word["--jobs=".len()..])?,
                "--long" => wishes.long = true,
                "--late" => wishes.late = true,
                "--quick" => wishes.quick = true,
                "--write" => wishes.write = true,
                word if word.starts_with('-') => return Err(format!("telegram has no option {word}")),
                word => wishes.libraries.push(library::named(word)?.name.to_owned()),
            }
        }
        if wishes.write && (wishes.quick || !wishes.libraries.is_empty()) {
            return Err("--write wants a whole run: leave out --quick and the libraries".into());
        }
        if wishes.late && (wishes.long || wishes.quick) {
            return Err("--late is a run of its own: leave out --long and --quick".into());
        }
        Ok(wishes)
    }

    pub(crate) fn wants(&self, library: &Library) -> bool {
        if self.late && library.late.is_none() {
            return false;
        }
        if self.quick && self.libraries.is_empty() {
            return library.name == "aiogram";
        }
        let named = self.libraries.iter().any(|name| name == library.name);
        named || (self.libraries.is_empty() && (self.long || !library.long))
    }

    pub(crate) fn orders(&self) -> &'static [Order] {
        if self.quick { &ORDERS[..1] } else { ORDERS }
    }
}

fn number(text: &str) -> Outcome<usize> {
    let number = text.parse().ok().filter(|&number| number > 0);
    number.ok_or_else(|| format!("--jobs wants a number above 0, not {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telegram::library::LIBRARIES;

    fn parse(words: &[&str]) -> Outcome<Wishes> {
        Wishes::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    fn chosen(words: &[&str]) -> Vec<&'static str> {
        let wishes = parse(words).unwrap_or_default();
        LIBRARIES.iter().filter(|library| wishes.wants(library)).map(|library| library.name).collect()
    }

    #[test]
    fn the_long_run_has_all_libraries() {
        assert_eq!(chosen(&["--long"]).len(), LIBRARIES.len());
        assert_eq!(chosen(&[]).len(), LIBRARIES.iter().filter(|library| !library.long).count());
    }

    #[test]
    fn libraries_are_chosen_by_name_in_any_case() {
        assert_eq!(chosen(&["GRAMMY", "frankenstein"]), ["grammY", "frankenstein"]);
        assert!(parse(&["telegram-rs"]).is_err_and(|error| error.contains("aiogram")));
    }

    #[test]
    fn the_quick_run_is_one_order_and_is_not_written() {
        assert_eq!(chosen(&["--quick"]), ["aiogram"]);
        assert_eq!(parse(&["--quick"]).map(|wishes| wishes.orders().len()), Ok(1));
        assert!(parse(&["--quick", "--write"]).is_err());
    }

    #[test]
    fn the_late_run_has_the_libraries_with_an_example() {
        assert_eq!(chosen(&["--late"]), ["aiogram", "python-telegram-bot", "teloxide"]);
        assert_eq!(chosen(&["--late", "aiogram", "grammY"]), ["aiogram"]);
        assert!(parse(&["--late", "--quick"]).is_err() && parse(&["--late", "--long"]).is_err());
    }

    #[test]
    fn libraries_play_one_after_the_other_unless_wished() {
        assert_eq!(parse(&[]).map(|wishes| wishes.jobs), Ok(1));
        assert_eq!(parse(&["--jobs=3"]).map(|wishes| wishes.jobs), Ok(3));
        assert!(parse(&["--jobs=0"]).is_err() && parse(&["--jobs="]).is_err());
    }
}
