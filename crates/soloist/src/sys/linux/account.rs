//! Who this process runs as, and the names of users.

use std::path::PathBuf;

use super::kernel;

/// The effective user id: the one that kill(2) and open(2) judge by.
pub(crate) fn effective_user() -> u32 {
    // SAFETY: geteuid cannot fail and touches no memory.
    unsafe { libc::geteuid() }
}

/// The line of `/etc/passwd` of a user, split at its colons. Read directly: a static program has no NSS.
fn passwd_line(user: u32) -> Option<Vec<String>> {
    let text = std::fs::read("/etc/passwd").ok()?;
    String::from_utf8_lossy(&text)
        .lines()
        .map(|line| line.split(':').map(str::to_owned).collect::<Vec<_>>())
        .find(|fields| fields.len() >= 7 && fields[2].parse() == Ok(user))
}

/// The name of a user, or its number where `/etc/passwd` does not know it.
pub(crate) fn user_name(user: u32) -> String {
    passwd_line(user).map_or_else(|| user.to_string(), |fields| fields[0].clone())
}

/// The home directory of a user by `/etc/passwd`.
pub(crate) fn home_directory(user: u32) -> Option<PathBuf> {
    passwd_line(user).map(|fields| PathBuf::from(&fields[5]))
}

/// The host's name (`uname(2)`): for people to read, never part of an identity.
pub(crate) fn host_name() -> String {
    kernel::names().map_or_else(|_| "unknown".into(), |names| kernel::text(&names.nodename))
}
