//! The operating system: every `unsafe` block and every `cfg(target_os)` of the library is below this module.
//!
//! The rest of the library sees one interface; a platform that cannot keep a promise says so with
//! [`std::io::ErrorKind::Unsupported`], and a claim then fails instead of pretending (contract §3.1).

#[cfg(all(target_os = "linux", not(soloist_elsewhere)))]
#[expect(unsafe_code, reason = "system calls")]
mod linux;
#[cfg(all(target_os = "linux", not(soloist_elsewhere)))]
pub(crate) use linux::*;

// `--cfg soloist_elsewhere` compiles this module on Linux too, so that `cargo xtask ci` notices when it falls behind.
#[cfg(any(not(target_os = "linux"), soloist_elsewhere))]
mod elsewhere;
#[cfg(any(not(target_os = "linux"), soloist_elsewhere))]
pub(crate) use elsewhere::*;
