//! A mount that nobody else sees (`mount_namespaces(7)`).

use std::ffi::CStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::check;

/// Mounts a file system of limited size there, for this process and its children alone.
pub(in crate::fault) fn mount_small_disk(place: &Path, options: &str) -> io::Result<()> {
    // SAFETY: unshare takes flags alone.
    check(unsafe { libc::unshare(libc::CLONE_NEWNS) }.into())?;
    let place = std::ffi::CString::new(place.as_os_str().as_bytes())?;
    let options = std::ffi::CString::new(options)?;
    // Nothing of this namespace reaches the one that it was copied from.
    mount(c"none", c"/", None, libc::MS_REC | libc::MS_PRIVATE, None)?;
    mount(c"soak", &place, Some(c"tmpfs"), libc::MS_NOSUID | libc::MS_NODEV, Some(&options))
}

/// Takes the file system there away.
pub(in crate::fault) fn unmount(place: &Path) -> io::Result<()> {
    let place = std::ffi::CString::new(place.as_os_str().as_bytes())?;
    // SAFETY: the pointer is a valid string.
    check(unsafe { libc::umount2(place.as_ptr(), libc::MNT_DETACH) }.into()).map(drop)
}

fn mount(
    source: &CStr,
    target: &CStr,
    kind: Option<&CStr>,
    flags: libc::c_ulong,
    options: Option<&CStr>,
) -> io::Result<()> {
    let pointer = |text: Option<&CStr>| text.map_or(std::ptr::null(), CStr::as_ptr);
    // SAFETY: every pointer is a valid string, or null where the call takes none.
    let answer = unsafe {
        libc::mount(source.as_ptr(), target.as_ptr(), pointer(kind), flags, pointer(options).cast())
    };
    check(answer.into()).map(drop)
}
