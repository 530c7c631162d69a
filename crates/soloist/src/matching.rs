//! Which processes count as copies of a program.

use serde::{Deserialize, Serialize};

/// Which processes without a claim count as copies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Match {
    /// Those that run the same program file.
    #[default]
    Program,
    /// Those that run it with the same arguments, which then belong to the key.
    Command,
    /// None: only the lock counts.
    #[serde(rename = "none")]
    Nothing,
}
