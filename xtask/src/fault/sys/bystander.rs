//! A process that no signal disturbs (`posix_spawn(3)`).

use std::ffi::CString;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Starts the program with every signal blocked; its output goes to one descriptor.
pub(in crate::fault) fn spawn_deaf(
    file: &Path,
    words: &[String],
    input: BorrowedFd<'_>,
    output: BorrowedFd<'_>,
) -> io::Result<u32> {
    let file = CString::new(file.as_os_str().as_bytes())?;
    let words = words.iter().map(|word| CString::new(word.as_bytes())).collect::<Result<Vec<_>, _>>()?;
    let mut pointers: Vec<*mut libc::c_char> = words.iter().map(|word| word.as_ptr().cast_mut()).collect();
    pointers.push(std::ptr::null_mut());
    let mut actions = MaybeUninit::uninit();
    // SAFETY: the place is valid for the call to fill.
    check(unsafe { libc::posix_spawn_file_actions_init(actions.as_mut_ptr()) })?;
    for (from, to) in [(input, 0), (output, 1), (output, 2)] {
        // SAFETY: the actions were initialised above.
        check(unsafe { libc::posix_spawn_file_actions_adddup2(actions.as_mut_ptr(), from.as_raw_fd(), to) })?;
    }
    let mut attributes = attributes()?;
    let mut pid = 0;
    let environment = [std::ptr::null_mut()];
    // SAFETY: every pointer is valid for the call, and both lists end with a null pointer.
    let answer = unsafe {
        libc::posix_spawn(
            &raw mut pid,
            file.as_ptr(),
            actions.as_ptr(),
            attributes.as_ptr(),
            pointers.as_ptr(),
            environment.as_ptr(),
        )
    };
    // SAFETY: they were initialised above and are not used again.
    unsafe { libc::posix_spawn_file_actions_destroy(actions.as_mut_ptr()) };
    // SAFETY: they were initialised above and are not used again.
    unsafe { libc::posix_spawnattr_destroy(attributes.as_mut_ptr()) };
    check(answer)?;
    u32::try_from(pid).map_err(io::Error::other)
}

fn attributes() -> io::Result<MaybeUninit<libc::posix_spawnattr_t>> {
    let mut attributes = MaybeUninit::uninit();
    // SAFETY: the place is valid for the call to fill.
    check(unsafe { libc::posix_spawnattr_init(attributes.as_mut_ptr()) })?;
    let mut all = MaybeUninit::uninit();
    // SAFETY: the place is valid for the call to fill.
    unsafe { libc::sigfillset(all.as_mut_ptr()) };
    // SAFETY: both were initialised above.
    check(unsafe { libc::posix_spawnattr_setsigmask(attributes.as_mut_ptr(), all.as_ptr()) })?;
    let flags = i16::try_from(libc::POSIX_SPAWN_SETSIGMASK).map_err(io::Error::other)?;
    // SAFETY: they were initialised above.
    check(unsafe { libc::posix_spawnattr_setflags(attributes.as_mut_ptr(), flags) })?;
    Ok(attributes)
}

fn check(answer: libc::c_int) -> io::Result<()> {
    if answer == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(answer)) }
}
