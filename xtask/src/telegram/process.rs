//! Processes that cannot be mistaken for later ones with their numbers.

use std::fs;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::machine::Outcome;

/// A process and a descriptor of it (`pidfd_open(2)`), which becomes readable when it ends.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    descriptor: OwnedFd,
}

impl Process {
    pub(crate) fn open(pid: u32) -> Outcome<Self> {
        let number = i32::try_from(pid).ok().and_then(Pid::from_raw);
        let number = number.ok_or_else(|| format!("{pid} is no process id"))?;
        let descriptor = pidfd_open(number, PidfdFlags::empty());
        descriptor
            .map(|descriptor| Self { pid, descriptor })
            .map_err(|error| format!("cannot open process {pid}: {error}"))
    }

    /// Sends a signal; one that has ended takes it as well as any.
    pub(crate) fn signal(&self, signal: Signal) {
        pidfd_send_signal(&self.descriptor, signal).ok();
    }

    pub(crate) fn lives(&self) -> bool {
        first_to_end(&[self], Duration::ZERO).is_none()
    }

    /// Whether it ended within the time.
    pub(crate) fn ends_within(&self, limit: Duration) -> bool {
        first_to_end(&[self], limit).is_some()
    }
}

/// The place of one that has ended, after waiting at most this long for it.
pub(crate) fn first_to_end(processes: &[&Process], limit: Duration) -> Option<usize> {
    let until = Instant::now() + limit;
    let mut polled: Vec<PollFd<'_>> =
        processes.iter().map(|process| PollFd::new(&process.descriptor, PollFlags::IN)).collect();
    loop {
        let left = Timespec::try_from(until.saturating_duration_since(Instant::now())).ok();
        match poll(&mut polled, left.as_ref()) {
            Err(Errno::INTR) => {}
            _ => return polled.iter().position(|entry| !entry.revents().is_empty()),
        }
    }
}

/// The numbers of all processes.
fn all() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The parent, from the fourth field of `/proc/PID/stat`, counted behind the name's last bracket (proc_pid_stat(5)).
fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// A process and everything below it.
pub(crate) fn tree(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = all().filter_map(|pid| Some((pid, parent(pid)?))).collect();
    let mut tree = vec![root];
    let mut seen = 0;
    while let Some(&above) = tree.get(seen) {
        tree.extend(parents.iter().filter(|(_, parent)| *parent == above).map(|(pid, _)| *pid));
        seen += 1;
    }
    tree
}

/// The living processes that have this `NAME=value` in the environment they were started with.
pub(crate) fn marked(mark: &str) -> Vec<Process> {
    let has = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    };
    // Opened first and looked at then, so that the mark is this process's and no later one's.
    let opened = all().filter_map(|pid| Process::open(pid).ok());
    opened.filter(|process| has(&process.pid) && process.lives()).collect()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_child_is_found_by_its_parent_and_by_its_mark() -> Result<(), Box<dyn std::error::Error>> {
        let mark = format!("XTASK_TEST_MARK={}", std::process::id());
        let (name, value) = mark.split_once('=').unwrap_or_default();
        let mut child = Command::new("cat").env(name, value).stdin(Stdio::piped()).spawn()?;
        assert!(tree(std::process::id()).contains(&child.id()));
        let found = marked(&mark);
        assert_eq!(found.iter().map(|process| process.pid).collect::<Vec<_>>(), [child.id()]);
        assert!(!found[0].ends_within(Duration::ZERO));
        found[0].signal(Signal::KILL);
        assert!(found[0].ends_within(Duration::from_secs(20)));
        child.wait()?;
        assert!(marked(&mark).is_empty());
        Ok(())
    }
}
