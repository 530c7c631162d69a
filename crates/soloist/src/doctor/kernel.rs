//! What the kernel has to be able to do, each tried.

use std::io;
use std::path::Path;

use super::finding::{Finding, Sentence, reason};
use super::sentences;
use crate::state::StateDirectory;
use crate::sys::signal::Signal;
use crate::sys::{clock, files, kernel, pidfd, witness};

/// Something that the kernel does for soloist.
struct Feature {
    code: &'static str,
    /// The calls, as their manual pages name them.
    name: &'static str,
    /// The Linux version that brought it.
    version: &'static str,
    /// What is said where it is missing; its severity says whether soloist can do without.
    missing: &'static Sentence,
}

const PIDFD: Feature = Feature {
    code: "pidfd",
    name: "pidfd_open(2), pidfd_send_signal(2)",
    version: "5.3",
    missing: &sentences::FEATURE_MISSING,
};
const CLONE_PIDFD: Feature = Feature {
    code: "clone-pidfd",
    name: "clone(2) CLONE_PIDFD, waitid(2) P_PIDFD",
    version: "5.4",
    missing: &sentences::FEATURE_MISSING,
};
const OPENAT2: Feature =
    Feature { code: "openat2", name: "openat2(2)", version: "5.6", missing: &sentences::FEATURE_MISSING };
const SUBREAPER: Feature = Feature {
    code: "subreaper",
    name: "prctl(2) PR_SET_CHILD_SUBREAPER",
    version: "3.4",
    missing: &sentences::FEATURE_MISSING,
};
const CLOSE_RANGE: Feature = Feature {
    code: "close-range",
    name: "close_range(2)",
    version: "5.9",
    missing: &sentences::CLOSE_RANGE_MISSING,
};
const BIRTH_TIME: Feature = Feature {
    code: "birth-time",
    name: "statx(2) STATX_BTIME",
    version: "4.11",
    missing: &sentences::BIRTH_TIME_MISSING,
};
const ABSTRACT_SOCKETS: Feature = Feature {
    code: "abstract-sockets",
    name: "unix(7), abstract names",
    version: "2.2",
    missing: &sentences::ABSTRACT_SOCKETS_MISSING,
};
const SOCKET_OWNERS: Feature = Feature {
    code: "socket-owners",
    name: "sock_diag(7) UNIX_DIAG_UID",
    version: "5.3",
    missing: &sentences::SOCKET_OWNERS_MISSING,
};

impl Feature {
    fn told(&self, tried: io::Result<()>, path: &str) -> Finding {
        let names = [("feature", self.name), ("version", self.version), ("path", path)];
        match tried {
            Ok(()) => Finding::coded(&sentences::FEATURE, self.code, &names),
            Err(error) => {
                let reason = reason(&error);
                let [feature, version, path] = names;
                Finding::coded(self.missing, self.code, &[feature, version, path, ("reason", &reason)])
            }
        }
    }
}

/// The kernel's version, and each feature.
pub(super) fn look(state: Option<&StateDirectory>) -> Vec<Finding> {
    // A state directory that is not there was told of already.
    let place = state.map(StateDirectory::path).filter(|path| path.is_dir()).unwrap_or(Path::new("/"));
    let shown = place.to_string_lossy();
    let release = kernel::release().unwrap_or_else(|error| reason(&error));
    let mut findings = vec![Finding::of(&sentences::KERNEL, &[("release", &release)])];
    let tried = [
        (PIDFD, signal_to_oneself()),
        (CLONE_PIDFD, kernel::child_by_pidfd()),
        (
            OPENAT2,
            files::name(Path::new("/"))
                .and_then(|root| files::find_inside(&root, Path::new("/"), Path::new("/")).map(drop)),
        ),
        (SUBREAPER, kernel::subreaper()),
        (CLOSE_RANGE, kernel::close_range()),
        (BIRTH_TIME, born(place)),
    ];
    findings.extend(tried.into_iter().map(|(feature, tried)| feature.told(tried, &shown)));
    findings.extend(sockets());
    findings
}

fn signal_to_oneself() -> io::Result<()> {
    pidfd::send(&pidfd::open(std::process::id())?, Signal::NONE, None)
}

fn born(place: &Path) -> io::Result<()> {
    if files::status(place)?.identity.born == 0 {
        Err(io::Error::from(io::ErrorKind::Unsupported))
    } else {
        Ok(())
    }
}

/// A second witness of claims, under a name that is nobody's claim, and whether the kernel says whose it is.
fn sockets() -> Vec<Finding> {
    let name = format!("soloist/doctor/{}/{}", std::process::id(), clock::since_boot().as_nanos());
    let bound = match witness::bind(&name) {
        Ok(bound) => bound,
        Err(error) => return vec![unbound(error)],
    };
    let told = witness::owner(&name).and_then(|owner| match owner {
        Some(owner) if owner.user.is_some() => Ok(()),
        _ => Err(io::Error::from(io::ErrorKind::Unsupported)),
    });
    drop(bound);
    vec![ABSTRACT_SOCKETS.told(Ok(()), ""), SOCKET_OWNERS.told(told, "")]
}

/// A sandbox may forbid such sockets, and a claim does without; any other failure ends a start.
fn unbound(error: io::Error) -> Finding {
    let missing =
        if witness::is_forbidden(&error) { ABSTRACT_SOCKETS.missing } else { &sentences::FEATURE_MISSING };
    Feature { missing, ..ABSTRACT_SOCKETS }.told(Err(error), "")
}
