//! Nothing secret is shown (contract §3.6): what is taken out of words before anybody sees them.
//!
//! A word is judged by its form (a bot token, a well-known key prefix, a password in a URL) and by the name
//! before it (`--token X`, `--password=X`, `API_KEY=X`, `Authorization: X`). When in doubt it is taken out.

/// What stands where a secret stood.
pub const MARK: &str = "<redacted>";

/// Parts of names that say "secret", where a name is split at `-`, `_`, `.` and before capitals.
const SECRET_PARTS: [&str; 22] = [
    "token",
    "tokens",
    "secret",
    "secrets",
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pass",
    "pwd",
    "key",
    "apikey",
    "credential",
    "credentials",
    "auth",
    "authorization",
    "bearer",
    "cookie",
    "dsn",
    "jwt",
    "otp",
    "pin",
];

/// The same, where names are written without separators (`bottoken`, `dbpassword`).
const SECRET_ENDINGS: [&str; 6] = ["token", "secret", "password", "passwd", "apikey", "passphrase"];

/// Last parts that make a name harmless: it says where a secret is, not what it is.
const HARMLESS_ENDINGS: [&str; 7] = ["file", "path", "dir", "env", "name", "id", "fd"];

/// Beginnings of well-known keys; what follows must be long.
const PREFIXES: [&str; 11] =
    ["ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "sk-", "sk_live_", "xoxb-", "xoxp-", "AKIA", "eyJ"];

/// An argument list without its secrets, one string a word; bytes that are no UTF-8 become U+FFFD.
#[must_use]
pub fn arguments<W: AsRef<[u8]>>(words: &[W]) -> Vec<String> {
    let mut after = Before::Nothing;
    words.iter().map(|word| step(&String::from_utf8_lossy(word.as_ref()), &mut after)).collect()
}

/// A text without its secrets: an error message, a path, a log line.
#[must_use]
pub fn text(text: &str) -> String {
    let mut after = Before::Nothing;
    pieces(text)
        .map(
            |piece| {
                if piece.starts_with(char::is_whitespace) { piece.into() } else { step(piece, &mut after) }
            },
        )
        .collect()
}

/// What the word before says about this one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// The name of a secret: this word is its value.
    Secret,
    /// `-u`: this word may be `user:password`.
    User,
}

fn step(word: &str, before: &mut Before) -> String {
    if word.contains(char::is_whitespace) && *before != Before::Secret {
        *before = Before::Nothing;
        return shell_words(word);
    }
    let shown = match *before {
        Before::Secret if !is_option(word) => MARK.to_owned(),
        Before::User if word.contains(':') => {
            format!("{}:{MARK}", word.split(':').next().unwrap_or_default())
        }
        _ => inside(word),
    };
    *before = announces(word);
    shown
}

/// A word with blanks in it: `Authorization: Bearer x`, `NAME=a b`, or a command line for a shell.
fn shell_words(word: &str) -> String {
    if let Some((name, _)) = word.split_once(['=', ':'])
        && !name.contains(char::is_whitespace)
        && is_secret_name(name.trim_start_matches('-'))
    {
        return format!("{}{MARK}", &word[..=name.len()]);
    }
    text(word)
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

/// `-x`, `--long-name`: a secret's value is hardly ever spelled so.
fn is_option(word: &str) -> bool {
    (word.len() == 2 && word.starts_with('-'))
        || word.strip_prefix("--").is_some_and(|name| {
            name.len() > 1 && name.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '=')
        })
}

fn announces(word: &str) -> Before {
    let bare = word.trim_matches(['"', '\'']);
    let header = bare.strip_suffix(':').filter(|name| is_secret_name(name)).is_some();
    let option = bare.starts_with('-') && !bare.contains('=') && is_secret_name(bare.trim_start_matches('-'));
    match bare {
        _ if header || option || bare.eq_ignore_ascii_case("bearer") => Before::Secret,
        "-u" | "--user" | "--proxy-user" => Before::User,
        _ => Before::Nothing,
    }
}

/// Whether a name announces a secret: `BOT_TOKEN`, `--api-key`, `dbPassword`; not `--token-file`, not `author`.
fn is_secret_name(name: &str) -> bool {
    let parts = name_parts(name.trim_matches(['"', '\'']));
    let Some(last) = parts.last() else { return false };
    if HARMLESS_ENDINGS.contains(&last.as_str()) {
        return false;
    }
    parts.iter().any(|part| {
        SECRET_PARTS.contains(&part.as_str()) || SECRET_ENDINGS.iter().any(|ending| part.ends_with(ending))
    })
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

/// Takes secrets out of one word without blanks.
fn inside(word: &str) -> String {
    let word = url_passwords(word);
    let word = assignments(&word);
    known_keys(&bot_tokens(&word))
}

/// `scheme://user:password@host` → `scheme://user:<redacted>@host`.
fn url_passwords(word: &str) -> String {
    let Some(start) = word.find("://").map(|at| at + 3) else { return word.to_owned() };
    // A password may itself hold a slash or an at sign: the last at sign decides.
    let Some(at) = word[start..].rfind('@').map(|at| start + at) else {
        return word.to_owned();
    };
    match word[start..at].find(':') {
        Some(colon) => format!("{}{MARK}{}", &word[..=start + colon], url_passwords(&word[at..])),
        None => format!("{}{}", &word[..at], url_passwords(&word[at..])),
    }
}

/// `NAME=value`, `--name=value` and `?name=value&…`: the values of secret names.
fn assignments(word: &str) -> String {
    let mut shown = String::new();
    let mut rest = word;
    while let Some(at) = rest.find('=') {
        let start = rest[..at].rfind(['?', '&', ';', ',', '"', '\'']).map_or(0, |before| before + 1);
        let first = shown.is_empty() && start == 0;
        shown.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        if is_secret_name(shown[shown.len() - (at - start) - 1..shown.len() - 1].trim_start_matches('-')) {
            let end = if first { None } else { rest.find(['&', ';', ',', '"', '\'']) };
            shown.push_str(if rest.is_empty() { "" } else { MARK });
            rest = end.map_or("", |end| &rest[end..]);
        }
    }
    shown + rest
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// `123456789:AAE…` → `123456789:<redacted>`: the id is public, the rest is the bot.
fn bot_tokens(word: &str) -> String {
    let mut shown = String::new();
    let mut rest = word;
    while let Some(at) = rest.find(':') {
        let digits = rest[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
        let secret = rest[at + 1..].bytes().take_while(|&byte| is_token_byte(byte)).count();
        shown.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        if digits >= 5 && secret >= 20 {
            shown.push_str(MARK);
            rest = &rest[secret..];
        }
    }
    shown + rest
}

fn known_keys(word: &str) -> String {
    for prefix in PREFIXES {
        let Some(at) = word.find(prefix) else { continue };
        if word[..at].bytes().next_back().is_some_and(is_token_byte) {
            continue;
        }
        let after = &word[at + prefix.len()..];
        let length = after.bytes().take_while(|&byte| is_token_byte(byte) || byte == b'.').count();
        if length >= 16 {
            return format!("{}{MARK}{}", &word[..at + prefix.len()], known_keys(&after[length..]));
        }
    }
    word.to_owned()
}

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
            (vec!["curl", "-u", "me:pw", "x"], vec!["curl", "-u", "me:<redacted>", "x"]),
            (vec!["ghp_0123456789abcdef0123"], vec!["ghp_<redacted>"]),
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
        assert_eq!(text("cannot open /srv/bot: no such file"), "cannot open /srv/bot: no such file");
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
