//! The library's guard, seen from outside: this test program starts copies of itself, which claim themselves
//! with [`soloist::Instance::this_program`] and speak in lines (contract §6).

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use soloist::{Error, Instance, Match, OnConflict, Stop};

/// A copy of this program that claims when it is told to.
struct Copy {
    child: Child,
    words: BufReader<std::process::ChildStdout>,
}

impl Drop for Copy {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Copy {
    fn start(state: &Path, policy: &str) -> Self {
        // A private copy of the executable: its own program, whatever else runs from this test's file.
        let program = state.join("copy");
        if !program.exists() {
            std::fs::create_dir_all(state).unwrap();
            // Written by a process of its own: a descriptor open for writing here would pass to whatever
            // another test forks meanwhile, and the copy could not be executed.
            let copied = Command::new("cp").arg(std::env::current_exe().unwrap()).arg(&program).status();
            assert!(copied.unwrap().success());
        }
        let mut command = Command::new(&program);
        command.args(["--exact", "a_copy", "--nocapture", "--quiet"]);
        command.env("SOLOIST_STATE_DIR", state.join("state")).env("GUARD_POLICY", policy);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let words = BufReader::new(child.stdout.take().unwrap());
        Self { child, words }
    }

    /// The next line that begins with a word of ours; the test harness prints others.
    fn says(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.words.read_line(&mut line).unwrap(), 0, "the copy has ended");
            if let Some(said) = line.trim().strip_prefix("copy: ") {
                return said.to_owned();
            }
        }
    }

    fn tell(&mut self, word: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{word}").unwrap();
    }
}

/// Not a test by itself: what a copy does. Without `GUARD_POLICY` there is nothing to do.
#[test]
fn a_copy() {
    let Ok(policy) = std::env::var("GUARD_POLICY") else { return };
    let on_conflict = match policy.as_str() {
        "replace" => OnConflict::Replace(Stop::gracefully(Duration::from_secs(30))),
        "wait" => OnConflict::Wait(None),
        _ => OnConflict::Refuse,
    };
    let matching = if policy == "lock" { Match::Nothing } else { Match::Program };
    let instance = || Instance::this_program().unwrap().on_conflict(on_conflict).matching(matching);
    let claim = || match instance().claim() {
        Ok(guard) => {
            println!("copy: claimed");
            Some(guard)
        }
        Err(Error::Conflict(conflict)) => {
            println!("copy: refused by {}", conflict.holder.map_or(0, |holder| holder.process.pid));
            None
        }
        Err(error) => {
            println!("copy: {error}");
            None
        }
    };
    let mut guard = None;
    for line in std::io::stdin().lines() {
        match line.unwrap().as_str() {
            "claim" => guard = claim(),
            "release" => {
                guard.take().map(soloist::Guard::release).transpose().unwrap();
                println!("copy: released");
            }
            "again" => println!("copy: {}", claim_again(&instance())),
            "wait again" => {
                println!("copy: {}", claim_again(&instance().on_conflict(OnConflict::Wait(None))))
            }
            "stop others" => println!("copy: {}", stop_others(&instance())),
            "threads" => println!("copy: {}", claim_in_threads(&instance)),
            "fork" => fork_and_drop(&mut guard),
            "claim in a child" => fork_and_claim(&instance()),
            _ => {}
        }
    }
}

fn claim_again(instance: &Instance<'_>) -> String {
    let guard = instance.claim();
    guard.map_or_else(|error| error.to_string(), |guard| format!("nested: {}", guard.is_nested()))
}

/// Threads of one program that claim and release again and again: what of them is refused.
fn claim_in_threads(instance: &(impl Fn() -> Instance<'static> + Sync)) -> String {
    let work = || (0..20).filter_map(|_| instance().claim().err()).map(|error| error.to_string()).next();
    let refused: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    });
    format!("refused: {refused:?}")
}

fn stop_others(instance: &Instance<'_>) -> String {
    let (report, _) = instance.stop(Stop::gracefully(Duration::from_secs(30))).unwrap();
    format!("stopped {}, all gone: {}", report.processes.len(), report.all_gone)
}

/// Forks a child that asks for the claim that its parent has, and ends.
fn fork_and_claim(instance: &Instance<'_>) {
    // SAFETY: the harness's other thread only waits for this one, so the child misses no lock; it claims, prints,
    // and exits.
    if unsafe { libc::fork() } == 0 {
        println!("copy: {}", claim_again(instance));
        // SAFETY: _exit runs nothing of the parent's.
        unsafe { libc::_exit(0) };
    }
}

/// Forks a child that drops its copy of the guard and lives on as long as its parent does.
fn fork_and_drop(guard: &mut Option<soloist::Guard>) {
    // SAFETY: as in `fork_and_claim`; it drops the guard, prints, and sleeps.
    if unsafe { libc::fork() } == 0 {
        // SAFETY: prctl takes integers here.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::c_ulong::from(libc::SIGKILL.unsigned_abs())) };
        drop(guard.take());
        println!("copy: dropped");
        loop {
            // SAFETY: pause takes nothing and returns after a signal.
            unsafe { libc::pause() };
        }
    }
}

/// §3.1, §6: of two copies that claim themselves one gets the claim, and the other is told who has it.
#[test]
fn one_of_two_copies_claims() {
    let place = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (Copy::start(place.path(), "refuse"), Copy::start(place.path(), "refuse"));
    first.tell("claim");
    assert_eq!(first.says(), "claimed");
    second.tell("claim");
    assert_eq!(second.says(), format!("refused by {}", first.child.id()));
    first.tell("release");
    assert_eq!(first.says(), "released");
}

/// §3.2: copies that claim at the same moment don't refuse each other: one gets it.
#[test]
fn of_copies_that_claim_together_one_gets_it() {
    let place = tempfile::tempdir().unwrap();
    let mut copies: Vec<Copy> = (0..8).map(|_| Copy::start(place.path(), "refuse")).collect();
    copies.iter_mut().for_each(|copy| copy.tell("claim"));
    let said: Vec<String> = copies.iter_mut().map(Copy::says).collect();
    assert_eq!(said.iter().filter(|&word| word == "claimed").count(), 1, "{said:?}");
}

/// §3.1: a killed holder frees the claim at once, for one that waits for it.
#[test]
fn a_killed_holder_frees_the_claim() {
    let place = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (Copy::start(place.path(), "refuse"), Copy::start(place.path(), "wait"));
    first.tell("claim");
    assert_eq!(first.says(), "claimed");
    second.tell("claim");
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    assert_eq!(second.says(), "claimed");
}

/// §6: a forked child neither holds nor releases the claim of its parent.
#[test]
fn a_forked_child_neither_holds_nor_releases() {
    let place = tempfile::tempdir().unwrap();
    // By the lock alone: to discovery, a program that released its claim and runs on is a copy.
    let (mut first, mut second) = (Copy::start(place.path(), "lock"), Copy::start(place.path(), "lock"));
    first.tell("claim");
    assert_eq!(first.says(), "claimed");
    first.tell("fork");
    assert_eq!(first.says(), "dropped");
    second.tell("claim");
    assert_eq!(second.says(), format!("refused by {}", first.child.id()));
    first.tell("release");
    assert_eq!(first.says(), "released");
    second.tell("claim");
    assert_eq!(second.says(), "claimed");
}

/// One tree is one instance: a guard that the holder takes again, or its child, is the same claim and releases nothing.
#[test]
fn a_claim_within_the_tree_is_the_same() {
    let place = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (Copy::start(place.path(), "lock"), Copy::start(place.path(), "lock"));
    first.tell("claim");
    assert_eq!(first.says(), "claimed");
    for word in ["again", "wait again", "claim in a child"] {
        first.tell(word);
        assert_eq!(first.says(), "nested: true", "{word}");
        second.tell("claim");
        assert_eq!(second.says(), format!("refused by {}", first.child.id()), "{word}");
    }
}

/// §3.4: a holder that stops the others leaves its own claim as it is.
#[test]
fn a_holder_stops_the_others_and_not_itself() {
    let place = tempfile::tempdir().unwrap();
    let mut first = Copy::start(place.path(), "refuse");
    first.tell("claim");
    assert_eq!(first.says(), "claimed");
    let mut younger = Copy::start(place.path(), "refuse");
    first.tell("stop others");
    assert_eq!(first.says(), "stopped 1, all gone: true");
    younger.child.wait().unwrap();
    first.tell("stop others");
    assert_eq!(first.says(), "stopped 0, all gone: true");
    first.tell("again");
    assert_eq!(first.says(), "nested: true");
}

/// One program is one instance: its threads never refuse each other, whether one of them is claiming or releasing.
#[test]
fn threads_of_one_program_do_not_refuse_each_other() {
    for policy in ["lock", "refuse"] {
        let place = tempfile::tempdir().unwrap();
        let mut copy = Copy::start(place.path(), policy);
        copy.tell("threads");
        assert_eq!(copy.says(), "refused: []", "{policy}");
    }
}

/// Kills the process unless it is told within half a minute that all is well: what would wait for ever, fails.
fn unless_told(pid: u32) -> std::sync::mpsc::Sender<()> {
    let (sender, told) = std::sync::mpsc::channel::<()>();
    std::thread::spawn(move || {
        if told.recv_timeout(Duration::from_secs(30)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            Command::new("kill").args(["-KILL", &pid.to_string()]).status().ok();
        }
    });
    sender
}

/// Whether all threads of a process sleep.
fn sleeps(pid: u32) -> bool {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten();
    let mut stats = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok());
    stats.all(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('S')))
}

/// Whether one process has a handle (`pidfd_open(2)`) of the other.
fn watches(watcher: u32, watched: u32) -> bool {
    let infos = std::fs::read_dir(format!("/proc/{watcher}/fdinfo")).into_iter().flatten();
    let texts = infos.filter_map(|info| std::fs::read_to_string(info.ok()?.path()).ok());
    texts.into_iter().any(|text| text.lines().any(|line| line == format!("Pid:\t{watched}")))
}

/// §3.2: an older copy that claims later does not wait at the door of one that waits for its end.
#[test]
fn an_older_copy_that_claims_later_is_not_waited_for_at_its_door() {
    let place = tempfile::tempdir().unwrap();
    let (mut older, mut younger) = (Copy::start(place.path(), "refuse"), Copy::start(place.path(), "wait"));
    younger.tell("claim");
    while !(watches(younger.child.id(), older.child.id()) && sleeps(younger.child.id())) {
        std::thread::yield_now();
    }
    let watchdog = unless_told(older.child.id());
    older.tell("claim");
    assert_eq!(older.says(), "claimed");
    drop(watchdog);
    older.child.kill().unwrap();
    older.child.wait().unwrap();
    assert_eq!(younger.says(), "claimed");
}
