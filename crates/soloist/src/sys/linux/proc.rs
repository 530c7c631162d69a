//! `/proc` (`proc(5)`), read raw: one open directory, reused buffers, no allocation for processes that don't
//! matter.

use std::cell::Cell;
use std::ffi::{CStr, OsString};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::call;
use super::files::{self, FileStatus};

/// The open `/proc` directory.
#[derive(Debug)]
pub(crate) struct Proc {
    directory: OwnedFd,
    /// It shows another pid namespace (`unshare --pid` without `--mount-proc`): its numbers mean other processes
    /// than ours, so only `self` can be believed.
    blind: bool,
    /// The last error, by its number, that told of this machine and not of the process that was looked at.
    failed: Cell<Option<i32>>,
}

/// The fields of `/proc/PID/stat` that are used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// The state's letter (field 3).
    pub(crate) state: u8,
    /// The parent (field 4).
    pub(crate) parent: u32,
    /// The session (field 6).
    pub(crate) session: u32,
    /// The controlling terminal's device number (field 7), 0 for none.
    pub(crate) terminal: i64,
    /// The start time since boot, in clock ticks (field 22).
    pub(crate) start: u64,
}

impl Stat {
    /// Reads the text of a stat file. The name in parentheses may hold anything, also `) R 1 (`: fields are
    /// counted after the last `)`. A line that ends within them is none: half of a start would be another process's.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let begin = &text[..text.len().min(LONGEST_NUMBER_AND_NAME)];
        let end = begin.iter().rposition(|&byte| byte == b')')?;
        // Read in the order in which they stand; `nth` counts from the field behind the last one.
        let mut fields = text.get(end + 2..)?.split(|&byte| byte == b' ');
        let stat = Self {
            state: *fields.next()?.first()?,
            parent: number(fields.next()?)?,
            session: number::<i64>(fields.nth(1)?)?.max(0).try_into().ok()?,
            terminal: number(fields.next()?)?,
            start: number(fields.nth(14)?)?,
        };
        fields.next().filter(|next| !next.is_empty()).map(|_| stat)
    }

    /// The kernel's name for the process, out of the text of its stat file.
    pub(crate) fn name(text: &[u8]) -> Option<&[u8]> {
        let begin = &text[..text.len().min(LONGEST_NUMBER_AND_NAME)];
        let first = begin.iter().position(|&byte| byte == b'(')? + 1;
        begin.get(first..begin.iter().rposition(|&byte| byte == b')')?)
    }
}

/// How much of a stat file the process's number and its name in parentheses may take: the name is at most 64 bytes long
/// (`proc_task_name` in `fs/proc/array.c` of Linux), and no `)` stands behind it.
const LONGEST_NUMBER_AND_NAME: usize = 80;

fn number<T: std::str::FromStr>(field: &[u8]) -> Option<T> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// The errors that tell something of a process: it is gone, it is closed to us, or its link leads nowhere.
const TELLING: [i32; 8] = [
    libc::ENOENT,
    libc::ESRCH,
    libc::EINVAL,
    libc::EACCES,
    libc::EPERM,
    libc::ENOTDIR,
    libc::ELOOP,
    libc::ENAMETOOLONG,
];

/// The errors of a machine, or a limit, that leaves no room to look.
const SHORTAGES: [i32; 3] = [libc::EMFILE, libc::ENFILE, libc::ENOMEM];

/// Whether nothing can be looked at, rather than one file of one process (on a broken disk, a server that is gone).
pub(crate) fn is_shortage(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|number| SHORTAGES.contains(&number))
}

/// The most that is read of a process's file. Its words and variables take 6 MiB together at most (`execve(2)`), but it
/// can tell the kernel that they lie in all of its memory (`PR_SET_MM_MAP`, `PR_SET_MM(2const)`), and that never ends.
const LARGEST: usize = 8 * 1024 * 1024;

/// Room for one read of the directory.
const DIRECTORY_BUFFER: usize = 32 * 1024;

impl Proc {
    pub(crate) fn open() -> io::Result<Self> {
        let directory =
            files::open(Path::new("/proc"), libc::O_RDONLY | libc::O_DIRECTORY, 0).map_err(|error| {
                let text = error.to_string().to_lowercase();
                let reason = text.split(" (os error").next().unwrap_or_default();
                io::Error::new(error.kind(), format!("cannot open /proc: {reason}"))
            })?;
        let told = std::fs::read_link("/proc/self").map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("/proc does not show this process (is it mounted?): {error}"),
            )
        })?;
        Ok(Self {
            directory,
            blind: told.as_os_str() != std::process::id().to_string().as_str(),
            failed: Cell::default(),
        })
    }

    /// Whether other processes cannot be seen at all.
    pub(crate) fn is_blind(&self) -> bool {
        self.blind
    }

    /// Remembers an error if it tells nothing of the process that was looked at: no descriptors or no memory are
    /// left, a read broke off. Whoever concludes anything from not having seen a process asks for it.
    pub(crate) fn note<T>(&self, answer: io::Result<T>) -> io::Result<T> {
        let number = answer.as_ref().err().and_then(io::Error::raw_os_error);
        let worse = |number: &i32| {
            !TELLING.contains(number) && !self.failed.get().is_some_and(|noted| SHORTAGES.contains(&noted))
        };
        if let Some(number) = number.filter(worse) {
            self.failed.set(Some(number));
        }
        answer
    }

    /// The error that was noted since this was last asked.
    pub(crate) fn take_failure(&self) -> Option<io::Error> {
        self.failed.take().map(io::Error::from_raw_os_error)
    }

    /// A file of a process, below `/proc`.
    fn place(&self, pid: u32, name: &str) -> io::Result<Place> {
        match self.blind {
            false => Place::of(pid, name),
            true if pid == std::process::id() => Place::of_self(name),
            true => Err(io::Error::from_raw_os_error(libc::ENOENT)),
        }
    }

    /// Every process that this one can see.
    pub(crate) fn processes(&self) -> io::Result<Vec<u32>> {
        if self.blind {
            return Ok(Vec::new());
        }
        // SAFETY: lseek takes integers.
        unsafe { libc::lseek(self.directory.as_raw_fd(), 0, libc::SEEK_SET) };
        let mut pids = Vec::with_capacity(512);
        let mut buffer = vec![0u8; DIRECTORY_BUFFER];
        while entries(&self.directory, &mut buffer, |name| pids.extend(decimal(name)))? {}
        Ok(pids)
    }

    /// This process's own children, adopted ones included: one small read, for processes that come and go quickly.
    /// `None` where the kernel keeps no such list (`CONFIG_PROC_CHILDREN`, `proc_tid_children(5)`). Those of its other
    /// threads are not among them.
    pub(crate) fn own_children(&self) -> Option<Vec<u32>> {
        let own = std::process::id();
        let mut found = Vec::new();
        self.children_of_thread(own, own, &mut found).ok()?;
        Some(found)
    }

    /// The children of all threads of a process. While some of them end, the kernel may leave out others
    /// (`proc_tid_children(5)`). A thread that has ended meanwhile is an error: it has handed its children to another one,
    /// which may have been asked before it.
    pub(crate) fn children(&self, pid: u32) -> io::Result<Vec<u32>> {
        let mut found = Vec::new();
        for thread in self.numbers(pid, "task")? {
            self.children_of_thread(pid, thread, &mut found)?;
        }
        Ok(found)
    }

    fn children_of_thread(&self, pid: u32, thread: u32, found: &mut Vec<u32>) -> io::Result<()> {
        let mut buffer = Vec::with_capacity(512);
        self.read_list(pid, &format!("task/{thread}/children"), &mut buffer)?;
        // A child in a pid namespace that cannot be seen from here has no number here.
        found.extend(buffer.split(|&byte| byte == b' ').filter_map(decimal).filter(|&pid| pid != 0));
        Ok(())
    }

    /// The numbers of a process's open descriptors.
    pub(crate) fn descriptors(&self, pid: u32) -> io::Result<Vec<u32>> {
        self.numbers(pid, "fd")
    }

    /// The entries of a process's directory that are numbers.
    fn numbers(&self, pid: u32, name: &str) -> io::Result<Vec<u32>> {
        let directory = self.open_at(&self.place(pid, name)?, libc::O_RDONLY | libc::O_DIRECTORY)?;
        let mut numbers = Vec::new();
        let mut buffer = vec![0u8; 4096];
        while self.note(entries(&directory, &mut buffer, |name| numbers.extend(decimal(name))))? {}
        Ok(numbers)
    }

    fn open_at(&self, place: &Place, flags: i32) -> io::Result<OwnedFd> {
        let path = place.path();
        let descriptor = self.note(call::retry(|| {
            // SAFETY: `path` is a C string.
            call::check(unsafe {
                libc::openat(self.directory.as_raw_fd(), path.as_ptr(), flags | libc::O_CLOEXEC)
            })
        }))?;
        // SAFETY: the kernel has just given this descriptor to us alone.
        Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
    }

    /// Reads a process's file whole into `buffer`, which is reused; of more than [`LARGEST`] only that much. A read that leaves room is the last: the kernel writes
    /// `stat`, `status`, `cgroup` and `fdinfo` in one piece, and `cmdline` and `environ` as far as there is room
    /// (`fs/proc/base.c` of Linux).
    pub(crate) fn read(&self, pid: u32, name: &str, buffer: &mut Vec<u8>) -> io::Result<()> {
        self.read_pieces(pid, name, buffer, |length, room| length < room)
    }

    /// The same for a list, which comes in as many pieces as the kernel likes.
    fn read_list(&self, pid: u32, name: &str, buffer: &mut Vec<u8>) -> io::Result<()> {
        self.read_pieces(pid, name, buffer, |length, _| length == 0)
    }

    fn read_pieces(
        &self,
        pid: u32,
        name: &str,
        buffer: &mut Vec<u8>,
        is_last: impl Fn(usize, usize) -> bool,
    ) -> io::Result<()> {
        let file = self.open_at(&self.place(pid, name)?, libc::O_RDONLY)?;
        buffer.clear();
        loop {
            buffer.reserve(4096);
            let room = buffer.capacity() - buffer.len();
            if is_last(self.note(call::read(&file, buffer))?, room) || buffer.len() >= LARGEST {
                return Ok(());
            }
        }
    }

    /// `/proc/PID/stat`.
    pub(crate) fn stat(&self, pid: u32) -> io::Result<Stat> {
        let mut buffer = Vec::with_capacity(512);
        self.read(pid, "stat", &mut buffer)?;
        Stat::parse(&buffer)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "unreadable /proc/PID/stat"))
    }

    /// Where a link of a process points: `exe`, `cwd`, `root`, `fd/3`.
    pub(crate) fn link(&self, pid: u32, name: &str) -> io::Result<PathBuf> {
        let mut buffer = LinkBuffer::new();
        Ok(PathBuf::from(OsString::from_vec(self.link_in(pid, name, &mut buffer)?.to_vec())))
    }

    /// The same in a buffer that is reused.
    pub(crate) fn link_in<'a>(
        &self,
        pid: u32,
        name: &str,
        buffer: &'a mut LinkBuffer,
    ) -> io::Result<&'a [u8]> {
        let place = self.place(pid, name)?;
        let room = buffer.0.as_mut_ptr();
        // SAFETY: the place is a C string and the buffer valid for its length.
        let length = unsafe {
            libc::readlinkat(self.directory.as_raw_fd(), place.path().as_ptr(), room.cast(), LONGEST_LINK)
        };
        let length = self.note(usize::try_from(length).map_err(|_| io::Error::last_os_error()))?;
        // SAFETY: the kernel has written so many bytes at the buffer's beginning.
        Ok(unsafe { std::slice::from_raw_parts(room.cast::<u8>(), length) })
    }

    /// What a process's link leads to: the very file, also when it is deleted or unreachable by its path.
    pub(crate) fn target(&self, pid: u32, name: &str) -> io::Result<FileStatus> {
        let place = self.place(pid, name)?;
        self.note(files::status_at(self.directory.as_fd(), place.path()))
    }

    /// The effective user of a process (`Uid:` of `/proc/PID/status`).
    pub(crate) fn user(&self, pid: u32) -> io::Result<u32> {
        let mut buffer = Vec::with_capacity(2048);
        self.read(pid, "status", &mut buffer)?;
        effective_user(&buffer)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no Uid in /proc/PID/status"))
    }

    /// The locks that the kernel keeps for an open descriptor of a process, as `/proc/PID/fdinfo/N` lists them
    /// (`lock:` lines, Linux 4.1): `1: OFDLCK ADVISORY WRITE -1 fe:00:77 0 1`. Waiters (`->`) are left out.
    pub(crate) fn locks(&self, pid: u32, descriptor: u32) -> io::Result<Vec<ListedLock>> {
        let mut buffer = Vec::with_capacity(512);
        self.read(pid, &format!("fdinfo/{descriptor}"), &mut buffer)?;
        Ok(listed_locks(&buffer))
    }
}

/// The effective user in the text of a status file. The name in its first line may hold anything; the kernel writes a
/// line's end in it as `\n` (`proc_pid_status(5)`).
fn effective_user(text: &[u8]) -> Option<u32> {
    let lines = text.split(|&byte| byte == b'\n');
    // `Uid:`, then the real, the effective and two more, each behind a tab.
    lines
        .filter_map(|line| line.strip_prefix(b"Uid:"))
        .find_map(|ids| number(ids.split(|&byte| byte == b'\t').nth(2)?))
}

/// The locks in the text of a `fdinfo` file.
fn listed_locks(text: &[u8]) -> Vec<ListedLock> {
    let text = String::from_utf8_lossy(text);
    let lines = text.lines().filter_map(|line| line.strip_prefix("lock:"));
    lines.filter(|line| !line.contains("->")).flat_map(ListedLock::parse).collect()
}

/// The longest target of a link (`PATH_MAX`, `limits.h(0p)`).
const LONGEST_LINK: usize = libc::PATH_MAX as usize;

/// Room for the target of a link; none of it is touched before the kernel writes there.
pub(crate) struct LinkBuffer([MaybeUninit<u8>; LONGEST_LINK]);

impl LinkBuffer {
    pub(crate) const fn new() -> Self {
        Self([MaybeUninit::uninit(); LONGEST_LINK])
    }
}

/// The longest path of a file of a process that is looked at here.
const LONGEST_PLACE: usize = 64;

/// `PID/NAME` as a C string, made without allocating: a look at every process makes some for each.
struct Place {
    text: [u8; LONGEST_PLACE],
    /// Without the NUL behind it.
    length: usize,
}

impl Place {
    fn of(pid: u32, name: &str) -> io::Result<Self> {
        let mut digits = [0u8; 10];
        let mut first = digits.len();
        let mut rest = pid;
        loop {
            first -= 1;
            digits[first] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        Self::join(&digits[first..], name)
    }

    fn of_self(name: &str) -> io::Result<Self> {
        Self::join(b"self", name)
    }

    fn join(directory: &[u8], name: &str) -> io::Result<Self> {
        let mut place = Self { text: [0; LONGEST_PLACE], length: 0 };
        for part in [directory, b"/", name.as_bytes()] {
            let end = place.length + part.len();
            // The last byte stays the NUL.
            let room = place.text[..LONGEST_PLACE - 1].get_mut(place.length..end);
            room.ok_or_else(|| io::Error::from_raw_os_error(libc::ENAMETOOLONG))?.copy_from_slice(part);
            place.length = end;
        }
        Ok(place)
    }

    fn path(&self) -> &CStr {
        // The last byte is always a NUL.
        CStr::from_bytes_until_nul(&self.text).unwrap_or_default()
    }
}

/// A lock that the kernel lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListedLock {
    /// An open-file-description lock for writing on the first byte: how claims are kept.
    Description,
    /// One on the second byte: who has both has not decided yet whether it keeps the claim.
    Door,
    /// A `flock(2)` lock, exclusive or shared.
    Flock,
    /// Any other.
    Other,
}

impl ListedLock {
    /// What a line tells; its last two words are the first and the last byte that are covered.
    fn parse(line: &str) -> Vec<Self> {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let has = |word: &str| words.contains(&word);
        if has("OFDLCK") && has("WRITE") {
            let seat = words.iter().rev().nth(1) == Some(&"0");
            let door = words.last() != Some(&"0");
            return [(seat, Self::Description), (door, Self::Door)]
                .into_iter()
                .filter_map(|(covered, kind)| covered.then_some(kind))
                .collect();
        }
        vec![if has("FLOCK") { Self::Flock } else { Self::Other }]
    }
}

/// The id of this boot, new at each (`random(4)`).
pub(crate) fn boot_id() -> String {
    /// The length of a UUID's text, and its line's end.
    const LENGTH: usize = 37;
    let text = files::beginning(Path::new("/proc/sys/kernel/random/boot_id"), LENGTH);
    text.map_or_else(|_| "unknown".into(), |text| String::from_utf8_lossy(text.trim_ascii()).into_owned())
}

/// Whether `/proc` tells which boot this is: not where it shows processes only (`subset=pid`, `proc(5)`).
pub(crate) fn knows_boot() -> bool {
    std::path::Path::new("/proc/sys/kernel/random/boot_id").exists()
}

/// The number of this process's pid namespace (`pid_namespaces(7)`).
pub(crate) fn pid_namespace() -> u64 {
    namespace_of(&std::fs::read_link("/proc/self/ns/pid").unwrap_or_default())
}

/// `pid:[4026531836]` → 4026531836.
pub(crate) fn namespace_of(link: &Path) -> u64 {
    let text = link.to_string_lossy();
    text.trim_start_matches("pid:[").trim_end_matches(']').parse().unwrap_or(0)
}

/// Whether `/proc` hides other users' processes (`hidepid`, `proc(5)`).
pub(crate) fn hides_processes() -> bool {
    // A mount point's name may be no text.
    std::fs::read("/proc/self/mounts").is_ok_and(|text| {
        String::from_utf8_lossy(&text).lines().any(|line| {
            let fields: Vec<&str> = line.split(' ').collect();
            fields.get(1) == Some(&"/proc")
                && fields.get(3).is_some_and(|options| {
                    options.split(',').any(|option| {
                        option.starts_with("hidepid=") && option != "hidepid=0" && option != "hidepid=off"
                    })
                })
        })
    })
}

fn decimal(name: &[u8]) -> Option<u32> {
    if !name.first()?.is_ascii_digit() {
        return None;
    }
    std::str::from_utf8(name).ok()?.parse().ok()
}

/// Visits the names of one buffer of directory entries (`getdents64(2)`); `false` at the end.
fn entries(directory: &OwnedFd, buffer: &mut [u8], mut visit: impl FnMut(&[u8])) -> io::Result<bool> {
    // SAFETY: the buffer is valid for its length.
    let length = call::check_long(unsafe {
        libc::syscall(libc::SYS_getdents64, directory.as_raw_fd(), buffer.as_mut_ptr(), buffer.len())
    })?;
    let mut rest = &buffer[..usize::try_from(length).unwrap_or(0)];
    let more = !rest.is_empty();
    // struct linux_dirent64: ino 8, off 8, reclen 2, type 1, name until NUL.
    while let Some(&[low, high]) = rest.get(16..18) {
        let size = usize::from(u16::from_ne_bytes([low, high]));
        let Some(name) = rest.get(19..size) else { break };
        visit(name.split(|&byte| byte == 0).next().unwrap_or_default());
        rest = &rest[size..];
    }
    Ok(more)
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::{ListedLock, Stat};

    #[test]
    fn the_name_in_a_stat_line_may_hold_parentheses() {
        let line = b"77 (my bot) R 1 (v2) x) T 5 77 9 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4242 0 0";
        let stat = Stat::parse(line);
        assert_eq!(stat, Some(Stat { state: b'T', parent: 5, session: 9, terminal: 0, start: 4242 }));
    }

    #[test]
    fn listed_locks_are_told_apart() {
        for (line, kinds) in [
            ("\t1: OFDLCK  ADVISORY  WRITE -1 fe:00:1234 0 0", &[ListedLock::Description][..]),
            ("\t1: OFDLCK  ADVISORY  WRITE -1 fe:00:1234 0 1", &[ListedLock::Description, ListedLock::Door]),
            ("\t1: OFDLCK  ADVISORY  WRITE -1 fe:00:1234 1 1", &[ListedLock::Door]),
            ("\t1: OFDLCK  ADVISORY  READ -1 fe:00:1234 0 1", &[ListedLock::Other]),
            ("\t1: FLOCK  ADVISORY  WRITE 77 fe:00:1234 0 EOF", &[ListedLock::Flock]),
            ("\t1: POSIX  ADVISORY  WRITE 77 fe:00:1234 0 EOF", &[ListedLock::Other]),
        ] {
            assert_eq!(ListedLock::parse(line), kinds, "{line}");
        }
    }

    #[test]
    fn torn_stat_lines_are_no_process() {
        for line in [&b""[..], b"1 (x", b"1 (x) S", b"1 (x) S a b c"] {
            assert_eq!(Stat::parse(line), None);
        }
    }
}
