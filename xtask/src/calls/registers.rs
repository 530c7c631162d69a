//! Making a traced process's call fail: the one thing that each architecture does in its own way.

use std::io;

/// Whether calls can be made to fail here.
pub(super) const AVAILABLE: bool = cfg!(target_arch = "x86_64");

#[cfg(target_arch = "x86_64")]
fn poke(pid: u32, offset: usize, value: i64) -> io::Result<()> {
    // SAFETY: PTRACE_POKEUSER writes one word at an offset into the tracee's `struct user`, not into our memory.
    let answer = unsafe { libc::ptrace(libc::PTRACE_POKEUSER, pid.cast_signed(), offset, value) };
    if answer == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// At the entrance: nothing is called at all.
#[cfg(target_arch = "x86_64")]
pub(super) fn skip_call(pid: u32) -> io::Result<()> {
    poke(pid, std::mem::offset_of!(libc::user_regs_struct, orig_rax), -1)
}

/// At the exit: the call answers this error.
#[cfg(target_arch = "x86_64")]
pub(super) fn answer_error(pid: u32, number: i32) -> io::Result<()> {
    poke(pid, std::mem::offset_of!(libc::user_regs_struct, rax), -i64::from(number))
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) fn skip_call(_: u32) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "calls cannot be made to fail on this architecture"))
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) fn answer_error(pid: u32, _: i32) -> io::Result<()> {
    skip_call(pid)
}
