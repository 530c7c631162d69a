//! What a server answers, and what the files of a program hold, is read whatever it is.

use proptest::collection::vec;
use proptest::prelude::*;

use super::answer::{Me, Webhook, understand};
use super::failure::Failure;
use super::libraries::Language;
use super::root::{Root, place};
use super::{drops, manifest, recognise};
use crate::corpus::cases;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,60}",
        "(\\n|import |from |require\\(|aiogram|grammy|[\"'`#=\\[\\],. ]|dependencies|é){0,20}",
    ]
}

proptest! {
    #![proptest_config(cases())]

    /// Only a whole answer of a Bot API is an answer.
    #[test]
    fn an_answer_is_whole_or_a_failure(
        status in prop_oneof![Just(200u16), 100..600u16],
        id in any::<u64>(),
        name in "[a-zA-Z0-9_]{1,32}|\\PC{0,8}",
        cut in any::<prop::sample::Index>(),
    ) {
        let body = serde_json::to_vec(&serde_json::json!({"ok": true, "result": {"id": id, "username": name}})).unwrap();
        let me = understand::<Me>(status, &body);
        prop_assert_eq!(me.as_ref().ok().map(|me| me.id), (status == 200).then_some(id));
        if let Ok(me) = me {
            prop_assert!(me.name() == name || me.name() == "?");
        }
        prop_assert!(understand::<Me>(status, &body[..cut.index(body.len())]).is_err());
    }

    #[test]
    fn any_answer_is_read(status in any::<u16>(), body in vec(any::<u8>(), 0..80), deep in 0..300usize) {
        let _read = (understand::<Me>(status, &body), understand::<Webhook>(status, &body));
        let nested = [b"{\"ok\":true,\"result\":".to_vec(), b"[".repeat(deep)].concat();
        prop_assert!(understand::<Webhook>(200, &nested).is_err());
        let busy = format!(r#"{{"ok":false,"parameters":{{"retry_after":{deep}}}}}"#);
        prop_assert_eq!(understand::<Me>(429, busy.as_bytes()), Err(Failure::Busy(deep as u64)));
    }

    /// A root that is taken keeps the token behind its own host, and shows no password.
    #[test]
    fn a_root_is_where_it_says(
        scheme in "https?|HTTP",
        user in prop::option::of("[a-z]{1,4}:QZXJ[a-z0-9]{0,5}@"),
        host in "[a-z0-9.-]{0,12}",
        port in prop::option::of(":[0-9]{1,5}"),
        path in "(/[a-z]{0,4}){0,2}",
    ) {
        let (user, port) = (user.unwrap_or_default(), port.unwrap_or_default());
        let text = format!("{scheme}://{user}{host}{port}{path}");
        if let Ok(root) = Root::parse(&text) {
            prop_assert_eq!(root.place(), format!("{scheme}://{host}{port}").to_ascii_lowercase());
            prop_assert!(!root.place().contains("qzxj") && root.method("1:a", "getMe").ends_with("/bot1:a/getMe"));
            prop_assert_eq!(root.is_cloud(), host.trim_end_matches('.') == "api.telegram.org");
        }
    }

    #[test]
    fn any_text_is_a_root_or_none(text in "(https?|://|/|@|:|\\?|#|bot|[a-z]|\\PC){0,12}") {
        let told = place(&text).0;
        if let Ok(root) = Root::parse(&text) {
            let _said = (root.place(), root.is_cloud(), root.finding());
        }
        prop_assert!(!told.contains('@') || !text.contains('@'), "{}", told);
    }

    #[test]
    fn any_file_of_a_program_is_read(name in "[a-z]{1,6}(\\.(py|ts|json|toml|txt))?", text in text()) {
        for language in [Language::Python, Language::Node, Language::Rust] {
            let _found = (recognise::in_script(language, &text), recognise::in_manifest(language, &name, &text));
        }
        let _told = (recognise::language(&name, &text), drops::line(&text));
        let _names = (manifest::requirements(&text), manifest::package_json(&text), manifest::toml(&text));
        prop_assert!(manifest::quoted(&text).all(|piece| text.contains(piece)));
    }
}
