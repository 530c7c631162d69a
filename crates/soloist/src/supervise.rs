//! Running a program in the foreground as if nobody stood above it. This module knows nothing of locks.
//!
//! Theory of operation: the signals that soloist handles are blocked from the first moment and read from one
//! descriptor, so none is ever lost between two states. A signal that somebody sent with kill(2) is passed on
//! to the program once. A signal that the kernel itself sent (Ctrl-C in a terminal) has reached the program
//! already, because it is in the same process group, and is not doubled. SIGCHLD says when to look whether the
//! program has ended; nothing is polled.

use std::ffi::{CString, OsString};
use std::io;
use std::path::Path;

use crate::stop::StopSignal;
use crate::sys::handle::{BorrowedHandle, Handle};
use crate::sys::pidfd;
use crate::sys::signal::{self, Received, Signal, Signals};
use crate::sys::spawn::{self, Child};

pub use crate::sys::spawn::Ending;

/// The signals that are passed on to the program, and end a start that still waits.
const FORWARDED: [Signal; 6] =
    [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT, Signal::USR1, Signal::USR2];

/// Those that only matter once a program runs; a wait must not wake up for them.
const WHILE_RUNNING: [Signal; 2] = [Signal::WINCH, Signal::CHLD];

/// The signals of this process, from now on read and never acted on by themselves.
#[derive(Debug)]
pub struct Inbox {
    signals: Signals,
    taken: Vec<Signal>,
}

/// What came in before there was a program to pass it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Early {
    /// Nothing that matters.
    Nothing,
    /// This signal asks to end.
    End(i32),
    /// A newer instance takes over.
    Superseded,
}

impl Inbox {
    /// Blocks the signals. HUP that was ignored at the start (`nohup`) stays ignored, unless it is the signal with
    /// which the program is asked to end.
    ///
    /// # Errors
    /// When the kernel has no descriptor for them.
    pub fn open(stop_signal: StopSignal) -> io::Result<Self> {
        signal::ignore_file_size_limit();
        let ignored = signal::is_ignored(Signal::HUP) && stop_signal != StopSignal::Hup;
        let taken: Vec<Signal> =
            FORWARDED.into_iter().filter(|&signal| signal != Signal::HUP || !ignored).collect();
        Ok(Self { signals: Signals::take(&taken)?, taken })
    }

    /// What becomes readable when a signal has arrived.
    #[must_use]
    pub fn handle(&self) -> BorrowedHandle<'_> {
        self.signals.handle()
    }

    /// From here on also hears of children and window sizes.
    fn listen_to_a_program(&self) -> io::Result<()> {
        // A parent that ignored SIGCHLD would have handed that on: then no child could be waited for.
        signal::reset(Signal::CHLD);
        self.signals.add(&self.taken, &WHILE_RUNNING)
    }

    /// Reads what has arrived while there was no program: the first that asks to end decides.
    ///
    /// # Errors
    /// When the descriptor cannot be read.
    pub fn early(&self) -> io::Result<Early> {
        while let Some(received) = self.signals.next()? {
            if is_superseding(&received) {
                return Ok(Early::Superseded);
            }
            if !WHILE_RUNNING.contains(&received.signal) {
                return Ok(Early::End(received.signal.number()));
            }
        }
        Ok(Early::Nothing)
    }
}

fn is_superseding(received: &Received) -> bool {
    matches!(received.value, Some(pidfd::SUPERSEDED | pidfd::SUPERSEDED_KILL))
}

/// What is to be started.
#[derive(Debug)]
pub struct Launch<'a> {
    /// The file to execute.
    pub executable: &'a Path,
    /// The argument list.
    pub words: &'a [OsString],
    /// Variables that the program gets beside this process's own.
    pub variables: &'a [(OsString, OsString)],
    /// Descriptors that the program inherits.
    pub inherit: &'a [i32],
    /// The signal that asks the program to end; the kernel sends it when this process dies.
    pub stop_signal: StopSignal,
}

/// A running program.
#[derive(Debug)]
pub struct Program {
    child: Child,
    /// The newer instances that told us that they take over.
    successors: Vec<Handle>,
}

impl Launch<'_> {
    /// Starts the program with default dispositions and an empty signal mask.
    ///
    /// # Errors
    /// The error of `execve(2)`, or of making the process.
    pub fn start(&self, inbox: &Inbox) -> io::Result<Program> {
        inbox.listen_to_a_program()?;
        let image = spawn::Image {
            path: text(self.executable.as_os_str().as_encoded_bytes())?,
            arguments: self
                .words
                .iter()
                .map(|word| text(word.as_encoded_bytes()))
                .collect::<io::Result<_>>()?,
            environment: self.environment()?,
            stop_signal: self.stop_signal.signal(),
            inherit: self.inherit.to_vec(),
        };
        spawn::start(&image).map(|child| Program { child, successors: Vec::new() })
    }

    fn environment(&self) -> io::Result<Vec<CString>> {
        let replaced = |name: &OsString| self.variables.iter().any(|(variable, _)| variable == name);
        let own = std::env::vars_os().filter(|(name, _)| !replaced(name));
        own.chain(self.variables.iter().cloned())
            .map(|(name, value)| text(&[name.as_encoded_bytes(), b"=", value.as_encoded_bytes()].concat()))
            .collect()
    }
}

fn text(bytes: &[u8]) -> io::Result<CString> {
    CString::new(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "an argument contains a NUL byte"))
}

impl Program {
    /// The program's process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.pid
    }

    /// Whether a newer instance takes over: one has told us so and still lives. One that gave up, because the
    /// program did not end in time, does not count.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        self.successors.iter().any(|successor| !pidfd::ended(successor).unwrap_or(true))
    }

    /// Passes signals on until the program ends.
    ///
    /// # Errors
    /// When the kernel refuses to wait.
    pub fn supervise(&mut self, inbox: &Inbox) -> io::Result<Ending> {
        loop {
            if pidfd::ended(&self.child.pidfd)? {
                return Ok(self.child.wait()?.unwrap_or(Ending::Exited(0)));
            }
            if let Some(received) = inbox.signals.wait(None)? {
                self.pass_on(&received);
            }
        }
    }

    fn pass_on(&mut self, received: &Received) {
        if is_superseding(received) {
            self.successors.extend(pidfd::open(received.sender));
        }
        let signal = match received {
            Received { value: Some(pidfd::SUPERSEDED_KILL), .. } => Signal::KILL,
            // What the program itself sends us (to its parent, to its group) is not sent back.
            Received { signal: Signal::CHLD, .. } | Received { by_kernel: true, .. } => return,
            received if received.sender == self.child.pid => return,
            received => received.signal,
        };
        // A program that became another user's may not be signalled by us, and one that ends can't be: neither
        // is a reason to leave it.
        pidfd::send(&self.child.pidfd, signal, None).ok();
    }
}

/// Ends this process by a signal's default action.
pub fn die_by(number: i32) {
    if let Some(signal) = FORWARDED.into_iter().find(|signal| signal.number() == number) {
        signal::die_by(signal);
    }
}
