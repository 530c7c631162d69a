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
    HowToStop, KeyArguments, LogFormat, MatchArgument, RestartArgument, RunArguments, VariableArguments,
};

/// The arguments of a usual `soloist run`; `None` leaves the words to clap.
pub(super) fn run(words: &[OsString]) -> Option<RunArguments> {
    let words = words.get(1..)?.strip_prefix(&[OsString::from("run")])?;
    let dashes = words.iter().position(|word| word == "--")?;
    let (options, command) = (&words[..dashes], &words[dashes + 1..]);
    let mut run = plain(command.to_vec());
    let mut parser = Parser::from_args(options);
    let mut seen = Vec::new();
    while let Some(option) = parser.next().ok()? {
        let Arg::Long(name) = option else { return None };
        let name = name.to_owned();
        set(&mut run, &name, &mut parser)?;
        // Said twice, most options are wrong.
        if seen.contains(&name) {
            return None;
        }
        seen.push(name);
    }
    let keys = [run.key.name.is_some(), run.key.lock.is_some(), run.key.telegram.is_some()];
    let one_key = keys.iter().filter(|&&given| given).count() <= 1;
    let contradicts = (run.replace && run.wait.is_some()) || (run.quiet && run.verbose);
    (!command.is_empty() && one_key && !contradicts).then_some(run)
}

/// What holds when no option says otherwise.
fn plain(command: Vec<OsString>) -> RunArguments {
    RunArguments {
        key: KeyArguments { name: None, lock: None, telegram: None },
        variables: VariableArguments { env_file: Vec::new() },
        replace: false,
        wait: None,
        how: HowToStop {
            stop_signal: StopSignal::Term,
            grace: Duration::from_secs(30),
            no_kill: false,
            override_supervisor: false,
        },
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
        command,
    }
}

fn set(run: &mut RunArguments, option: &str, parser: &mut Parser) -> Option<()> {
    match option {
        "name" => run.key.name = Some(super::name(&text(parser)?).ok()?),
        "lock" => run.key.lock = Some(value(parser)?.into()),
        "telegram" => run.key.telegram = Some(text(parser)?),
        "replace" => run.replace = true,
        "wait" => run.wait = Some(limit(parser)?),
        "stop-signal" => run.how.stop_signal = super::stop_signal(&text(parser)?).ok()?,
        "grace" => run.how.grace = super::duration(&text(parser)?).ok()?,
        "no-kill" => run.how.no_kill = true,
        "match" => run.matching = MatchArgument::from_str(&text(parser)?, false).ok()?,
        "exec" => run.exec = true,
        "quiet" => run.quiet = true,
        "verbose" => run.verbose = true,
        _ => return None,
    }
    Some(())
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

    use super::super::{Command, Line};
    use super::*;

    const OPTIONS: [&str; 37] = [
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
        "word",
        "--",
        "--frobnicate",
    ];

    fn line(options: &[&str], command: &str) -> Vec<OsString> {
        let words = format!("soloist run {} {command}", options.join(" "));
        words.split_whitespace().map(OsString::from).collect()
    }

    /// Whatever is read here, clap reads the same; nothing that clap refuses is read.
    fn agrees(words: &[OsString]) -> bool {
        let Some(usual) = run(words) else { return false };
        let Ok(Line { command: Command::Run(clap) }) = Line::try_parse_from(words) else {
            panic!("clap refuses {words:?}")
        };
        assert_eq!(format!("{usual:?}"), format!("{clap:?}"), "{words:?}");
        true
    }

    #[test]
    fn clap_reads_the_same() {
        let mut read = 0;
        for first in OPTIONS.iter().chain(&[""]) {
            for second in OPTIONS.iter().chain(&[""]) {
                for command in ["-- true", "-- true --name x -- y", "--", "", "true"] {
                    read += u32::from(agrees(&line(&[first, second], command)));
                }
            }
        }
        assert!(read > 300, "only {read} are read here");
    }

    #[test]
    fn words_that_are_no_text_are_passed_on() {
        use std::os::unix::ffi::OsStringExt;
        let mut words = line(&["--name bot"], "-- cat");
        words.push(OsString::from_vec(vec![0xff, b'x']));
        assert!(agrees(&words));
        words[3] = OsString::from_vec(vec![0xff]);
        assert!(!agrees(&words));
    }
}
