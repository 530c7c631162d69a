//! Contract §4, `soloist doctor`: can this directory keep the promises? The state directory, and that of `--lock`.

mod support;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};

use support::Sandbox;
use support::examination::{doctor, filtered, findings, finds, names, unshared};
use support::process::is_root;
use support::sandbox::NOBODY;

/// §4: a state directory of somebody else is an error, 74.
#[test]
fn a_state_directory_of_another_user() {
    if !is_root() {
        eprintln!("skipped: only root can give a directory away");
        return;
    }
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.state()).unwrap();
    chown(sandbox.state(), Some(NOBODY), Some(NOBODY)).unwrap();
    let outcome = doctor(&sandbox, "").exits(74);
    finds(&outcome, "error", "state-directory-foreign", "SOLOIST_STATE_DIR");
    sandbox.soloist("doctor").exits(74).prints("error: ").prints("SOLOIST_STATE_DIR");
}

/// §4: so is a place that a file has taken, and one that cannot be made.
#[test]
fn a_state_directory_that_cannot_be() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.state(), "precious").unwrap();
    let outcome = doctor(&sandbox, "").exits(74);
    finds(&outcome, "error", "state-directory-odd", sandbox.state().to_str().unwrap());
    assert_eq!(fs::read_to_string(sandbox.state()).unwrap(), "precious");
    let below = doctor(&sandbox, "").env("SOLOIST_STATE_DIR", sandbox.state().join("below"));
    finds(&below.exits(74), "error", "state-directory-unusable", "SOLOIST_STATE_DIR");
}

/// §4: a directory that others use too is not made private, and is no state directory.
#[test]
fn a_state_directory_that_is_shared() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.state()).unwrap();
    fs::set_permissions(sandbox.state(), Permissions::from_mode(0o755)).unwrap();
    fs::write(sandbox.state().join("thesis.tex"), "").unwrap();
    finds(&doctor(&sandbox, "").exits(74), "error", "state-directory-unusable", "0700");
}

/// §4: nothing can be locked where nothing can be written: a read-only or a full disk, 74.
#[test]
fn a_disk_that_takes_nothing() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("mounted")).unwrap();
    let full = "mount -t tmpfs -o mode=700,size=4k none mounted; head -c 4096 /dev/zero > mounted/full.lock";
    let read_only = "mount -t tmpfs -o mode=700 none mounted; mount -o remount,ro mounted";
    for mount in [full, read_only] {
        let state = format!(r#"{mount}; SOLOIST_STATE_DIR="$PWD/mounted" exec "$SOLOIST" doctor --json"#);
        let Some(state) = unshared(&sandbox, "--mount", &state) else { return };
        finds(&state.exits(74), "error", "state-directory-unwritable", "SOLOIST_STATE_DIR");
        let lock = format!(r#"{mount}; exec "$SOLOIST" doctor --json --lock mounted/bot.lock"#);
        let Some(lock) = unshared(&sandbox, "--mount", &lock) else { return };
        finds(&lock.exits(74), "error", "lock-directory-unwritable", "mounted");
    }
}

/// §4: what is not kept on a disk is a warning that names the type of file system.
#[test]
fn a_state_directory_that_does_not_last() {
    let sandbox = Sandbox::new();
    for directory in ["mounted", "lower", "upper", "work"] {
        fs::create_dir(sandbox.path(directory)).unwrap();
    }
    let memory = "mount -t tmpfs none mounted";
    let layers = "mount -t tmpfs none upper; mkdir upper/u upper/w; \
                  mount -t overlay -o lowerdir=lower,upperdir=upper/u,workdir=upper/w none mounted";
    for (mount, code, name) in
        [(memory, "memory-file-system", "tmpfs"), (layers, "container-file-system", "overlay")]
    {
        let Some(possible) = unshared(&sandbox, "--mount", mount) else { return };
        if possible.outcome().code != Some(0) {
            eprintln!("skipped: this machine mounts no {name}");
            continue;
        }
        let script =
            format!(r#"{mount}; SOLOIST_STATE_DIR="$PWD/mounted/state" exec "$SOLOIST" doctor --json"#);
        let Some(script) = unshared(&sandbox, "--mount", &script) else { return };
        finds(&script.exits(0), "warning", code, name);
        // A lock file has nothing to outlast.
        let script = format!(r#"{mount}; exec "$SOLOIST" doctor --json --lock mounted/bot.lock"#);
        let Some(script) = unshared(&sandbox, "--mount", &script) else { return };
        finds(&script.exits(0), "ok", "file-system", name);
    }
}

/// §4: a file system that a program or another machine serves is a warning that names it, for both places.
#[test]
fn a_directory_that_another_program_serves() {
    let sandbox = Sandbox::new();
    for directory in ["served", "mounted"] {
        fs::create_dir(sandbox.path(directory)).unwrap();
    }
    let served = |words: &str| {
        let script = format!(
            r#"bindfs served mounted; code=0; SOLOIST_STATE_DIR="$PWD/mounted/state" {words} || code=$?
            umount mounted; exit $code"#
        );
        unshared(&sandbox, "--mount", &script)
    };
    let Some(possible) = served("true") else { return };
    if possible.outcome().code != Some(0) {
        eprintln!("skipped: this machine has no bindfs");
        return;
    }
    let Some(outcome) = served(r#""$SOLOIST" doctor --json --lock mounted/bot.lock"#) else { return };
    let outcome = outcome.exits(0);
    finds(&outcome, "warning", "network-file-system", "fuse");
    assert_eq!(findings(&outcome, "network-file-system").len(), 2, "{}", outcome.stdout);
    assert_eq!(names(sandbox.path("served")), [sandbox.path("served/state")]);
}

/// §4: the runtime directory dies at logout.
#[test]
fn a_state_directory_in_the_runtime_directory() {
    let sandbox = Sandbox::new();
    let outcome = doctor(&sandbox, "").env("XDG_RUNTIME_DIR", sandbox.root()).exits(0);
    finds(&outcome, "warning", "runtime-directory", sandbox.root().to_str().unwrap());
    assert!(findings(&doctor(&sandbox, "").exits(0), "runtime-directory").is_empty());
}

/// §3.1: where locks do not work, and only there, `no-locking` says so, and the exit code is 74.
#[test]
fn a_place_without_locks() {
    let sandbox = Sandbox::new();
    let description = format!("{}/{}", libc::SYS_fcntl, libc::F_OFD_SETLK);
    for (rule, words) in [
        (format!("{description}={}", libc::ENOLCK), "F_OFD_SETLK"),
        (format!("{description}={}", libc::EINVAL), "F_OFD_SETLK"),
        (format!("{}={}", libc::SYS_flock, libc::ENOSYS), "flock(2)"),
        // Locks that are granted to everybody.
        (format!("{description}=0"), "two processes"),
        (format!("{}=0", libc::SYS_flock), "two processes"),
        // Locks that are granted to nobody.
        (format!("{description}={}", libc::EAGAIN), "nobody has"),
    ] {
        let Some(outcome) = filtered(&sandbox, &[rule], "") else { return };
        let outcome = outcome.exits(74);
        finds(&outcome, "error", "no-locking", words);
        assert!(findings(&outcome, "locking").is_empty(), "{}", outcome.stdout);
        assert!(names(sandbox.state()).is_empty());
    }
    let rule = [format!("{}={}", libc::SYS_flock, libc::EOPNOTSUPP)];
    let Some(lock) = filtered(&sandbox, &rule, "--lock bot.lock") else { return };
    let places = findings(&lock.exits(74), "no-locking");
    assert_eq!(places.len(), 2, "{places:#?}");
}

/// §4: `--lock PATH`: the directory, and what stands there already; nothing is made or changed.
#[test]
fn a_lock_path_that_cannot_be_kept() {
    let sandbox = Sandbox::new();
    let path = |name: &str| sandbox.path(name);
    symlink("elsewhere", path("link")).unwrap();
    fs::create_dir(path("directory")).unwrap();
    fs::write(path("content"), "precious").unwrap();
    fs::write(path("pid"), "1234\n").unwrap();
    sandbox.program("mkfifo fifo").exits(0);
    let before = names(sandbox.path(""));
    for (lock, code) in [
        ("missing/bot.lock", "lock-directory-missing"),
        ("link", "lock-path-link"),
        ("directory", "lock-path-odd"),
        ("fifo", "lock-path-odd"),
        ("content", "lock-path-content"),
        ("content/bot.lock", "lock-path-unusable"),
    ] {
        let outcome = doctor(&sandbox, &format!("--lock {lock}")).exits(74);
        finds(&outcome, "error", code, lock.split('/').next().unwrap());
        sandbox.soloist(&format!("run --lock {lock} --match none -- true")).exits(74);
    }
    for lock in ["pid", "new.lock"] {
        let outcome = doctor(&sandbox, &format!("--lock {lock}")).exits(0);
        finds(&outcome, "ok", "lock-path", path(lock).to_str().unwrap());
    }
    assert_eq!(names(sandbox.path("")), before);
    assert_eq!(fs::read_to_string(path("content")).unwrap(), "precious");
}

/// §4: a directory that this user may not write to keeps no lock file of his.
#[test]
fn a_lock_path_in_a_closed_directory() {
    if !is_root() {
        eprintln!("skipped: only root can act as another user");
        return;
    }
    let sandbox = Sandbox::new();
    let outcome = sandbox.as_nobody(doctor(&sandbox, "--lock bot.lock")).exits(74);
    finds(&outcome, "error", "lock-directory-unwritable", "project");
    // A lock file that stands there can be locked all the same, where it can be read.
    sandbox.file("there.lock", "");
    let outcome = sandbox.as_nobody(doctor(&sandbox, "--lock there.lock")).exits(0);
    finds(&outcome, "warning", "lock-directory-closed", "there.lock");
    sandbox.as_nobody(sandbox.soloist("run --lock there.lock --match none -- true")).exits(0);
    sandbox.file("there.lock", "precious");
    let outcome = sandbox.as_nobody(doctor(&sandbox, "--lock there.lock")).exits(74);
    finds(&outcome, "error", "lock-directory-unwritable", "project");
    fs::set_permissions(sandbox.path(""), Permissions::from_mode(0o777)).unwrap();
    sandbox.file("bot.lock", "");
    fs::set_permissions(sandbox.path("bot.lock"), Permissions::from_mode(0o600)).unwrap();
    let outcome = sandbox.as_nobody(doctor(&sandbox, "--lock bot.lock")).exits(74);
    finds(&outcome, "error", "lock-path-unusable", "bot.lock");
}

/// §4: below `/tmp` or `/var/tmp`, whoever cleans there is named, and that the claim is safe.
#[test]
fn a_place_that_is_cleaned() {
    let sandbox = Sandbox::new();
    let examined = |rules: &str, words: &str| {
        let script = format!(
            "mount -t tmpfs none /var/tmp; mount -t tmpfs none /run; mkdir /run/tmpfiles.d; \
             printf '{rules}' > /run/tmpfiles.d/soloist-test.conf; \
             SOLOIST_STATE_DIR=/var/tmp/bots/state exec \"$SOLOIST\" doctor --json {words}"
        );
        Some(unshared(&sandbox, "--mount", &script)?.exits(0))
    };
    let age = r"q /var/tmp 1777 root root 30d\n";
    let Some(outcome) = examined(age, "--lock /var/tmp/bot.lock") else { return };
    let cleaners = findings(&outcome, "tmp-cleaner");
    assert_eq!(cleaners.len(), 2, "{cleaners:#?}");
    assert!(cleaners.iter().all(|finding| finding["severity"] == "warning"), "{cleaners:#?}");
    finds(&outcome, "warning", "tmp-cleaner", "/run/tmpfiles.d/soloist-test.conf");
    finds(&outcome, "warning", "tmp-cleaner", "the claim itself is safe");
    let Some(outcome) = examined(&format!(r"{age}x /var/tmp/bots\n"), "") else { return };
    finds(&outcome, "ok", "tmp-cleaner", "/var/tmp/bots/state");
}
