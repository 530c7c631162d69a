//! What a test's thread has cost so far, however busy the machine is.

use std::time::Duration;

/// The processor time of this thread, in the kernel's clock ticks of a hundredth of a second (`proc_pid_stat(5)`).
pub(crate) fn so_far() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
    // utime and stime, fields 14 and 15; behind the name stands field 3.
    let ticks: u64 = fields.skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}
