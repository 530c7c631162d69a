//! Nothing secret is shown (contract §3.6): what is taken out of words before anybody sees them.
//!
//! A word is judged by its form (a bot token, a well-known key prefix, a password in a URL) and by the name
//! before it (`--token X`, `--password=X`, `API_KEY=X`, `Authorization: X`). When in doubt it is taken out.

use std::borrow::Cow;

/// What stands where a secret stood.
pub const MARK: &str = "<redacted>";

/// Parts of names that say "secret", where a name is split at `-`, `_`, `.` and before capitals.
const SECRET_PARTS: [&str; 42] = [
    "token",
    "tokens",
    "secret",
    "secrets",
    "password",
    "passwd",
    "pswd",
    "passphrase",
    "passcode",
    "pass",
    "pwd",
    "pw",
    "key",
    "keys",
    "apikey",
    "privkey",
    "credential",
    "credentials",
    "cred",
    "creds",
    "userpass",
    "auth",
    "authorization",
    "bearer",
    "cookie",
    "dsn",
    "jwt",
    "otp",
    "totp",
    "pin",
    "pat",
    "sid",
    "session",
    "sessionid",
    "signature",
    "sig",
    "mnemonic",
    "webhook",
    "токен",
    "пароль",
    "секрет",
    "ключ",
];

/// The same, where names are written without separators (`bottoken`, `PGPASSWORD`).
const SECRET_ENDINGS: [&str; 10] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "apihash",
    "accesskey",
    "secretkey",
    "privatekey",
];

/// Last parts that make a name harmless: it says where a secret is, not what it is.
const HARMLESS_ENDINGS: [&str; 7] = ["file", "path", "dir", "env", "name", "id", "fd"];

/// Beginnings of well-known keys; what follows must be long.
const PREFIXES: [&str; 23] = [
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "sk-",
    "sk_live_",
    "rk_live_",
    "xoxb-",
    "xoxp-",
    "xapp-",
    "AKIA",
    "ASIA",
    "eyJ",
    "AIza",
    "hf_",
    "npm_",
    "pypi-",
    "dop_v1_",
    "SG.",
    "ya29.",
    "hooks.slack.com/services/",
    "/api/webhooks/",
];

/// An argument list without its secrets, one string a word; bytes that are no UTF-8 become U+FFFD.
#[must_use]
pub fn arguments<W: AsRef<[u8]>>(words: &[W]) -> Vec<String> {
    let mut before = Before::Nothing;
    words.iter().map(|word| step(&String::from_utf8_lossy(word.as_ref()), &mut before)).collect()
}

/// A text without its secrets: an error message, a path, a log line, a command for a shell.
#[must_use]
pub fn text(text: &str) -> String {
    let mut before = Before::Nothing;
    let clean = |piece: &str| match piece.starts_with(char::is_whitespace) {
        true => piece.to_owned(),
        false => piece_of_text(piece, &mut before),
    };
    pieces(text).map(clean).collect()
}

/// What stood before says about what comes now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// The name of a secret: this word is its value.
    Secret,
    /// `-u`: this word may be `user:password`.
    User,
    /// A secret in quotes goes on until they close.
    Quoted(char),
}

fn step(word: &str, before: &mut Before) -> String {
    match *before {
        Before::Secret => {
            *before = announced_by(word);
            return MARK.to_owned();
        }
        Before::User if word.contains(':') => {
            *before = Before::Nothing;
            return without_password(word);
        }
        _ => {}
    }
    *before = announced_by(word);
    if !word.contains(char::is_whitespace) {
        return inside(word, true).0;
    }
    // `Authorization: Bearer x` and `NAME=a b` are one value to the end; else it is a command for a shell.
    let name_end = word.find(|c: char| !is_name_character(c)).unwrap_or(0);
    let (name, rest) = word.split_at(name_end);
    match rest.chars().next() {
        Some(mark @ ('=' | ':')) if is_secret_name(name) => format!("{}{mark}{MARK}", known_keys(name)),
        _ => text(word),
    }
}

fn piece_of_text(piece: &str, before: &mut Before) -> String {
    if let Before::Quoted(quote) = *before {
        let Some(end) = piece.find(quote) else { return String::new() };
        *before = Before::Nothing;
        return inside(&piece[end..], false).0;
    }
    let told = *before;
    *before = announced_by(piece);
    match told {
        Before::Secret => match piece.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            Some(quote) if !piece[1..].contains(quote) => {
                *before = Before::Quoted(quote);
                MARK.to_owned()
            }
            _ => MARK.to_owned(),
        },
        Before::User if piece.contains(':') => without_password(piece),
        _ => {
            let (shown, open) = inside(piece, false);
            if let Some(quote) = open {
                *before = Before::Quoted(quote);
            }
            shown
        }
    }
}

/// Runs of blanks and runs of other characters, in order.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let blank = rest.chars().next()?.is_whitespace();
        let end = rest.find(|c: char| c.is_whitespace() != blank).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

/// `user:password` without the password. What stands before the colon may hold a secret of its own.
fn without_password(word: &str) -> String {
    let user = word.split(':').next().unwrap_or_default();
    format!("{}:{MARK}", inside(user, false).0)
}

/// What a word says about the next one.
fn announced_by(word: &str) -> Before {
    let bare = word.trim_matches(['"', '\'']);
    let header = bare.strip_suffix(':').is_some_and(|name| {
        let (before, name) = trailing_name(name.trim_end_matches(['"', '\'']));
        // `cannot open /etc/passwd: no such file` names a file.
        !before.ends_with('/') && is_secret_name(name)
    });
    let scheme = ["basic", "bearer", "digest"].iter().any(|scheme| bare.eq_ignore_ascii_case(scheme));
    let option = bare.starts_with('-') && !bare.contains(['=', ':']) && is_secret_name(bare);
    match bare {
        _ if header || option || scheme => Before::Secret,
        "-u" | "--user" | "--proxy-user" => Before::User,
        _ => Before::Nothing,
    }
}

/// The name at the end of a text, and what stands before it.
fn trailing_name(text: &str) -> (&str, &str) {
    text.split_at(text.trim_end_matches(is_name_character).len())
}

fn is_name_character(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// Whether a name announces a secret: `BOT_TOKEN`, `--api-key`, `dbPassword`; not `--token-file`, not `author`.
fn is_secret_name(name: &str) -> bool {
    let parts = name_parts(name);
    let Some(last) = parts.last() else { return false };
    let ends = |part: &str| SECRET_ENDINGS.iter().any(|ending| part.ends_with(ending));
    let secret = |part: &str| SECRET_PARTS.contains(&part) || ends(part);
    // `--token-file` says where, but `--secret-id` is one.
    let says_where = HARMLESS_ENDINGS.contains(&last.as_str())
        && !(last == "id" && parts.iter().any(|part| part == "secret"));
    !says_where && (ends(&parts.concat()) || parts.iter().any(|part| secret(part)))
}

fn name_parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut lower_before = false;
    for c in name.chars() {
        if matches!(c, '-' | '_' | '.') || (c.is_ascii_uppercase() && lower_before) {
            parts.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(part) = parts.last_mut()
        {
            part.push(c.to_ascii_lowercase());
        }
        lower_before = c.is_ascii_lowercase();
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Takes secrets out of one word without blanks. In a `whole` word a value reaches to its end; in a piece of a
/// text it may open quotes that close later, which is told.
fn inside(word: &str, whole: bool) -> (String, Option<char>) {
    let word = credentials(word);
    let word = url_passwords(&word);
    let (word, open) = named_values(&word, whole);
    let word = bot_tokens(&word);
    (known_keys(&word), open)
}

/// `--proxy-user=me:pw`, `-ume:pw` → without the password.
fn credentials(word: &str) -> Cow<'_, str> {
    let option = ["--user=", "--proxy-user=", "-u"].iter().find(|option| word.starts_with(**option));
    match option {
        Some(option) if word[option.len()..].contains(':') && !word.contains("//") => {
            without_password(word).into()
        }
        _ => word.into(),
    }
}

/// The shortest user name of a URL that is taken for a token.
const TOKEN_LENGTH: usize = 16;

/// `scheme://user:password@host` → `scheme://user:<redacted>@host`; a long user without a password is a token.
fn url_passwords(word: &str) -> Cow<'_, str> {
    if !word.contains('@') {
        return word.into();
    }
    let Some(start) = word.find("//").map(|at| at + 2) else { return word.into() };
    // A password may itself hold a slash or an at sign: the last at sign decides.
    let Some(at) = word[start..].rfind('@').map(|at| start + at) else { return word.into() };
    let user = &word[start..at];
    match user.find(':') {
        Some(colon) => format!("{}{MARK}{}", &word[..=start + colon], &word[at..]).into(),
        None if user.len() >= TOKEN_LENGTH && !user.contains('/') => {
            format!("{}{MARK}{}", &word[..start], &word[at..]).into()
        }
        None => word.into(),
    }
}

/// `NAME=value`, `--name=value`, `?name=value&…`, `"name":"value"`: the values of secret names.
fn named_values(word: &str, whole: bool) -> (Cow<'_, str>, Option<char>) {
    if !word.contains(['=', ':']) {
        return (word.into(), None);
    }
    let mut shown = String::new();
    let mut rest = word;
    while let Some(at) = rest.find(['=', ':']) {
        let before = rest[..at].trim_end_matches(['"', '\'']);
        let (lead, name) = trailing_name(before);
        let first = shown.is_empty() && lead.is_empty();
        let secret = is_secret_name(name);
        shown.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        if !secret || rest.is_empty() || rest.starts_with("//") {
            continue;
        }
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            shown.push(quote);
            shown.push_str(MARK);
            let Some(end) = rest[1..].find(quote) else { return (shown.into(), Some(quote)) };
            rest = &rest[1 + end..];
            continue;
        }
        shown.push_str(MARK);
        let end = if first && whole { None } else { rest.find(['&', ';', ',', '"', '\'', '}', ')']) };
        rest = end.map_or("", |end| &rest[end..]);
    }
    ((shown + rest).into(), None)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// `123456789:AAE…` → `123456789:<redacted>`: the id is public, the rest is the bot. In a URL the colon may be
/// written `%3A`.
fn bot_tokens(word: &str) -> Cow<'_, str> {
    if !word.contains([':', '%']) {
        return word.into();
    }
    let mut shown = String::new();
    let mut rest = word;
    // What was taken out last: where tokens run together, it ends with the id of the next one.
    let mut before = "";
    // One pass, for any word: each colon is looked for from the end of the one before.
    while let Some((at, length)) = colon(rest) {
        let id = if at == 0 { before } else { &rest[..at] };
        let digits = id.bytes().rev().take_while(u8::is_ascii_digit).count();
        before = "";
        shown.push_str(&rest[..at + length]);
        rest = &rest[at + length..];
        let secret = rest.bytes().take_while(|&byte| is_token_byte(byte)).count();
        if digits >= 5 && secret >= 20 {
            shown.push_str(MARK);
            (before, rest) = rest.split_at(secret);
        }
    }
    (shown + rest).into()
}

fn colon(text: &str) -> Option<(usize, usize)> {
    text.match_indices([':', '%']).find_map(|(at, mark)| match text.as_bytes().get(at + 1..at + 3) {
        _ if mark == ":" => Some((at, 1)),
        Some(code) if code.eq_ignore_ascii_case(b"3a") => Some((at, 3)),
        _ => None,
    })
}

/// Takes well-known keys out, where they stand at the beginning of a name.
fn known_keys(word: &str) -> String {
    let mut shown = String::with_capacity(word.len());
    let mut rest = word;
    while let Some((at, length)) = known_key(rest) {
        shown.push_str(&rest[..at]);
        shown.push_str(MARK);
        rest = &rest[at + length..];
    }
    shown.push_str(rest);
    shown
}

/// Where the secret part of a well-known key stands, and how long it is.
fn known_key(word: &str) -> Option<(usize, usize)> {
    let bytes = word.as_bytes();
    let is_key = |&byte: &u8| is_token_byte(byte) || matches!(byte, b'.' | b'/');
    (0..bytes.len().saturating_sub(TOKEN_LENGTH)).find_map(|at| {
        if at > 0 && bytes[at - 1].is_ascii_alphanumeric() {
            return None;
        }
        PREFIXES.iter().find_map(|prefix| {
            let key = bytes[at..].strip_prefix(prefix.as_bytes())?;
            let length = key.iter().copied().take_while(is_key).count();
            (length >= TOKEN_LENGTH).then_some((at + prefix.len(), length))
        })
    })
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "123456789:AAF-abcdefghijklmnopqrstuvwxyz0123456";

    #[test]
    fn each_form_of_a_secret_is_taken_out() {
        for (words, shown) in [
            (vec!["main.py", TOKEN], vec!["main.py", "123456789:<redacted>"]),
            (vec!["--token", "abc", "x"], vec!["--token", "<redacted>", "x"]),
            (vec!["--token", "-abc-def", "x"], vec!["--token", "<redacted>", "x"]),
            (vec!["--password=a=b"], vec!["--password=<redacted>"]),
            (vec!["API_KEY=abc,def"], vec!["API_KEY=<redacted>"]),
            (vec!["dbPassword=x"], vec!["dbPassword=<redacted>"]),
            (vec!["BOTTOKEN=x"], vec!["BOTTOKEN=<redacted>"]),
            (vec!["postgres://u:secret@h/db"], vec!["postgres://u:<redacted>@h/db"]),
            (vec!["redis://:p@ss/w@h:1"], vec!["redis://:<redacted>@h:1"]),
            (vec!["https://h/?api_key=abc&x=1"], vec!["https://h/?api_key=<redacted>&x=1"]),
            (
                vec!["https://h/bot123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAA/x"],
                vec!["https://h/bot123456:<redacted>/x"],
            ),
            (vec!["-H", "Authorization: Bearer abc"], vec!["-H", "Authorization:<redacted>"]),
            (vec!["sh", "-c", "x --token abc && y"], vec!["sh", "-c", "x --token <redacted> && y"]),
            (vec!["sh", "-c", "TOKEN=abc python main.py"], vec!["sh", "-c", "TOKEN=<redacted>"]),
            (
                vec!["sh", "-c", "exec env TOKEN=abc python main.py"],
                vec!["sh", "-c", "exec env TOKEN=<redacted> python main.py"],
            ),
            (vec!["curl", "-u", "me:pw", "x"], vec!["curl", "-u", "me:<redacted>", "x"]),
            (vec!["ghp_0123456789abcdef0123"], vec!["ghp_<redacted>"]),
            (vec!["task-sk-AAAAAAAAAAAAAAAAAAAA"], vec!["task-sk-<redacted>"]),
            (
                vec!["https://h/bot123456789%3AAAAAAAAAAAAAAAAAAAAAAAAAA/x"],
                vec!["https://h/bot123456789%3A<redacted>/x"],
            ),
            (
                vec!["--header=Authorization: Basic dXNl"],
                vec!["--header=Authorization: <redacted> <redacted>"],
            ),
            (vec![r#"{"token":"x","a":1}"#], vec![r#"{"token":"<redacted>","a":1}"#]),
            (vec!["--password", "--like-an-option", "x"], vec!["--password", "<redacted>", "x"]),
            (vec!["--token:x"], vec!["--token:<redacted>"]),
            (
                vec!["PW=x", "ACCESSKEY=x", "--sessionid=x"],
                vec!["PW=<redacted>", "ACCESSKEY=<redacted>", "--sessionid=<redacted>"],
            ),
            (vec!["--pat", "x"], vec!["--pat", "<redacted>"]),
            (vec![r#"{"password": "x y", "a": 1}"#], vec![r#"{"password": <redacted> ", "a": 1}"#]),
            (
                vec!["--api-hash", "x", "--session-string=x"],
                vec!["--api-hash", "<redacted>", "--session-string=<redacted>"],
            ),
            (
                vec!["--secret-id", "x", "--creds", "u:p"],
                vec!["--secret-id", "<redacted>", "--creds", "<redacted>"],
            ),
            (vec!["hf_abcdefghijklmnopqrst", "токен=x"], vec!["hf_<redacted>", "токен=<redacted>"]),
            (
                vec!["https://hooks.slack.com/services/T000/B000/abcdefgh"],
                vec!["https://hooks.slack.com/services/<redacted>"],
            ),
            (
                vec!["//u:p@h", "https://0123456789abcdef01@h/"],
                vec!["//u:<redacted>@h", "https://<redacted>@h/"],
            ),
            (vec!["--proxy-user=me:pw", "-ume:pw"], vec!["--proxy-user=me:<redacted>", "-ume:<redacted>"]),
            (
                vec!["sh", "-c", "export PGPASSWORD='a b'; x"],
                vec!["sh", "-c", "export PGPASSWORD='<redacted> '; x"],
            ),
        ] {
            assert_eq!(arguments(&words), shown, "{words:?}");
        }
    }

    #[test]
    fn harmless_words_stay() {
        let words = [
            "python3",
            "-u",
            "main.py",
            "--token-file",
            "/etc/t",
            "--author",
            "me",
            "a=b",
            "12:30",
            "--keyboard",
            "x",
        ];
        assert_eq!(arguments(&words), words);
        for sentence in
            ["cannot open /srv/bot: no such file", "cannot execute /etc/passwd: permission denied"]
        {
            assert_eq!(text(sentence), sentence);
        }
    }

    #[test]
    fn a_text_is_cleaned_too() {
        assert_eq!(text(&format!("bad value '{TOKEN}' here")), "bad value '123456789:<redacted>' here");
    }

    #[test]
    fn odd_words_do_no_harm() {
        for word in ["", "=", ":", "://", "@", "://:@", "--", "é=ü", "a://é:ü@ö"] {
            let _shown = arguments(&[word, word]);
        }
        let _shown = arguments(&[&[0xff, b'=', 0xfe][..]]);
    }
}
