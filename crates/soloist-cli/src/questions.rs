//! `status`, `stop` and `list`.

use std::io;

use serde::Serialize;
use soloist::{Claim, Error, Instance, Intention, Standing, Status, StopReport, escape};

use crate::arguments::{About, Language, ListArguments, StatusArguments, StopArguments};
use crate::language::{self, Text, text};
use crate::{exit, report, run};

/// The instance that a question is about. A command that cannot be found any more still has a key if one
/// was named.
fn instance(about: &About) -> Result<Instance<'static>, u8> {
    let key = about.key().map_err(|error| run::bad_key(&error))?;
    let named = key.is_some();
    let instance = match Instance::of_command(&about.command) {
        _ if about.command.is_empty() => Instance::of_nothing(),
        Ok(instance) => instance,
        Err(_) if named => Instance::of_nothing(),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Err(report::fail(&error.to_string(), exit::NOT_EXECUTABLE));
        }
        Err(error) => return Err(report::fail(&error.to_string(), exit::NOT_FOUND)),
    };
    let instance = instance.matching(about.matching());
    Ok(match key {
        Some(key) => instance.keyed(key),
        None => instance,
    })
}

/// `soloist status`.
pub(crate) fn status(arguments: &StatusArguments) -> u8 {
    let instance = match instance(&arguments.about) {
        Ok(instance) => instance,
        Err(code) => return code,
    };
    let status = match instance.status() {
        Ok(status) => status,
        Err(error) => return report::fail(&error.to_string(), exit::FAILURE),
    };
    let printed = if arguments.json {
        report::document("soloist.status/1", &status)
    } else {
        print_status(language::choose(arguments.about.lang), &status)
    };
    match status.state {
        _ if printed != exit::OK => printed,
        Standing::Running => exit::OK,
        Standing::Free => exit::FREE,
        Standing::Trouble => exit::TROUBLE,
    }
}

fn standing(state: Standing) -> Text {
    match state {
        Standing::Running => Text::Running,
        Standing::Free => Text::Free,
        Standing::Trouble => Text::Trouble,
    }
}

fn print_status(language: Language, status: &Status) -> u8 {
    let mut lines =
        vec![format!("{}: {}", escape::line(&status.key), text(language, standing(status.state)))];
    if let Some(holder) = &status.holder {
        lines.push(format!("  {}", report::holder(language, holder)));
    }
    for duplicate in &status.duplicates {
        lines.push(format!(
            "  {} ({})",
            report::process(language, duplicate),
            text(language, Text::WithoutClaim)
        ));
    }
    for ghost in &status.ghosts {
        lines.push(format!("  {} ({})", report::process(language, ghost), text(language, Text::LeftBehind)));
    }
    for problem in &status.problems {
        lines.push(format!(
            "  {}: {}\n    {}",
            problem.code,
            escape::line(&problem.message),
            escape::line(&problem.remedy)
        ));
    }
    report::print((lines.join("\n") + "\n").as_bytes())
}

/// `soloist stop`.
pub(crate) fn stop(arguments: &StopArguments) -> u8 {
    let instance = match instance(&arguments.about) {
        Ok(instance) => instance,
        Err(code) => return code,
    };
    let language = language::choose(arguments.about.lang);
    if arguments.dry_run {
        return match instance.stop_intention() {
            Ok(intention) if arguments.json => report::document("soloist.plan/1", &intention),
            Ok(intention) => print_intention(language, &intention),
            Err(error) => report::fail(&error.to_string(), exit::FAILURE),
        };
    }
    let (stopped, left) = match instance.stop(arguments.stop()) {
        Ok(outcome) => outcome,
        Err(Error::Lock(error)) => return report::fail(&error.to_string(), exit::NO_LOCK),
        Err(error) => return report::fail(&error.to_string(), exit::FAILURE),
    };
    let printed = if arguments.json {
        report::document("soloist.stopped/1", &stopped)
    } else {
        print_stopped(language, &stopped)
    };
    if stopped.all_gone {
        return printed;
    }
    for problem in left.iter().flat_map(|conflict| &conflict.problems) {
        report::fail(&format!("{} ({})", problem.message, problem.remedy), exit::CANNOT_END);
    }
    exit::CANNOT_END
}

fn print_stopped(language: Language, stopped: &StopReport) -> u8 {
    if stopped.processes.is_empty() {
        let line = format!("{}: {}\n", escape::line(&stopped.key), text(language, Text::NothingRuns));
        return report::print(line.as_bytes());
    }
    let lines: Vec<String> = stopped
        .processes
        .iter()
        .map(|left| {
            let command = escape::command(&left.process.command);
            format!("pid {}: {} after {:.1} s: {command}\n", left.process.pid, left.outcome, left.seconds)
        })
        .collect();
    report::print(lines.concat().as_bytes())
}

/// What would be done, a process a line.
pub(crate) fn print_intention(language: Language, intention: &Intention) -> u8 {
    let mut lines = vec![format!("{}: would {}", escape::line(&intention.key), intention.would)];
    for candidate in &intention.candidates {
        let process = report::process(language, &candidate.process);
        let reason = escape::line(&candidate.reason);
        lines.push(format!("  {} ({}): {process}\n    {reason}", candidate.verdict, candidate.role));
    }
    report::print((lines.join("\n") + "\n").as_bytes())
}

#[derive(Serialize)]
struct Claims {
    claims: Vec<Claim>,
}

/// `soloist list`.
pub(crate) fn list(arguments: &ListArguments) -> u8 {
    let claims = match soloist::list() {
        Ok(claims) => claims,
        Err(error) => return report::fail(&error.to_string(), exit::FAILURE),
    };
    if arguments.json {
        return report::document("soloist.list/1", &Claims { claims });
    }
    let language = language::choose(None);
    let lines: Vec<String> = claims
        .iter()
        .map(|claim| {
            let state = text(language, standing(claim.state));
            let holder =
                claim.holder.as_ref().map(|holder| format!("\n  {}", report::holder(language, holder)));
            format!("{}: {state}{}\n", escape::line(&claim.key), holder.unwrap_or_default())
        })
        .collect();
    report::print(lines.concat().as_bytes())
}
