//! The encodings in which parameters come.

use std::io;

use serde_json::Value;

use super::request::malformed;
use crate::parameters::Parameters;

/// The parameters in a body; one of an unknown kind has none, as in the real server.
pub(super) fn parameters(content_type: &str, content: &[u8]) -> io::Result<Parameters> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/x-www-form-urlencoded" => Ok(urlencoded(&String::from_utf8_lossy(content))),
        "application/json" => json(content),
        "multipart/form-data" => multipart(content_type, content),
        _ => Ok(Parameters::default()),
    }
}

pub(crate) fn urlencoded(text: &str) -> Parameters {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (percent_decoded(name, true), percent_decoded(value, true))
    });
    Parameters::new(pairs.collect())
}

pub(super) fn percent_decoded(text: &str, plus_is_space: bool) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        match (*byte, hexadecimal(after)) {
            (b'%', Some(value)) => {
                decoded.push(value);
                rest = &after[2..];
            }
            (b'+', _) if plus_is_space => decoded.push(b' '),
            (byte, _) => decoded.push(byte),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digit = |index: usize| digits.get(index).and_then(|byte| char::from(*byte).to_digit(16));
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// Strings as they are, anything else as its JSON.
fn json(content: &[u8]) -> io::Result<Parameters> {
    if content.is_empty() {
        return Ok(Parameters::default());
    }
    let fields: serde_json::Map<String, Value> =
        serde_json::from_slice(content).map_err(|_| malformed("JSON object"))?;
    let pairs = fields.into_iter().map(|(name, value)| match value {
        Value::String(text) => (name, text),
        Value::Null => (name, String::new()),
        other => (name, other.to_string()),
    });
    Ok(Parameters::new(pairs.collect()))
}

fn multipart(content_type: &str, content: &[u8]) -> io::Result<Parameters> {
    let boundary = attribute(content_type, "boundary").ok_or_else(|| malformed("multipart boundary"))?;
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter has no line before it, unless there is a preamble.
    let content = [b"\r\n", content].concat();
    let mut parts = split(&content, delimiter.as_bytes()).into_iter();
    parts.next();
    let mut pairs = Vec::new();
    for part in parts.take_while(|part| !part.starts_with(b"--")) {
        let end = find(part, b"\r\n\r\n").ok_or_else(|| malformed("multipart body"))?;
        let (head, value) = (String::from_utf8_lossy(&part[..end]), &part[end + 4..]);
        if let Some(name) = head.lines().find_map(field_name) {
            pairs.push((name, String::from_utf8_lossy(value).into_owned()));
        }
    }
    Ok(Parameters::new(pairs))
}

fn field_name(header: &str) -> Option<String> {
    let (name, value) = header.split_once(':')?;
    name.trim().eq_ignore_ascii_case("content-disposition").then(|| attribute(value, "name"))?
}

/// The value of `name` in `form-data; name="value"`.
fn attribute(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

fn split<'a>(mut content: &'a [u8], delimiter: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = find(content, delimiter) {
        parts.push(&content[..at]);
        content = &content[at + delimiter.len()..];
    }
    parts.push(content);
    parts
}

fn find(content: &[u8], wanted: &[u8]) -> Option<usize> {
    content.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_strings_and_spells_out_the_rest() {
        let body = br#"{"offset": 5, "text": "a\"b", "yes": true, "list": ["x"], "none": null}"#;
        let parameters = parameters("application/json; charset=utf-8", body).unwrap();
        for (name, value) in
            [("offset", "5"), ("text", "a\"b"), ("yes", "true"), ("list", "[\"x\"]"), ("none", "")]
        {
            assert_eq!(parameters.text(name), value, "{name}");
        }
    }

    #[test]
    fn a_multipart_form_gives_its_fields() {
        let body = "--B\r\nContent-Disposition: form-data; name=\"offset\"\r\n\r\n7\r\n\
                    --B\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; name=text\r\n\r\na\r\nb--B\r\n--B--\r\n";
        let parameters = parameters("multipart/form-data; boundary=B", body.as_bytes()).unwrap();
        assert_eq!((parameters.text("offset"), parameters.text("text")), ("7", "a\r\nb--B"));
    }

    #[test]
    fn percent_signs_that_encode_nothing_stay() {
        assert_eq!(percent_decoded("100%+%e4%b8%96%2", true), "100% 世%2");
        assert_eq!(percent_decoded("a+b", false), "a+b");
    }

    #[test]
    fn broken_bodies_are_errors() {
        assert!(parameters("application/json", b"[1]").is_err());
        assert!(parameters("multipart/form-data", b"").is_err());
        assert!(parameters("multipart/form-data; boundary=B", b"--B\r\nno end").is_err());
    }
}
