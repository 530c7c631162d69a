//! What started a process. Which tools are recognised, and how each is told to stop for good, is still to
//! come; until then an origin is unknown and says so.

use serde::{Deserialize, Serialize};

/// What started a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `systemd`, `container`, `cron`, `pm2`, `supervisord`, `launchd`, `windows-service`, `tmux`, `screen`,
    /// `ssh`, `terminal` or `unknown`.
    pub kind: String,
    /// The unit, container or session, where there is one.
    pub name: Option<String>,
}

impl Default for Origin {
    fn default() -> Self {
        Self { kind: "unknown".into(), name: None }
    }
}
