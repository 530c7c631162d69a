//! Files: what one is (device, inode, birth), and where a path leads inside another process's root.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use super::call;

/// What a file is, however it is spelled. The birth time tells a new file from an old one whose inode
/// number it took; 0 where the file system keeps none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileIdentity {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) born: i128,
}

impl FileIdentity {
    /// The same file: device and inode (contract §3.4).
    pub(crate) fn same_file(self, other: Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

/// What kind of thing a path names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileStatus {
    pub(crate) identity: FileIdentity,
    pub(crate) mode: u32,
    pub(crate) owner: u32,
}

impl FileStatus {
    pub(crate) fn is_regular(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFREG
    }
    pub(crate) fn is_directory(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFDIR
    }
    pub(crate) fn is_link(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFLNK
    }
    pub(crate) fn permissions(&self) -> u32 {
        self.mode & 0o7777
    }
}

fn statx(directory: i32, path: &CStr, flags: i32) -> io::Result<FileStatus> {
    // SAFETY: statx is plain data, for which all zeroes are a value.
    let mut found: libc::statx = unsafe { std::mem::zeroed() };
    let mask = libc::STATX_BASIC_STATS | libc::STATX_BTIME;
    // SAFETY: `path` is a C string and `found` a valid buffer for the call to fill. Not every C library wraps statx.
    let done =
        unsafe { libc::syscall(libc::SYS_statx, directory, path.as_ptr(), flags, mask, &raw mut found) };
    call::check_long(done)?;
    let born = if found.stx_mask & libc::STATX_BTIME == 0 {
        0
    } else {
        i128::from(found.stx_btime.tv_sec) * 1_000_000_000 + i128::from(found.stx_btime.tv_nsec)
    };
    Ok(FileStatus {
        identity: FileIdentity {
            device: libc::makedev(found.stx_dev_major, found.stx_dev_minor),
            inode: found.stx_ino,
            born,
        },
        mode: u32::from(found.stx_mode),
        owner: found.stx_uid,
    })
}

/// What `path` leads to, links followed.
pub(crate) fn status(path: &Path) -> io::Result<FileStatus> {
    statx(libc::AT_FDCWD, &call::c_path(path)?, 0)
}

/// The same for a path below an open directory.
pub(crate) fn status_at(directory: BorrowedFd<'_>, path: &CStr) -> io::Result<FileStatus> {
    statx(directory.as_raw_fd(), path, 0)
}

/// What `path` itself is, a final link not followed.
pub(crate) fn link_status(path: &Path) -> io::Result<FileStatus> {
    statx(libc::AT_FDCWD, &call::c_path(path)?, libc::AT_SYMLINK_NOFOLLOW)
}

/// What an open descriptor refers to.
pub(crate) fn descriptor_status(descriptor: BorrowedFd<'_>) -> io::Result<FileStatus> {
    statx(descriptor.as_raw_fd(), c"", libc::AT_EMPTY_PATH)
}

/// Opens with exactly these flags and mode; close-on-exec is always added.
pub(crate) fn open(path: &Path, flags: i32, mode: u32) -> io::Result<OwnedFd> {
    let path = call::c_path(path)?;
    // musl's open(2) sets close-on-exec a second time, with a call of its own; its openat(2) does not.
    let descriptor = call::retry(|| {
        // SAFETY: `path` is a C string; openat reads a mode only with O_CREAT and ignores it otherwise.
        call::check(unsafe { libc::openat(libc::AT_FDCWD, path.as_ptr(), flags | libc::O_CLOEXEC, mode) })
    })?;
    // SAFETY: the kernel has just given this descriptor to us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// The first number for descriptors that are to be closed late: when a process dies, the kernel closes them in
/// the order of their numbers.
const HIGH: i32 = 100;

/// The same open file under a high number.
pub(crate) fn high(file: OwnedFd) -> io::Result<OwnedFd> {
    // SAFETY: F_DUPFD_CLOEXEC takes integers.
    match call::check(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_DUPFD_CLOEXEC, HIGH) }) {
        // SAFETY: the kernel has just given this descriptor to us alone.
        Ok(number) => Ok(unsafe { OwnedFd::from_raw_fd(number) }),
        // A low RLIMIT_NOFILE: any number will do.
        Err(_) => Ok(file),
    }
}

/// Makes a directory that only its owner may enter.
pub(crate) fn create_private_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

/// Takes everybody else's rights to a directory away.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}

/// Creates a new file with this mode.
pub(crate) fn create_new(path: &Path, mode: u32) -> io::Result<std::fs::File> {
    open(path, libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL | libc::O_NOFOLLOW, mode)
        .map(std::fs::File::from)
}

/// Puts a new file in the place of another, in one step. The two are exchanged (`RENAME_EXCHANGE`, Linux 3.15) and the old
/// one is removed: a file that is renamed over another is first written to the disk by ext4 (`auto_da_alloc`, `ext4(5)`),
/// which takes longer than a whole start, for a file that means nothing after a power cut.
pub(crate) fn replace(new: &Path, place: &Path) -> io::Result<()> {
    let is_file = link_status(place).is_ok_and(|status| status.is_regular());
    if is_file && exchange(new, place).is_ok() {
        return std::fs::remove_file(new);
    }
    // Nothing is there yet, or nothing that rename(2) would replace, or this file system exchanges nothing.
    std::fs::rename(new, place)
}

fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    let (one, other) = (call::c_path(one)?, call::c_path(other)?);
    let here = libc::AT_FDCWD;
    let flags = libc::RENAME_EXCHANGE;
    // SAFETY: both paths are C strings.
    let done = unsafe { libc::syscall(libc::SYS_renameat2, here, one.as_ptr(), here, other.as_ptr(), flags) };
    call::check_long(done).map(drop)
}

/// Whether a path that cannot be opened leads to no file: nothing is there, or a link, which is never followed.
pub(crate) fn leads_nowhere(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ENOTDIR | libc::ELOOP))
}

/// Opens a file for reading, never through a link and without waiting for a writer.
pub(crate) fn open_to_look(path: &Path) -> io::Result<OwnedFd> {
    open(path, libc::O_RDONLY | NO_FOLLOW, 0)
}

/// The first bytes of a file, `most` at most.
pub(crate) fn beginning(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    read_beginning(&open(path, libc::O_RDONLY, 0)?, most)
}

/// The same of a file that somebody may put a FIFO in the place of: nobody is waited for.
pub(crate) fn beginning_at_once(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    read_beginning(&open(path, libc::O_RDONLY | libc::O_NONBLOCK, 0)?, most)
}

fn read_beginning(file: &OwnedFd, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(most);
    while bytes.len() < most && call::read(file, &mut bytes)? > 0 {}
    bytes.truncate(most);
    Ok(bytes)
}

/// Opens a file to add to its end, made if it is missing.
pub(crate) fn open_to_append(path: &Path, mode: u32) -> io::Result<OwnedFd> {
    open(path, libc::O_RDWR | libc::O_APPEND | libc::O_CREAT | NO_FOLLOW, mode)
}

/// Opens a file to lock it, made if it is missing.
pub(crate) fn open_to_lock(path: &Path, mode: u32) -> io::Result<OwnedFd> {
    open(path, libc::O_RDWR | libc::O_CREAT | NO_FOLLOW, mode)
}

/// A handle that names a file without opening it (`O_PATH`).
pub(crate) fn name(path: &Path) -> io::Result<OwnedFd> {
    open(path, libc::O_PATH, 0)
}

/// How often a path is followed again because of renames on its way.
const MOST_RENAMES: u32 = 100;

/// Finds `path` as a process sees it whose root directory is `root` and whose working directory is
/// `working`: absolute paths and links start at that root (`openat2(2)` with `RESOLVE_IN_ROOT`, Linux 5.6).
/// Answers a handle that names the file without opening it.
pub(crate) fn find_inside(root: &OwnedFd, working: &Path, path: &Path) -> io::Result<OwnedFd> {
    let inside = if path.is_absolute() { path.to_owned() } else { working.join(path) };
    let inside = call::c_path(&inside)?;
    // SAFETY: open_how is plain data, for which all zeroes are a value.
    let mut how: libc::open_how = unsafe { std::mem::zeroed() };
    how.flags = u64::from((libc::O_PATH | libc::O_CLOEXEC).unsigned_abs());
    how.resolve = libc::RESOLVE_IN_ROOT;
    let size = size_of::<libc::open_how>();
    let open = || {
        // SAFETY: all pointers are valid for the call, and `size` is the size of the struct it is told of.
        call::check_long(unsafe {
            libc::syscall(libc::SYS_openat2, root.as_raw_fd(), inside.as_ptr(), &raw const how, size)
        })
    };
    // Something was renamed while `..` was followed (openat2(2), EAGAIN): the next try may find it quiet.
    let mut descriptor = open();
    for _ in 0..MOST_RENAMES {
        match &descriptor {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => descriptor = open(),
            _ => break,
        }
    }
    let descriptor = descriptor?;
    let descriptor = i32::try_from(descriptor).map_err(|_| io::Error::from_raw_os_error(libc::EBADF))?;
    // SAFETY: the kernel has just given this descriptor to us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// The path of an open descriptor, as this process sees it (`/proc/self/fd/N`).
pub(crate) fn descriptor_path(descriptor: BorrowedFd<'_>) -> io::Result<PathBuf> {
    std::fs::read_link(format!("/proc/self/fd/{}", descriptor.as_raw_fd()))
}

/// Whether this process may execute the file (`faccessat(2)` with the effective ids).
pub(crate) fn may_execute(path: &Path) -> io::Result<()> {
    may(path, libc::X_OK)
}

/// Whether this process may create files in the directory, as `faccessat(2)` answers.
pub(crate) fn may_write(directory: &Path) -> io::Result<()> {
    may(directory, libc::W_OK | libc::X_OK)
}

fn may(path: &Path, mode: i32) -> io::Result<()> {
    let path = call::c_path(path)?;
    // SAFETY: `path` is a C string.
    let answer = unsafe { libc::faccessat(libc::AT_FDCWD, path.as_ptr(), mode, libc::AT_EACCESS) };
    call::check(answer).map(drop)
}

/// Gives a file of ours, which is as `status` says, at least these rights.
pub(crate) fn ensure_mode(file: &OwnedFd, status: FileStatus, mode: u32) -> io::Result<()> {
    let now = status.permissions();
    if now & mode == mode {
        return Ok(());
    }
    // SAFETY: fchmod takes integers.
    call::check(unsafe { libc::fchmod(file.as_raw_fd(), now | mode) }).map(drop)
}

/// Never through a link (`open(2)`), and never waiting for the other end of a FIFO.
const NO_FOLLOW: i32 = libc::O_NOFOLLOW | libc::O_NONBLOCK;
