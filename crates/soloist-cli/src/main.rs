//! The `soloist` command: parse, call the library, print.

#![forbid(unsafe_code)]

mod arguments;
#[cfg(test)]
#[path = "../../soloist/src/corpus.rs"]
mod corpus;
mod doctor;
#[cfg(test)]
#[path = "../../soloist/src/effort.rs"]
mod effort;
mod exit;
mod language;
mod questions;
mod report;
mod run;
mod telegram;
mod variables;

use std::process::ExitCode;

use arguments::{Command, Parsed};

/// A start makes a few hundred small things and ends. The allocator of musl, with which the released binary is built, asks
/// the kernel for most of them one by one. `--cfg soloist_system_allocator` is for tools that watch the C library's
/// (`cargo xtask memcheck`).
#[cfg(not(soloist_system_allocator))]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

fn main() -> ExitCode {
    let started = soloist::since_boot();
    let code = match arguments::parse(std::env::args_os()) {
        Parsed::Command(command) => dispatch(*command, started),
        Parsed::Answer { text, code } => report::answer(&text, code),
    };
    ExitCode::from(code)
}

fn dispatch(command: Command, started: std::time::Duration) -> u8 {
    match command {
        Command::Run(arguments) => run::run(&arguments, started),
        Command::Status(arguments) => questions::status(&arguments),
        Command::Stop(arguments) => questions::stop(&arguments),
        Command::List(arguments) => questions::list(&arguments),
        Command::History(arguments) => questions::history(&arguments),
        Command::Doctor(arguments) => doctor::doctor(&arguments),
        Command::Completions { shell } => report::print(&arguments::completions(shell)),
        Command::Man => report::print(&arguments::manual()),
    }
}
