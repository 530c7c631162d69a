//! What watches the memory: Valgrind around the command, or AddressSanitizer inside of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::relay::Relay;
use crate::machine::{self, Outcome, cargo, cargo_with};

/// The tool, and the command built for it.
#[derive(Debug)]
pub(super) struct Tool {
    kind: Kind,
    binary: PathBuf,
}

#[derive(Debug)]
enum Kind {
    Valgrind(Relay),
    AddressSanitizer,
}

/// The exit code when the tool has found something: none that soloist or a program here ends with.
const FOUND: &str = "99";

/// What AddressSanitizer needs: the library of the compiler's own, unstable flags on a stable compiler.
const SANITIZED: [(&str, &str); 2] = [("RUSTC_BOOTSTRAP", "1"), ("RUSTFLAGS", "-Zsanitizer=address")];

/// Valgrind, and the command as developers build it, but for its allocator: Valgrind knows the C library's, in which it
/// sees the end of each piece. Only the last crate is built anew for that.
pub(super) fn valgrind() -> Outcome<Tool> {
    if !machine::works("valgrind", &["--version"]) {
        machine::apt(&["valgrind"])?;
    }
    let place = machine::target().join("memcheck");
    std::fs::create_dir_all(&place).map_err(|error| format!("cannot create target/memcheck: {error}"))?;
    let relay = Relay::start(&place)?;
    let package = ["rustc", "--quiet", "--package", "soloist-cli", "--bin", "soloist"];
    cargo(&[&package[..], &["--", "--cfg", "soloist_system_allocator"]].concat())?;
    let binary = place.join("soloist");
    std::fs::copy(machine::debug_binary(), &binary)
        .map_err(|error| format!("cannot copy the command: {error}"))?;
    Ok(Tool { kind: Kind::Valgrind(relay), binary })
}

/// A build of everything with AddressSanitizer, after the library's own tests in such a build.
pub(super) fn address_sanitizer() -> Outcome<Tool> {
    let host = machine::host()?;
    let target = machine::target().join("address");
    let place = target.to_string_lossy();
    let run = |line: &[&str], last: &[&str]| {
        cargo_with(&[line, &["--target", &host, "--target-dir", &place, "--"], last].concat(), &SANITIZED)
    };
    // These tests have limits of time, which the cost of a sanitizer exceeds.
    run(&["test", "--quiet", "--package", "soloist", "--lib"], &["--skip", "program::tests::hostile"])?;
    let package = ["rustc", "--quiet", "--package", "soloist-cli", "--bin", "soloist"];
    run(&package, &["--cfg", "soloist_system_allocator"])?;
    Ok(Tool { kind: Kind::AddressSanitizer, binary: target.join(&host).join("debug/soloist") })
}

impl Tool {
    pub(super) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Valgrind(_) => "Valgrind",
            Kind::AddressSanitizer => "AddressSanitizer",
        }
    }

    /// Whether it is a part of the command rather than a program around it.
    pub(super) fn is_inside(&self) -> bool {
        matches!(self.kind, Kind::AddressSanitizer)
    }

    /// Soloist under the tool, which puts what it has to say into files of this directory.
    pub(super) fn command(&self, logs: &Path) -> Command {
        match &self.kind {
            Kind::Valgrind(relay) => {
                let mut command = Command::new("valgrind");
                command.args(["--quiet", "--tool=memcheck", "--leak-check=full", "--track-fds=yes"]);
                // "Possibly lost" is what only a pointer with a tag in its low bits leads to, as jiff's time zones have.
                command.args(["--errors-for-leak-kinds=definite", "--show-leak-kinds=definite"]);
                command.arg("--trace-children=no");
                command.arg(format!("--error-exitcode={FOUND}"));
                command.arg(format!("--log-file={}/%p", logs.display())).arg(&self.binary);
                relay.lend(&mut command);
                command
            }
            Kind::AddressSanitizer => {
                let mut command = Command::new(&self.binary);
                let options = format!("exitcode={FOUND}:detect_leaks=1:log_path={}/asan", logs.display());
                command.env("ASAN_OPTIONS", options);
                command
            }
        }
    }

    /// Soloist without the tool, from the same file.
    pub(super) fn plain(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.env("ASAN_OPTIONS", "detect_leaks=0");
        command
    }
}
