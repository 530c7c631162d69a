//! The sentences of refusals and reports, in English and Russian.

use crate::arguments::Language;

/// The sentences that are told in the user's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    AnotherRuns,
    StartedLater,
    CannotEnd,
    NobodySeen,
    WithoutClaim,
    LeftBehind,
    Claimed,
    User,
    Directory,
    ToEnd,
    Waited,
    Program,
    Free,
    Running,
    Trouble,
    NothingRuns,
}

/// The language that was asked for, else that of the locale (`LC_ALL`, `LC_MESSAGES`, `LANG`; locale(7)).
pub(crate) fn choose(asked: Option<Language>) -> Language {
    asked.unwrap_or_else(|| {
        let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        let locale = variable("LC_ALL").or_else(|| variable("LC_MESSAGES")).or_else(|| variable("LANG"));
        if locale.is_some_and(|locale| locale.starts_with("ru")) { Language::Ru } else { Language::En }
    })
}

/// A sentence.
pub(crate) fn text(language: Language, text: Text) -> &'static str {
    let (english, russian) = both(text);
    match language {
        Language::En => english,
        Language::Ru => russian,
    }
}

fn both(text: Text) -> (&'static str, &'static str) {
    match text {
        Text::AnotherRuns => ("another instance is already running", "другой экземпляр уже запущен"),
        Text::StartedLater => ("a newer instance has taken over", "более новый экземпляр уже занял место"),
        Text::CannotEnd => ("the other instance could not be ended", "другой экземпляр не удалось завершить"),
        Text::NobodySeen => {
            ("the claim is taken, but its holder cannot be seen", "место занято, но владельца не видно")
        }
        Text::WithoutClaim => ("runs without a claim", "работает без захвата"),
        Text::LeftBehind => ("left behind by an earlier instance", "остался от прежнего экземпляра"),
        Text::Claimed => ("since", "с"),
        Text::User => ("user", "пользователь"),
        Text::Directory => ("in", "в"),
        Text::ToEnd => ("to end it", "чтобы завершить его"),
        Text::Waited => ("waited", "ожидание длилось"),
        Text::Program => ("program", "программа"),
        Text::Free => ("free: nothing runs", "свободно: ничего не запущено"),
        Text::Running => ("running", "работает"),
        Text::Trouble => ("trouble", "неполадка"),
        Text::NothingRuns => ("nothing runs", "ничего не запущено"),
    }
}
