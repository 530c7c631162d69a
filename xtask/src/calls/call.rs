//! System calls by name, and which of them can fail.

use std::fmt;

/// A system call's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call(pub(super) u64);

macro_rules! names {
    ($($constant:ident)*) => {
        &[$((libc::$constant, stringify!($constant))),*]
    };
}

/// Those that soloist, its loader and its allocator make.
const NAMES: &[(libc::c_long, &str)] = names! {
    SYS_bind SYS_brk SYS_clock_gettime SYS_clock_nanosleep SYS_clone SYS_clone3 SYS_close SYS_close_range
    SYS_connect SYS_dup SYS_dup3 SYS_execve SYS_exit SYS_exit_group SYS_faccessat SYS_faccessat2 SYS_fallocate
    SYS_fchmod SYS_fchmodat SYS_fcntl SYS_fdatasync SYS_flock SYS_fstat SYS_fstatfs SYS_fsync SYS_ftruncate
    SYS_futex SYS_getcwd SYS_getdents64 SYS_getegid SYS_geteuid SYS_getgid SYS_getpgid SYS_getpid SYS_getppid
    SYS_getrandom SYS_getresgid SYS_getresuid SYS_getsid SYS_getsockname SYS_getsockopt SYS_gettid SYS_getuid
    SYS_ioctl SYS_kill SYS_linkat SYS_listen SYS_lseek SYS_madvise SYS_mkdirat SYS_mmap SYS_mprotect SYS_mremap
    SYS_munmap SYS_newfstatat SYS_openat SYS_openat2 SYS_pidfd_open SYS_pidfd_send_signal SYS_pipe2 SYS_ppoll
    SYS_prctl SYS_pread64 SYS_prlimit64 SYS_read SYS_readlinkat SYS_readv SYS_recvfrom SYS_recvmsg SYS_renameat
    SYS_renameat2 SYS_rseq SYS_rt_sigaction SYS_rt_sigprocmask SYS_rt_sigqueueinfo SYS_rt_sigreturn
    SYS_sched_getaffinity SYS_sched_yield SYS_sendto SYS_set_robust_list SYS_set_tid_address SYS_setpgid
    SYS_setsid SYS_sigaltstack SYS_signalfd4 SYS_socket SYS_statfs SYS_statx SYS_symlinkat SYS_timerfd_create
    SYS_timerfd_settime SYS_umask SYS_uname SYS_unlinkat SYS_waitid SYS_wait4 SYS_write SYS_writev
};

/// Those of this architecture alone.
#[cfg(target_arch = "x86_64")]
const OLD_NAMES: &[(libc::c_long, &str)] = names! {
    SYS_access SYS_arch_prctl SYS_chmod SYS_dup2 SYS_fork SYS_getpgrp SYS_link SYS_lstat SYS_mkdir SYS_open
    SYS_pipe SYS_poll SYS_readlink SYS_rename SYS_rmdir SYS_signalfd SYS_stat SYS_symlink SYS_unlink SYS_vfork
};
#[cfg(not(target_arch = "x86_64"))]
const OLD_NAMES: &[(libc::c_long, &str)] = &[];

/// They cannot fail by what happens on a machine, or belong to memory: an allocation that fails is the end of any
/// program in Rust, and so no other case than being killed there. Only Rust's own start, before soloist's, makes poll(2).
const UNFAILING: &[&str] = &[
    "arch_prctl",
    "brk",
    "clock_gettime",
    "exit",
    "exit_group",
    "getegid",
    "geteuid",
    "getgid",
    "getpgrp",
    "getpid",
    "getppid",
    "getrandom",
    "gettid",
    "getuid",
    "madvise",
    "mmap",
    "mprotect",
    "mremap",
    "munmap",
    "poll",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sched_getaffinity",
    "sched_yield",
    "set_robust_list",
    "set_tid_address",
    "sigaltstack",
    "umask",
    "uname",
];

impl Call {
    fn name(self) -> Option<&'static str> {
        let is_it = |(number, _): &&(libc::c_long, &str)| u64::try_from(*number) == Ok(self.0);
        NAMES.iter().chain(OLD_NAMES).find(is_it).map(|(_, name)| &name[4..])
    }

    /// Whether an error of it is a case to try.
    pub(super) fn can_fail(self) -> bool {
        self.name().is_none_or(|name| !UNFAILING.contains(&name))
    }

    /// Whether it does its work even where it answers an error: a descriptor is closed whatever close(2) says.
    pub(super) fn works_anyway(self) -> bool {
        self.is(libc::SYS_close)
    }

    pub(super) fn is(self, number: libc::c_long) -> bool {
        u64::try_from(number) == Ok(self.0)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "call {}", self.0),
        }
    }
}

/// What is done to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blow {
    /// The process that makes it is killed at its entrance.
    Kill,
    /// It answers this error.
    Fail(i32),
}

/// The errors that are tried.
pub(super) const ERRORS: [(i32, &str); 7] = [
    (libc::EINTR, "EINTR"),
    (libc::ENOSPC, "ENOSPC"),
    (libc::EIO, "EIO"),
    (libc::EMFILE, "EMFILE"),
    (libc::ENOMEM, "ENOMEM"),
    (libc::EACCES, "EACCES"),
    (libc::ESRCH, "ESRCH"),
];

impl Blow {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "KILL" {
            return Some(Self::Kill);
        }
        ERRORS.iter().find(|(_, name)| *name == text).map(|&(number, _)| Self::Fail(number))
    }
}

impl fmt::Display for Blow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill => f.write_str("KILL"),
            Self::Fail(number) => {
                let name = ERRORS.iter().find(|(it, _)| it == number).map(|&(_, name)| name);
                f.write_str(name.unwrap_or("an error"))
            }
        }
    }
}

/// A blow at the k-th call, counted from 1 over soloist and its helpers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) call: usize,
    pub(super) blow: Blow,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blows_are_said_as_they_are_read() {
        for text in ["KILL", "EINTR", "ENOSPC", "EIO", "EMFILE", "ENOMEM", "EACCES", "ESRCH"] {
            assert_eq!(Blow::parse(text).map(|blow| blow.to_string()).as_deref(), Some(text));
        }
        assert_eq!(Blow::parse("EPERM"), None);
    }

    #[test]
    fn what_cannot_fail_is_left_alone() {
        let call = |number: libc::c_long| Call(u64::try_from(number).unwrap());
        assert!(call(libc::SYS_openat).can_fail());
        assert!(!call(libc::SYS_getpid).can_fail());
        assert!(call(libc::SYS_close).works_anyway());
        assert_eq!(call(libc::SYS_pidfd_send_signal).to_string(), "pidfd_send_signal");
    }
}
