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
//! | `failure`, `time`, `redact`, `escape` | words: errors, times, no secrets, no control characters |
//! | `process`, `tree`, `environment` | a process that can't be mistaken, who started whom, the variables of its start |
//! | `program`, `elf`, `locate` | from an argument list to the file that is the program |
//! | `bot`, `state`, `key` | a Telegram bot; the private directory; what must be unique |
//! | `evidence` | who keeps a lock, by the kernel's word |
//! | `discover` | which processes run a program |
//! | `origin`, `matching`, `describe`, `record` | what started a process; which copies count; a process as documents tell of it; what a holder says of itself |
//! | `stop` | ask, wait, insist |
//! | `lock`, `history` | the locks that keep a claim; what happened to a key |
//! | `holder`, `ghost`, `view`, `war` | who has a claim; what was left behind; everything that can be seen of a key; who keeps replacing whom |
//! | `conflict`, `claim`, `status` | the algorithm, its refusals, and the questions beside it |
//! | `doctor` | whether this machine and directory can keep the promises |
//! | `supervise`, `restart` | running a program in the foreground, again if need be; they know nothing of locks |

mod bot;
mod claim;
mod conflict;
mod describe;
mod discover;
pub mod doctor;
mod elf;
mod environment;
pub mod escape;
mod evidence;
mod failure;
mod ghost;
pub mod history;
mod holder;
mod key;
mod locate;
mod lock;
mod matching;
mod origin;
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
mod war;

use std::time::Duration;

pub use claim::{Guard, Instance, OnConflict};
pub use conflict::{Conflict, Error};
pub use describe::ProcessInfo;
pub use key::Key;
pub use matching::Match;
pub use origin::Origin;
pub use process::{Birth, State};
pub use record::Record;
pub use restart::{BackOff, Restart};
pub use state::StateDirectory;
pub use status::{Claim, Intention, LockPlaces, Standing, Status, StopReport, Stopped, list};
pub use stop::{Outcome, Stop, StopSignal};
pub use sys::handle::BorrowedHandle;
pub use view::{Candidate, HolderInfo, Problem};

/// The time since boot, suspended time included: the clock by which claims are ordered.
#[must_use]
pub fn since_boot() -> Duration {
    sys::clock::since_boot()
}
