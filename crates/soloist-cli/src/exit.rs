//! The exit codes (contract §4). The program's own code, or 128+N for a signal, is passed on beside these.

/// All is well.
pub(crate) const OK: u8 = 0;
/// Anything that has no code of its own.
pub(crate) const FAILURE: u8 = 1;
/// The command line is wrong.
pub(crate) const USAGE: u8 = 2;
/// `status`: none runs.
pub(crate) const FREE: u8 = 3;
/// `status`: something is wrong.
pub(crate) const TROUBLE: u8 = 4;
/// The lock cannot be kept there (`EX_IOERR` of sysexits(3)).
pub(crate) const NO_LOCK: u8 = 74;
/// Another instance runs, or the wait ran out (`EX_TEMPFAIL`).
pub(crate) const CONFLICT: u8 = 75;
/// A newer instance took over.
pub(crate) const SUPERSEDED: u8 = 76;
/// The other instance could not be ended (`EX_NOPERM`).
pub(crate) const CANNOT_END: u8 = 77;
/// The command cannot be executed (POSIX shells).
pub(crate) const NOT_EXECUTABLE: u8 = 126;
/// The command was not found (POSIX shells).
pub(crate) const NOT_FOUND: u8 = 127;

/// The code for a program that signal `number` ended.
pub(crate) fn by_signal(number: i32) -> u8 {
    u8::try_from(128 + number).unwrap_or(u8::MAX)
}
