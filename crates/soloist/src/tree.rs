//! Who started whom: one reading of every process's parent.

use std::collections::{HashMap, HashSet};

use crate::process::{Observer, Process};
use crate::sys::proc::Stat;

/// The processes at one moment, by number.
#[derive(Debug)]
pub(crate) struct Table {
    stats: HashMap<u32, Stat>,
    children: HashMap<u32, Vec<u32>>,
}

impl Table {
    pub(crate) fn read(observer: &Observer) -> std::io::Result<Self> {
        observer.proc.take_failure();
        let pids = observer.proc.processes()?;
        let table = Self::of(pids.into_iter().filter_map(|pid| Some((pid, observer.proc.stat(pid).ok()?))));
        // With a gap in it, an ancestor or a worker would look like an instance of its own.
        observer.proc.take_failure().map_or(Ok(table), Err)
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

    /// Opens the process that this table saw under the number, if it is still that one.
    pub(crate) fn open(&self, observer: &Observer, pid: u32) -> Option<Process> {
        let seen = self.stats.get(&pid)?;
        observer.open(pid).ok().flatten().filter(|process| process.birth().start == seen.start)
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn a_circle_ends() {
        let table = table(&[(2, 3), (3, 2)]);
        assert_eq!(table.ancestors(2), [3]);
        assert_eq!(table.descendants(&[2]), [3]);
    }
}
