//! The stage on which every black-box test of the `soloist` program plays.
//!
//! A [`Sandbox`] is a private directory with a program (`main.py`, see [`actor`]), a state directory and a
//! home. Processes are started by an [`Invocation`]; what they print lands in files; an [`Actor`] is the far
//! end of a program that runs. Tests wait for words and for the end of processes, never for time, and
//! everything that a test started ends with it.

#![expect(dead_code, unused_imports, reason = "each test file uses its own part of the stage")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a stage that cannot be set up ends the test")]

pub(crate) mod actor;
pub(crate) mod crowd;
pub(crate) mod examination;
pub(crate) mod invocation;
pub(crate) mod process;
pub(crate) mod sandbox;
pub(crate) mod snapshot;
pub(crate) mod witness;

pub(crate) use actor::Actor;
pub(crate) use crowd::Crowd;
pub(crate) use invocation::{Invocation, Outcome, Running};
pub(crate) use process::{Process, eventually};
pub(crate) use sandbox::Sandbox;
pub(crate) use snapshot::Snapshot;
