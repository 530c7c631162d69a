//! A control group for the program, where one can be had: the kernel then kills everything in it at one stroke, also
//! what forks faster than anybody can look (`cgroup.kill`, Linux 5.14).
//!
//! Only a group that was delegated to this process is divided (the kernel's cgroup-v2 documentation, "Delegation";
//! systemd's `Delegate=`): one that belongs to this user, that systemd marks as delegated, or the root of a
//! container's own namespace. Everywhere else there is none, and whoever asks goes without.

use std::ffi::CString;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{account, files};

/// More than what `/proc/self/cgroup` says: a dozen paths.
const LONGEST: usize = 64 * 1024;

/// A group made for one program; removed when it is let go of, if nothing is left in it.
#[derive(Debug)]
pub(crate) struct Group {
    directory: PathBuf,
    /// Its `cgroup.procs`, open for the program to enter.
    entrance: OwnedFd,
    /// Its `cgroup.kill`, open from the start: a group that somebody with our number in another pid namespace has put
    /// in the place of ours is not meant.
    end: OwnedFd,
}

impl Group {
    /// Makes a group below this process's own.
    pub(crate) fn make() -> Option<Self> {
        let own = delegated()?;
        let directory = own.join(format!("soloist-{}", std::process::id()));
        // One of an earlier process with our number, left behind by SIGKILL, is empty or still its ghosts'.
        fs::remove_dir(&directory).ok();
        fs::create_dir(&directory).ok()?;
        let open = |name: &str| files::open(&directory.join(name), libc::O_WRONLY, 0);
        match (open("cgroup.procs"), open("cgroup.kill")) {
            (Ok(entrance), Ok(end)) => Some(Self { directory, entrance, end }),
            _ => {
                fs::remove_dir(&directory).ok();
                None
            }
        }
    }

    /// What a process writes `0` to in order to enter.
    pub(crate) fn entrance(&self) -> i32 {
        self.entrance.as_raw_fd()
    }

    /// Kills everything in the group and below it.
    pub(crate) fn kill(&self) -> io::Result<()> {
        // SAFETY: the buffer is valid for its length.
        let written = unsafe { libc::write(self.end.as_raw_fd(), c"1".as_ptr().cast(), 1) };
        if written == 1 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Groups that the program made inside go first; one with somebody in it stays.
        remove_below(&self.directory);
        fs::remove_dir(&self.directory).ok();
    }
}

fn remove_below(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_below(&entry.path());
            fs::remove_dir(entry.path()).ok();
        }
    }
}

/// Enters a group through its entrance: one system call, for a child between `clone` and `execve`.
pub(crate) fn enter(entrance: i32) {
    // SAFETY: the buffer is valid for its length; a number that is no descriptor is an error of the call.
    unsafe { libc::write(entrance, c"0".as_ptr().cast(), 1) };
}

/// The directory of this process's own group in the unified hierarchy, if it was delegated to it.
fn delegated() -> Option<PathBuf> {
    let groups = files::beginning(Path::new("/proc/self/cgroup"), LONGEST).ok()?;
    let groups = String::from_utf8_lossy(&groups);
    let path = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let directory = MOUNTS.iter().map(|mount| place(mount, path)).find(|place| is_divisible(place))?;
    let status = files::status(&directory).ok()?;
    let user = account::effective_user();
    let ours = user != 0 && status.owner == user;
    let marked = ["user.delegate", "trusted.delegate"].iter().any(|name| is_marked(&directory, name));
    let containers_root = path == "/";
    (ours || marked || user == 0 && containers_root).then_some(directory)
}

/// Where the unified hierarchy is mounted: alone, or beside the old ones (`systemd(1)`, "hybrid").
const MOUNTS: [&str; 2] = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

fn place(mount: &str, path: &str) -> PathBuf {
    Path::new(mount).join(path.trim_start_matches('/'))
}

/// The root of the whole hierarchy has no such file (it is nobody's to divide), nor has a kernel before 5.14.
fn is_divisible(group: &Path) -> bool {
    files::status(&group.join("cgroup.kill")).is_ok()
}

/// systemd marks what it delegates with an extended attribute (`systemd.resource-control(5)`).
fn is_marked(directory: &Path, name: &str) -> bool {
    let (Ok(path), Ok(name)) = (CString::new(directory.as_os_str().as_bytes()), CString::new(name)) else {
        return false;
    };
    let mut value = [0u8; 1];
    // SAFETY: both strings end with a NUL and the buffer is valid for its length.
    let length =
        unsafe { libc::getxattr(path.as_ptr(), name.as_ptr(), value.as_mut_ptr().cast(), value.len()) };
    length == 1 && value == *b"1"
}
