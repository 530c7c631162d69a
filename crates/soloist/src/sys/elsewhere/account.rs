//! Who this process runs as.

use std::path::PathBuf;

/// Users have no number here yet.
pub(crate) fn effective_user() -> u32 {
    0
}

/// The name of a user.
pub(crate) fn user_name(_user: u32) -> String {
    std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_else(|_| "unknown".into())
}

/// The home directory of a user.
pub(crate) fn home_directory(_user: u32) -> Option<PathBuf> {
    std::env::home_dir()
}

/// The host's name.
pub(crate) fn host_name() -> String {
    std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME")).unwrap_or_else(|_| "unknown".into())
}
