//! The test's end of the line to a program that runs (`actor.py`).

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;

use super::process::{DEADLINE, Process, describe};

/// The program, as it is copied into every sandbox.
pub(crate) const SCRIPT: &str = include_str!("actor.py");

/// One running program under test.
#[derive(Debug)]
pub(crate) struct Actor {
    pub(crate) pid: i32,
    pub(crate) parent: i32,
    process: Process,
    line: BufReader<UnixStream>,
    signals: Vec<String>,
}

/// Who connected, by the kernel's word and in our pid namespace (`SO_PEERCRED`, unix(7)).
fn peer(stream: &UnixStream) -> Option<i32> {
    use std::os::fd::AsRawFd;
    let mut who = libc::ucred { pid: 0, uid: 0, gid: 0 };
    let mut length = u32::try_from(size_of::<libc::ucred>()).ok()?;
    let (level, option) = (libc::SOL_SOCKET, libc::SO_PEERCRED);
    // SAFETY: `who` has room for what the call writes, and `length` says how much.
    let answer = unsafe {
        libc::getsockopt(stream.as_raw_fd(), level, option, (&raw mut who).cast(), &raw mut length)
    };
    (answer == 0 && who.pid > 0).then_some(who.pid)
}

impl Actor {
    /// The actor at the far end, if it lived long enough to introduce itself.
    pub(crate) fn greet(stream: UnixStream) -> Option<Self> {
        stream.set_read_timeout(Some(DEADLINE)).ok()?;
        let pid = peer(&stream)?;
        let mut line = BufReader::new(stream);
        let mut words = String::new();
        line.read_line(&mut words).ok()?;
        let mut words = words.strip_prefix("started ")?.split_whitespace().map(str::parse);
        // Its own numbers may be those of another namespace; the kernel tells us ours.
        let (_own, parent): (i32, i32) = (words.next()?.ok()?, words.next()?.ok()?);
        Some(Self { pid, parent, process: Process::open(pid).ok()?, line, signals: Vec::new() })
    }

    /// Gives an order and returns the answer.
    pub(crate) fn order(&mut self, words: &str) -> String {
        self.tell(words);
        loop {
            if let Some(answer) = self.hear(words).strip_prefix("ok") {
                return answer.trim().to_owned();
            }
        }
    }

    /// Orders it to end with this code, and waits until it has.
    pub(crate) fn exit(&mut self, code: i32) {
        self.tell(&format!("exit {code}"));
        self.wait_for_end();
    }

    /// Gives an order that has no answer.
    pub(crate) fn tell(&mut self, words: &str) {
        if let Err(error) = writeln!(self.line.get_mut(), "{words}") {
            panic!("actor {} did not take the order {words:?}: {error}", self.pid);
        }
    }

    /// Like [`Actor::tell`], to an actor that may be gone.
    pub(crate) fn try_tell(&mut self, words: &str) {
        drop(writeln!(self.line.get_mut(), "{words}"));
    }

    /// Waits until it says that it got this signal.
    pub(crate) fn hears(&mut self, name: &str) {
        while !self.signals.iter().any(|heard| heard == name) {
            self.hear(name);
        }
    }

    /// Every signal it got so far.
    pub(crate) fn signals(&mut self) -> Vec<String> {
        assert_eq!(self.order("ping"), "pong");
        self.signals.clone()
    }

    /// Whatever it still had to say before it ended.
    pub(crate) fn last_signals(&mut self) -> Vec<String> {
        self.wait_for_end();
        let mut words = String::new();
        while self.line.read_line(&mut words).is_ok_and(|length| length > 0) {
            self.note(words.trim_end());
            words.clear();
        }
        self.signals.clone()
    }

    pub(crate) fn is_untouched(&mut self) -> bool {
        self.signals().is_empty()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.process.has_ended()
    }

    pub(crate) fn wait_for_end(&self) {
        self.process.wait_for_end("the actor");
    }

    pub(crate) fn signal(&self, signal: i32) {
        self.process.signal(signal);
    }

    pub(crate) fn descriptor(&self) -> i32 {
        self.process.descriptor()
    }

    fn hear(&mut self, awaited: &str) -> String {
        let mut words = String::new();
        let length = self.line.read_line(&mut words).unwrap_or_else(|error| {
            panic!("actor {} did not say {awaited:?}: {error}; {}", self.pid, describe(self.pid))
        });
        assert!(length > 0, "actor {} ended before it said {awaited:?}; it got {:?}", self.pid, self.signals);
        self.note(words.trim_end());
        words
    }

    fn note(&mut self, words: &str) {
        if let Some(name) = words.strip_prefix("signal ") {
            self.signals.push(name.to_owned());
        }
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        self.process.signal(libc::SIGKILL);
    }
}
