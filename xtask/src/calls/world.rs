//! Everything that runs below one worker: who has ended, and who is traced.

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::sys::{self, News};
use super::tracer::Trace;

/// The children of this process, its own, adopted and traced.
#[derive(Debug)]
pub(super) struct World {
    signals: OwnedFd,
    ended: HashMap<u32, ExitStatus>,
    pub(super) trace: Trace,
}

impl World {
    pub(super) fn new() -> io::Result<Self> {
        sys::adopt_orphans()?;
        Ok(Self { signals: sys::child_signals()?, ended: HashMap::new(), trace: Trace::default() })
    }

    /// Forgets the dead of an earlier case: their numbers may come again.
    pub(super) fn forget(&mut self) {
        self.ended.clear();
        self.trace = Trace::default();
    }

    /// How it ended, if it has.
    pub(super) fn ending(&self, pid: u32) -> Option<ExitStatus> {
        self.ended.get(&pid).copied()
    }

    /// Handles what has happened; waits for it at most so long. Answers whether the other descriptor can be read.
    pub(super) fn go_on(&mut self, other: Option<RawFd>, limit: Duration) -> io::Result<bool> {
        let descriptors: Vec<RawFd> = std::iter::once(self.signals.as_raw_fd()).chain(other).collect();
        let ready = sys::readable(&descriptors, limit)?;
        sys::forget_signals(&self.signals);
        while let Some((pid, news)) = sys::news() {
            match news {
                News::Ended(status) => {
                    self.trace.on_end(pid);
                    self.ended.insert(pid, status);
                }
                News::Stopped { .. } => self.trace.on_stop(pid, news)?,
            }
        }
        Ok(ready.get(1) == Some(&true))
    }

    /// Goes on until it is so, at most this long; answers whether it is.
    pub(super) fn until(&mut self, limit: Duration, mut so: impl FnMut(&Self) -> bool) -> io::Result<bool> {
        let end = Instant::now() + limit;
        loop {
            if so(self) {
                return Ok(true);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            // What is no child of ours gives no word when it changes; ten looks a second are little.
            self.go_on(None, left.min(Duration::from_millis(100)))?;
        }
    }
}
