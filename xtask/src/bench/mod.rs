//! `cargo xtask bench`: soloist beside flock(1), setlock and a floor in C that makes only the needed system calls; and
//! `import soloist` beside `import psutil, filelock`. All contestants take turns in one run, each sample is checked, and
//! only ratios are told: absolute times belong to the machine.

mod contestant;
mod crowd;
mod idle;

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::machine::{self, Outcome};
use crate::page::Place;
use crate::wheel;
use contestant::{Contestant, compete, row};
use crowd::Crowd;
use idle::Idle;

/// So many rounds for commands of a millisecond, for those that look at every process, and for interpreters.
const QUICK_ROUNDS: usize = 300;
const SCAN_ROUNDS: usize = 40;
const SLOW_ROUNDS: usize = 25;

/// So many rounds for signals and take-overs, and for crowds of starts.
const WATCHED_ROUNDS: usize = 100;
const CROWD_ROUNDS: usize = 7;

/// What everything is measured with.
struct Bench {
    place: PathBuf,
    soloist: String,
    floor: String,
    rows: Vec<String>,
}

impl Bench {
    fn tell(&mut self, one: &Contestant, others: &[&Contestant]) {
        for other in others {
            self.say(row(one, other, None));
        }
    }

    fn say(&mut self, row: String) {
        println!("{row}");
        self.rows.push(row);
    }

    fn soloist(&self, name: &'static str, options: &[&str]) -> Contestant {
        let front = [self.soloist.as_str(), "run", "--name", "bench"];
        Contestant::new(name, &[&front, options, &["--", self.floor.as_str()]].concat())
    }

    /// Lock, start a program that does nothing, and end.
    fn starts(&mut self) -> Outcome {
        let mut all = [
            Contestant::new("the floor in C", &[&self.floor, "run", "floor.lock", &self.floor]),
            Contestant::new("setlock", &["setlock", "-n", "setlock.lock", &self.floor]),
            Contestant::new("flock", &["flock", "--nonblock", "flock.lock", &self.floor]),
            self.soloist("soloist run --exec", &["--exec", "--match", "none"]),
            self.soloist("soloist run", &["--match", "none"]),
        ];
        compete(&mut all, QUICK_ROUNDS, &self.place)?;
        let [floor, setlock, flock, exec, supervised] = &all;
        self.tell(exec, &[flock, setlock, floor]);
        self.tell(supervised, &[flock, setlock, floor]);
        Ok(())
    }

    /// Turned away, with an explanation; and asking who it is.
    fn refusals(&mut self) -> Outcome {
        let held = |path: &str| {
            let file = File::create(self.place.join(path)).map_err(|error| format!("{path}: {error}"))?;
            file.lock().map_err(|error| format!("cannot lock {path}: {error}"))?;
            Ok::<_, String>(file)
        };
        let _locks = [held("flock.lock")?, held("setlock.lock")?];
        let mut holder = Command::new(&self.soloist);
        holder.args(["run", "--exec", "--match", "none", "--name", "bench", "--", &self.floor, "crowd", "1"]);
        let _holder = Crowd::of(holder.env("SOLOIST_STATE_DIR", self.place.join("state")))?;
        let mut all = [
            Contestant::new("setlock, refused", &["setlock", "-n", "setlock.lock", &self.floor]).refused(111),
            Contestant::new("flock, refused", &["flock", "--nonblock", "flock.lock", &self.floor]).refused(1),
            self.soloist("soloist run, refused with its reason", &["--match", "none"]).refused(75),
            Contestant::new(
                "soloist status",
                &[&self.soloist, "status", "--name", "bench", "--match", "none"],
            ),
            Contestant::new("lslocks, which only starts", &["lslocks", "--version"]),
        ];
        compete(&mut all, QUICK_ROUNDS, &self.place)?;
        let [setlock, flock, refused, status, lslocks] = &all;
        self.tell(refused, &[flock, setlock]);
        self.tell(status, &[lslocks]);
        Ok(())
    }

    /// A look at every process, among many.
    fn scans(&mut self) -> Outcome {
        let script = self.place.join("main.py");
        std::fs::write(&script, "").map_err(|error| format!("cannot write {}: {error}", script.display()))?;
        // The crowd runs the floor, which would be copies of it.
        let alone = self.place.join("alone");
        std::fs::copy(&self.floor, &alone).map_err(|error| format!("cannot copy the floor: {error}"))?;
        let alone = alone.to_string_lossy().into_owned();
        let _crowd = Crowd::of(Command::new(&self.floor).args(["crowd", "3000"]))?;
        let mut all = [
            Contestant::new("a scan in C of 3,000 command lines", &[&self.floor, "scan", "main.py"]),
            Contestant::new(
                "soloist run, which looks for copies of an executable",
                &[self.soloist.as_str(), "run", "--", &alone],
            ),
            Contestant::new(
                "soloist run, which looks for copies of a script",
                &[self.soloist.as_str(), "run", "--", "sh", "main.py"],
            ),
            Contestant::new("pgrep", &["pgrep", "-f", "main.py is in no command line"]).refused(1),
        ];
        compete(&mut all, SCAN_ROUNDS, &self.place)?;
        let [scan, executable, text, pgrep] = &all;
        self.tell(executable, &[scan, pgrep]);
        self.tell(text, &[scan, pgrep]);
        Ok(())
    }

    /// The end of what runs, and its replacement.
    fn ends(&mut self) -> Outcome {
        let program = [self.floor.as_str(), "hold"];
        let soloist = [self.soloist.as_str(), "run", "--match", "none", "--name", "held", "--"];
        let replace = [self.soloist.as_str(), "run", "--replace", "--match", "none", "--name", "held", "--"];
        let watched = |name, watch, front: &[&str]| {
            Contestant::watched(&self.floor, name, &[watch], &[front, &program].concat())
        };
        let mut all = [
            watched("soloist run, from SIGTERM to its end", "end", &soloist),
            watched("tini, from SIGTERM to its end", "end", &[TINI, "-s", "--"]),
            watched("dumb-init, from SIGTERM to its end", "end", &[DUMB_INIT]),
            watched("soloist run --replace, until the new program runs", "over", &replace),
            watched("the floor in C, which replaces", "over", &[&self.floor, "take", "take.lock"]),
        ];
        compete(&mut all, WATCHED_ROUNDS, &self.place)?;
        let [end, tini, dumb_init, over, take] = &all;
        self.tell(end, &[tini, dumb_init]);
        self.tell(over, &[take]);
        Ok(())
    }

    /// Many that start together: one may run, or each in its turn.
    fn crowds(&mut self) -> Outcome {
        let hold = [self.floor.as_str(), "hold"];
        let soloist = [self.soloist.as_str(), "run", "--match", "none", "--name", "crowd"];
        let watched = |name, watch: &[&str], front: &[&str], more: &[&str], program: &[&str]| {
            Contestant::watched(&self.floor, name, watch, &[front, more, program].concat())
        };
        let (storm, queue, once) = (["storm", "1000"], ["queue", "300"], &hold[..1]);
        let flock = ["/usr/bin/flock", "--no-fork"];
        let mut all = [
            watched("1,000 starts of soloist run at once", &storm, &soloist, &["--"], &hold),
            watched("1,000 starts of flock at once", &storm, &flock, &["--nonblock", "crowd.lock"], &hold),
            watched(
                "300 of soloist run --wait, one after the other",
                &queue,
                &soloist,
                &["--wait", "--"],
                once,
            ),
            watched(
                "300 of soloist run --wait --exec, one after the other",
                &queue,
                &soloist,
                &["--wait", "--exec", "--"],
                once,
            ),
            watched("300 of flock, one after the other", &queue, &flock, &["crowd.lock"], once),
        ];
        compete(&mut all, CROWD_ROUNDS, &self.place)?;
        let [soloist, flock, waiting, in_place, queue] = &all;
        self.tell(soloist, &[flock]);
        self.tell(waiting, &[queue]);
        self.tell(in_place, &[queue]);
        Ok(())
    }

    /// What a supervisor costs while its program runs.
    fn idleness(&mut self) -> Outcome {
        let state = self.place.join("state");
        let start = |name, words: &[&str]| Idle::start(name, words, &self.floor, &state, &self.place);
        let front = [self.soloist.as_str(), "run", "--match", "none", "--name", "idle", "--"];
        let soloist = start("soloist run", &front)?;
        let flock = start("flock", &["/usr/bin/flock", "idle.lock"])?;
        let tini = start("tini", &[TINI, "-s", "--"])?;
        let dumb_init = start("dumb-init", &[DUMB_INIT])?;
        let rows = [
            soloist.beside(&flock, "most memory", "VmHWM")?,
            soloist.beside(&tini, "resident memory", "VmRSS")?,
            soloist.beside(&dumb_init, "private memory", "RssAnon")?,
            soloist.wake_ups()?,
        ];
        rows.into_iter().for_each(|row| self.say(row));
        Ok(())
    }

    /// The same start in a state directory that remembers ten thousand keys.
    fn growth(&mut self) -> Outcome {
        let state = self.place.join("full");
        std::fs::create_dir_all(&state)
            .map_err(|error| format!("cannot create {}: {error}", state.display()))?;
        std::fs::set_permissions(&state, Permissions::from_mode(0o700)).map_err(|error| error.to_string())?;
        for number in 0..10_000 {
            File::create(state.join(format!("name-key{number}.lock"))).map_err(|error| error.to_string())?;
        }
        let among = format!("SOLOIST_STATE_DIR={}", state.display());
        let few = format!("SOLOIST_STATE_DIR={}", self.place.join("state").display());
        let words = |set: &str| {
            let front = ["env", set, &self.soloist, "run", "--exec", "--match", "none", "--name", "bench"];
            [&front[..], &["--", &self.floor]]
                .concat()
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        let contestant = |name, set: &str| {
            let words = words(set);
            Contestant::new(name, &words.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let mut all = [
            contestant("soloist run among 10,000 keys", &among),
            contestant("soloist run among a few", &few),
        ];
        compete(&mut all, QUICK_ROUNDS / 2, &self.place)?;
        let [many, few] = &all;
        self.tell(many, &[few]);
        Ok(())
    }

    fn pythons(&mut self) -> Outcome {
        let python = wheel::bench_environment(&["psutil==7.0.0", "filelock==3.13.1"])?;
        let python = python.to_string_lossy();
        let mut all = [
            Contestant::new("an empty program", &[&python, "-c", "pass"]),
            Contestant::new("import soloist, claim, release", &[&python, "-c", OURS]),
            Contestant::new("import psutil, filelock, acquire, release", &[&python, "-c", BY_HAND]),
        ];
        compete(&mut all, SLOW_ROUNDS, &self.place)?;
        let [empty, ours, by_hand] = &all;
        self.say(row(ours, by_hand, Some(empty)));
        Ok(())
    }
}

/// What people write by hand: a pass over the processes is not even in it.
const BY_HAND: &str =
    "import psutil, filelock; lock = filelock.FileLock('by-hand.lock'); lock.acquire(); lock.release()";
const OURS: &str = "import soloist; soloist.claim('bench-python', match='none').release()";

const PLACE: Place = Place { page: "docs/speed.md", command: "cargo xtask bench --write" };

const HEAD: &str = "| contestant | beside | ratio |\n| --- | --- | --- |";

const TINI: &str = "/usr/bin/tini";
const DUMB_INIT: &str = "/usr/bin/dumb-init";

/// The C floor, compiled as a program of the system would be that wants to be quick.
fn floor(place: &Path) -> Outcome<String> {
    let source = place.join("floor.c");
    let program = place.join("floor");
    std::fs::write(&source, include_str!("floor.c"))
        .map_err(|error| format!("cannot write floor.c: {error}"))?;
    if !machine::works("cc", &["--version"]) {
        machine::apt(&["gcc", "libc6-dev"])?;
    }
    machine::run(Command::new("cc").args(["-O2", "-static", "-o"]).arg(&program).arg(&source))?;
    Ok(program.to_string_lossy().into_owned())
}

/// Runs everything: three minutes beside the time for building. With `--write` the table goes into the book.
pub(crate) fn bench(words: &[String]) -> Outcome {
    let write = words.iter().any(|word| word == "--write");
    if !machine::works("setlock", &["-n", "/dev/null", "true"]) {
        machine::apt(&["daemontools", "procps", "util-linux"])?;
    }
    if ![TINI, DUMB_INIT].iter().all(|program| Path::new(program).exists()) {
        machine::apt(&["tini", "dumb-init"])?;
    }
    let soloist = machine::dist()?.to_string_lossy().into_owned();
    let place = machine::scratch("bench")?;
    let floor = floor(&place)?;
    let mut bench = Bench { place, soloist, floor, rows: Vec::new() };
    println!("{HEAD}");
    bench.starts()?;
    bench.refusals()?;
    bench.ends()?;
    bench.idleness()?;
    bench.crowds()?;
    bench.scans()?;
    bench.growth()?;
    bench.pythons()?;
    match write {
        true => PLACE.write(&format!("{HEAD}\n{}", bench.rows.join("\n"))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_book_has_a_place_for_the_table() {
        assert!(super::PLACE.exists());
    }
}
