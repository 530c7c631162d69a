//! What forks all the time: each process has a child, and ends soon after it.
//!
//! The storm bounds itself, by its length and by how long a generation lives, so that the machine survives it even
//! where no limit of the kernel holds for root.

use std::time::{Duration, Instant};

use super::sys;

/// How long a storm lasts, whoever fails to end it.
const LENGTH: Duration = Duration::from_secs(3);

/// How many lines of descent there are.
const LINES: usize = 2;

/// From one generation to the next. The first is about as fast as one that looks for it can look.
const PACES: [Duration; 3] = [Duration::from_millis(4), Duration::from_millis(10), Duration::from_millis(30)];

/// Rages until the end of the storm, in ever new processes.
pub(super) fn rage() {
    let until = Instant::now() + LENGTH;
    let pace = PACES[std::process::id() as usize % PACES.len()];
    for _ in 1..LINES {
        if matches!(sys::fork(), Ok(None)) {
            break;
        }
    }
    while Instant::now() < until {
        match sys::fork() {
            Ok(None) => std::thread::sleep(pace),
            Ok(Some(_)) => return std::thread::sleep(pace * 3),
            // There are too many already.
            Err(_) => return,
        }
    }
}
