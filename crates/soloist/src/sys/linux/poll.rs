//! One wait for everything: descriptors and a deadline (`ppoll(2)`).

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use super::{call, clock};

/// Waits until one of `descriptors` is readable (a pidfd is when its process ended) or the clock since boot
/// passes `deadline`. Answers which ones are; none means that the deadline passed.
pub(crate) fn readable(descriptors: &[BorrowedFd<'_>], deadline: Option<Duration>) -> io::Result<Vec<bool>> {
    let mut entries: Vec<libc::pollfd> = descriptors
        .iter()
        .map(|descriptor| libc::pollfd { fd: descriptor.as_raw_fd(), events: libc::POLLIN, revents: 0 })
        .collect();
    loop {
        let left = deadline.map(|deadline| deadline.saturating_sub(clock::since_boot()));
        let timeout = left.map(|left| libc::timespec {
            tv_sec: libc::time_t::try_from(left.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: libc::c_long::from(left.subsec_nanos()),
        });
        let timeout = timeout.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: `entries` is a valid array of its length; `timeout` is null or points to a live timespec.
        let ready = call::check(unsafe {
            libc::ppoll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, timeout, std::ptr::null())
        });
        match ready {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(0) if left.is_some_and(|left| !left.is_zero()) => {}
            Ok(_) => return Ok(entries.iter().map(|entry| entry.revents != 0).collect()),
        }
    }
}
