//! How one key stands: what `status` tells, as findings.

use super::finding::{Finding, reason};
use super::sentences;
use crate::escape;
use crate::instance::Instance;
use crate::status::Status;

pub(super) fn look(instance: &Instance<'_>) -> Vec<Finding> {
    match instance.status() {
        Ok(status) => told(status),
        Err(error) => vec![Finding::of(&sentences::NOT_EXAMINED, &[("reason", &reason(&error))])],
    }
}

fn told(status: Status) -> Vec<Finding> {
    let mut findings = Vec::new();
    let key = ("key", status.key.as_str());
    if let Some(holder) = &status.holder {
        let (pid, command) = (holder.process.pid.to_string(), escape::command(&holder.process.command));
        findings.push(Finding::of(&sentences::HOLDER, &[key, ("pid", &pid), ("command", &command)]));
    } else if status.problems.is_empty() {
        findings.push(Finding::of(&sentences::FREE, &[key]));
    }
    findings.extend(status.problems.into_iter().map(Finding::of_problem));
    match status.unseen {
        Some(0) => {}
        Some(count) => findings.push(Finding::of(&sentences::UNSEEN, &[("count", &count.to_string())])),
        None => findings.push(Finding::of(&sentences::UNSEEN_UNKNOWN, &[])),
    }
    findings
}
