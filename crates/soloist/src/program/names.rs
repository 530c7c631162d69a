//! The names that programs go by.

/// The base name of a command word, as the tables spell it: without directories, without the `-` of a login
/// shell (login(1)) and without `.exe`.
pub(super) fn base(word: &[u8]) -> &[u8] {
    let name = after_last(word.strip_prefix(b"-").unwrap_or(word), b'/');
    match without_exe(name) {
        Some(windows) => after_last(windows, b'\\'),
        None => name,
    }
}

/// Whether `name` is one of the patterns, which are separated by spaces. A `#` at the end of a pattern
/// stands for an optional version: `python#` is `python`, `python3`, `python3.13t`.
pub(super) fn is_one_of(name: &[u8], patterns: &str) -> bool {
    patterns.split_ascii_whitespace().any(|pattern| is(name, pattern))
}

fn is(name: &[u8], pattern: &str) -> bool {
    match pattern.strip_suffix('#') {
        Some(stem) => name.strip_prefix(stem.as_bytes()).is_some_and(is_optional_version),
        None => name == pattern.as_bytes(),
    }
}

/// Nothing, or `3`, `3.11`, `-18`, `5.36.0`, and the letters of builds: `3.13t`, `3.7dm`.
fn is_optional_version(suffix: &[u8]) -> bool {
    let numbers = suffix.strip_prefix(b"-").unwrap_or(suffix);
    let letters = numbers.iter().rposition(u8::is_ascii_digit).map_or(0, |last| last + 1);
    let (digits, build) = numbers.split_at(letters);
    suffix.is_empty()
        || digits.first().is_some_and(u8::is_ascii_digit)
            && digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
            && build.iter().all(|byte| b"tdmu".contains(byte))
}

/// The base name of an executable file without what packagers and the kernel put around it: `.NAME-wrapped`
/// (NixOS), `NAME.exe`, `NAME (deleted)` (proc(5)).
pub(super) fn plain_executable(name: &[u8]) -> &[u8] {
    let name = name.strip_suffix(b" (deleted)").unwrap_or(name);
    let name = without_exe(name).unwrap_or(name);
    match name.strip_prefix(b".") {
        Some(hidden) => hidden.strip_suffix(b"-wrapped").unwrap_or(name),
        None => name,
    }
}

/// Whether the name is the stem, in any case of letters, perhaps followed by a version or variant:
/// `python3.11-intel64`, `bash-static`.
pub(super) fn starts_as(name: &[u8], stem: &[u8]) -> bool {
    let Some((start, rest)) = name.split_at_checked(stem.len()) else { return false };
    let ends = rest.first().is_none_or(|next| next.is_ascii_digit() || b"-._".contains(next));
    ends && start.eq_ignore_ascii_case(stem)
}

/// Whether the word ends like this, in any case of letters.
pub(super) fn has_extension(word: &[u8], extensions: &str) -> bool {
    let Some(dot) = word.iter().rposition(|byte| *byte == b'.') else { return false };
    let extension = &word[dot + 1..];
    extensions.split_ascii_whitespace().any(|known| extension.eq_ignore_ascii_case(known.as_bytes()))
}

fn without_exe(name: &[u8]) -> Option<&[u8]> {
    let (stem, extension) = name.split_at_checked(name.len().checked_sub(4)?)?;
    extension.eq_ignore_ascii_case(b".exe").then_some(stem)
}

fn after_last(word: &[u8], separator: u8) -> &[u8] {
    word.iter().rposition(|byte| *byte == separator).map_or(word, |at| &word[at + 1..])
}
