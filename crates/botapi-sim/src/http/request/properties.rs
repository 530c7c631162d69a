//! A request's parameters are those that were sent, however they were encoded, and half a request is none.

use std::fmt::Write as _;
use std::io;

use proptest::collection::vec;
use proptest::prelude::*;

use super::Request;
use crate::corpus::{cases, kept};
use crate::parameters::Parameters;

fn read(bytes: &[u8]) -> io::Result<Option<Request>> {
    Request::read(&mut &*bytes, &mut io::sink())
}

fn encoded(text: &str) -> String {
    let mut shown = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => shown.push('+'),
            byte if byte.is_ascii_alphanumeric() => shown.push(char::from(byte)),
            byte => write!(shown, "%{byte:02X}").unwrap(),
        }
    }
    shown
}

fn form(pairs: &[(String, String)]) -> String {
    pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect::<Vec<_>>()
        .join("&")
}

/// The head's lines and the body, in each encoding.
fn body(pairs: &[(String, String)], encoding: usize) -> (&'static str, Vec<u8>) {
    match encoding {
        0 => ("application/x-www-form-urlencoded", form(pairs).into_bytes()),
        1 => {
            let fields: serde_json::Map<_, _> =
                pairs.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
            ("application/json; charset=utf-8", serde_json::to_vec(&fields).unwrap())
        }
        _ => {
            let parts: String = pairs
                .iter()
                .map(|(name, value)| {
                    format!("--QxQ\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                })
                .collect();
            ("multipart/form-data; boundary=QxQ", (parts + "--QxQ--\r\n").into_bytes())
        }
    }
}

fn chunked(content: &[u8], size: usize) -> Vec<u8> {
    let chunks = content
        .chunks(size)
        .map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
    [chunks.collect::<Vec<_>>().concat(), b"0\r\n\r\n".to_vec()].concat()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn parameters_arrive_as_they_were_sent(
        query in vec(("[a-z]{1,4}", "\\PC{0,6}|[ &=%+]{0,4}"), 0..3),
        pairs in vec(("[A-Z]{1,6}", "\\PC{0,8}|[ &=%+\"\\\\]{0,4}"), 0..4),
        encoding in 0..3usize,
        chunk in prop::option::of(1..9usize),
        cut in any::<prop::sample::Index>(),
    ) {
        // Of equal names JSON keeps one, and puts them into another order.
        let mut pairs = pairs;
        pairs.sort();
        pairs.dedup_by(|one, other| one.0 == other.0);
        let (kind, content) = body(&pairs, encoding);
        let (length, content) = match chunk {
            Some(size) => ("Transfer-Encoding: chunked".to_owned(), chunked(&content, size)),
            None => (format!("Content-Length: {}", content.len()), content),
        };
        let head = format!("POST /bot1%3Aa/x?{} HTTP/1.1\r\nContent-Type: {kind}\r\n{length}\r\n\r\n", form(&query));
        let whole = [head.as_bytes(), &content].concat();
        let request = read(&whole).unwrap().unwrap();
        let expected = Parameters::new(query.into_iter().chain(pairs).collect());
        prop_assert_eq!(&request.parameters, &expected);
        prop_assert_eq!(request.path, "/bot1:a/x");
        let cut = cut.index(whole.len());
        let half = read(&whole[..cut]);
        prop_assert!(if cut == 0 { matches!(half, Ok(None)) } else { half.is_err() || half.is_ok_and(|read| read.is_none()) }, "{}", cut);
    }

    #[test]
    fn any_bytes_are_a_request_or_none(
        bytes in vec(any::<u8>(), 0..80),
        kind in 0..4usize,
        length in prop_oneof![Just("5".to_owned()), "\\PC{0,6}", any::<u64>().prop_map(|length| length.to_string())],
    ) {
        let _read = read(&bytes);
        let kinds = ["application/json", "multipart/form-data; boundary=", "multipart/form-data; boundary=-", "x"];
        let head = format!("POST / HTTP/1.1\r\nContent-Type: {}\r\nContent-Length: {length}\r\n\r\n", kinds[kind]);
        let _read = read(&[head.as_bytes(), &bytes].concat());
        let _read = read(&[b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice(), &bytes].concat());
    }
}

mod fixed {
    use super::*;

    #[test]
    fn what_is_kept_is_a_request_only_where_its_name_says_so() {
        for (name, bytes) in kept("requests") {
            assert_eq!(matches!(read(&bytes), Ok(Some(_))), name.starts_with("good"), "{name}");
        }
    }
}
