//! Processes, pinned by a pidfd, and the few numbers about them that tests compare.

use std::fs;
use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd, RawFd};
use std::time::{Duration, Instant};

/// How long a test waits for anything before it fails with what it saw.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// A process that cannot be mistaken for a later one with its number.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    fd: OwnedFd,
}

impl Process {
    pub(crate) fn open(pid: i32) -> io::Result<Self> {
        // SAFETY: pidfd_open takes two integers and returns a new descriptor or -1.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
        let fd = RawFd::try_from(fd).ok().filter(|fd| *fd >= 0).ok_or_else(io::Error::last_os_error)?;
        // SAFETY: the descriptor is new and nobody else owns it.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(Self { pid, fd })
    }

    pub(crate) fn descriptor(&self) -> RawFd {
        self.fd.as_raw_fd()
    }

    pub(crate) fn signal(&self, signal: i32) {
        // SAFETY: the descriptor is a pidfd, and a null siginfo is allowed.
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, self.fd.as_raw_fd(), signal, 0usize, 0) };
    }

    /// Whether it has ended (a zombie has).
    pub(crate) fn has_ended(&self) -> bool {
        readable(&[self.descriptor()], Duration::ZERO)[0]
    }

    pub(crate) fn wait_for_end(&self, what: &str) {
        if !readable(&[self.descriptor()], DEADLINE)[0] {
            panic!("{what} (pid {}) still runs: {}", self.pid, describe(self.pid));
        }
    }
}

/// Which of these descriptors can be read, after waiting until at least one can or the time is over.
pub(crate) fn readable(descriptors: &[RawFd], timeout: Duration) -> Vec<bool> {
    let until = Instant::now() + timeout;
    let mut polled: Vec<libc::pollfd> =
        descriptors.iter().map(|fd| libc::pollfd { fd: *fd, events: libc::POLLIN, revents: 0 }).collect();
    loop {
        let left = until.saturating_duration_since(Instant::now()).as_millis();
        let left = i32::try_from(left).unwrap_or(i32::MAX);
        // SAFETY: the pointer and the length describe one live vector.
        let count = unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, left) };
        if count >= 0 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return polled.iter().map(|entry| entry.revents != 0).collect();
        }
    }
}

/// Looks until there is something to see. For facts that the kernel announces to nobody.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + DEADLINE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < until, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether this is root, who can make processes of other users.
pub(crate) fn is_root() -> bool {
    user_id() == 0
}

pub(crate) fn user_id() -> u32 {
    // SAFETY: geteuid cannot fail.
    unsafe { libc::geteuid() }
}

/// The fields of `/proc/PID/stat` from the third (the state) on.
fn stat_fields(pid: i32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

pub(crate) fn state(pid: i32) -> Option<char> {
    stat_fields(pid)?.first()?.chars().next()
}

pub(crate) fn parent(pid: i32) -> Option<i32> {
    stat_fields(pid)?.get(1)?.parse().ok()
}

pub(crate) fn is_stopped(pid: i32) -> bool {
    state(pid) == Some('T')
}

/// Whether a helper of this process waits in the kernel's queue for a lock.
pub(crate) fn waits_for_a_lock(pid: i32) -> bool {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let place = |child: &str| fs::read_to_string(format!("/proc/{child}/wchan")).unwrap_or_default();
    children.split_whitespace().any(|child| ["lock", "setlk"].iter().any(|name| place(child).contains(name)))
}

/// Whether a process of this number lives (a zombie does not).
pub(crate) fn lives(pid: i32) -> bool {
    !matches!(state(pid), None | Some('Z' | 'X'))
}

/// What a sleeping process has used: clock ticks in user and system mode, and how often it went to sleep, over
/// all its threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Usage {
    user: String,
    system: String,
    sleeps: Vec<String>,
}

impl Usage {
    /// None while a thread of it runs, or waits to run.
    pub(crate) fn of(pid: i32) -> Option<Self> {
        let fields = stat_fields(pid)?;
        let mut sleeps = Vec::new();
        for thread in fs::read_dir(format!("/proc/{pid}/task")).ok()? {
            let status = fs::read_to_string(thread.ok()?.path().join("status")).ok()?;
            status.lines().find(|line| line.starts_with("State:\tS"))?;
            sleeps.push(status.lines().find(|line| line.starts_with("voluntary_ctxt_switches"))?.to_owned());
        }
        Some(Self { user: fields.get(11)?.clone(), system: fields.get(12)?.clone(), sleeps })
    }
}

/// What a failed test says about a process.
pub(crate) fn describe(pid: i32) -> String {
    let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let command = String::from_utf8_lossy(&command).replace('\0', " ");
    let wait = fs::read_to_string(format!("/proc/{pid}/wchan")).unwrap_or_default();
    format!("state {:?}, in {wait:?}, command {command:?}", state(pid))
}
