//! Who started whom: a reading of every process's parent, or of some and their children.

use std::collections::{HashMap, HashSet};
use std::io;

use crate::process::{Observer, Process};
use crate::sys::proc::Stat;

/// Processes at one moment, by number.
#[derive(Debug)]
pub(crate) struct Table {
    stats: HashMap<u32, Stat>,
    children: HashMap<u32, Vec<u32>>,
}

/// How often one follows the lists of children before one reads every process instead.
const MOST_WALKS: usize = 4;

impl Table {
    /// Every process.
    pub(crate) fn read(observer: &Observer) -> io::Result<Self> {
        observer.proc.take_failure();
        let pids = observer.proc.processes()?;
        let table = Self::of(pids.into_iter().filter_map(|pid| Some((pid, observer.proc.stat(pid).ok()?))));
        // With a gap in it, an ancestor or a worker would look like an instance of its own.
        observer.proc.take_failure().map_or(Ok(table), Err)
    }

    /// Only these processes and what is below them, whatever else runs on the machine.
    ///
    /// The kernel's lists of children are followed until two walks, one after the other, meet the same processes. In one
    /// walk a child may be missed: the kernel leaves out some when one that it has just listed ends
    /// (`proc_tid_children(5)`, `get_children_pid` in `fs/proc/array.c` of Linux), and an orphan may go to a parent that
    /// was passed already. Either takes away one that this walk has met, so the next one differs.
    pub(crate) fn below(observer: &Observer, roots: &[u32]) -> io::Result<Self> {
        if observer.proc.own_children().is_none() {
            return Self::read(observer);
        }
        let walk = || {
            observer.proc.take_failure();
            let met = Self::walk(observer, roots);
            observer.proc.take_failure().map_or(Ok(met), Err)
        };
        Self::settled(roots, walk)?.map_or_else(|| Self::read(observer), Ok)
    }

    /// What two walks, one after the other, have met alike; `None` where everything changes all the time.
    fn settled(
        roots: &[u32],
        mut walk: impl FnMut() -> io::Result<Option<Self>>,
    ) -> io::Result<Option<Self>> {
        let mut before = walk()?;
        for _ in 1..MOST_WALKS {
            let now = walk()?.filter(|now| now.has_all_parents(roots));
            let same =
                |now: &Self| before.as_ref().is_some_and(|before| now.is_of_the_same_processes(before));
            if now.as_ref().is_some_and(same) {
                return Ok(now);
            }
            before = now;
        }
        Ok(None)
    }

    /// One walk; `None` when a list could not be read, or a child that was listed could not be met.
    fn walk(observer: &Observer, roots: &[u32]) -> Option<Self> {
        let known = |pid: &u32| Some((*pid, observer.proc.stat(*pid).ok()?));
        let mut stats: HashMap<u32, Stat> = roots.iter().filter_map(known).collect();
        let mut next: Vec<u32> = stats.keys().copied().collect();
        while let Some(pid) = next.pop() {
            for child in observer.proc.children(pid).ok()? {
                let (_, stat) = known(&child)?;
                if stats.insert(child, stat).is_none() {
                    next.push(child);
                }
            }
        }
        Some(Self::of(stats.into_iter()))
    }

    /// Whether the parent of each is there.
    fn has_all_parents(&self, roots: &[u32]) -> bool {
        self.stats.iter().all(|(pid, stat)| roots.contains(pid) || self.stats.contains_key(&stat.parent))
    }

    fn is_of_the_same_processes(&self, other: &Self) -> bool {
        let same = |one: &Stat, other: &Stat| (one.parent, one.start) == (other.parent, other.start);
        self.stats.len() == other.stats.len()
            && self.stats.iter().all(|(pid, stat)| other.stats.get(pid).is_some_and(|seen| same(stat, seen)))
    }

    fn of(stats: impl Iterator<Item = (u32, Stat)>) -> Self {
        let stats: HashMap<u32, Stat> = stats.collect();
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        for (&pid, stat) in &stats {
            children.entry(stat.parent).or_default().push(pid);
        }
        Self { stats, children }
    }

    pub(crate) fn stat(&self, pid: u32) -> Option<&Stat> {
        self.stats.get(&pid)
    }

    /// The parents of a process, nearest first. Parents are older than children, so a circle that two
    /// readings at different moments could make is cut.
    pub(crate) fn ancestors(&self, pid: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut at = pid;
        while let Some(parent) = self.stats.get(&at).map(|stat| stat.parent) {
            if parent == 0 || parent == pid || found.contains(&parent) {
                break;
            }
            found.push(parent);
            at = parent;
        }
        found
    }

    /// The processes below these, without them, parents before children.
    pub(crate) fn descendants(&self, roots: &[u32]) -> Vec<u32> {
        let mut found = Vec::new();
        let mut seen: HashSet<u32> = roots.iter().copied().collect();
        let mut next: Vec<u32> = roots.to_vec();
        while let Some(pid) = next.pop() {
            for &child in self.children.get(&pid).into_iter().flatten() {
                if seen.insert(child) {
                    found.push(child);
                    next.push(child);
                }
            }
        }
        found
    }

    /// Opens all that are below one that is held. Where it has ended its number may be another's by now, and so may be
    /// what is below that.
    pub(crate) fn open_below(&self, observer: &Observer, root: &Process) -> Vec<Process> {
        if root.has_ended() {
            return Vec::new();
        }
        self.descendants(&[root.pid()]).into_iter().filter_map(|pid| self.open(observer, pid)).collect()
    }

    /// Opens the process that this table saw under the number, if it is still that one.
    pub(crate) fn open(&self, observer: &Observer, pid: u32) -> Option<Process> {
        let seen = self.stats.get(&pid)?;
        observer.open(pid).ok().flatten().filter(|process| process.birth().start == seen.start)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::process::{Child, Command, Stdio};

    use super::*;

    fn table(parents: &[(u32, u32)]) -> Table {
        let stat = |parent| Stat { state: b'S', parent, session: 0, terminal: 0, start: 0 };
        Table::of(parents.iter().map(|&(pid, parent)| (pid, stat(parent))))
    }

    #[test]
    fn a_tree_is_walked_both_ways() {
        let table = table(&[(1, 0), (2, 1), (3, 2), (4, 2), (5, 4), (6, 1)]);
        assert_eq!(table.ancestors(5), [4, 2, 1]);
        let mut below = table.descendants(&[2]);
        below.sort_unstable();
        assert_eq!(below, [3, 4, 5]);
    }

    /// Ends with its standard input, which all that it starts has as descriptor 3.
    fn program(text: &str) -> Child {
        let mut command = Command::new("sh");
        let text = format!("exec 3<&0; {text}");
        command.args(["-c", &text]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
    }

    /// One more line of what it says.
    fn line(program: &mut Child) -> String {
        let (mut line, mut byte) = (String::new(), [0u8]);
        let output = program.stdout.as_mut().unwrap();
        while output.read_exact(&mut byte).is_ok() && byte != *b"\n" {
            line.push(byte[0].into());
        }
        line
    }

    fn end(mut program: Child) {
        drop(program.stdin.take());
        program.wait().unwrap();
    }

    #[test]
    fn what_is_below_is_what_every_process_tells() {
        let observer = Observer::new().unwrap();
        let leaf = "sh -c 'echo; exec cat <&3' &";
        let mut shell = program(&format!("({leaf} {leaf} wait) & (({leaf} wait); :) & wait"));
        for _ in 0..3 {
            line(&mut shell);
        }
        let root = [shell.id()];
        let sorted = |mut pids: Vec<u32>| {
            pids.sort_unstable();
            pids
        };
        let table = Table::below(&observer, &root).unwrap();
        let below = sorted(table.descendants(&root));
        assert!(below.len() >= 5, "{below:?}");
        assert_eq!(below, sorted(Table::read(&observer).unwrap().descendants(&root)));
        let process = observer.open(root[0]).unwrap().unwrap();
        let opened = table.open_below(&observer, &process);
        assert_eq!(below, sorted(opened.iter().map(Process::pid).collect()));
        end(shell);
    }

    #[test]
    fn the_children_of_every_thread_are_there() {
        let observer = Observer::new().unwrap();
        let (told, hears) = std::sync::mpsc::channel();
        let (go, waits) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            let child = program("read line");
            told.send(child.id()).unwrap();
            waits.recv().unwrap();
            end(child);
        });
        let child = hears.recv().unwrap();
        assert!(Table::below(&observer, &[std::process::id()]).unwrap().stat(child).is_some());
        go.send(()).unwrap();
        thread.join().unwrap();
    }

    #[test]
    fn two_walks_must_meet_the_same() {
        let roots = [1];
        // An empty walk is one that was broken off.
        let settled = |walks: &[&[(u32, u32)]]| {
            let mut left = walks.iter();
            let mut walk = || Some(table(left.next().unwrap())).filter(|table| !table.stats.is_empty());
            let found = Table::settled(&roots, || Ok(walk())).unwrap();
            found.map(|found| (found.descendants(&roots).len(), left.len()))
        };
        let (all, missed) = (&[(1, 0), (2, 1), (3, 1)][..], &[(1, 0), (2, 1)][..]);
        assert_eq!(settled(&[all, all]), Some((2, 0)));
        // 3 was left out while another one ended.
        let ending = &[(1, 0), (2, 1), (4, 1)][..];
        assert_eq!(settled(&[ending, all, all]), Some((2, 0)));
        assert_eq!(settled(&[missed, all, all]), Some((2, 0)));
        // 3 has gone to a parent outside: it was met by its old one.
        let away = &[(1, 0), (2, 1), (3, 9)][..];
        assert_eq!(settled(&[away, away, missed, missed]), Some((1, 0)));
        assert_eq!(settled(&[missed, &[], missed, missed]), Some((1, 0)));
        assert_eq!(settled(&[all, missed, all, missed]), None);
        assert_eq!(settled(&[&[], &[], &[], &[]]), None);
    }

    #[test]
    fn another_process_with_the_same_number_is_not_the_same() {
        let born = |start| {
            let stat = |parent| Stat { state: b'S', parent, session: 0, terminal: 0, start };
            Table::of([(1, stat(0)), (2, stat(1))].into_iter())
        };
        let mut start = 0;
        let unsettled = Table::settled(&[1], || {
            start += 1;
            Ok(Some(born(start)))
        });
        assert!(unsettled.unwrap().is_none());
    }

    #[test]
    fn nobody_is_below_one_that_has_ended() {
        let observer = Observer::new().unwrap();
        let mut shell = program("cat <&3 & echo; wait");
        line(&mut shell);
        let process = observer.open(shell.id()).unwrap().unwrap();
        let table = Table::below(&observer, &[shell.id()]).unwrap();
        shell.kill().unwrap();
        end(shell);
        assert!(table.open_below(&observer, &process).is_empty());
    }

    #[test]
    fn a_circle_ends() {
        let table = table(&[(2, 3), (3, 2)]);
        assert_eq!(table.ancestors(2), [3]);
        assert_eq!(table.descendants(&[2]), [3]);
    }
}
