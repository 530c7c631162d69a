//! All that the doctor can say.

use super::finding::{Sentence, Severity};

const fn ok(name: &'static str, message: &'static str) -> Sentence {
    Sentence { name, severity: Severity::Ok, code: name, message, remedy: "" }
}

const fn warning(name: &'static str, message: &'static str, remedy: &'static str) -> Sentence {
    Sentence { name, severity: Severity::Warning, code: name, message, remedy }
}

const fn error(name: &'static str, message: &'static str, remedy: &'static str) -> Sentence {
    Sentence { name, severity: Severity::Error, code: name, message, remedy }
}

/// The same code as another sentence's.
const fn coded(code: &'static str, sentence: Sentence) -> Sentence {
    Sentence { code, ..sentence }
}

/// An `ok` that comes with something to write down.
const fn supervisor(name: &'static str, message: &'static str, remedy: &'static str) -> Sentence {
    Sentence { name, severity: Severity::Ok, code: "supervisor", message, remedy }
}

/// Makes the constants, and the list of them that translations are checked against.
macro_rules! sentences {
    ($($constant:ident = $sentence:expr;)*) => {
        $(pub(super) const $constant: Sentence = $sentence;)*
        /// Every sentence that a finding can be, for those who tell them in another language.
        pub const SENTENCES: &[Sentence] = &[$($constant),*];
    };
}

const OTHER_PLACE: &str = "set SOLOIST_STATE_DIR to a directory that this user may write to";
const HOME_PLACE: &str = "set SOLOIST_STATE_DIR to a directory on a disk, such as one below the home";
const OTHER_PATH: &str = "choose another path for --lock";

sentences! {
    STATE_DIRECTORY = ok("state-directory", "claims are kept in {path}, which is this user's alone");
    STATE_DIRECTORY_ODD =
        error("state-directory-odd", "{path}: the state directory's place is taken by something else", OTHER_PLACE);
    STATE_DIRECTORY_FOREIGN = error(
        "state-directory-foreign",
        "{path}: the state directory belongs to {owner}, not to this user",
        OTHER_PLACE
    );
    STATE_DIRECTORY_UNUSABLE =
        error("state-directory-unusable", "the state directory cannot be used: {reason}", OTHER_PLACE);
    STATE_DIRECTORY_UNWRITABLE = error(
        "state-directory-unwritable",
        "no file can be written in the state directory: {reason}",
        OTHER_PLACE
    );
    RUNTIME_DIRECTORY = warning(
        "runtime-directory",
        "{path} is below {parent}, which is emptied at logout or reboot: records and histories go with it",
        HOME_PLACE
    );
    FILE_SYSTEM = ok("file-system", "{path} is on {type}");
    NETWORK_FILE_SYSTEM = warning(
        "network-file-system",
        "{path} is on {type}, which may keep locks on one machine only, or lose them when its server restarts",
        "use a directory on a disk of this machine; a claim does not reach beyond it anyway"
    );
    MEMORY_FILE_SYSTEM = warning(
        "memory-file-system",
        "{path} is on {type}: histories are lost at a reboot",
        HOME_PLACE
    );
    CONTAINER_FILE_SYSTEM = warning(
        "container-file-system",
        "{path} is on {type}: histories are lost with the container",
        "put the state directory on a volume, and name it with SOLOIST_STATE_DIR"
    );
    FILE_SYSTEM_UNKNOWN = warning(
        "file-system-unknown",
        "it cannot be told what file system {path} is on: {reason}",
        "look with: stat -f"
    );
    LOCKING = ok("locking", "locks work in {path}: a second process was refused, and got the lock when it was free");
    NO_LOCKING_CALL = coded("no-locking", error(
        "no-locking-call",
        "locks do not work in {path}: {call} failed: {reason}",
        "use a directory on a file system that keeps locks"
    ));
    NO_LOCKING_TWO = coded("no-locking", error(
        "no-locking-two",
        "locks do not work in {path}: two processes had the same lock at once ({call})",
        "use a directory on a file system that keeps locks"
    ));
    NO_LOCKING_STUCK = coded("no-locking", error(
        "no-locking-stuck",
        "locks do not work in {path}: a lock that nobody has is refused ({call})",
        "use a directory on a file system that keeps locks"
    ));
    LOCK_PATH = ok("lock-path", "a lock file can be kept at {path}");
    LOCK_PATH_UNUSABLE = error("lock-path-unusable", "the lock path cannot be used: {reason}", OTHER_PATH);
    LOCK_DIRECTORY_MISSING = error(
        "lock-directory-missing",
        "{path} does not exist, so no lock file can be kept in it",
        "create the directory, or choose another path for --lock"
    );
    LOCK_DIRECTORY_UNWRITABLE = error(
        "lock-directory-unwritable",
        "no lock file can be written: {reason}",
        "choose a directory for --lock that this user may write to"
    );
    LOCK_DIRECTORY_CLOSED = warning(
        "lock-directory-closed",
        "{path} can be locked, but this user may neither write its record beside it nor remove it",
        "choose a directory for --lock that this user may write to"
    );
    LOCK_PATH_LINK = error(
        "lock-path-link",
        "{path} is a symbolic link, which is never followed",
        "name its target, or choose another path for --lock"
    );
    LOCK_PATH_ODD = error("lock-path-odd", "{path} is not a regular file", OTHER_PATH);
    LOCK_PATH_CONTENT = error(
        "lock-path-content",
        "{path} has content and is nobody's lock",
        OTHER_PATH
    );
    TMP_CLEANER = ok("tmp-cleaner", "nothing on this machine cleans {path} away");
    TMP_CLEANED = coded("tmp-cleaner", warning(
        "tmp-cleaned",
        "{path} lies where {cleaner} removes old files; the claim itself is safe, but its files may vanish",
        "choose a place outside /tmp and /var/tmp, or exempt this one from cleaning"
    ));
    PROCESSES = ok("processes", "/proc shows every process");
    PROC_MISSING = error("proc-missing", "processes cannot be seen: {reason}", "mount it: mount -t proc proc /proc");
    OTHER_NAMESPACE = coded("other-namespace", error(
        "proc-of-others",
        "/proc shows another pid namespace, so no other process can be seen",
        "mount this namespace's own /proc: unshare --mount-proc, or mount -t proc proc /proc"
    ));
    HIDDEN_PROCESSES = warning(
        "hidden-processes",
        "/proc hides other users' processes (hidepid): copies among them cannot be seen",
        "look as root, or mount /proc with a gid= that this user is in"
    );
    PROC_SUBSET = warning(
        "proc-subset",
        "/proc shows processes only (subset=pid): which boot a record is of cannot be told",
        "leave subset=pid out, or ProcSubset=pid of a unit"
    );
    KERNEL = ok("kernel", "the kernel is Linux {release}");
    FEATURE = coded("", ok("feature", "works here: {feature}"));
    FEATURE_MISSING = coded("", error(
        "feature-missing",
        "does not work here: {feature} ({reason})",
        "Linux {version} brings it; on a newer kernel a sandbox (seccomp) forbids it, and must allow it"
    ));
    CLOSE_RANGE_MISSING = coded("close-range", warning(
        "close-range-missing",
        "{feature} does not work ({reason}): who waits for a claim keeps its caller's files open meanwhile",
        "Linux {version} brings it, unless a sandbox (seccomp) forbids it"
    ));
    BIRTH_TIME_MISSING = coded("birth-time", warning(
        "birth-time-missing",
        "the file system keeps no times of birth ({path}): a new file may be taken for an old one with its number",
        "use a file system that keeps them, such as ext4, XFS or Btrfs"
    ));
    ABSTRACT_SOCKETS_MISSING = coded("abstract-sockets", warning(
        "abstract-sockets-missing",
        "abstract sockets are forbidden ({feature}: {reason}): whoever removes the state directory lets a second instance in",
        "allow AF_UNIX, for example in RestrictAddressFamilies= of the unit"
    ));
    SOCKET_OWNERS_MISSING = coded("socket-owners", warning(
        "socket-owners-missing",
        "{feature} does not work ({reason}): another user can bind the name of a claim and block it",
        "allow AF_NETLINK, for example in RestrictAddressFamilies= of the unit; the kernel needs UNIX_DIAG"
    ));
    CLOCK = ok("clock", "the clock since boot goes forward, and this process started before now");
    CLOCK_STANDS = error(
        "clock-stands",
        "the clock since boot does not go forward: claims cannot be put in order",
        "report it to whoever makes this kernel or sandbox"
    );
    CLOCK_STARTS = error(
        "clock-starts",
        "this process seems to have started after now: start times count on another clock",
        "Linux 5.5 counts them on the clock since boot; a sandbox or container with its own clock must do so too"
    );
    WALL_CLOCK = warning(
        "wall-clock",
        "the wall clock says {time}: records and histories will show wrong times",
        "set the clock; claims do not depend on it"
    );
    OPEN_FILES = ok("open-files", "{limit} files may be open at once");
    OPEN_FILES_FEW = coded("open-files", warning(
        "open-files-few",
        "only {limit} files may be open at once",
        "raise the limit: ulimit -n 1024, or LimitNOFILE= of the unit"
    ));
    OPEN_FILES_UNKNOWN = coded("open-files", warning(
        "open-files-unknown",
        "it cannot be told how many files may be open at once: {reason}",
        "look with: ulimit -n"
    ));
    SUPERVISOR_SYSTEMD = supervisor(
        "supervisor-systemd",
        "systemd runs here",
        "in the [Service] section of a unit: RestartPreventExitStatus=75 76 77"
    );
    SUPERVISOR_SUPERVISORD = supervisor(
        "supervisor-supervisord",
        "supervisord runs here",
        "in the [program:x] section: autorestart=unexpected, exitcodes=0,75,76,77 and startsecs=0"
    );
    SUPERVISOR_PM2 = supervisor(
        "supervisor-pm2",
        "pm2 runs here",
        "in the ecosystem file: stop_exit_codes: [75, 76, 77]"
    );
    SUPERVISOR_RUNIT = supervisor(
        "supervisor-runit",
        "runit runs here",
        "in the service's ./finish: case $1 in 75|76|77) sv down . ;; esac"
    );
    SUPERVISOR_S6 = supervisor(
        "supervisor-s6",
        "s6 runs here",
        "in the service's ./finish: case $1 in 75|76|77) exit 125 ;; esac"
    );
    SUPERVISOR_CRON = supervisor(
        "supervisor-cron",
        "cron runs here",
        "in the table: soloist run --quiet -- COMMAND; a start that overlaps then ends in silence with 75"
    );
    FREE = ok("free", "{key} is free: nothing runs");
    HOLDER = ok("holder", "{key} is held by pid {pid}: {command}");
    UNSEEN = warning(
        "unseen",
        "{count} processes could not be looked into: copies among them cannot be seen",
        "look as root: sudo soloist doctor"
    );
    UNSEEN_UNKNOWN = coded("unseen", warning(
        "unseen-unknown",
        "other users' processes are hidden: copies among them cannot be seen",
        "look as root: sudo soloist doctor"
    ));
    NOT_EXAMINED = error("not-examined", "the key could not be looked at: {reason}", "see the other findings");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_as_it_should_be_has_a_remedy() {
        for sentence in SENTENCES {
            let told = sentence.severity == Severity::Ok || !sentence.remedy.is_empty();
            assert!(told, "{} has no remedy", sentence.name);
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = SENTENCES.iter().map(|sentence| sentence.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SENTENCES.len());
    }
}
