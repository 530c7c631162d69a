//! One wait for everything: descriptors and a deadline (`ppoll(2)`).

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;

use super::{call, clock};

/// Waits until one of `descriptors` is readable (a pidfd is when its process ended) or the clock since boot
/// passes `deadline`. Answers which ones are; none means that the deadline passed.
pub(crate) fn readable(descriptors: &[BorrowedFd<'_>], deadline: Option<Duration>) -> io::Result<Vec<bool>> {
    let entry = |descriptor: i32| libc::pollfd { fd: descriptor, events: libc::POLLIN, revents: 0 };
    let mut entries: Vec<libc::pollfd> =
        descriptors.iter().map(|descriptor| entry(descriptor.as_raw_fd())).collect();
    let ahead = deadline.filter(|&deadline| deadline > clock::since_boot());
    let alarm = ahead.map(alarm).transpose()?;
    entries.extend(alarm.iter().map(|alarm| entry(alarm.as_raw_fd())));
    let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // A deadline that has passed needs no alarm: it is one look.
    let timeout = if deadline.is_some() && alarm.is_none() { &raw const at_once } else { std::ptr::null() };
    call::retry(|| {
        // SAFETY: `entries` is a valid array of its length; `timeout` is null or points to a live timespec.
        call::check(unsafe {
            libc::ppoll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, timeout, std::ptr::null())
        })
    })?;
    Ok(entries[..descriptors.len()].iter().map(|entry| entry.revents != 0).collect())
}

/// What becomes readable at this time since boot (`timerfd_create(2)`, `CLOCK_BOOTTIME` since Linux 3.15). The timeout of
/// poll(2) would be late by a thousandth (`select_estimate_accuracy` of Linux), and stands still while the machine sleeps.
fn alarm(deadline: Duration) -> io::Result<OwnedFd> {
    // SAFETY: timerfd_create takes integers.
    let timer = call::check(unsafe { libc::timerfd_create(libc::CLOCK_BOOTTIME, libc::TFD_CLOEXEC) })?;
    // SAFETY: the kernel has just given this descriptor to us alone.
    let timer = unsafe { OwnedFd::from_raw_fd(timer) };
    // SAFETY: itimerspec is plain data, for which all zeroes are a value.
    let mut setting: libc::itimerspec = unsafe { std::mem::zeroed() };
    // What lies beyond the kernel's reach of 292 years is as good as never.
    setting.it_value.tv_sec = deadline.as_secs().min(NEVER).try_into().unwrap_or_default();
    setting.it_value.tv_nsec = deadline.subsec_nanos().cast_signed().into();
    // SAFETY: `setting` is a valid itimerspec; a null old value is not asked for.
    let set = unsafe {
        libc::timerfd_settime(
            timer.as_raw_fd(),
            libc::TFD_TIMER_ABSTIME,
            &raw const setting,
            std::ptr::null_mut(),
        )
    };
    call::check(set).map(|_| timer)
}

/// More seconds than any machine stays up, and few enough for every clock: the seconds of some have 32 bits.
const NEVER: u64 = (1 << 31) - 1;
