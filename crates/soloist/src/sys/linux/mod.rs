//! Linux: `/proc`, pidfds (5.3), open-file-description locks (3.15), signalfd, abstract sockets.

pub(crate) mod account;
pub(crate) mod call;
pub(crate) mod cgroup;
pub(crate) mod clock;
pub(crate) mod files;
pub(crate) mod handle;
pub(crate) mod kernel;
pub(crate) mod lock;
pub(crate) mod pidfd;
pub(crate) mod poll;
pub(crate) mod proc;
pub(crate) mod signal;
pub(crate) mod spawn;
pub(crate) mod statfs;
pub(crate) mod text;
pub(crate) mod witness;
