//! The processes that were looked at, each with what would become of it and why.

use serde::Serialize;

use crate::describe::{ProcessInfo, describe};
use crate::discover::Role;
use crate::holder::Holder;
use crate::process::{Observer, Process};
use crate::redact;
use crate::tree::Table;
use crate::view::View;

/// One process that was looked at, and what would become of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The process.
    #[serde(flatten)]
    pub process: ProcessInfo,
    /// `end` or `spare`.
    pub verdict: &'static str,
    /// `holder`, `duplicate`, `ghost`, `bystander`, `ancestor` or `self`.
    pub role: &'static str,
    /// Why.
    pub reason: String,
}

/// The word of a role in documents.
pub(crate) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Holder => "holder",
        Role::Duplicate => "duplicate",
        Role::Ghost => "ghost",
        Role::Bystander => "bystander",
        Role::Ancestor => "ancestor",
    }
}

impl View {
    /// Each process that came near, and why it would be ended or spared.
    pub(crate) fn candidates(&self, observer: &Observer, ending: bool) -> Vec<Candidate> {
        let mut found = Vec::new();
        if let Some(holder) = &self.holder {
            let (role, reason) = match holder {
                Holder { stranger: true, .. } => {
                    (Role::Bystander, "another tool locks the file; it is no instance")
                }
                Holder { ghost: true, .. } => {
                    (Role::Ghost, "left behind by a killed soloist, it keeps the claim")
                }
                _ => (Role::Holder, "it has the claim"),
            };
            let ending = ending && !holder.stranger;
            found.push(candidate(observer, &holder.process, ending, role, reason));
            if !holder.stranger {
                let below = below(observer, &holder.process);
                found.extend(below.iter().map(|process| candidate(observer, process, ending, role, PART)));
            }
        }
        for instance in &self.discovery.instances {
            let reason = match instance.foreign {
                true => "it runs the same program as another user",
                false => "it runs the same program without a claim",
            };
            found.push(candidate(observer, &instance.main, ending, Role::Duplicate, reason));
            let others = instance.others.iter();
            found.extend(others.map(|process| candidate(observer, process, ending, Role::Duplicate, PART)));
        }
        for ghost in &self.ghosts {
            found.push(candidate(observer, ghost, ending, Role::Ghost, "an earlier instance left it behind"));
            found.extend(
                below(observer, ghost)
                    .iter()
                    .map(|process| candidate(observer, process, ending, Role::Ghost, PART)),
            );
        }
        for spared in &self.discovery.spared {
            let told = candidate(observer, &spared.process, false, spared.role, &spared.reason);
            // One that ends while it is looked at has lost its words; what was read of it may be torn.
            if !spared.process.has_ended() && !told.process.command.is_empty() {
                found.push(Candidate { reason: redact::text(&spared.reason), ..told });
            }
        }
        found
    }
}

/// Why a process that runs below another is in a list.
const PART: &str = "it belongs to the tree of the one before";

fn candidate(observer: &Observer, process: &Process, ending: bool, role: Role, reason: &str) -> Candidate {
    let allowed = process.may_signal().is_ok();
    let reason = match (ending, allowed) {
        (true, false) => format!("{reason}; this user may not signal it"),
        (false, _) if matches!(role, Role::Holder | Role::Duplicate | Role::Ghost) => {
            format!("{reason}; it is left alone under this policy")
        }
        _ => reason.to_owned(),
    };
    let verdict = if ending && allowed { "end" } else { "spare" };
    Candidate { process: describe(observer, process), verdict, role: role_word(role), reason }
}

fn below(observer: &Observer, process: &Process) -> Vec<Process> {
    let table = Table::below(observer, &[process.pid()]);
    table.map(|table| table.open_below(observer, process)).unwrap_or_default()
}
