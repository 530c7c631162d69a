//! The command lines that start programs day by day, read without making clap's tables, which takes longer than a claim.
//!
//! What is not known here, or is wrong, is clap's to read and to explain; so nothing is decided here that clap would decide
//! otherwise, and a test holds the two together.

use std::ffi::{OsStr, OsString};
use std::time::Duration;

use clap::ValueEnum;
use lexopt::{Arg, Parser};
use soloist::StopSignal;

use super::{
    About, Command, HowToStop, KeyArguments, LogFormat, MatchArgument, RestartArgument, RunArguments,
    StatusArguments, StopArguments, VariableArguments,
};

/// The command of a usual line; `None` leaves the words to clap.
pub(super) fn command(words: &[OsString]) -> Option<Command> {
    let (name, words) = words.get(1..)?.split_first()?;
    let dashes = words.iter().position(|word| word == "--");
    let (options, program) = words.split_at(dashes.unwrap_or(words.len()));
    let program = program.get(1..);
    // Dashes with nothing behind them are a mistake.
    if program.is_some_and(<[_]>::is_empty) {
        return None;
    }
    match name.to_str()? {
        "run" => run(options, program?).map(Box::new).map(Command::Run),
        "status" => status(options, program.unwrap_or_default()).map(Command::Status),
        "stop" => stop(options, program.unwrap_or_default()).map(Command::Stop),
        _ => None,
    }
}

fn run(options: &[OsString], program: &[OsString]) -> Option<RunArguments> {
    let mut run = plain(program);
    read(options, |option, parser| set(&mut run, option, parser))?;
    let contradicts = (run.replace && run.wait.is_some()) || (run.quiet && run.verbose);
    (has_one_key(&run.key) && !contradicts).then_some(run)
}

fn status(options: &[OsString], program: &[OsString]) -> Option<StatusArguments> {
    let mut status = StatusArguments { about: about(program), json: false };
    read(options, |option, parser| {
        match option {
            "json" => status.json = true,
            _ => set_about(&mut status.about, option, parser)?,
        }
        Some(())
    })?;
    has_one_key(&status.about.key).then_some(status)
}

fn stop(options: &[OsString], program: &[OsString]) -> Option<StopArguments> {
    let mut stop = StopArguments { about: about(program), how: GENTLY, dry_run: false, json: false };
    read(options, |option, parser| {
        match option {
            "json" => stop.json = true,
            "dry-run" => stop.dry_run = true,
            "stop-signal" | "grace" | "no-kill" => set_how(&mut stop.how, option, parser)?,
            _ => set_about(&mut stop.about, option, parser)?,
        }
        Some(())
    })?;
    has_one_key(&stop.about.key).then_some(stop)
}

/// Reads the options one by one; what `set` does not know is clap's.
fn read(options: &[OsString], mut set: impl FnMut(&str, &mut Parser) -> Option<()>) -> Option<()> {
    let mut parser = Parser::from_args(options);
    let mut seen = Vec::new();
    while let Some(option) = parser.next().ok()? {
        let Arg::Long(name) = option else { return None };
        let name = name.to_owned();
        set(&name, &mut parser)?;
        // Said twice, most options are wrong.
        if seen.contains(&name) {
            return None;
        }
        seen.push(name);
    }
    Some(())
}

fn has_one_key(key: &KeyArguments) -> bool {
    let given = [key.name.is_some(), key.lock.is_some(), key.telegram.is_some()];
    given.into_iter().filter(|&given| given).count() <= 1
}

const NO_KEY: KeyArguments = KeyArguments { name: None, lock: None, telegram: None };

const GENTLY: HowToStop = HowToStop {
    stop_signal: StopSignal::Term,
    grace: Duration::from_secs(30),
    no_kill: false,
    override_supervisor: false,
};

/// What holds of a run when no option says otherwise.
fn plain(program: &[OsString]) -> RunArguments {
    RunArguments {
        key: NO_KEY,
        variables: VariableArguments { env_file: Vec::new() },
        replace: false,
        wait: None,
        how: GENTLY,
        matching: MatchArgument::Program,
        exec: false,
        restart: RestartArgument::Never,
        preflight: None,
        dry_run: false,
        conflict_exit_code: crate::exit::CONFLICT,
        quiet: false,
        verbose: false,
        log_format: LogFormat::Text,
        lang: None,
        json: false,
        command: program.to_vec(),
    }
}

/// The same of a question.
fn about(program: &[OsString]) -> About {
    About {
        key: NO_KEY,
        variables: VariableArguments { env_file: Vec::new() },
        matching: MatchArgument::Program,
        lang: None,
        command: program.to_vec(),
    }
}

fn set(run: &mut RunArguments, option: &str, parser: &mut Parser) -> Option<()> {
    match option {
        "replace" => run.replace = true,
        "wait" => run.wait = Some(limit(parser)?),
        "match" => run.matching = matching(parser)?,
        "exec" => run.exec = true,
        "quiet" => run.quiet = true,
        "verbose" => run.verbose = true,
        "stop-signal" | "grace" | "no-kill" => set_how(&mut run.how, option, parser)?,
        _ => set_key(&mut run.key, option, parser)?,
    }
    Some(())
}

fn set_about(about: &mut About, option: &str, parser: &mut Parser) -> Option<()> {
    match option {
        "match" => about.matching = matching(parser)?,
        _ => set_key(&mut about.key, option, parser)?,
    }
    Some(())
}

fn set_key(key: &mut KeyArguments, option: &str, parser: &mut Parser) -> Option<()> {
    match option {
        "name" => key.name = Some(super::name(&text(parser)?).ok()?),
        "lock" => key.lock = Some(value(parser)?.into()),
        "telegram" => key.telegram = Some(text(parser)?),
        _ => return None,
    }
    Some(())
}

fn set_how(how: &mut HowToStop, option: &str, parser: &mut Parser) -> Option<()> {
    match option {
        "stop-signal" => how.stop_signal = super::stop_signal(&text(parser)?).ok()?,
        "grace" => how.grace = super::duration(&text(parser)?).ok()?,
        "no-kill" => how.no_kill = true,
        _ => return None,
    }
    Some(())
}

fn matching(parser: &mut Parser) -> Option<MatchArgument> {
    MatchArgument::from_str(&text(parser)?, false).ok()
}

/// An option's value. One that is empty or looks like an option is clap's to judge.
fn value(parser: &mut Parser) -> Option<OsString> {
    let value = parser.value().ok()?;
    let odd = |value: &OsStr| value.is_empty() || value.as_encoded_bytes().starts_with(b"-");
    (!odd(&value)).then_some(value)
}

fn text(parser: &mut Parser) -> Option<String> {
    value(parser)?.into_string().ok()
}

/// `--wait`, or `--wait=DURATION`.
fn limit(parser: &mut Parser) -> Option<Option<Duration>> {
    match parser.optional_value() {
        None => Some(None),
        Some(value) => super::duration(value.to_str()?).ok().map(Some),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::Line;
    use super::*;

    const OPTIONS: [&str; 39] = [
        "--name=bot",
        "--name bot",
        "--name",
        "--name=",
        "--name -x",
        "--name=a/b",
        "--lock=x.lock",
        "--lock ./x",
        "--lock=",
        "--telegram TOKEN",
        "--telegram=",
        "--replace",
        "--replace=yes",
        "--wait",
        "--wait=5s",
        "--wait=",
        "--wait 5s",
        "--stop-signal INT",
        "--stop-signal=0",
        "--grace 5s",
        "--grace=-5s",
        "--grace banana",
        "--no-kill",
        "--match none",
        "--match=command",
        "--match None",
        "--exec",
        "--restart always",
        "--quiet",
        "-q",
        "--verbose",
        "-v",
        "-qv",
        "--json",
        "--json=yes",
        "--dry-run",
        "word",
        "--",
        "--frobnicate",
    ];

    fn line(command: &str, options: &[&str], program: &str) -> Vec<OsString> {
        let words = format!("soloist {command} {} {program}", options.join(" "));
        words.split_whitespace().map(OsString::from).collect()
    }

    /// Whatever is read here, clap reads the same; nothing that clap refuses is read.
    fn agrees(words: &[OsString]) -> bool {
        let Some(usual) = command(words) else { return false };
        let Ok(Line { command: clap }) = Line::try_parse_from(words) else {
            panic!("clap refuses {words:?}")
        };
        assert_eq!(format!("{usual:?}"), format!("{clap:?}"), "{words:?}");
        true
    }

    #[test]
    fn clap_reads_the_same() {
        for command in ["run", "status", "stop", "list"] {
            let mut read = 0;
            for first in OPTIONS.iter().chain(&[""]) {
                for second in OPTIONS.iter().chain(&[""]) {
                    for program in ["-- true", "-- true --name x -- y", "--", "", "true"] {
                        read += u32::from(agrees(&line(command, &[first, second], program)));
                    }
                }
            }
            assert_eq!(read > 300, command != "list", "{read} of {command} are read here");
        }
    }

    #[test]
    fn words_that_are_no_text_are_passed_on() {
        use std::os::unix::ffi::OsStringExt;
        let mut words = line("run", &["--name bot"], "-- cat");
        words.push(OsString::from_vec(vec![0xff, b'x']));
        assert!(agrees(&words));
        words[3] = OsString::from_vec(vec![0xff]);
        assert!(!agrees(&words));
    }
}
