//! At most one instance of a program.
//!
//! ```no_run
//! use soloist::{Instance, OnConflict, Stop};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), soloist::Error> {
//! let _guard = Instance::this_program()?
//!     .on_conflict(OnConflict::Replace(Stop::gracefully(Duration::from_secs(30))))
//!     .claim()?;
//! // From here to the end of `_guard`, this is the only one.
//! # Ok(())
//! # }
//! ```
//!
//! The kernel keeps the promise: a claim is a lock, so a crash, `kill -9` or a power cut frees it at once and
//! nothing stale blocks a start. The library is synchronous, prints nothing, installs no signal handler and has
//! no global state. A guard's destructor does not run when the process is killed or calls `exit`; its claim is
//! free all the same, and what is left of its files is harmless.
//!
//! The modules, in their order; each uses only those before it:
//!
//! | module | what it owns |
//! | --- | --- |
//! | `sys` | the operating system: all `unsafe`, all `cfg(target_os)` |
//! | `failure`, `time`, `redact`, `escape`, `problem` | words: errors, times, no secrets, no control characters, what is wrong |
//! | `process`, `tree`, `environment` | a process that can't be mistaken, who started whom, the variables of its start |
//! | `origin` | what started a process, and whether that would start it again |
//! | `program`, `elf`, `locate` | from an argument list to the file that is the program |
//! | `bot`, `state`, `key` | a Telegram bot; the private directory; what must be unique |
//! | `evidence` | who keeps a lock, by the kernel's word |
//! | `discover`, `wanted` | which processes run a program, and what is looked for |
//! | `matching`, `describe`, `record`, `history` | which copies count; a process as documents tell of it; what a holder says of itself; what happened to a key |
//! | `stop` | ask, wait, insist |
//! | `lock` | the locks that keep a claim |
//! | `holder`, `ghost`, `view`, `candidate`, `managed`, `war` | who has a claim; what was left behind; everything that can be seen of a key; what would become of each process; who is left to a supervisor; who keeps replacing whom |
//! | `conflict`, `instance`, `guard`, `claim`, `status` | refusals; what is to be the only one; the value that holds a claim; the algorithm; the questions beside it |
//! | `doctor` | whether this machine and directory can keep the promises |
//! | `supervise`, `restart` | running a program in the foreground, again if need be; they know nothing of locks |

#![deny(unsafe_code)]

mod bot;
mod candidate;
mod claim;
mod conflict;
#[cfg(test)]
mod corpus;
mod describe;
mod discover;
pub mod doctor;
#[cfg(test)]
mod effort;
mod elf;
mod environment;
pub mod escape;
mod evidence;
mod failure;
mod ghost;
mod guard;
pub mod history;
mod holder;
mod instance;
mod key;
mod locate;
mod lock;
mod managed;
mod matching;
mod origin;
mod problem;
mod process;
pub mod program;
mod record;
pub mod redact;
mod restart;
mod state;
mod status;
mod stop;
pub mod supervise;
mod sys;
mod time;
mod tree;
mod view;
mod wanted;
mod war;

use std::time::Duration;

pub use candidate::Candidate;
pub use conflict::{Conflict, Error};
pub use describe::ProcessInfo;
pub use guard::Guard;
pub use instance::{Instance, OnConflict};
pub use key::Key;
pub use matching::Match;
pub use origin::Origin;
pub use problem::Problem;
pub use process::{Birth, State};
pub use record::Record;
pub use restart::{BackOff, Restart};
pub use state::StateDirectory;
pub use status::{Claim, Intention, LockPlaces, Standing, Status, StopReport, Stopped, list};
pub use stop::{Outcome, Stop, StopSignal};
pub use sys::handle::BorrowedHandle;
pub use view::HolderInfo;

/// The time since boot, suspended time included: the clock by which claims are ordered.
#[must_use]
pub fn since_boot() -> Duration {
    sys::clock::since_boot()
}
