//! A client that speaks HTTP by hand, so that tests decide about every byte.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Long enough for any machine; no test waits for it unless it fails.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

pub(crate) const BOT: u64 = 42;
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) struct Client {
    reader: BufReader<TcpStream>,
}

impl Client {
    pub(crate) fn connect(root: &str) -> Self {
        let stream = TcpStream::connect(root.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        Self { reader: BufReader::new(stream) }
    }

    pub(crate) fn send(&mut self, bytes: &str) {
        self.reader.get_mut().write_all(bytes.as_bytes()).unwrap();
    }

    /// Sends `GET /bot42:token/<call>` without waiting for its answer.
    pub(crate) fn ask(&mut self, call: &str) {
        self.send(&format!("GET /bot42:token/{call} HTTP/1.1\r\nHost: x\r\n\r\n"));
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        self.receive()
    }

    pub(crate) fn call(&mut self, call: &str) -> Answer {
        self.get(&format!("/bot42:token/{call}"))
    }

    pub(crate) fn post(&mut self, path: &str, content_type: &str, body: &str) -> Answer {
        let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}");
        self.send(&format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
        self.receive()
    }

    pub(crate) fn receive(&mut self) -> Answer {
        let head = self.receive_head();
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        self.reader.read_exact(&mut body).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: String::from_utf8(body).unwrap() }
    }

    pub(crate) fn receive_head(&mut self) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.reader.read_line(&mut head).unwrap(), 0, "the connection ended: {head:?}");
        }
        head
    }

    /// Whether the server closes the connection without another byte.
    pub(crate) fn is_closed_by_server(&mut self) -> bool {
        match self.reader.read(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        }
    }
}

/// The ids in the answer to a `getUpdates`.
pub(crate) fn ids(answer: &Answer) -> Vec<i64> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    body["result"].as_array().unwrap().iter().map(|update| update["update_id"].as_i64().unwrap()).collect()
}
