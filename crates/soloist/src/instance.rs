//! What is to be the only one of its kind, and how that is to be brought about.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::key::Key;
use crate::locate::{self, Located, Program};
use crate::matching::Match;
use crate::stop::Stop;
use crate::sys::handle::BorrowedHandle;
use crate::wanted::Wanted;

/// What to do when the key is taken or copies of the program run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// Explain, and leave everything as it is.
    #[default]
    Refuse,
    /// End the old ones, wait until their whole process trees are gone, then claim.
    Replace(Stop),
    /// Stand by until the claim is free; for ever, or for this long.
    Wait(Option<Duration>),
}

/// What is to be the only one of its kind, and how that is brought about.
#[derive(Debug)]
pub struct Instance<'a> {
    pub(crate) program: Option<Located>,
    /// This process is the program itself.
    pub(crate) inside: bool,
    pub(crate) key: Option<Key>,
    pub(crate) matching: Match,
    pub(crate) on_conflict: OnConflict,
    /// When the contender started, as time since boot.
    pub(crate) started: Option<Duration>,
    pub(crate) override_supervisor: bool,
    pub(crate) interrupt: Option<BorrowedHandle<'a>>,
    /// This process itself becomes the command.
    pub(crate) in_place: bool,
    /// What the record calls the application.
    pub(crate) app_name: Option<String>,
}

impl<'a> Instance<'a> {
    fn of(program: Option<Located>, inside: bool) -> Self {
        Self {
            program,
            inside,
            key: None,
            matching: Match::default(),
            on_conflict: OnConflict::default(),
            started: None,
            override_supervisor: false,
            interrupt: None,
            in_place: false,
            app_name: None,
        }
    }

    /// The program that calls this: the executable of this process.
    ///
    /// # Errors
    /// When this process's own executable cannot be found any more.
    pub fn this_program() -> io::Result<Self> {
        locate::this_program().map(|located| Self::of(Some(located), true))
    }

    /// The program that an interpreter runs in this process. `words` are those that the process was started with,
    /// `file` is the script that the interpreter reads, and none where it reads no file (`python -c`, a prompt):
    /// then the whole command is the key, and no copies are looked for.
    ///
    /// # Errors
    /// When the file is gone, or this process's own executable.
    pub fn of_interpreted(words: &[OsString], file: Option<&Path>) -> io::Result<Self> {
        locate::interpreted(words, file).map(|located| Self::of(Some(located), true))
    }

    /// A command that is about to be started.
    ///
    /// # Errors
    /// `NotFound` and `PermissionDenied` as `execve(2)` would answer, found before anything is touched.
    pub fn of_command(words: &[OsString]) -> io::Result<Self> {
        Ok(Self::of(Some(locate::command(words)?), false))
    }

    /// No program at all: only what the key says.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self::of(None, false)
    }

    /// Uses this key in place of the program itself.
    #[must_use]
    pub fn keyed(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }

    /// Which copies without a claim count.
    #[must_use]
    pub fn matching(mut self, matching: Match) -> Self {
        self.matching = matching;
        self
    }

    /// What to do about a conflict.
    #[must_use]
    pub fn on_conflict(mut self, on_conflict: OnConflict) -> Self {
        self.on_conflict = on_conflict;
        self
    }

    /// When the contender started, as time since boot (`CLOCK_BOOTTIME`); by default when this process did.
    #[must_use]
    pub fn started(mut self, since_boot: Duration) -> Self {
        self.started = Some(since_boot);
        self
    }

    /// This process itself becomes the command once it has the claim (`execve(2)`): the record tells of the command from
    /// the start.
    #[must_use]
    pub fn in_place(mut self, becomes: bool) -> Self {
        self.in_place = becomes;
        self
    }

    /// What the record calls the application (`app_name`); by default the key's name, or the program's file name.
    #[must_use]
    pub fn called(mut self, app_name: impl Into<String>) -> Self {
        self.app_name = Some(app_name.into());
        self
    }

    /// Ends instances even if their supervisor would start them again.
    #[must_use]
    pub fn override_supervisor(mut self, insist: bool) -> Self {
        self.override_supervisor = insist;
        self
    }

    /// A descriptor that ends every wait with [`Error::Interrupted`](crate::Error::Interrupted) when it becomes readable.
    #[must_use]
    pub fn interrupted_by(mut self, descriptor: BorrowedHandle<'a>) -> Self {
        self.interrupt = Some(descriptor);
        self
    }

    /// The file that is executed for the command.
    #[must_use]
    pub fn executable(&self) -> Option<&Path> {
        self.program.as_ref().map(|located| located.executable.as_path())
    }

    /// The file that is the program: the script of an interpreter, or the executable. None where the command is all
    /// that is known of it (`python -c …`).
    #[must_use]
    pub fn program_file(&self) -> Option<&Path> {
        match &self.program.as_ref()?.program {
            Program::File(file) => Some(file.path()),
            Program::WholeCommand { .. } => None,
        }
    }

    /// The key under which the claim is made.
    ///
    /// # Errors
    /// When there is neither a key nor a program.
    pub fn key(&self) -> io::Result<Key> {
        match (&self.key, &self.program) {
            (Some(key), Some(located)) => Ok(key.clone().running(located)),
            (Some(key), None) => Ok(key.clone()),
            (None, Some(located)) => Ok(Key::program(located, self.matching == Match::Command)),
            (None, None) => {
                Err(io::Error::new(io::ErrorKind::InvalidInput, "neither a key nor a command is given"))
            }
        }
    }

    fn arguments(&self) -> Option<&[Vec<u8>]> {
        (self.matching == Match::Command)
            .then(|| self.program.as_ref().map(|located| located.arguments.as_slice()))?
    }

    pub(crate) fn wanted(&self) -> Wanted {
        let wanted = match &self.program {
            Some(located) if self.matching != Match::Nothing => Wanted::of(
                &located.program,
                self.arguments().map(<[_]>::to_vec),
                self.inside,
                self.key.is_some(),
            ),
            _ => Wanted::default(),
        };
        // Who replaces reads every process's variables; who only starts does so after a crash (see `clear`).
        let replaces = matches!(self.on_conflict, OnConflict::Replace(_));
        let looks = self.matching != Match::Nothing;
        let bot = self.key.as_ref().and_then(Key::bot).filter(|_| looks);
        wanted.with_bot(bot).with_ghosts(replaces && looks)
    }
}
