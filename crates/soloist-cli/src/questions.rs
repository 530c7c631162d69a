//! `status`, `stop` and `list`.

use std::io;

use serde::Serialize;
use soloist::history::{Event, History};
use soloist::{
    Claim, Conflict, Error, Instance, Intention, ProcessInfo, Standing, Status, StopReport, Stopped, escape,
};

use crate::arguments::{About, HistoryArguments, ListArguments, StatusArguments, StopArguments};
use crate::language::Voice;
use crate::{exit, report};

/// The instance that a question is about. A command that cannot be found any more still has a key if one
/// was named.
pub(crate) fn instance(about: &About) -> Result<Instance<'static>, u8> {
    let key = about.key().map_err(|found| report::fail(&found.error.to_string(), found.code))?;
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
        Err(error) => return report::fail(&Error::Io(error).to_string(), exit::FAILURE),
    };
    let printed = if arguments.json {
        report::document("soloist.status/1", &status)
    } else {
        print_status(&Voice::new(arguments.about.lang), &status)
    };
    match status.state {
        _ if printed != exit::OK => printed,
        Standing::Running => exit::OK,
        Standing::Free => exit::FREE,
        Standing::Trouble => exit::TROUBLE,
    }
}

fn standing(state: Standing) -> &'static str {
    match state {
        Standing::Running => "state-running",
        Standing::Free => "state-free",
        Standing::Trouble => "state-trouble",
    }
}

fn print_status(voice: &Voice, status: &Status) -> u8 {
    let mut lines =
        vec![format!("{}: {}", escape::line(&status.key), voice.say(standing(status.state), &[]))];
    lines.extend(status.holder.iter().map(|holder| report::holder(voice, holder)));
    let mut add = |process: &ProcessInfo, why: &str| {
        lines.push(format!("{} ({})", report::process(voice, process), voice.say(why, &[])));
    };
    status.duplicates.iter().for_each(|duplicate| add(duplicate, "without-claim"));
    let holder = status.holder.as_ref().map(|holder| holder.process.pid);
    status
        .ghosts
        .iter()
        .filter(|ghost| Some(ghost.pid) != holder)
        .for_each(|ghost| add(ghost, "left-behind"));
    lines.extend(status.problems.iter().map(|found| report::problem(voice, found)));
    match status.unseen {
        Some(0) => {}
        Some(count) => lines.push(voice.say("unseen-processes", &[("count", count.into())])),
        None => lines.push(voice.say("unseen-unknown", &[])),
    }
    report::print((lines.join("\n  ") + "\n").as_bytes())
}

/// `soloist stop`.
pub(crate) fn stop(arguments: &StopArguments) -> u8 {
    let instance = match instance(&arguments.about) {
        Ok(instance) => instance.override_supervisor(arguments.overrides_supervisor()),
        Err(code) => return code,
    };
    let voice = Voice::new(arguments.about.lang);
    if arguments.dry_run {
        return match instance.stop_intention() {
            Ok(intention) if arguments.json => report::document("soloist.plan/1", &intention),
            Ok(intention) => print_intention(&voice, &intention),
            Err(error) => report::fail(&Error::Io(error).to_string(), exit::FAILURE),
        };
    }
    let (stopped, left) = match instance.stop(arguments.stop()) {
        Ok(outcome) => outcome,
        Err(error @ Error::Lock(_)) => return report::fail(&error.to_string(), exit::NO_LOCK),
        Err(error) => return report::fail(&error.to_string(), exit::FAILURE),
    };
    if stopped.processes.is_empty() && !stopped.all_gone && !arguments.json {
        return refuse(&voice, left.as_deref());
    }
    let printed = if arguments.json {
        report::document("soloist.stopped/1", &stopped)
    } else {
        print_stopped(&voice, &stopped)
    };
    if stopped.all_gone {
        return printed;
    }
    refuse(&voice, left.as_deref())
}

/// Says why something lives on.
fn refuse(voice: &Voice, left: Option<&Conflict>) -> u8 {
    for problem in left.iter().flat_map(|conflict| &conflict.problems) {
        report::fail(&report::problem(voice, problem), exit::CANNOT_END);
    }
    exit::CANNOT_END
}

fn print_stopped(voice: &Voice, stopped: &StopReport) -> u8 {
    if stopped.processes.is_empty() {
        return report::print(
            format!("{}: {}\n", escape::line(&stopped.key), voice.say("nothing-runs", &[])).as_bytes(),
        );
    }
    let line = |left: &Stopped| {
        let values = [
            ("pid", left.process.pid.to_string().into()),
            ("seconds", format!("{:.1}", left.seconds).into()),
            ("command", escape::command(&left.process.command).into()),
        ];
        voice.say(&format!("outcome-{}", left.outcome), &values) + "\n"
    };
    report::print(stopped.processes.iter().map(line).collect::<String>().as_bytes())
}

/// What would be done, and each process that came near.
pub(crate) fn print_intention(voice: &Voice, intention: &Intention) -> u8 {
    let would = voice.say(&format!("would-{}", intention.would), &[]);
    let mut lines = vec![format!("{}: {would}", escape::line(&intention.key))];
    for candidate in &intention.candidates {
        let verdict = voice.say(&format!("verdict-{}", candidate.verdict), &[]);
        let process = report::process(voice, &candidate.process);
        lines.push(format!(
            "{verdict} ({}): {process}\n    {}",
            candidate.role,
            escape::line(&candidate.reason)
        ));
    }
    report::print((lines.join("\n  ") + "\n").as_bytes())
}

#[derive(Serialize)]
struct Claims {
    claims: Vec<Claim>,
}

/// `soloist list`.
pub(crate) fn list(arguments: &ListArguments) -> u8 {
    let claims = match soloist::list() {
        Ok(claims) => claims,
        Err(error) => return report::fail(&Error::Io(error).to_string(), exit::FAILURE),
    };
    if arguments.json {
        return report::document("soloist.list/1", &Claims { claims });
    }
    let voice = Voice::new(None);
    let lines: Vec<String> = claims
        .iter()
        .map(|claim| {
            let state = voice.say(standing(claim.state), &[]);
            let holder =
                claim.holder.as_ref().map(|holder| format!("\n  {}", report::holder(&voice, holder)));
            format!("{}: {state}{}\n", escape::line(&claim.key), holder.unwrap_or_default())
        })
        .collect();
    report::print(lines.concat().as_bytes())
}

/// `soloist history`.
pub(crate) fn history(arguments: &HistoryArguments) -> u8 {
    let all = arguments.about.is_about_nothing();
    let events = if all {
        History::of_this_user()
    } else {
        match instance(&arguments.about) {
            Ok(instance) => instance.key().and_then(|key| Ok(History::of(&key)?.read())),
            Err(code) => return code,
        }
    };
    let events = match events {
        Ok(events) => events,
        Err(error) => return report::fail(&Error::Io(error).to_string(), exit::FAILURE),
    };
    let voice = Voice::new(arguments.about.lang);
    let line = |event: &Event| {
        let line = event_line(&voice, event, arguments.json);
        if all && !arguments.json { format!("{}  {line}", escape::line(&event.key)) } else { line }
    };
    report::print(events.iter().map(line).collect::<String>().as_bytes())
}

fn event_line(voice: &Voice, event: &Event, json: bool) -> String {
    if json {
        return serde_json::to_string(event).unwrap_or_default() + "\n";
    }
    let what = serde_json::to_value(event.event).unwrap_or_default();
    let text = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
    let values = [
        ("pid", event.pid.to_string().into()),
        ("other", event.other.map(|pid| pid.to_string()).unwrap_or_default().into()),
        ("code", text(event.exit_code).into()),
        ("signal", text(event.signal).into()),
    ];
    let sentence = voice.say(&format!("event-{}", what.as_str().unwrap_or_default()), &values);
    let command = escape::command(&event.command);
    let command = if command.is_empty() { command } else { format!(": {command}") };
    format!("{}  {sentence}{command}\n", report::local(&event.at))
}
