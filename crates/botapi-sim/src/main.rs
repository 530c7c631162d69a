//! `botapi-sim`: a Telegram Bot API on loopback, for demonstrations and for tests in any language.

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use botapi_sim::Simulator;

const USAGE: &str = "\
usage: botapi-sim [options]

  --port N                   listen on this port of 127.0.0.1 (default: a free one)
  --bot ID                   the bot that gets messages
  --messages-per-second R    how many it gets (needs --bot)
  --latency SECONDS          how much later each answer comes (default: 0)
  --until-stdin-closes       end when the standard input does
  -h, --help                 show this
  -V, --version              show the version

Bots reach it at <root>/bot<token>/<method>; <root> is on the first line of the output.
Tests drive it by POST /sim/inject?bot=ID&text=TEXT&count=N, GET /sim/report?bot=ID,
GET /sim/log and POST /sim/reset.
";

/// Wrong options.
const EXIT_USAGE: u8 = 2;

#[derive(Debug, Default, PartialEq)]
struct Options {
    port: u16,
    bot: Option<u64>,
    pause: Option<Duration>,
    latency: Duration,
    until_stdin_closes: bool,
}

#[derive(Debug, PartialEq)]
enum Command {
    Run(Options),
    Say(String),
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)) {
        Ok(Command::Say(text)) => report(say(&text)),
        Ok(Command::Run(options)) => report(run(&options)),
        Err(message) => {
            eprintln!("error: {message}");
            eprintln!("hint: `botapi-sim --help` lists the options");
            ExitCode::from(EXIT_USAGE)
        }
    }
}

fn report(result: io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> io::Result<()> {
    let simulator = Simulator::start_at(options.port).map_err(|error| {
        io::Error::new(error.kind(), format!("listen on 127.0.0.1:{}: {error}", options.port))
    })?;
    simulator.set_latency(options.latency);
    say(&format!("listening on {}\n", simulator.root_url()))?;
    if options.until_stdin_closes {
        thread::Builder::new().spawn(exit_with_stdin)?;
    }
    match options.bot.zip(options.pause) {
        Some((bot, pause)) => send_messages(&simulator, bot, pause),
        None => loop {
            thread::park();
        },
    }
    Ok(())
}

/// An input that can't be read is as good as one that is closed.
fn exit_with_stdin() {
    io::copy(&mut io::stdin().lock(), &mut io::sink()).ok();
    std::process::exit(0);
}

fn send_messages(simulator: &Simulator, bot: u64, pause: Duration) {
    for number in 1_u64.. {
        thread::sleep(pause);
        simulator.inject(bot, &format!("message {number}"));
    }
}

fn say(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(text.as_bytes())?;
    output.flush()
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut arguments = arguments.flat_map(split_at_equals);
    let mut options = Options::default();
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{name} wants a value"));
        match name.as_str() {
            "--port" => options.port = number(&name, &value()?)?,
            "--bot" => options.bot = Some(number(&name, &value()?)?),
            "--messages-per-second" => options.pause = Some(pause(&name, &value()?)?),
            "--latency" => options.latency = seconds(&name, &value()?)?,
            "--until-stdin-closes" => options.until_stdin_closes = true,
            "-h" | "--help" => return Ok(Command::Say(USAGE.to_owned())),
            "-V" | "--version" => {
                return Ok(Command::Say(format!("botapi-sim {}\n", env!("CARGO_PKG_VERSION"))));
            }
            other => return Err(format!("unknown option {other}")),
        }
    }
    match (options.bot, options.pause) {
        (None, Some(_)) => Err("--messages-per-second needs --bot".to_owned()),
        (Some(_), None) => Err("--bot needs --messages-per-second".to_owned()),
        _ => Ok(Command::Run(options)),
    }
}

/// `--name=value` is `--name value`.
fn split_at_equals(argument: String) -> Vec<String> {
    match argument.split_once('=') {
        Some((name, value)) if name.starts_with("--") => vec![name.to_owned(), value.to_owned()],
        _ => vec![argument],
    }
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{name} wants a number, not {text:?}"))
}

fn seconds(name: &str, text: &str) -> Result<Duration, String> {
    let wrong = || format!("{name} wants a number of seconds, not {text:?}");
    let value: f64 = text.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(value).map_err(|_| wrong())
}

/// The time between two messages.
fn pause(name: &str, text: &str) -> Result<Duration, String> {
    let wrong = || format!("{name} wants a number above 0, not {text:?}");
    let rate: f64 = text.parse().map_err(|_| wrong())?;
    if rate > 0.0 { Duration::try_from_secs_f64(1.0 / rate).map_err(|_| wrong()) } else { Err(wrong()) }
}
