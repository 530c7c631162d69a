//! Who this process runs as, and the names of users.

use std::path::PathBuf;

use super::kernel;

/// Which fields of `/etc/passwd` are asked for.
const NAME: usize = 0;
const HOME: usize = 5;

/// The effective user id: the one that kill(2) and open(2) judge by.
pub(crate) fn effective_user() -> u32 {
    // SAFETY: geteuid cannot fail and touches no memory.
    unsafe { libc::geteuid() }
}

/// A field of a user's line in `/etc/passwd` (`passwd(5)`). Read directly: a static program has no NSS.
fn passwd_field(user: u32, field: usize) -> Option<String> {
    let text = std::fs::read("/etc/passwd").ok()?;
    let user = user.to_string();
    let fields = |line| <[u8]>::split(line, |&byte| byte == b':');
    text.split(|&byte| byte == b'\n')
        .find(|&line| fields(line).nth(2) == Some(user.as_bytes()) && fields(line).count() >= 7)
        .and_then(|line| fields(line).nth(field))
        .map(|found| String::from_utf8_lossy(found).into_owned())
}

/// The name of a user, or its number where `/etc/passwd` does not know it.
pub(crate) fn user_name(user: u32) -> String {
    passwd_field(user, NAME).unwrap_or_else(|| user.to_string())
}

/// The home directory of a user by `/etc/passwd`.
pub(crate) fn home_directory(user: u32) -> Option<PathBuf> {
    passwd_field(user, HOME).map(PathBuf::from)
}

/// The host's name (`uname(2)`): for people to read, never part of an identity.
pub(crate) fn host_name() -> String {
    kernel::names().map_or_else(|_| "unknown".into(), |names| kernel::text(&names.nodename))
}
