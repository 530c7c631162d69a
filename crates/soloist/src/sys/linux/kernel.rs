//! What this kernel, or the sandbox around this process, lets soloist do: each tried without a trace.

use std::io;

use super::spawn::Ending;
use super::{call, spawn};

/// What the kernel says of itself (`uname(2)`).
pub(super) fn names() -> io::Result<libc::utsname> {
    // SAFETY: utsname is plain data, for which all zeroes are a value.
    let mut names: libc::utsname = unsafe { std::mem::zeroed() };
    // SAFETY: `names` is a valid buffer for the call to fill.
    call::check(unsafe { libc::uname(&raw mut names) })?;
    Ok(names)
}

/// The text of one of its fields.
pub(super) fn text(field: &[libc::c_char]) -> String {
    let bytes = field.iter().flat_map(|character| character.to_ne_bytes());
    let text: Vec<u8> = bytes.take_while(|&byte| byte != 0).collect();
    String::from_utf8_lossy(&text).into_owned()
}

/// The kernel's version, for people (`uname(2)`).
pub(crate) fn release() -> io::Result<String> {
    Ok(text(&names()?.release))
}

/// A child that is born with a pidfd (`CLONE_PIDFD`, Linux 5.2) and waited for by it (`P_PIDFD`, Linux 5.4).
pub(crate) fn child_by_pidfd() -> io::Result<()> {
    match spawn::helper(&[], || 0)?.wait()? {
        Some(Ending::Exited(0)) => Ok(()),
        other => Err(io::Error::other(format!("a child that does nothing ended with {other:?}"))),
    }
}

/// `close_range(2)`, Linux 5.9, of a number that no descriptor can have.
pub(crate) fn close_range() -> io::Result<()> {
    // SAFETY: descriptors are at most INT_MAX, so nothing is closed.
    let answer = unsafe { libc::syscall(libc::SYS_close_range, u32::MAX, u32::MAX, 0) };
    call::check_long(answer).map(drop)
}

/// Whether orphans can be adopted (`PR_SET_CHILD_SUBREAPER`, Linux 3.4): asked, not set.
pub(crate) fn subreaper() -> io::Result<()> {
    let mut set: libc::c_int = 0;
    let unused: libc::c_ulong = 0;
    // SAFETY: `set` is where the kernel puts its answer.
    let answer = unsafe { libc::prctl(libc::PR_GET_CHILD_SUBREAPER, &raw mut set, unused, unused, unused) };
    call::check(answer).map(drop)
}

/// How many descriptors this process may have open (`RLIMIT_NOFILE`, `getrlimit(2)`).
pub(crate) fn most_open_files() -> io::Result<usize> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is a valid buffer for the call to fill.
    call::check(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) })?;
    Ok(usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX))
}
