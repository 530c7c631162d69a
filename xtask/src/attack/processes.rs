//! Processes by handles that cannot come to mean others, and the end of everything that an attack has started.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitOptions, pidfd_open, pidfd_send_signal, set_child_subreaper, wait,
};

/// A process that was started by an attack.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    handle: OwnedFd,
}

impl Process {
    /// None when it is gone already.
    pub(super) fn open(pid: u32) -> Option<Self> {
        let handle = pidfd_open(Pid::from_raw(pid.cast_signed())?, PidfdFlags::empty()).ok()?;
        Some(Self { pid, handle })
    }

    pub(super) fn signal(&self, signal: Signal) {
        // One that has ended needs no signal any more.
        pidfd_send_signal(&self.handle, signal).ok();
    }

    pub(super) fn lives(&self) -> bool {
        !any_ready(&[self.handle.as_fd()], Duration::ZERO)
    }

    pub(super) fn handle(&self) -> BorrowedFd<'_> {
        self.handle.as_fd()
    }
}

/// Sleeps until one of the descriptors can be read, at most this long; answers whether one can.
pub(super) fn any_ready(descriptors: &[BorrowedFd<'_>], limit: Duration) -> bool {
    let mut polled: Vec<PollFd<'_>> =
        descriptors.iter().map(|it| PollFd::from_borrowed_fd(*it, PollFlags::IN)).collect();
    let limit = Timespec::try_from(limit).ok();
    poll(&mut polled, limit.as_ref()).is_ok_and(|ready| ready > 0)
}

/// Orphans of what an attack starts come to this process: a zombie that nobody reaps would look alive to those who
/// ask ps(1).
pub(super) fn adopt_orphans() -> Result<(), String> {
    let own = Pid::from_raw(std::process::id().cast_signed());
    set_child_subreaper(own).map_err(|error| format!("cannot adopt orphans: {error}"))
}

/// Reaps whatever has ended.
pub(super) fn reap() {
    while matches!(wait(WaitOptions::NOHANG), Ok(Some(_))) {}
}

/// Every living process that was started with this variable.
pub(super) fn with_variable(variable: &str) -> Vec<Process> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|&pid| has_variable(pid, variable))
        .filter_map(Process::open)
        // The number may have come to mean another process before it was held.
        .filter(|process| has_variable(process.pid, variable) && process.lives())
        .collect()
}

fn has_variable(pid: u32, variable: &str) -> bool {
    let variables = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    variables.split(|&byte| byte == 0).any(|word| word == variable.as_bytes())
}
