//! Which program does an argument list run?
//!
//! `python -u -X dev main.py A` runs `main.py`; so do `uv run main.py`, `env X=1 nice python main.py` and
//! `sh -c 'exec python main.py'`. Python is the interpreter there, the others are *launchers*, and the
//! program is the file that its author would name. `vim main.py` runs vim: a word that looks like a script
//! proves nothing unless a known interpreter stands before it, in the place where that interpreter expects
//! it.
//!
//! How it works:
//!
//! 1. [`parse`] takes the words of one command, looks the first one up in `tables`, and either arrives (an
//!    interpreter or an unknown program) or goes on with the command that a launcher starts.
//! 2. Every option that an interpreter or a launcher knows is a row of `tables`. A word that no row
//!    explains could take the next word as its value, so the command is not understood:
//!    [`Target::WholeCommand`]. **Never a guess**: what is found here decides which processes are ended.
//! 3. [`candidates`] says where the file could be. Neither of the two touches the disk; the caller decides
//!    which directories and variables are looked at, because they belong to another process.

mod arguments;
mod candidates;
mod interpreters;
mod launchers;
mod names;
mod options;
mod python_path;
mod reading;
mod shebang;
mod tables;
mod words;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use candidates::candidates;
pub use shebang::{Shebang, shebang};

/// What an argument list runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation<'a> {
    /// The program.
    pub target: Target<'a>,
    /// The words after the program's own name: `[A, B]` of `python main.py A B`. For
    /// [`Target::WholeCommand`] all the words of the innermost command, its name first, because all of them
    /// together are the program.
    pub arguments: Vec<Cow<'a, [u8]>>,
    /// The launchers passed on the way, outermost first, by their names in the tables (`env`, `uv run`).
    pub launchers: Vec<&'static str>,
    /// Whether `soloist run` is among the launchers.
    pub through_soloist: bool,
    /// The interpreter of the innermost command, if that is one.
    pub interpreter: Option<Interpreter<'a>>,
    /// The directory that a launcher's or interpreter's option changes to before the program is looked for
    /// (`env -C DIR`, `uv --directory DIR`), as spelled; relative to the working directory of the process.
    pub directory: Option<Cow<'a, [u8]>>,
}

/// The program that a command runs, as the command names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// A file named in the arguments (a script, a `.jar`, a `.dll`; for Python also a zip archive or a
    /// directory), relative to the working directory.
    File(Cow<'a, [u8]>),
    /// The dotted name of `python -m NAME`.
    Module(Cow<'a, [u8]>),
    /// The entry of Node and Bun, which may lack its extension or be a directory (`node bot`, `node .`).
    NodeEntry(Cow<'a, [u8]>),
    /// A plain executable: the command word, which is looked up on `PATH` if it has no slash. The file may be
    /// a script with a `#!` line.
    Executable(Cow<'a, [u8]>),
    /// An interpreter without a script (`python -c`), a command that is not understood, or a tool whose
    /// meaning depends on a project's file (`npm start`, `make`, `docker run`): the whole command is the
    /// program, and nothing else is looked for.
    WholeCommand,
}

/// An interpreter as a command spells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter<'a> {
    /// Whose language it reads.
    pub family: Family,
    /// The first word of the innermost command, to be checked against the executable of a live process: with
    /// [`Family::fits_executable`], for anybody may call himself `python`.
    pub word: Cow<'a, [u8]>,
    /// Where a Python looks for the module of `-m`.
    pub search: ModuleSearch,
}

/// Which places a Python searches for modules. All of them, unless options (python(1): `-I`, `-E`, `-P`,
/// `-s`, `-S`) take some away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModuleSearch {
    /// The working directory: not with `-P` or `-I`.
    pub working_directory: bool,
    /// `PYTHONPATH` and the other variables: not with `-E` or `-I`.
    pub environment: bool,
    /// `~/.local`: not with `-s` or `-I`.
    pub user_site: bool,
    /// Installed packages: not with `-S`.
    pub site_packages: bool,
}

impl Default for ModuleSearch {
    fn default() -> Self {
        Self { working_directory: true, environment: true, user_site: true, site_packages: true }
    }
}

/// A family of interpreters that read the same language and the same options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Family {
    /// CPython and PyPy, python(1).
    Python,
    /// Node.js and what runs on it with the same options (tsx, ts-node), node(1).
    Node,
    /// Deno.
    Deno,
    /// Bun.
    Bun,
    /// Ruby, ruby(1).
    Ruby,
    /// Perl, perlrun(1).
    Perl,
    /// PHP's command line, php(1).
    Php,
    /// The shells that read the language of sh(1), and fish(1).
    Shell,
    /// The Java launcher, java(1).
    Java,
    /// The .NET host, dotnet(1).
    Dotnet,
    /// Lua and LuaJIT, lua(1).
    Lua,
    /// GNU R, R(1).
    R,
    /// Julia, julia(1).
    Julia,
}

impl Family {
    /// Whether an executable file with this base name can be an interpreter of the family: `python3.11`,
    /// `.python3.11-wrapped` of NixOS, `busybox` for a shell. The name alone is compared.
    #[must_use]
    pub fn fits_executable(&self, executable: &[u8]) -> bool {
        let name = names::plain_executable(executable);
        tables::executables(*self)
            .split_ascii_whitespace()
            .any(|stem| names::starts_as(name, stem.as_bytes()))
    }
}

/// What this argument list runs (the words as in `/proc/PID/cmdline`), or `None` for an empty list.
///
/// Linear in the length of the list, for any content.
#[must_use]
pub fn parse<'a>(arguments: &[&'a [u8]]) -> Option<Invocation<'a>> {
    let first = *arguments.first()?;
    let mut reading = reading::Reading::of(arguments);
    let target = if is_title(arguments) { reading.executable(first) } else { reading.target() };
    Some(reading.finish(target))
}

/// A quick filter, without allocation: can [`parse`] find anything but [`Target::Executable`] behind this
/// first word?
#[must_use]
pub fn is_known_front(argv0: &[u8]) -> bool {
    tables::front(names::base(argv0)).is_some()
}

/// Whether the list is not a list at all but a line that the process wrote over it (setproctitle(3)):
/// `nginx: worker /usr/bin/python`, one word with spaces in it, then perhaps padding.
fn is_title(arguments: &[&[u8]]) -> bool {
    let written = arguments.first().is_some_and(|first| first.contains(&b' '));
    written && arguments.iter().skip(1).all(|word| word.is_empty())
}
