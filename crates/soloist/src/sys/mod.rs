//! The operating system: every `unsafe` block and every `cfg(target_os)` of the library is below this module.
//!
//! The rest of the library sees one interface; a platform that cannot keep a promise says so with
//! [`std::io::ErrorKind::Unsupported`], and a claim then fails instead of pretending (contract §3.1).

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::*;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::*;
