//! Processes: none can be seen or signalled here yet.

pub(crate) mod pidfd {
    //! Handles to processes.

    use std::io;

    use crate::sys::elsewhere::handle::Handle;
    use crate::sys::elsewhere::signal::Signal;
    use crate::sys::elsewhere::unsupported;

    pub(crate) const SUPERSEDED: usize = 1;
    pub(crate) const SUPERSEDED_KILL: usize = 2;

    pub(crate) fn open(_pid: u32) -> io::Result<Handle> {
        unsupported()
    }
    pub(crate) fn send(_process: &Handle, _signal: Signal, _value: Option<usize>) -> io::Result<()> {
        unsupported()
    }
    pub(crate) fn ended(_process: &Handle) -> io::Result<bool> {
        unsupported()
    }
}

pub(crate) mod poll {
    //! One wait for everything.

    use std::io;
    use std::time::Duration;

    use crate::sys::elsewhere::handle::BorrowedHandle;
    use crate::sys::elsewhere::unsupported;

    pub(crate) fn readable(
        _handles: &[BorrowedHandle<'_>],
        _deadline: Option<Duration>,
    ) -> io::Result<Vec<bool>> {
        unsupported()
    }
}

pub(crate) mod proc {
    //! The list of processes.

    use std::io;
    use std::path::{Path, PathBuf};

    use crate::sys::elsewhere::files::FileStatus;
    use crate::sys::elsewhere::unsupported;

    /// The list of processes.
    #[derive(Debug)]
    pub(crate) struct Proc(());

    /// Room for the target of a link.
    pub(crate) struct LinkBuffer(());

    impl LinkBuffer {
        pub(crate) const fn new() -> Self {
            Self(())
        }
    }

    /// What is known of a process.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Stat {
        pub(crate) state: u8,
        pub(crate) parent: u32,
        pub(crate) session: u32,
        pub(crate) terminal: i64,
        pub(crate) start: u64,
    }

    impl Stat {
        pub(crate) fn parse(_text: &[u8]) -> Option<Self> {
            None
        }
        pub(crate) fn name(_text: &[u8]) -> Option<&[u8]> {
            None
        }
    }

    /// A lock that the kernel lists.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum ListedLock {
        /// A lock of the open file.
        Description,
        /// One of a holder that has not decided yet.
        Door,
        /// The lock that other tools take.
        Flock,
    }

    impl Proc {
        pub(crate) fn open() -> io::Result<Self> {
            unsupported()
        }
        pub(crate) fn is_blind(&self) -> bool {
            true
        }
        pub(crate) fn note<T>(&self, answer: io::Result<T>) -> io::Result<T> {
            answer
        }
        pub(crate) fn take_failure(&self) -> Option<io::Error> {
            None
        }
        pub(crate) fn own_children(&self) -> Option<Vec<u32>> {
            None
        }
        pub(crate) fn children(&self, _pid: u32) -> io::Result<Vec<u32>> {
            unsupported()
        }
        pub(crate) fn processes(&self) -> io::Result<Vec<u32>> {
            unsupported()
        }
        pub(crate) fn descriptors(&self, _pid: u32) -> io::Result<Vec<u32>> {
            unsupported()
        }
        pub(crate) fn read(&self, _pid: u32, _name: &str, _buffer: &mut Vec<u8>) -> io::Result<()> {
            unsupported()
        }
        pub(crate) fn stat(&self, _pid: u32) -> io::Result<Stat> {
            unsupported()
        }
        pub(crate) fn link(&self, _pid: u32, _name: &str) -> io::Result<PathBuf> {
            unsupported()
        }
        pub(crate) fn link_in<'a>(
            &self,
            _pid: u32,
            _name: &str,
            _buffer: &'a mut LinkBuffer,
        ) -> io::Result<&'a [u8]> {
            unsupported()
        }
        pub(crate) fn target(&self, _pid: u32, _name: &str) -> io::Result<FileStatus> {
            unsupported()
        }
        pub(crate) fn user(&self, _pid: u32) -> io::Result<u32> {
            unsupported()
        }
        pub(crate) fn locks(&self, _pid: u32, _descriptor: u32) -> io::Result<Vec<ListedLock>> {
            unsupported()
        }
    }

    pub(crate) fn is_shortage(_error: &io::Error) -> bool {
        false
    }
    pub(crate) fn boot_id() -> String {
        "unknown".into()
    }
    pub(crate) fn knows_boot() -> bool {
        false
    }
    pub(crate) fn pid_namespace() -> u64 {
        0
    }
    pub(crate) fn namespace_of(_link: &Path) -> u64 {
        0
    }
    pub(crate) fn hides_processes() -> bool {
        true
    }
}
