//! Contract §5: the files of `--lock PATH`, of all kinds, and what they never cause.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod support;

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use support::process::{is_root, user_id};
use support::sandbox::NOBODY;
use support::{Actor, Running, Sandbox};

const RUN: &str = "run --lock bot.lock -- python3 main.py";

fn record(sandbox: &Sandbox) -> Value {
    serde_json::from_slice(&fs::read(sandbox.path("bot.lock.info")).unwrap()).unwrap()
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

/// §5: the lock and the record are created at the start and removed at a clean end, whatever the program's
/// exit code or the signal that ended it.
#[test]
fn the_files_come_and_go() {
    let sandbox = Sandbox::new();
    let exists = || [sandbox.path("bot.lock").exists(), sandbox.path("bot.lock.info").exists()];
    for end in ["exit 0", "exit 9", "die TERM", "die KILL", "soloist TERM"] {
        let (running, mut bot) = sandbox.starts(RUN);
        assert_eq!(exists(), [true, true], "{end}");
        if end == "soloist TERM" {
            running.signal(libc::SIGTERM);
        } else {
            bot.tell(end);
        }
        running.wait_for_end();
        assert_eq!(exists(), [false, false], "after {end}");
    }
}

/// §5: what the record holds.
#[test]
fn the_record_says_who() {
    let sandbox = Sandbox::new();
    let before = now();
    let (running, bot) = sandbox.starts("run --lock bot.lock -- python3 main.py --port 8080");
    let record = record(&sandbox);
    assert_eq!(record["schema"], "soloist.record/1");
    let pid = record["pid"].as_i64().unwrap();
    assert!([running.pid(), bot.pid].map(i64::from).contains(&pid), "{record:#}");
    let timestamp = record["timestamp"].as_i64().unwrap();
    assert!((before - 1..=now()).contains(&timestamp), "{record:#}");
    assert!(record["app_name"].is_string(), "{record:#}");
    assert!(record["birth"].as_str().is_some_and(|birth| !birth.is_empty()), "{record:#}");
    assert!(record["host"].is_string(), "{record:#}");
    assert_eq!(record["user"], sandbox.program("id -un").exits(0).stdout.trim(), "{record:#}");
    let started = record["started_at"].as_str().unwrap();
    assert!(started.contains('T') && (started.contains('+') || started.rfind('-') > Some(10)), "{started}");
    assert_eq!(record["command"], json!(["python3", "main.py", "--port", "8080"]));
    assert_eq!(record["cwd"], sandbox.path("").to_str().unwrap().trim_end_matches('/'));
    assert!(record["origin"].is_object() || record["origin"].is_string(), "{record:#}");
    assert_eq!(record["version"], env!("CARGO_PKG_VERSION"));
}

/// A lie's name, and how it is put in the record's place.
type Lie = (&'static str, fn(&Sandbox, &Path, i32));

/// Everything that a record must never cause trouble with, made at this path; the pid is an innocent's.
const LIES: [Lie; 26] = [
    ("an innocent's pid", |_, path, pid| {
        write(path, &json!({"pid": pid, "timestamp": 1, "app_name": "main"}).to_string())
    }),
    ("an innocent's full record", |_, path, pid| write(path, &full_record(pid).to_string())),
    ("pid 0", |_, path, _| write(path, &full_record(0).to_string())),
    ("pid 1", |_, path, _| write(path, &full_record(1).to_string())),
    ("pid -1", |_, path, _| write(path, &full_record(-1).to_string())),
    ("a negative group", |_, path, pid| write(path, &full_record(-pid).to_string())),
    ("a huge pid", |_, path, _| {
        write(path, r#"{"schema":"soloist.record/1","pid":99999999999999999999999}"#)
    }),
    ("pid 2^32 + innocent", |_, path, pid| {
        write(path, &json!({"pid": (1i64 << 32) + i64::from(pid)}).to_string())
    }),
    ("a fractional pid", |_, path, _| write(path, r#"{"pid": 1.5}"#)),
    ("a pid in a string", |_, path, pid| write(path, &json!({"pid": pid.to_string()}).to_string())),
    ("a torn record", |_, path, pid| write(path, &full_record(pid).to_string()[..40])),
    ("an empty record", |_, path, _| write(path, "")),
    ("a bare pid", |_, path, pid| write(path, &format!("{pid}\n"))),
    ("no JSON", |_, path, _| write(path, "hello")),
    ("a list", |_, path, pid| write(path, &json!([pid]).to_string())),
    ("null", |_, path, _| write(path, "null")),
    ("wrong types", |_, path, _| {
        write(path, r#"{"schema":1,"pid":{},"timestamp":"x","command":7,"origin":[],"started_at":false}"#);
    }),
    ("a deep record", |_, path, _| write(path, &"[".repeat(100_000))),
    ("10 MB", |_, path, pid| write(path, &format!("{}{}", full_record(pid), " ".repeat(10 << 20)))),
    ("no UTF-8", |_, path, _| fs::write(path, b"{\"pid\": \"\xff\xfe\"}").unwrap()),
    ("control characters", |_, path, pid| {
        let mut record = full_record(pid);
        record["command"] = json!(["\u{1b}[2J", "\u{202e}"]);
        write(path, &record.to_string());
    }),
    ("another schema", |_, path, pid| {
        let mut record = full_record(pid);
        record["schema"] = json!("soloist.record/99");
        write(path, &record.to_string());
    }),
    ("a directory", |_, path, _| fs::create_dir(path).unwrap()),
    ("a FIFO", |sandbox, path, _| drop(sandbox.program("mkfifo").arg(path).exits(0))),
    ("a link to a precious file", |sandbox, path, _| {
        symlink(sandbox.file("precious", "precious"), path).unwrap()
    }),
    ("a dangling link", |sandbox, path, _| symlink(sandbox.path("nowhere"), path).unwrap()),
];

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}

fn full_record(pid: i32) -> Value {
    json!({
        "schema": "soloist.record/1", "pid": pid, "timestamp": 1_700_000_000, "app_name": "main.py",
        "birth": format!("{pid}-1-00000000-0000-0000-0000-000000000000-1"), "host": "elsewhere", "user": "root",
        "started_at": "2023-11-14T22:13:20+00:00", "command": ["python3", "main.py"], "cwd": "/",
        "origin": {"kind": "unknown", "name": null}, "version": "0.1.0",
    })
}

fn innocent(sandbox: &Sandbox) -> (Running, Actor) {
    sandbox.script("innocent.py");
    sandbox.start(sandbox.program("python3 innocent.py").env("ACTOR_WITNESS", ""))
}

fn remove(path: &Path) {
    if path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
        fs::remove_dir(path).unwrap();
    } else {
        drop(fs::remove_file(path));
    }
}

fn unharmed(sandbox: &Sandbox, innocent: &mut Actor, lie: &str) {
    assert!(innocent.is_untouched(), "{lie} cost an innocent {:?}", innocent.signals());
    if let Ok(precious) = fs::read(sandbox.path("precious")) {
        assert_eq!(precious, b"precious", "{lie}");
    }
    assert!(!sandbox.path("nowhere").exists(), "{lie} was followed");
}

/// §5: a lying record without an instance never blocks a start and gets nobody killed.
#[test]
fn a_lying_record_never_blocks_a_start() {
    for (lie, tell) in LIES {
        let sandbox = Sandbox::new();
        let (_innocent, mut innocent) = innocent(&sandbox);
        tell(&sandbox, &sandbox.path("bot.lock.info"), innocent.pid);
        let status = sandbox.soloist("status --lock bot.lock -- python3 main.py").outcome();
        assert!(matches!(status.code, Some(3 | 4)), "{lie}: {status:?}");
        let stop = sandbox.soloist("stop --lock bot.lock --grace 100ms -- python3 main.py").outcome();
        assert_eq!(stop.code, Some(0), "{lie}: {stop:?}");
        for options in ["--replace --grace 100ms", ""] {
            let (running, mut bot) =
                sandbox.starts(&format!("run {options} --lock bot.lock -- python3 main.py"));
            sandbox.soloist(RUN).exits(75);
            bot.exit(0);
            running.exits(0);
        }
        unharmed(&sandbox, &mut innocent, lie);
    }
}

/// §5: a lying record beside an instance lets nobody in, and gets nobody but the holder ended.
#[test]
fn a_lying_record_protects_nobody_and_accuses_nobody() {
    for (lie, tell) in LIES {
        let sandbox = Sandbox::new();
        let (_innocent, mut innocent) = innocent(&sandbox);
        let (running, mut bot) = sandbox.starts(RUN);
        remove(&sandbox.path("bot.lock.info"));
        tell(&sandbox, &sandbox.path("bot.lock.info"), innocent.pid);
        let refusal = sandbox.soloist(RUN).outcome();
        assert_eq!(refusal.code, Some(75), "{lie}: {refusal:?}");
        let list = sandbox.soloist("list --json").exits(0).document();
        assert_eq!(list["claims"].as_array().map(Vec::len), Some(1), "{lie}: {list:#}");
        let status = sandbox.status("--lock bot.lock -- python3 main.py");
        assert_eq!(status["holder"]["program_pid"], bot.pid, "{lie}: {status:#}");
        assert!(bot.is_untouched());
        let (new, mut new_bot) = sandbox.starts("run --replace --lock bot.lock -- python3 main.py");
        let old = running.outcome();
        assert_eq!(old.code, Some(76), "{lie}: {old:?}");
        new_bot.exit(0);
        new.exits(0);
        sandbox.witness().never_saw_two();
        unharmed(&sandbox, &mut innocent, lie);
    }
}

/// §5: the same for whatever lies in the private state directory after a crash.
#[test]
fn lying_files_in_the_state_directory_never_block() {
    for key in ["--name bot", ""] {
        let sandbox = Sandbox::new();
        let (_innocent, mut innocent) = innocent(&sandbox);
        let words = format!("run {key} -- python3 main.py");
        let (running, bot) = sandbox.starts(&words);
        running.signal(libc::SIGKILL);
        bot.signal(libc::SIGKILL);
        running.wait_for_end();
        bot.wait_for_end();
        overwrite_files(&sandbox.state(), full_record(innocent.pid).to_string().as_bytes());
        sandbox.soloist(&format!("status {key} -- python3 main.py")).outcome().exits_with_one_of(&[3, 4]);
        let (running, mut bot) = sandbox.starts(&format!("run --replace {key} -- python3 main.py"));
        bot.exit(0);
        running.exits(0);
        assert!(innocent.is_untouched());
    }
}

fn overwrite_files(directory: &Path, content: &[u8]) {
    for entry in fs::read_dir(directory).unwrap().flatten() {
        if entry.path().is_dir() {
            overwrite_files(&entry.path(), content);
        } else {
            fs::write(entry.path(), content).unwrap();
        }
    }
}

/// §5: a lock file that is left over, empty or with a bare pid, is used; the pid's process is left alone.
#[test]
fn a_left_over_lock_file_is_used() {
    for content in ["", "12345", "12345\n", "INNOCENT\n", "1\n", "0", "4194305"] {
        let sandbox = Sandbox::new();
        let (_innocent, mut innocent) = innocent(&sandbox);
        write(&sandbox.path("bot.lock"), &content.replace("INNOCENT", &innocent.pid.to_string()));
        let (running, mut bot) = sandbox.starts("run --replace --lock bot.lock -- python3 main.py");
        sandbox.soloist(RUN).exits(75);
        bot.exit(0);
        running.exits(0);
        assert!(innocent.is_untouched(), "{content:?}");
    }
}

/// §5: a file with content that is no lock of anybody's is an error and is left alone.
#[test]
fn a_file_with_content_is_left_alone() {
    for content in ["precious", "12345 and more", "{}", "12345\n12346\n", "\0\0\0\0", "12a"] {
        let sandbox = Sandbox::new();
        sandbox.file("bot.lock", content);
        let before = fs::metadata(sandbox.path("bot.lock")).unwrap();
        for policy in ["", "--replace", "--wait=1s"] {
            sandbox
                .soloist(&format!("run {policy} --lock bot.lock -- python3 main.py"))
                .exits(74)
                .says("bot.lock");
        }
        let after = fs::metadata(sandbox.path("bot.lock")).unwrap();
        assert_eq!(fs::read(sandbox.path("bot.lock")).unwrap(), content.as_bytes());
        assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()), "{content:?}");
        assert!(!sandbox.path("bot.lock.info").exists());
    }
}

/// §5: a lock path that is a symbolic link, or not a regular file, is an error and is left alone.
#[test]
fn a_lock_path_that_is_no_file_is_left_alone() {
    let sandbox = Sandbox::new();
    sandbox.file("precious", "precious");
    sandbox.file("empty", "");
    symlink("empty", sandbox.path("link")).unwrap();
    symlink("precious", sandbox.path("link-to-precious")).unwrap();
    symlink("nowhere", sandbox.path("dangling")).unwrap();
    symlink("loop", sandbox.path("loop")).unwrap();
    fs::create_dir(sandbox.path("directory")).unwrap();
    sandbox.program("mkfifo fifo").exits(0);
    for path in [
        "link",
        "link-to-precious",
        "dangling",
        "loop",
        "directory",
        "fifo",
        "/dev/null",
        "/dev/full",
        "/",
        ".",
    ] {
        for policy in ["", "--replace", "--wait=1s"] {
            let words = format!("run {policy} --lock {path} -- python3 main.py");
            let outcome = sandbox.soloist(&words).outcome();
            assert_eq!(outcome.code, Some(74), "{path}: {outcome:?}");
            assert!(outcome.stderr.contains(path), "{path} is not named: {outcome:?}");
        }
        sandbox.soloist(&format!("status --lock {path}")).outcome().exits_with_one_of(&[3, 4, 74]);
    }
    assert_eq!(fs::read(sandbox.path("precious")).unwrap(), b"precious");
    assert!(!sandbox.path("nowhere").exists());
    assert!(sandbox.path("link").is_symlink() && sandbox.path("directory").is_dir());
    let names: Vec<_> =
        fs::read_dir(sandbox.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 9, "something was left behind: {names:?}");
}

/// §4, table of exit codes: 74 where the lock cannot be kept.
#[test]
fn a_lock_path_that_cannot_be_is_an_error() {
    let sandbox = Sandbox::new();
    let long_name = "x".repeat(256);
    let long_path = "x/".repeat(3000) + "bot.lock";
    for path in
        ["missing/bot.lock", "main.py/bot.lock", "bot.lock/", "/proc/bot.lock", &long_name, &long_path]
    {
        let outcome = sandbox.soloist("run --lock").args([path, "--", "python3", "main.py"]).outcome();
        assert_eq!(outcome.code, Some(74), "{path}: {outcome:?}");
    }
    assert!(!sandbox.is_called());
    assert!(!sandbox.path("missing").exists());
}

/// §4: a lock in a directory that this user cannot write to.
#[test]
fn a_lock_in_a_foreign_directory_is_an_error() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("closed")).unwrap();
    fs::set_permissions(sandbox.path("closed"), Permissions::from_mode(0o555)).unwrap();
    let attempt = sandbox.soloist("run --lock closed/bot.lock -- python3 main.py");
    if is_root() { sandbox.as_nobody(attempt) } else { attempt }.exits(74).says("closed/bot.lock");
}

/// §5: a lock file that stands ready in a directory where this user may make none is locked and left there.
#[test]
fn a_lock_file_in_a_closed_directory_is_used_and_left_there() {
    if !is_root() {
        eprintln!("skipped: only root can make a directory of another user");
        return;
    }
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("closed")).unwrap();
    sandbox.file("closed/bot.lock", "");
    let words = "--lock closed/bot.lock --match none -- python3 main.py";
    let start = |policy: &str| sandbox.as_nobody(sandbox.soloist(&format!("run {policy} {words}")));
    let (running, mut old) = sandbox.start(start(""));
    start("").exits(75);
    let (newer, mut bot) = sandbox.start(start("--replace"));
    old.hears("TERM");
    running.exits(76);
    bot.exit(0);
    let ended = newer.exits(0);
    assert!(!ended.stderr.contains("cannot"), "{}", ended.stderr);
    assert!(sandbox.path("closed/bot.lock").exists());
}

/// §4: a read-only or a full file system.
#[test]
fn a_lock_on_a_full_or_read_only_disk_is_an_error() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("mounted")).unwrap();
    for options in ["ro", "nr_inodes=1"] {
        let mount = format!("mount -t tmpfs -o {options} none mounted");
        let mounts = sandbox.program("unshare -m sh -c").arg(&mount).outcome();
        if mounts.code != Some(0) {
            eprintln!("skipped: this machine lets us make no mount: {}", mounts.stderr.trim());
            return;
        }
        let lock = format!(r#"{mount} && exec "$SOLOIST" run --lock mounted/bot.lock -- python3 main.py"#);
        sandbox.program("unshare -m sh -c").arg(lock).exits(74).says("mounted/bot.lock");
        let state = format!(r#"{mount} && exec "$SOLOIST" run --name bot -- python3 main.py"#);
        let state = sandbox.program("unshare -m sh -c").arg(state);
        state.env("SOLOIST_STATE_DIR", sandbox.path("mounted/state")).exits(74);
    }
}

/// §5: odd but good paths are taken as they are: spaces, newlines, `~`, no UTF-8, a leading dash.
#[test]
fn odd_lock_paths_work() {
    let names: [&[u8]; 8] = [
        b"a b.lock",
        b"a\nb.lock",
        b"~",
        b"\xff\xfe.lock",
        b"-dash.lock",
        b"x.info",
        "замо\u{301}к".as_bytes(),
        b"$HOME*?",
    ];
    for name in names {
        let sandbox = Sandbox::new();
        let name = OsStr::from_bytes(name);
        let mut option = OsStr::from_bytes(b"--lock=").to_owned();
        option.push(name);
        let run = || sandbox.soloist("run").arg(&option).args(["--", "python3", "main.py"]);
        let (running, mut bot) = sandbox.start(run());
        assert!(sandbox.path(name).exists(), "{name:?}");
        run().exits(75);
        sandbox.soloist("status --json").arg(&option).exits(0).document();
        sandbox.soloist("list --json").exits(0).document();
        bot.exit(0);
        running.exits(0);
        assert!(!sandbox.path(name).exists(), "{name:?}");
    }
}

/// §5: the program's own lock is never one that it could take for its record, or the other way round.
#[test]
fn a_lock_beside_another_ones_record() {
    let sandbox = Sandbox::new();
    let (_running, mut bot) = sandbox.starts(RUN);
    let before = fs::read(sandbox.path("bot.lock.info")).unwrap();
    sandbox.soloist("run --lock bot.lock.info --match none -- true").exits(74);
    assert_eq!(fs::read(sandbox.path("bot.lock.info")).unwrap(), before);
    assert!(bot.is_untouched());
}

/// §4: the private state directory is made with mode 0700, with its parents.
#[test]
fn the_state_directory_is_private() {
    let sandbox = Sandbox::new();
    let deep = sandbox.root().join("deep/er/state");
    sandbox.soloist("run --name bot --match none -- true").env("SOLOIST_STATE_DIR", &deep).exits(0);
    assert_eq!(fs::metadata(&deep).unwrap().permissions().mode() & 0o777, 0o700);
    let words =
        sandbox.program("sh -c").arg(r#"umask 0; exec "$SOLOIST" run --name bot --match none -- true"#);
    words.exits(0);
    assert_eq!(fs::metadata(sandbox.state()).unwrap().permissions().mode() & 0o777, 0o700);
}

/// §4: a state directory that others can write to, or of another user, holds no claim.
#[test]
fn a_state_directory_of_others_is_an_error() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.state()).unwrap();
    fs::set_permissions(sandbox.state(), Permissions::from_mode(0o777)).unwrap();
    let open = sandbox.soloist("run --name bot --match none -- true").outcome().exits_with_one_of(&[0, 74]);
    if open.code == Some(0) {
        assert_eq!(
            fs::metadata(sandbox.state()).unwrap().permissions().mode() & 0o077,
            0,
            "left open to others"
        );
    }
    if !is_root() {
        eprintln!("skipped in part: only root can make a directory of another user");
        return;
    }
    let foreign = sandbox.root().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::set_permissions(&foreign, Permissions::from_mode(0o700)).unwrap();
    std::os::unix::fs::chown(&foreign, Some(NOBODY), Some(NOBODY)).unwrap();
    sandbox
        .soloist("run --name bot --match none -- true")
        .env("SOLOIST_STATE_DIR", &foreign)
        .exits(74)
        .says("foreign");
    assert_eq!(user_id(), 0);
}

/// §4: a state directory that is a file, or cannot be made.
#[test]
fn a_state_directory_that_cannot_be_is_an_error() {
    let sandbox = Sandbox::new();
    for place in
        [sandbox.path("main.py"), sandbox.path("main.py/state"), "/proc/soloist".into(), "/dev/null".into()]
    {
        sandbox.soloist("run --name bot --match none -- true").env("SOLOIST_STATE_DIR", &place).exits(74);
        sandbox.soloist("list").env("SOLOIST_STATE_DIR", &place).outcome();
    }
}

/// §3.3: a link in the state directory in the place of a key's lock is not followed.
#[test]
fn a_link_in_the_state_directory_is_not_followed() {
    let sandbox = Sandbox::new();
    sandbox.soloist("run --name bot --match none -- true").exits(0);
    let state_path = sandbox.status("--name bot")["lock"]["state_path"].as_str().unwrap().to_owned();
    drop(fs::remove_file(&state_path));
    symlink(sandbox.file("precious", "precious"), &state_path).unwrap();
    sandbox.soloist("run --name bot --match none -- true").outcome().exits_with_one_of(&[0, 74]);
    assert_eq!(fs::read(sandbox.path("precious")).unwrap(), b"precious");
}

/// §5: nobody else reads the record half-written: it is always whole.
#[test]
fn the_record_is_always_whole() {
    let sandbox = Sandbox::new();
    for _ in 0..20 {
        let running = sandbox.soloist("run --lock bot.lock --match none -- true").spawn();
        while !running.has_ended() {
            if let Ok(text) = fs::read(sandbox.path("bot.lock.info")) {
                let parsed: Result<Value, _> = serde_json::from_slice(&text);
                assert!(parsed.is_ok(), "half a record: {:?}", String::from_utf8_lossy(&text));
            }
        }
        running.exits(0);
    }
    let left: Vec<_> =
        fs::read_dir(sandbox.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["main.py"], "something stays behind");
}
