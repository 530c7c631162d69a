//! The sentences that people read, in their language (Project Fluent; `locales/*.ftl`).
//!
//! A start that says nothing reads no sentence, and one that says two reads two: to parse a whole file costs more than a
//! claim does.

use std::cell::RefCell;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};

use crate::arguments::Language;

const ENGLISH: &str = include_str!("../locales/en.ftl");
const RUSSIAN: &str = include_str!("../locales/ru.ftl");

/// A language's sentences, each read when it is said for the first time.
pub(crate) struct Voice {
    tag: &'static str,
    text: &'static str,
    said: RefCell<Option<FluentBundle<FluentResource>>>,
}

/// The language that was asked for, else that of the locale (`LC_ALL`, `LC_MESSAGES`, `LANG`; locale(7)).
fn choose(asked: Option<Language>) -> Language {
    asked.unwrap_or_else(|| {
        let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        let locale = variable("LC_ALL").or_else(|| variable("LC_MESSAGES")).or_else(|| variable("LANG"));
        if locale.is_some_and(|locale| locale.starts_with("ru")) { Language::Ru } else { Language::En }
    })
}

impl Voice {
    /// The voice that was asked for, else the locale's.
    pub(crate) fn new(asked: Option<Language>) -> Self {
        match choose(asked) {
            Language::En => Self::of("en", ENGLISH),
            Language::Ru => Self::of("ru", RUSSIAN),
        }
    }

    fn of(tag: &'static str, text: &'static str) -> Self {
        Self { tag, text, said: RefCell::default() }
    }

    /// The sentence with this id; an id without a sentence stands for itself, which the tests would catch.
    pub(crate) fn say(&self, id: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let mut said = self.said.borrow_mut();
        let bundle = said.get_or_insert_with(|| empty(self.tag));
        if !bundle.has_message(id) {
            read(bundle, entry(self.text, id));
        }
        let arguments: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        let pattern = bundle.get_message(id).and_then(|message| message.value());
        let mut faults = Vec::new();
        pattern.map_or_else(
            || id.to_owned(),
            |pattern| bundle.format_pattern(pattern, Some(&arguments), &mut faults).into_owned(),
        )
    }
}

/// The lines of one entry: that of its id, and those behind it that are indented (Fluent syntax, 1.0).
fn entry<'a>(text: &'a str, id: &str) -> &'a str {
    let is_its = |line: &str| line.strip_prefix(id).is_some_and(|rest| rest.starts_with(" ="));
    let mut lines = text.split_inclusive('\n');
    let start: usize = lines.by_ref().take_while(|line| !is_its(line)).map(str::len).sum();
    let Some(rest) = text.get(start..).filter(|rest| is_its(rest)) else { return "" };
    let more: usize = lines.take_while(|line| line.starts_with([' ', '}'])).map(str::len).sum();
    let first = rest.find('\n').map_or(rest.len(), |at| at + 1);
    &rest[..first + more]
}

fn empty(tag: &str) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new(tag.parse().into_iter().collect());
    // Invisible marks around values would only puzzle who copies a path from the terminal.
    bundle.set_use_isolating(false);
    bundle
}

fn read(bundle: &mut FluentBundle<FluentResource>, text: &str) {
    // Faulty entries are left out; the tests read both files strictly.
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
    bundle.add_resource_overriding(resource);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each id with the variables that its sentence uses.
    fn contract(text: &str) -> Vec<(String, Vec<String>)> {
        let lines = text.lines().filter(|line| !line.starts_with('#') && line.contains(" = "));
        lines
            .map(|line| {
                let (id, sentence) = line.split_once(" = ").unwrap();
                let mut variables: Vec<String> = sentence
                    .split('$')
                    .skip(1)
                    .map(|rest| rest.chars().take_while(char::is_ascii_lowercase).collect())
                    .collect();
                variables.sort();
                (id.to_owned(), variables)
            })
            .collect()
    }

    #[test]
    fn every_sentence_stands_in_every_language_with_the_same_variables() {
        assert!(FluentResource::try_new(ENGLISH.to_owned()).is_ok());
        assert!(FluentResource::try_new(RUSSIAN.to_owned()).is_ok());
        assert_eq!(contract(ENGLISH), contract(RUSSIAN));
    }

    #[test]
    fn values_stand_in_sentences() {
        let russian = Voice::of("ru", RUSSIAN);
        assert_eq!(russian.say("since", &[("time", "вчера".into())]), "с вчера");
        let english = Voice::of("en", ENGLISH);
        assert_eq!(
            english.say("unseen-processes", &[("count", 2.into())]),
            "2 processes could not be looked into"
        );
    }

    #[test]
    fn every_sentence_is_found_by_its_id() {
        for (tag, text) in [("en", ENGLISH), ("ru", RUSSIAN)] {
            let voice = Voice::of(tag, text);
            for (id, variables) in contract(text) {
                let values: Vec<_> = variables.iter().map(|name| (name.as_str(), 1.into())).collect();
                assert_ne!(voice.say(&id, &values), id);
                assert_eq!(
                    FluentResource::try_new(entry(text, &id).to_owned()).unwrap().entries().count(),
                    1
                );
            }
            assert_eq!(voice.say("no-such-sentence", &[]), "no-such-sentence");
        }
    }
}
