//! The relay for system calls that Valgrind does not know (`relay.c`): Debian's Valgrind answers "function not
//! implemented" to `pidfd_open(2)`, `pidfd_send_signal(2)` and `openat2(2)`, without which soloist signals nobody.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::machine::{self, Outcome, run};

/// The program outside; it ends with its standard input, when this is dropped.
#[derive(Debug)]
pub(super) struct Relay {
    outside: Child,
    /// What is loaded into the command.
    inside: PathBuf,
    /// The name of its socket.
    name: String,
}

impl Relay {
    /// Compiles both halves and starts the one outside.
    pub(super) fn start(place: &Path) -> Outcome<Self> {
        if !machine::works("cc", &["--version"]) {
            machine::apt(&["gcc", "libc6-dev"])?;
        }
        let source = place.join("relay.c");
        std::fs::write(&source, include_str!("relay.c"))
            .map_err(|error| format!("cannot write relay.c: {error}"))?;
        let (program, inside) = (place.join("relay"), place.join("relay.so"));
        run(Command::new("cc").args(["-O1", "-o"]).arg(&program).arg(&source))?;
        let library = ["-O1", "-DINSIDE", "-shared", "-fPIC", "-o"];
        run(Command::new("cc").args(library).arg(&inside).arg(&source).arg("-ldl"))?;
        let name = format!("soloist-memcheck-{}", std::process::id());
        let mut command = Command::new(&program);
        command.arg(&name).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut outside = command.spawn().map_err(|error| format!("cannot start the relay: {error}"))?;
        let mut line = String::new();
        if let Some(output) = outside.stdout.take() {
            BufReader::new(output).read_line(&mut line).ok();
        }
        if line == "up\n" {
            Ok(Self { outside, inside, name })
        } else {
            Err("the relay does not start".into())
        }
    }

    /// Loads it into a command.
    pub(super) fn lend(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.inside).env("MEMCHECK_RELAY", &self.name);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // Its input ends with this handle.
        self.outside.stdin.take();
        self.outside.wait().ok();
    }
}
