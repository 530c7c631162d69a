//! The command line.

#[cfg(test)]
mod properties;
mod usual;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use soloist::{Key, Match, OnConflict, Restart, Stop, StopSignal};

use crate::telegram::{Question, Root};
use crate::variables::Variables;

/// What a command line came to.
pub(crate) enum Parsed {
    /// Something to do.
    Command(Box<Command>),
    /// Something to print: help, a version, or what is wrong.
    Answer {
        /// The text.
        text: String,
        /// The exit code.
        code: u8,
    },
}

/// At most one instance of a program.
#[derive(Debug, Parser)]
#[command(name = "soloist", version, about, disable_help_subcommand = true, max_term_width = 100)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

// The options of a command are made when that command is meant: to make all of them costs more than a claim does.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Start COMMAND as the only instance
    Run(Box<RunArguments>),
    /// Say who holds the claim, and which duplicates and ghosts run
    Status(StatusArguments),
    /// End the holder, the duplicates and the ghosts, gracefully
    Stop(StopArguments),
    /// List every claim of this user on this machine
    List(ListArguments),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Tell what happened: claims, refusals, replacements, exits
    History(HistoryArguments),
    /// Say whether this machine and directory can keep the promises
    Doctor(DoctorArguments),
    /// Print the manual page
    Man,
}

/// The default key is the program itself.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct KeyArguments {
    /// Use NAME as the key, for this user: letters, digits, '.', '_', '-', at most 64
    #[arg(long, value_parser = name, allow_hyphen_values = true)]
    name: Option<Key>,
    /// Use the lock file PATH as the key; the record is PATH.info
    #[arg(long, value_name = "PATH")]
    lock: Option<PathBuf>,
    /// Use the Telegram bot as the key whose token is in the environment variable ENV: the digits before ':'
    #[arg(long, value_name = "ENV")]
    telegram: Option<String>,
}

/// Why there is no key.
#[derive(Debug)]
pub(crate) struct KeyError {
    pub(crate) error: std::io::Error,
    pub(crate) code: u8,
}

impl KeyError {
    fn usage(error: std::io::Error) -> Self {
        Self { error, code: crate::exit::USAGE }
    }
}

/// Variables from files.
#[derive(Debug, Args)]
pub(crate) struct VariableArguments {
    /// Read variables from FILE (.env), for --telegram and for the program; those that are set already stay
    #[arg(long, value_name = "FILE")]
    env_file: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct HowToStop {
    /// The signal that asks the old instance to end
    #[arg(long, value_name = "SIG", default_value = "TERM", value_parser = stop_signal)]
    stop_signal: StopSignal,
    /// How long it may take before SIGKILL
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration, allow_hyphen_values = true)]
    grace: Duration,
    /// Never send SIGKILL
    #[arg(long)]
    no_kill: bool,
    /// End it even if its supervisor would start it again
    #[arg(long)]
    override_supervisor: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MatchArgument {
    /// The same program file
    Program,
    /// The same file with the same arguments, which then belong to the key
    Command,
    /// Nothing: only the lock counts
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RestartArgument {
    /// Never
    Never,
    /// After a failure: another exit code than 0, or a signal
    OnFailure,
    /// Always
    Always,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// A JSON document a line
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// English
    En,
    /// Russian
    Ru,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    key: KeyArguments,
    #[command(flatten)]
    variables: VariableArguments,
    /// End the old instances, wait until their process trees are gone, then start
    #[arg(long, conflicts_with = "wait")]
    replace: bool,
    /// Stand by until the claim is free, at most DURATION
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, value_parser = duration)]
    wait: Option<Option<Duration>>,
    #[command(flatten)]
    how: HowToStop,
    /// What counts as a duplicate
    #[arg(long = "match", value_enum, default_value = "program")]
    matching: MatchArgument,
    /// Become the program: no supervisor is left, and the claim lives and dies with it
    #[arg(long, conflicts_with = "restart")]
    pub(crate) exec: bool,
    /// Start the program again after it has ended
    #[arg(long, value_enum, default_value = "never")]
    restart: RestartArgument,
    /// A shell command that must succeed before anything is ended
    #[arg(long, value_name = "COMMAND")]
    pub(crate) preflight: Option<OsString>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The exit code when another instance runs
    #[arg(long, value_name = "N", default_value_t = crate::exit::CONFLICT)]
    pub(crate) conflict_exit_code: u8,
    /// Say nothing but errors; a refusal is silent too
    #[arg(long, short, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say what is being done
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// How messages are written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) log_format: LogFormat,
    /// The language of messages; by default the locale's
    #[arg(long, value_enum)]
    pub(crate) lang: Option<Language>,
    /// Print a JSON document about a start that does not happen
    #[arg(long)]
    pub(crate) json: bool,
    /// The program and its arguments
    #[arg(last = true, required = true, num_args = 1.., value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    pub(crate) about: About,
    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StopArguments {
    #[command(flatten)]
    pub(crate) about: About,
    #[command(flatten)]
    how: HowToStop,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which key a question is about.
#[derive(Debug, Args)]
pub(crate) struct About {
    #[command(flatten)]
    key: KeyArguments,
    #[command(flatten)]
    variables: VariableArguments,
    /// What counts as a duplicate
    #[arg(long = "match", value_enum, default_value = "program")]
    matching: MatchArgument,
    /// The language of messages; by default the locale's
    #[arg(long, value_enum)]
    pub(crate) lang: Option<Language>,
    /// The program and its arguments
    #[arg(last = true, num_args = 1.., value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct HistoryArguments {
    #[command(flatten)]
    pub(crate) about: About,
    /// Print a JSON document a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) about: About,
    /// Do not ask the Bot API about the bot of --telegram
    #[arg(long)]
    offline: bool,
    /// Where the Bot API is, without /bot; by default TELEGRAM_API_ROOT, else that of api.telegram.org
    #[arg(long, value_name = "URL", requires = "telegram")]
    api_root: Option<String>,
    /// How long the Bot API may take, all calls together
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration, allow_hyphen_values = true)]
    api_timeout: Duration,
    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Print a JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

fn name(text: &str) -> Result<Key, String> {
    Key::named(text).map_err(|error| error.to_string())
}

fn stop_signal(text: &str) -> Result<StopSignal, String> {
    StopSignal::parse(text).ok_or_else(|| "use TERM, INT, HUP, QUIT, USR1, USR2 or KILL".into())
}

/// `500ms`, `5s`, `1h30m`.
fn duration(text: &str) -> Result<Duration, String> {
    let example = "write a duration such as 500ms, 5s or 1h30m";
    let parsed: jiff::SignedDuration = text.parse().map_err(|_| example.to_owned())?;
    Duration::try_from(parsed).map_err(|_| format!("a duration cannot be negative; {example}"))
}

impl KeyArguments {
    /// The key that was chosen, if one was.
    fn key(&self, variables: &Variables) -> Result<Option<Key>, KeyError> {
        match (&self.name, &self.lock, &self.telegram) {
            (Some(key), ..) => Ok(Some(key.clone())),
            (None, Some(path), _) => Key::lock_file(path).map(Some).map_err(|error| match path.as_os_str() {
                empty if empty.is_empty() => KeyError::usage(error),
                _ => KeyError { error, code: crate::exit::NO_LOCK },
            }),
            (None, None, Some(name)) => {
                let token = variables.token(name).map_err(KeyError::usage)?;
                Key::telegram(name, &token).map(Some).map_err(KeyError::usage)
            }
            (None, None, None) => Ok(None),
        }
    }
}

impl HowToStop {
    fn stop(&self) -> Stop {
        let stop = Stop::gracefully(self.grace).with_signal(self.stop_signal);
        if self.no_kill { stop.without_kill() } else { stop }
    }
}

fn matching(argument: MatchArgument) -> Match {
    match argument {
        MatchArgument::Program => Match::Program,
        MatchArgument::Command => Match::Command,
        MatchArgument::None => Match::Nothing,
    }
}

impl VariableArguments {
    fn read(&self) -> std::io::Result<Variables> {
        Variables::of_files(&self.env_file)
    }
}

impl RunArguments {
    /// What the files say beside the environment.
    pub(crate) fn variables(&self) -> std::io::Result<Variables> {
        self.variables.read()
    }

    pub(crate) fn key(&self, variables: &Variables) -> Result<Option<Key>, KeyError> {
        self.key.key(variables)
    }

    pub(crate) fn matching(&self) -> Match {
        matching(self.matching)
    }

    pub(crate) fn stop_signal(&self) -> StopSignal {
        self.how.stop_signal
    }

    pub(crate) fn stop(&self) -> Stop {
        self.how.stop()
    }

    pub(crate) fn overrides_supervisor(&self) -> bool {
        self.how.override_supervisor
    }

    pub(crate) fn restart(&self) -> Restart {
        match self.restart {
            RestartArgument::Never => Restart::Never,
            RestartArgument::OnFailure => Restart::OnFailure,
            RestartArgument::Always => Restart::Always,
        }
    }

    pub(crate) fn on_conflict(&self) -> OnConflict {
        match self.wait {
            Some(limit) => OnConflict::Wait(limit),
            None if self.replace => OnConflict::Replace(self.how.stop()),
            None => OnConflict::Refuse,
        }
    }
}

impl StopArguments {
    pub(crate) fn stop(&self) -> Stop {
        self.how.stop()
    }

    pub(crate) fn overrides_supervisor(&self) -> bool {
        self.how.override_supervisor
    }
}

impl DoctorArguments {
    /// What to ask the Bot API, if a bot was named.
    pub(crate) fn question(&self) -> Result<Option<Question>, KeyError> {
        let Some(variable) = &self.about.key.telegram else { return Ok(None) };
        let variables = self.about.variables.read().map_err(KeyError::usage)?;
        let token = variables.token(variable).map_err(KeyError::usage)?;
        Key::telegram(variable, &token).map_err(KeyError::usage)?;
        Ok(Some(Question {
            variable: variable.clone(),
            token: token.to_string_lossy().trim_ascii().to_owned(),
            root: self.root(&variables).map_err(KeyError::usage)?,
            limit: (!self.offline).then_some(self.api_timeout),
        }))
    }

    fn root(&self, variables: &Variables) -> std::io::Result<Root> {
        let set = || variables.set(Root::VARIABLE).map(|root| root.to_string_lossy().into_owned());
        let (name, text) = match self.api_root.clone() {
            Some(text) => ("--api-root", Some(text)),
            None => (Root::VARIABLE, set()),
        };
        let wrong = |why| std::io::Error::new(std::io::ErrorKind::InvalidInput, format!("{name}: {why}"));
        text.map_or_else(|| Ok(Root::default()), |text| Root::parse(&text).map_err(wrong))
    }
}

impl About {
    pub(crate) fn key(&self) -> Result<Option<Key>, KeyError> {
        self.key.key(&self.variables.read().map_err(KeyError::usage)?)
    }

    /// The lock path, if the key is one.
    pub(crate) fn lock(&self) -> Option<&Path> {
        self.key.lock.as_deref()
    }

    /// Neither a key nor a command was given.
    pub(crate) fn is_about_nothing(&self) -> bool {
        self.command.is_empty()
            && self.key.name.is_none()
            && self.key.lock.is_none()
            && self.key.telegram.is_none()
    }

    pub(crate) fn matching(&self) -> Match {
        matching(self.matching)
    }
}

/// Reads a command line. What is wrong with it is told without secrets.
pub(crate) fn parse(words: impl Iterator<Item = OsString>) -> Parsed {
    let words: Vec<OsString> = words.collect();
    if let Some(command) = usual::command(&words) {
        return check(command);
    }
    match Line::try_parse_from(words) {
        Ok(line) => check(line.command),
        Err(error) => {
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            let code = if asked { crate::exit::OK } else { crate::exit::USAGE };
            let text = error.render().to_string() + tip(&error);
            Parsed::Answer { text: soloist::redact::text(&text), code }
        }
    }
}

/// What most people meant who typed a word that is no option: the command, without the `--` before it.
fn tip(error: &clap::Error) -> &'static str {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word))
            if error.kind() == ErrorKind::UnknownArgument && !word.starts_with('-') =>
        {
            "\nPut -- before the command: soloist run [OPTIONS] -- COMMAND...\n"
        }
        _ => "",
    }
}

/// A token in place of a variable's name is never repeated.
fn names_no_variable(key: &KeyArguments) -> bool {
    key.telegram.as_ref().is_some_and(|name| name.is_empty() || name.contains([':', '=', ' ']))
}

fn wrong(text: &str) -> Parsed {
    Parsed::Answer { text: format!("error: {text}\n"), code: crate::exit::USAGE }
}

/// Questions need something to be about.
fn check(command: Command) -> Parsed {
    let key = match &command {
        Command::Run(run) => Some(&run.key),
        Command::Status(StatusArguments { about, .. })
        | Command::Stop(StopArguments { about, .. })
        | Command::Doctor(DoctorArguments { about, .. })
        | Command::History(HistoryArguments { about, .. }) => Some(&about.key),
        _ => None,
    };
    if key.is_some_and(names_no_variable) {
        return wrong(
            "--telegram takes the name of the environment variable that holds the token, not the token itself",
        );
    }
    let how = match &command {
        Command::Run(run) => Some(&run.how),
        Command::Stop(stop) => Some(&stop.how),
        _ => None,
    };
    if how.is_some_and(|how| how.no_kill && how.stop_signal == StopSignal::Kill) {
        return wrong("--no-kill and --stop-signal KILL contradict each other: leave one out");
    }

    let about = match &command {
        Command::Status(StatusArguments { about, .. }) | Command::Stop(StopArguments { about, .. }) => about,
        _ => return Parsed::Command(Box::new(command)),
    };
    if about.is_about_nothing() {
        return wrong(
            "no key was given: name one with --name NAME, --lock PATH or --telegram ENV, or the program with -- COMMAND; \
             `soloist list` shows what runs",
        );
    }
    Parsed::Command(Box::new(command))
}

/// The completion script of a shell.
pub(crate) fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Line::command(), "soloist", &mut script);
    script
}

/// The manual page, in roff.
pub(crate) fn manual() -> Vec<u8> {
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(Line::command()).render(&mut page);
    // Writing into memory cannot fail; an empty page would show in the test.
    rendered.map(|()| page).unwrap_or_default()
}
