//! New processes: the program under a claim, and the short-lived helper that waits for a lock.
//!
//! Both come from `clone(2)` with `CLONE_PIDFD`: the pidfd exists from the first moment, so no number is ever looked up
//! again. The helper is a copy of this process (`fork(2)`). The program's child shares this process's memory on a stack of
//! its own, and this thread stands still until it has executed or ended (`vfork(2)`): nothing is copied, and what
//! `execve(2)` said is simply there. Between `clone` and `execve` a child makes system calls only: it allocates nothing and
//! takes no lock, which is what a child of a threaded process may do (`signal-safety(7)`).

use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::{call, cgroup, signal};

/// A child of this process, held by its pidfd.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) pid: u32,
    pub(crate) pidfd: OwnedFd,
}

/// How a child ended (`wait(2)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It exited with this code.
    Exited(i32),
    /// This signal ended it.
    Signalled(i32),
}

impl Child {
    /// Waits for the end of the child and removes its zombie. `None` where somebody else has reaped it
    /// (a host program that ignores SIGCHLD, `wait(2)` NOTES).
    pub(crate) fn wait(&self) -> io::Result<Option<Ending>> {
        // SAFETY: siginfo_t is plain data, for which all zeroes are a value.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        let id = self.pidfd.as_raw_fd().unsigned_abs();
        let waited = call::retry(|| {
            // SAFETY: `info` is a valid buffer; the pidfd is ours.
            call::check(unsafe {
                libc::waitid(libc::P_PIDFD, id, &raw mut info, libc::WEXITED | libc::__WALL)
            })
        });
        match waited {
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => return Ok(None),
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        // SAFETY: waitid has filled the child's fields of the union.
        let status = unsafe { info.si_status() };
        Ok(Some(if info.si_code == libc::CLD_EXITED {
            Ending::Exited(status)
        } else {
            Ending::Signalled(status)
        }))
    }

    /// The exit code of a helper; 0 too where somebody else reaped it: its caller asks the kernel anyway.
    pub(crate) fn reap(&self) -> io::Result<i32> {
        Ok(match self.wait()? {
            Some(Ending::Exited(code)) => code,
            Some(Ending::Signalled(_)) => libc::EINTR,
            None => 0,
        })
    }

    /// Ends the helper at once. Answers its exit code if it ended by itself before.
    pub(crate) fn kill(&self) -> io::Result<Option<i32>> {
        match super::pidfd::send(&self.pidfd, signal::Signal::KILL, None) {
            Err(error) if error.raw_os_error() != Some(libc::ESRCH) => return Err(error),
            _ => {}
        }
        Ok(match self.wait()? {
            Some(Ending::Exited(code)) => Some(code),
            _ => None,
        })
    }
}

/// Makes this process the one that orphans of its descendants come to (`PR_SET_CHILD_SUBREAPER`, Linux 3.4).
pub(crate) fn adopt_orphans() -> io::Result<()> {
    // The arguments of prctl(2) are longs to the C library and to the kernel: half of an int in their place is left to chance.
    let (yes, unused): (libc::c_ulong, libc::c_ulong) = (1, 0);
    // SAFETY: prctl takes integers here.
    call::check(unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, yes, unused, unused, unused) }).map(drop)
}

/// Removes the zombies of adopted children, and leaves that of `own` to its owner. Answers whether any child is
/// left at all.
pub(crate) fn reap_adopted(own: u32) -> io::Result<bool> {
    loop {
        match ended_child()? {
            Children::None => return Ok(false),
            Children::Running => return Ok(true),
            Children::Ended(pid) if pid == own => return Ok(true),
            Children::Ended(pid) => reap(pid)?,
        }
    }
}

/// What children this process has.
enum Children {
    None,
    Running,
    /// This one has ended and waits to be reaped.
    Ended(u32),
}

fn ended_child() -> io::Result<Children> {
    // SAFETY: siginfo_t is plain data, for which all zeroes are a value.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT | libc::__WALL;
    // SAFETY: `info` is a valid buffer.
    match call::check(unsafe { libc::waitid(libc::P_ALL, 0, &raw mut info, flags) }) {
        Err(error) if error.raw_os_error() == Some(libc::ECHILD) => return Ok(Children::None),
        other => other?,
    };
    // SAFETY: waitid has filled the child's fields of the union, or left zeroes.
    Ok(match u32::try_from(unsafe { info.si_pid() }) {
        Ok(pid) if pid != 0 => Children::Ended(pid),
        _ => Children::Running,
    })
}

fn reap(pid: u32) -> io::Result<()> {
    // SAFETY: siginfo_t is plain data, for which all zeroes are a value.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: `info` is a valid buffer.
    let answer = unsafe {
        libc::waitid(libc::P_PID, pid, &raw mut info, libc::WEXITED | libc::WNOHANG | libc::__WALL)
    };
    match call::check(answer) {
        Err(error) if error.raw_os_error() != Some(libc::ECHILD) => Err(error),
        _ => Ok(()),
    }
}

/// Whether this process has a controlling terminal (`tty(4)`).
pub(crate) fn has_terminal() -> bool {
    super::files::open(std::path::Path::new("/dev/tty"), libc::O_RDWR | libc::O_NOCTTY, 0).is_ok()
}

/// `clone(2)` as `fork(2)`, with a pidfd and without an exit signal, so a host program's SIGCHLD handler and its
/// `wait(-1)` never hear of the child. `None` is the child.
fn clone() -> io::Result<Option<Child>> {
    let mut pidfd: libc::c_int = -1;
    let none: libc::c_long = 0;
    let flags = libc::c_long::from(libc::CLONE_PIDFD);
    // One architecture has the stack first (`clone(2)`, "C library/kernel differences").
    let (first, second) = if cfg!(target_arch = "s390x") { (none, flags) } else { (flags, none) };
    // SAFETY: without CLONE_VM the child has its own copy of the memory; a null stack means "the same";
    // the third argument is where the kernel puts the pidfd.
    let answer = call::check_long(unsafe {
        libc::syscall(libc::SYS_clone, first, second, &raw mut pidfd, none, none)
    })?;
    if answer == 0 {
        return Ok(None);
    }
    // SAFETY: the kernel has just given this descriptor to us alone.
    let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
    let pid = u32::try_from(answer).map_err(|_| io::Error::from_raw_os_error(libc::EOVERFLOW))?;
    Ok(Some(Child { pid, pidfd }))
}

// There the kernel answers in a second register which of the two one is, and syscall(2) does not look at it.
#[cfg(any(target_arch = "sparc", target_arch = "sparc64"))]
compile_error!("soloist does not know how clone(2) answers on this architecture");

fn exit(code: libc::c_int) -> ! {
    // SAFETY: _exit does not return and runs nothing of the parent's.
    unsafe { libc::_exit(code) }
}

fn errno() -> libc::c_int {
    io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO)
}

/// Asks the kernel for a signal when the parent dies, and ends at once if it is dead already: closing the
/// window between `clone` and `prctl(2)`.
fn die_with(parent: u32, signal: libc::c_int) {
    // SAFETY: prctl takes an integer here, a long as in `adopt_orphans`.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::c_ulong::from(signal.unsigned_abs())) };
    // SAFETY: getppid cannot fail.
    let now = unsafe { libc::getppid() };
    if now.unsigned_abs() != parent {
        exit(libc::EINTR);
    }
}

/// Starts a child that makes one blocking system call and exits with 0 or the error's number. It keeps
/// only the descriptors in `keep`, so that it holds nothing else of ours open.
pub(crate) fn helper(keep: &[i32], call: impl FnOnce() -> libc::c_int) -> io::Result<Child> {
    let parent = std::process::id();
    let before = signal::block_all()?;
    let child = clone();
    if let Ok(None) = child {
        die_with(parent, libc::SIGKILL);
        close_all_but(keep);
        exit(if call() == -1 { errno() } else { 0 });
    }
    signal::restore(&before)?;
    child?.ok_or_else(|| io::Error::from_raw_os_error(libc::EINVAL))
}

/// Closes every descriptor from 0 on but those in `keep`, which has few members.
fn close_all_but(keep: &[i32]) {
    let mut first = 0u32;
    while let Some(next) =
        keep.iter().map(|&number| number.unsigned_abs()).filter(|&number| number >= first).min()
    {
        if next > first {
            close_range(first, next - 1);
        }
        first = next + 1;
    }
    close_range(first, u32::MAX);
}

fn close_range(first: u32, last: u32) {
    // SAFETY: this process is a helper's own copy; nothing in it uses the descriptors that are closed.
    // Linux before 5.9 has no close_range; the descriptors then stay open for the length of the wait.
    unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
}

/// Everything a program's start needs, made ready before the child exists.
#[derive(Debug)]
pub(crate) struct Image {
    /// The file to execute.
    pub(crate) path: CString,
    /// The argument list, the program's own name first.
    pub(crate) arguments: Vec<CString>,
    /// `NAME=value` words beside this process's own, or in their place.
    pub(crate) added: Vec<CString>,
    /// The signal that asks the program to end; it is never inherited as ignored.
    pub(crate) stop_signal: signal::Signal,
    /// The program gets a process group of its own.
    pub(crate) own_group: bool,
    /// The entrance of the control group that the program starts in.
    pub(crate) group: Option<i32>,
    /// Descriptors that the program inherits, at numbers of the kernel's choice from 200 on.
    pub(crate) inherit: Vec<i32>,
}

/// Descriptors are inherited at high numbers, where shell scripts (`exec 3>file`) don't tread on them.
const FIRST_INHERITED: libc::c_int = 200;

/// Room for what a child calls before it executes: many times what it needs, as nothing guards its end. The test
/// `the_childs_stack_is_never_nearly_used_up` measures it.
const CHILD_STACK: usize = 64 * 1024;

/// A stack is made of these: they are as aligned as a stack must be on every architecture.
type Piece = u128;

/// What the child of [`start`] needs, and where it leaves its answer.
struct Birth<'a> {
    image: &'a Image,
    pointers: &'a Pointers,
    parent: u32,
    /// The number of the error with which it did not become the program (`errno(3)`).
    failure: Cell<Option<libc::c_int>>,
}

/// Starts the program. Its signal dispositions are the default ones and its mask is empty
/// (see [`signal::reset_for_program`]); when this process dies, the kernel sends it the stop signal.
/// An error of `execve(2)` comes back as this function's error.
pub(crate) fn start(image: &Image) -> io::Result<Child> {
    let pointers = Pointers::of(image);
    let birth = Birth { image, pointers: &pointers, parent: std::process::id(), failure: Cell::default() };
    let mut stack: Vec<Piece> = Vec::with_capacity(CHILD_STACK / size_of::<Piece>());
    let before = signal::block_all()?;
    let child = clone_to_execute(&birth, stack.spare_capacity_mut());
    signal::restore(&before)?;
    let child = child?;
    match birth.failure.get() {
        None => Ok(child),
        Some(number) => {
            child.wait()?;
            Err(io::Error::from_raw_os_error(number))
        }
    }
}

/// `clone(2)` as `vfork(2)`, with a pidfd and a stack for the child.
fn clone_to_execute(birth: &Birth<'_>, stack: &mut [MaybeUninit<Piece>]) -> io::Result<Child> {
    // It grows down, on every architecture that Rust's Linux runs on.
    let top = stack.as_mut_ptr_range().end;
    let mut pidfd: libc::c_int = -1;
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD | libc::SIGCHLD;
    let argument = std::ptr::from_ref(birth).cast_mut().cast();
    // A C library may read all of its three last arguments, whatever the flags say.
    let none = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: `top` is the end of memory that outlives the call, as do `birth` and `pidfd`: CLONE_VFORK lets this
    // thread go on only after the child has executed or ended. No handler runs in the child: all signals are blocked until
    // it has put every caught one back to its default. It shares this thread's `errno` and nothing reads that in between;
    // it never returns or unwinds out of `be_born`, which leaves by `_exit` or by `execve`.
    let answer = call::check(unsafe {
        libc::clone(be_born, top.cast(), flags, argument, &raw mut pidfd, none, none)
    })?;
    // SAFETY: the kernel has just given this descriptor to us alone.
    Ok(Child { pid: answer.unsigned_abs(), pidfd: unsafe { OwnedFd::from_raw_fd(pidfd) } })
}

/// The child's whole life before it is the program.
extern "C" fn be_born(birth: *mut libc::c_void) -> libc::c_int {
    // SAFETY: the parent has passed its `Birth`, and stands still while it is read.
    let birth = unsafe { &*birth.cast::<Birth<'_>>() };
    let image = birth.image;
    die_with(birth.parent, image.stop_signal.number());
    if let Some(entrance) = image.group {
        cgroup::enter(entrance);
    }
    if image.own_group {
        // SAFETY: setpgid takes integers; zeroes mean this process.
        unsafe { libc::setpgid(0, 0) };
    }
    signal::reset_caught();
    let failed = become_image(image, birth.pointers);
    birth.failure.set(Some(failed.raw_os_error().unwrap_or(libc::EIO)));
    exit(127)
}

/// Replaces this process by the program (`execve(2)`); answers only with an error.
pub(crate) fn exec(image: &Image) -> io::Error {
    let pointers = Pointers::of(image);
    become_image(image, &pointers)
}

/// The arrays of pointers that `execve` wants, built while allocation is still allowed.
struct Pointers {
    arguments: Vec<*const libc::c_char>,
    script: Vec<*const libc::c_char>,
    environment: Vec<*const libc::c_char>,
}

impl Pointers {
    fn of(image: &Image) -> Self {
        let null = std::iter::once(std::ptr::null());
        let list = |words: &[CString]| words.iter().map(|word| word.as_ptr()).chain(null.clone()).collect();
        let arguments: Vec<_> = list(&image.arguments);
        // A file that the kernel does not recognise is a shell script, as for execvp(3).
        let script =
            [c"sh".as_ptr(), image.path.as_ptr()].into_iter().chain(arguments.iter().skip(1).copied());
        let names: Vec<&[u8]> = image.added.iter().map(|added| name_of(added)).collect();
        let is_replaced = |own: &[u8]| names.iter().any(|&name| own.starts_with(name));
        let own = own_variables().filter(|own| !is_replaced(own.to_bytes()));
        let added = list(&image.added);
        let environment = own.map(CStr::as_ptr).chain(added).collect();
        Self { script: script.collect(), environment, arguments }
    }
}

/// The `NAME=value` words of this process, uncopied (`environ(7)`).
fn own_variables() -> impl Iterator<Item = &'static CStr> {
    unsafe extern "C" {
        static environ: *const *const libc::c_char;
    }
    // SAFETY: whoever changes a variable promises that nobody reads the list meanwhile (`std::env::set_var`).
    let mut next = unsafe { environ };
    std::iter::from_fn(move || {
        if next.is_null() {
            return None;
        }
        // SAFETY: `next` points into the list, at most at the null pointer that ends it.
        let word = unsafe { *next };
        if word.is_null() {
            return None;
        }
        // SAFETY: behind a word there is at least the end.
        next = unsafe { next.add(1) };
        // SAFETY: the words are C strings.
        Some(unsafe { CStr::from_ptr(word) })
    })
}

/// `NAME=` of `NAME=value`.
fn name_of(variable: &CStr) -> &[u8] {
    let word = variable.to_bytes();
    &word[..word.iter().position(|&byte| byte == b'=').map_or(word.len(), |sign| sign + 1)]
}

/// Runs in the child (or in a process that is about to be replaced): system calls only.
fn become_image(image: &Image, pointers: &Pointers) -> io::Error {
    for &number in &image.inherit {
        // SAFETY: F_DUPFD takes integers; the copy has no close-on-exec flag, which is the point.
        if unsafe { libc::fcntl(number, libc::F_DUPFD, FIRST_INHERITED) } == -1 {
            // A low RLIMIT_NOFILE: the descriptor itself is inherited then.
            // SAFETY: F_SETFD takes integers.
            unsafe { libc::fcntl(number, libc::F_SETFD, 0) };
        }
    }
    signal::reset_for_program(image.stop_signal);
    execve(&image.path, &pointers.arguments, &pointers.environment);
    let error = io::Error::last_os_error();
    if error.raw_os_error() == Some(libc::ENOEXEC) && may_be_script(&image.path) {
        execve(c"/bin/sh", &pointers.script, &pointers.environment);
    }
    error
}

fn execve(path: &CStr, arguments: &[*const libc::c_char], environment: &[*const libc::c_char]) {
    // SAFETY: both arrays end with a null pointer and their strings outlive the call.
    unsafe { libc::execve(path.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
}

/// Whether a shell may read what the kernel cannot execute: it begins without a NUL byte, so it is no machine code of
/// another architecture. System calls only.
fn may_be_script(path: &CStr) -> bool {
    // SAFETY: `path` is a C string.
    let file = unsafe { libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
    let mut beginning = [0u8; 512];
    // SAFETY: the buffer is valid for its length.
    let length = unsafe { libc::read(file, beginning.as_mut_ptr().cast(), beginning.len()) };
    // SAFETY: nobody else has this descriptor; closing one that is none is an error of the call.
    unsafe { libc::close(file) };
    usize::try_from(length).is_ok_and(|length| length > 0 && !beginning[..length].contains(&0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that the kernel does not recognise takes the longest way: two tries, and a look at the file.
    #[test]
    fn the_childs_stack_is_never_nearly_used_up() {
        const UNTOUCHED: Piece = 0xa5a5_a5a5_a5a5_a5a5_a5a5_a5a5_a5a5_a5a5;
        let directory = tempfile::tempdir().unwrap();
        let script = directory.path().join("script");
        std::fs::write(&script, "exit 7\n").unwrap();
        super::super::files::make_private(&script).unwrap();
        let image = Image {
            path: call::c_path(&script).unwrap(),
            arguments: vec![c"script".into()],
            added: Vec::new(),
            stop_signal: signal::Signal::TERM,
            own_group: true,
            group: None,
            inherit: Vec::new(),
        };
        let pointers = Pointers::of(&image);
        let birth = Birth {
            image: &image,
            pointers: &pointers,
            parent: std::process::id(),
            failure: Cell::default(),
        };
        let mut stack = vec![MaybeUninit::new(UNTOUCHED); CHILD_STACK / size_of::<Piece>()];
        let before = signal::block_all().unwrap();
        let child = clone_to_execute(&birth, &mut stack);
        signal::restore(&before).unwrap();
        assert_eq!(child.unwrap().wait().unwrap(), Some(Ending::Exited(7)));
        assert_eq!(birth.failure.get(), None);
        // SAFETY: every piece was made with a value.
        let is_untouched = |piece: &MaybeUninit<Piece>| unsafe { piece.assume_init() } == UNTOUCHED;
        let left = stack.iter().take_while(|piece| is_untouched(piece)).count() * size_of::<Piece>();
        assert!(left < CHILD_STACK, "the child has not run on this stack");
        assert!(left > CHILD_STACK / 2, "only {left} of {CHILD_STACK} bytes were left");
    }
}
