//! The simulator as its users meet it: over loopback, through its handle, as a program.

#![expect(clippy::unwrap_used, reason = "a client that can't go on ends its test")]

mod client;
#[cfg(unix)]
mod example;
mod polling;
mod program;
mod requests;
