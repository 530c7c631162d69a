//! `soloist run`: claim, start, stand above it, and end as it ended.

use std::ffi::OsString;
use std::io;
use std::time::Duration;

use serde::Serialize;
use soloist::history::{Event, What};
use soloist::supervise::{self, Early, Ending, Inbox, Launch};
use soloist::{BackOff, Conflict, Error, Guard, Instance, OnConflict, escape};

use crate::arguments::RunArguments;
use crate::exit;
use crate::language::Voice;
use crate::report::{self, Log, Loudness};
use crate::variables::Variables;

/// Runs the command as the only instance; answers the exit code.
pub(crate) fn run(arguments: &RunArguments, started: Duration) -> u8 {
    let log = Log {
        loudness: match (arguments.quiet, arguments.verbose) {
            (true, _) => Loudness::Quiet,
            (_, true) => Loudness::Verbose,
            _ => Loudness::Normal,
        },
        format: arguments.log_format,
        voice: Voice::new(arguments.lang),
    };
    let variables = match arguments.variables() {
        Ok(variables) => variables,
        Err(error) => {
            log.error(&error.to_string());
            return exit::USAGE;
        }
    };
    Run { arguments, log, started, variables }.run().unwrap_or_else(|code| code)
}

struct Run<'a> {
    arguments: &'a RunArguments,
    log: Log,
    started: Duration,
    /// What files add to the environment.
    variables: Variables,
}

/// The early way out: the exit code, when everything has been said.
type Step<T> = Result<T, u8>;

impl Run<'_> {
    fn run(&self) -> Step<u8> {
        let instance = self.instance()?;
        if self.arguments.dry_run {
            return Ok(self.dry_run(&instance));
        }
        let inbox = Inbox::open(self.arguments.stop_signal())
            .map_err(|error| self.failed(&Error::Io(error).to_string(), exit::FAILURE))?;
        self.preflight(&inbox)?;
        let instance = instance.interrupted_by(inbox.handle());
        let guard = self.claim(&instance, &inbox)?;
        self.supervise(&instance, guard, &inbox)
    }

    /// What is to be the only one. Whatever cannot succeed is found here, before anything is touched.
    fn instance(&self) -> Step<Instance<'static>> {
        let words = &self.arguments.command;
        let instance = Instance::of_command(words).map_err(|error| self.unstartable(&error))?;
        let key = self
            .arguments
            .key(&self.variables)
            .map_err(|found| self.failed(&found.error.to_string(), found.code))?;
        let instance = match key {
            Some(key) => instance.keyed(key),
            None => instance,
        };
        let policy = self.arguments.on_conflict();
        Ok(instance
            .matching(self.arguments.matching())
            .on_conflict(policy)
            .override_supervisor(self.arguments.overrides_supervisor())
            .in_place(self.arguments.exec)
            .started(self.started))
    }

    fn unstartable(&self, error: &io::Error) -> u8 {
        let code = match error.kind() {
            io::ErrorKind::NotFound => exit::NOT_FOUND,
            io::ErrorKind::InvalidInput => exit::USAGE,
            _ => exit::NOT_EXECUTABLE,
        };
        self.failed(&error.to_string(), code)
    }

    fn failed(&self, message: &str, code: u8) -> u8 {
        self.log.error(message);
        code
    }

    fn dry_run(&self, instance: &Instance<'_>) -> u8 {
        match instance.intention() {
            Ok(intention) if self.arguments.json => report::document("soloist.plan/1", &intention),
            Ok(intention) => crate::questions::print_intention(&self.log.voice, &intention),
            Err(error) => self.failed(&Error::Io(error).to_string(), exit::FAILURE),
        }
    }

    /// Its output goes to stderr: stdout belongs to the program. A signal that comes meanwhile reaches it, and is
    /// the end of the start.
    fn preflight(&self, inbox: &Inbox) -> Step<()> {
        let Some(command) = &self.arguments.preflight else { return Ok(()) };
        let mut script = OsString::from("exec >&2 </dev/null\n");
        script.push(command);
        let launch = Launch {
            executable: std::path::Path::new("/bin/sh"),
            words: &["sh".into(), "-c".into(), script],
            variables: self.variables.pairs(),
            inherit: &[],
            stop_signal: self.arguments.stop_signal(),
        };
        let failed = |status: String| {
            let shown = command.to_string_lossy().into_owned();
            let values = [("status", status.into()), ("command", shown.into())];
            Err(self.failed(&self.log.voice.say("preflight-failed", &values), exit::FAILURE))
        };
        let ran = launch.start(inbox).and_then(|mut shell| {
            let ending = shell.supervise(inbox)?;
            if ending != Ending::Exited(0) {
                // A start that fails leaves nothing behind. What a good one has started ends with the program.
                self.end_descendants(&mut shell, inbox);
            }
            Ok((ending, shell.was_asked_to_end()))
        });
        match ran {
            Ok((ending @ Ending::Signalled(_), true)) => Err(code_of(ending)),
            Ok((Ending::Exited(0), _)) => Ok(()),
            Ok((ending, _)) => failed(code_of(ending).to_string()),
            Err(error) => failed(error.to_string()),
        }
    }

    fn claim(&self, instance: &Instance<'_>, inbox: &Inbox) -> Step<Guard> {
        loop {
            match instance.claim() {
                Ok(guard) => {
                    self.tell_of_others(&guard);
                    return Ok(guard);
                }
                Err(Error::Interrupted) => self.interrupted(inbox)?,
                Err(error) => return Err(self.refused(&error)),
            }
        }
    }

    /// Who was ended for this claim, and what an earlier instance left behind.
    fn tell_of_others(&self, guard: &Guard) {
        let replaced = guard.replaced().iter().map(|process| ("replaced", process));
        for (sentence, process) in replaced.chain(guard.ghosts().iter().map(|ghost| ("left-running", ghost)))
        {
            let command = escape::command(&process.command);
            let values = [("pid", process.pid.to_string().into()), ("command", command.into())];
            self.log.notice(&self.log.voice.say(sentence, &values));
        }
    }

    /// A signal came while we waited: one that asks to end ends us.
    fn interrupted(&self, inbox: &Inbox) -> Step<()> {
        let early = self.early(inbox)?;
        give_way(early)
    }

    fn early(&self, inbox: &Inbox) -> Step<Early> {
        inbox.early().map_err(|error| self.failed(&error.to_string(), exit::FAILURE))
    }

    fn refused(&self, error: &Error) -> u8 {
        let (headline, conflict, code) = match error {
            Error::Conflict(conflict) => ("another-runs", conflict, self.arguments.conflict_exit_code),
            Error::Superseded(conflict) => ("superseded", conflict, exit::SUPERSEDED),
            Error::CannotEnd(conflict) => ("cannot-end", conflict, exit::CANNOT_END),
            Error::Lock(_) => return self.failed(&error.to_string(), exit::NO_LOCK),
            other => return self.failed(&other.to_string(), exit::FAILURE),
        };
        let waited = match (error, self.arguments.on_conflict()) {
            (Error::Conflict(_), OnConflict::Wait(limit)) => limit,
            _ => None,
        };
        self.log.refusal(headline, conflict, waited);
        if self.arguments.json {
            report::document("soloist.conflict/1", &Refusal { exit_code: code, conflict });
        }
        code
    }

    /// What the program has left behind ends with it; what can't be ended is told of, and keeps the claim. Answers
    /// whether there is such.
    fn end_descendants(&self, program: &mut supervise::Program, inbox: &Inbox) -> bool {
        let left = match program.end_descendants(self.arguments.stop(), inbox) {
            Ok(left) => left,
            Err(error) => {
                self.log.error(&Error::Io(error).to_string());
                return true;
            }
        };
        for process in &left {
            let values = [
                ("pid", process.pid.to_string().into()),
                ("command", escape::command(&process.command).into()),
            ];
            self.log.error(&self.log.voice.say("outlives", &values));
        }
        !left.is_empty()
    }

    fn supervise(&self, instance: &Instance<'_>, mut guard: Guard, inbox: &Inbox) -> Step<u8> {
        let early = self.early(inbox)?;
        if early != Early::Nothing {
            // The files go before we do.
            drop(guard);
            return Err(give_way(early).err().unwrap_or(exit::FAILURE));
        }
        let words = &self.arguments.command;
        let variables = [self.variables.pairs(), &guard.variables()].concat();
        let launch = Launch {
            executable: instance.executable().unwrap_or(std::path::Path::new("")),
            words,
            variables: &variables,
            inherit: &guard.hand_on(),
            stop_signal: self.arguments.stop_signal(),
        };
        if self.arguments.exec {
            self.tell_that_it_runs(&guard, std::process::id());
            return Err(self.unstartable(&launch.exec()));
        }
        let code = self.keep_running(&launch, &mut guard, inbox);
        if let Err(error) = guard.release() {
            self.log.error(&error.to_string());
        }
        code
    }

    fn tell_that_it_runs(&self, guard: &Guard, pid: u32) {
        self.log.detail(|| {
            let values = [("pid", pid.to_string().into()), ("key", guard.key().shown().into())];
            self.log.voice.say("runs-now", &values)
        });
    }

    fn runs(&self, guard: &mut Guard, pid: u32) {
        self.tell_that_it_runs(guard, pid);
        if let Err(error) = guard.runs(pid, self.arguments.stop_signal()) {
            self.log.error(&Error::Io(error).to_string());
        }
    }

    /// Runs the program, and again if it is to be started again. The claim is held all the time.
    fn keep_running(&self, launch: &Launch<'_>, guard: &mut Guard, inbox: &Inbox) -> Step<u8> {
        let mut pauses = BackOff::new(self.arguments.restart());
        loop {
            let started = soloist::since_boot();
            let mut program = launch.start(inbox).map_err(|error| self.unstartable(&error))?;
            self.runs(guard, program.pid());
            let ending = program.supervise(inbox).map_err(|error| {
                // Who can't watch the program any more must not leave it alone.
                self.end_descendants(&mut program, inbox);
                self.failed(&error.to_string(), exit::FAILURE)
            })?;
            guard.remember(&ended(guard, &program, ending));
            guard.outlived(self.end_descendants(&mut program, inbox));
            let successor = program.successor();
            if successor.is_some() {
                guard.remember(&Event::of(guard.key(), What::Superseded).by(successor));
                return Ok(exit::SUPERSEDED);
            }
            let ran = soloist::since_boot().saturating_sub(started);
            let Some(pause) = pauses.after(ending, ran).filter(|_| !program.was_asked_to_end()) else {
                return Ok(code_of(ending));
            };
            let values =
                [("code", code_of(ending).to_string().into()), ("time", format!("{pause:?}").into())];
            self.log.notice(&self.log.voice.say("starts-again", &values));
            match inbox.pause(pause).map_err(|error| self.failed(&error.to_string(), exit::FAILURE))? {
                Early::Nothing => guard.note(What::Restarted),
                Early::Superseded => {
                    guard.note(What::Superseded);
                    return Ok(exit::SUPERSEDED);
                }
                // The claim goes before we do.
                Early::End(number) => return Ok(exit::by_signal(number)),
            }
        }
    }
}

/// The event of a program's end. One that a signal ended on request has exited, with the code that we exit with too.
fn ended(guard: &Guard, program: &supervise::Program, ending: Ending) -> Event {
    let crashed = matches!(ending, Ending::Signalled(_)) && !program.ended_on_request(ending);
    let what = if crashed { What::Crashed } else { What::Exited };
    let mut event = Event::of(guard.key(), what).about(program.pid());
    event.exit_code = (!crashed).then(|| code_of(ending).into());
    if let Ending::Signalled(number) = ending {
        event.signal = Some(number);
    }
    event
}

/// What an early signal means for us: the exit code, if it is the end.
fn give_way(early: Early) -> Step<()> {
    match early {
        Early::Nothing => Ok(()),
        Early::Superseded => Err(exit::SUPERSEDED),
        Early::End(number) => {
            supervise::die_by(number);
            Err(exit::by_signal(number))
        }
    }
}

fn code_of(ending: Ending) -> u8 {
    match ending {
        Ending::Exited(code) => u8::try_from(code & 0xff).unwrap_or(u8::MAX),
        Ending::Signalled(number) => exit::by_signal(number),
    }
}

#[derive(Serialize)]
struct Refusal<'a> {
    exit_code: u8,
    #[serde(flatten)]
    conflict: &'a Conflict,
}
