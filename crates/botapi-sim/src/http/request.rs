//! Reading a request.

use std::io::{self, BufRead, Read, Write};

use super::body;
use crate::parameters::Parameters;

const LONGEST_LINE: u64 = 64 << 10;
const MOST_HEADERS: usize = 200;
const LONGEST_BODY: u64 = 64 << 20;

/// A request with its parameters, from the address and from the body in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Without the query, and with `%3A` and the like decoded.
    pub(crate) path: String,
    pub(crate) parameters: Parameters,
    pub(crate) keep_alive: bool,
}

/// The request line and the headers, names in lower case.
struct Head {
    method: String,
    target: String,
    version: String,
    headers: Vec<(String, String)>,
}

impl Request {
    /// The next request, or `None` when the client has closed the connection.
    ///
    /// `back` is the way to the client, for a `100 Continue` that it may wait for.
    pub(crate) fn read(reader: &mut impl BufRead, back: &mut impl Write) -> io::Result<Option<Self>> {
        let Some(head) = Head::read(reader)? else { return Ok(None) };
        if head.header("expect").eq_ignore_ascii_case("100-continue") {
            back.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let content = read_body(reader, &head)?;
        let (path, query) = head.target.split_once('?').unwrap_or((&head.target, ""));
        let mut parameters = body::urlencoded(query);
        parameters.extend(body::parameters(head.header("content-type"), &content)?);
        let (path, keep_alive) = (body::percent_decoded(path, false), head.keep_alive());
        Ok(Some(Self { method: head.method, path, parameters, keep_alive }))
    }
}

impl Head {
    fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let Some(first) = read_line(reader)? else { return Ok(None) };
        let mut words = first.split_ascii_whitespace().map(str::to_owned);
        let (Some(method), Some(target), Some(version)) = (words.next(), words.next(), words.next()) else {
            return Err(malformed("request line"));
        };
        let mut head = Self { method, target, version, headers: Vec::new() };
        loop {
            let line = read_line(reader)?.ok_or_else(|| malformed("head"))?;
            if line.is_empty() {
                return Ok(Some(head));
            }
            let (name, value) = line.split_once(':').ok_or_else(|| malformed("header"))?;
            head.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            if head.headers.len() > MOST_HEADERS {
                return Err(malformed("number of headers"));
            }
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    fn keep_alive(&self) -> bool {
        let connection = self.header("connection").to_ascii_lowercase();
        if self.version == "HTTP/1.0" { connection == "keep-alive" } else { connection != "close" }
    }
}

fn read_body(reader: &mut impl BufRead, head: &Head) -> io::Result<Vec<u8>> {
    if head.header("transfer-encoding").to_ascii_lowercase().contains("chunked") {
        return read_chunks(reader);
    }
    let length = match head.header("content-length") {
        "" => 0,
        text => text.parse().map_err(|_| malformed("content length"))?,
    };
    let mut content = Vec::new();
    read_exactly(reader, length, &mut content)?;
    Ok(content)
}

fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let line = read_line(reader)?.ok_or_else(|| malformed("chunk"))?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| malformed("chunk size"))?;
        if size == 0 {
            break;
        }
        read_exactly(reader, size, &mut content)?;
        read_line(reader)?;
    }
    // Trailers, up to the empty line.
    while !read_line(reader)?.ok_or_else(|| malformed("trailer"))?.is_empty() {}
    Ok(content)
}

fn read_exactly(reader: &mut impl BufRead, length: u64, content: &mut Vec<u8>) -> io::Result<()> {
    if length.saturating_add(content.len() as u64) > LONGEST_BODY {
        return Err(malformed("body: too long"));
    }
    let read = reader.take(length).read_to_end(content)?;
    if read as u64 == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// A line without its end, or `None` at the end of the stream.
fn read_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if reader.take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        return Err(malformed("line"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    String::from_utf8(line).map(Some).map_err(|_| malformed("line"))
}

/// The client's fault, and answered as such.
pub(super) fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("malformed {what}"))
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> io::Result<Option<Request>> {
        Request::read(&mut text.as_bytes(), &mut io::sink())
    }

    #[test]
    fn the_path_is_decoded_and_the_query_is_parameters() {
        let request = read("GET /bot1%3Aa/getMe?a=b+c&d=%26 HTTP/1.1\r\nHost: x\r\n\r\n").unwrap().unwrap();
        assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/bot1:a/getMe"));
        assert_eq!((request.parameters.text("a"), request.parameters.text("d")), ("b c", "&"));
        assert!(request.keep_alive);
    }

    #[test]
    fn a_chunked_body_is_put_together() {
        let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded";
        let request = read(&format!("{head}\r\n\r\n3\r\na=1\r\n4;x=y\r\n&b=2\r\n0\r\nTrailer: t\r\n\r\n"));
        let parameters = request.unwrap().unwrap().parameters;
        assert_eq!((parameters.text("a"), parameters.text("b")), ("1", "2"));
    }

    #[test]
    fn a_client_that_expects_it_is_told_to_continue() {
        let mut back = Vec::new();
        let text = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n";
        Request::read(&mut text.as_bytes(), &mut back).unwrap();
        assert_eq!(back, b"HTTP/1.1 100 Continue\r\n\r\n");
    }

    #[test]
    fn the_end_of_the_stream_is_no_request_and_half_a_request_is_an_error() {
        assert_eq!(read("").unwrap(), None);
        assert!(read("GET / HT").is_err());
        assert!(read("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab").is_err());
        assert!(read("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n").is_err());
    }

    #[test]
    fn a_connection_is_kept_unless_somebody_says_otherwise() {
        for (text, expected) in [
            ("GET / HTTP/1.1\r\n\r\n", true),
            ("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", false),
            ("GET / HTTP/1.0\r\n\r\n", false),
            ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true),
        ] {
            assert_eq!(read(text).unwrap().unwrap().keep_alive, expected, "{text:?}");
        }
    }
}
