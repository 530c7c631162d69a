//! A Telegram Bot API on loopback, for tests and demonstrations.
//!
//! It keeps the rules that decide which copy of a bot gets which update, and who is told
//! `409 Conflict`, exactly as the real Bot API server keeps them: one parked `getUpdates` for each
//! token, of which the newest wins; confirmation by offset; the three-second rules; webhooks that shut
//! polling out. Everything else (`sendMessage`, `getMe`, …) is there only as far as a bot needs it to run.
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! let telegram = botapi_sim::Simulator::start()?;
//! let update = telegram.inject(42, "hello").into_iter().next();
//!
//! // A bot started with the API root `telegram.root_url()` and any token `42:…` now finds the message.
//! assert!(telegram.root_url().starts_with("http://127.0.0.1:"));
//! assert_eq!(telegram.report(42).pending.first().copied(), update);
//! # Ok(())
//! # }
//! ```
//!
//! # How it is built
//!
//! | module | what it holds |
//! |---|---|
//! | `rules` | every decision: (state, event, now) → effects, without sockets, threads or clocks |
//! | `parameters`, `http` | requests and answers as text |
//! | `record`, `silence`, `report`, `log` | what happened, for whoever asks |
//! | `server`, `connection`, `control` | the driver: threads, sockets, the clock, the paths under `/sim/` |
//! | `simulator` | the handle that tests hold |
//!
//! # What it leaves out
//!
//! A webhook is remembered but nothing is delivered to it. Update kinds other than messages, flood limits of
//! anything but `setWebhook` and `close`, files and the test data centre aren't there. Any token of a valid
//! form is a bot that exists.

#![forbid(unsafe_code)]

mod connection;
mod control;
#[cfg(test)]
#[path = "../../soloist/src/corpus.rs"]
mod corpus;
mod http;
mod log;
mod parameters;
mod record;
mod report;
mod rules;
mod server;
mod silence;
mod simulator;

pub use log::LogEntry;
pub use report::{ConflictCounts, Poller, Report, SentMessage};
pub use simulator::Simulator;
