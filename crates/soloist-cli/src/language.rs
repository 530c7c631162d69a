//! The sentences that people read, in their language (Project Fluent; `locales/*.ftl`).

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};

use crate::arguments::Language;

const ENGLISH: &str = include_str!("../locales/en.ftl");
const RUSSIAN: &str = include_str!("../locales/ru.ftl");

/// A language's sentences.
pub(crate) struct Voice(FluentBundle<FluentResource>);

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
        let (tag, text) = match choose(asked) {
            Language::En => ("en", ENGLISH),
            Language::Ru => ("ru", RUSSIAN),
        };
        Self(bundle(tag, text))
    }

    /// The sentence with this id; an id without a sentence stands for itself, which the tests would catch.
    pub(crate) fn say(&self, id: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let arguments: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        let pattern = self.0.get_message(id).and_then(|message| message.value());
        let mut faults = Vec::new();
        pattern.map_or_else(
            || id.to_owned(),
            |pattern| self.0.format_pattern(pattern, Some(&arguments), &mut faults).into_owned(),
        )
    }
}

fn bundle(tag: &str, text: &str) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new(tag.parse().into_iter().collect());
    // Invisible marks around values would only puzzle who copies a path from the terminal.
    bundle.set_use_isolating(false);
    // Faulty entries are left out; the tests read both files strictly.
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
    bundle.add_resource_overriding(resource);
    bundle
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
        let russian = Voice(bundle("ru", RUSSIAN));
        assert_eq!(russian.say("since", &[("time", "вчера".into())]), "с вчера");
        let english = Voice(bundle("en", ENGLISH));
        assert_eq!(
            english.say("unseen-processes", &[("count", 2.into())]),
            "2 processes could not be looked into"
        );
    }
}
