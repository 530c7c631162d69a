//! One order's stage: a simulator, two project directories with a copy of the bot, and whatever runs there.

use std::cell::Cell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use botapi_sim::{Report, Simulator};

use super::flow::Flow;
use super::library::{Library, Manner};
use super::process::Process;
use super::running::{LIMIT, Running};
use super::{sockets, traces};
use crate::machine::{self, Outcome};

/// The bot that is restarted, and its neighbour with a token of its own.
pub(crate) const BOT: u64 = 424_200_000;
pub(crate) const NEIGHBOUR: u64 = 535_300_000;

/// How much later each answer of the Bot API comes, as over a real network.
const LATENCY: Duration = Duration::from_millis(50);

/// The directories of two copies of one project.
pub(crate) const HERE: &str = "here";
pub(crate) const THERE: &str = "there";

/// Everything on it is ended when this is dropped.
pub(crate) struct Stage<'a> {
    pub(crate) library: &'a Library,
    simulator: Arc<Simulator>,
    /// The name of the bot's file. Nobody else's on this machine, because the hand-made guard goes by it.
    pub(crate) program: String,
    place: PathBuf,
    /// How long a handler works.
    pub(crate) work: Duration,
    started: Cell<u32>,
}

impl<'a> Stage<'a> {
    /// An empty stage; a handler of its bots works this long.
    pub(crate) fn set(library: &'a Library, manner: Manner, work: Duration) -> Outcome<Self> {
        let simulator =
            Simulator::start().map_err(|error| format!("cannot start the Bot API on loopback: {error}"))?;
        simulator.set_latency(LATENCY);
        let source = library.program(manner);
        let stage = Self {
            library,
            program: unique(&source),
            place: traces::stages().join(format!("{}-{}", std::process::id(), simulator.port())),
            simulator: Arc::new(simulator),
            work,
            started: Cell::new(0),
        };
        stage.settle_in(&source)?;
        Ok(stage)
    }

    fn settle_in(&self, source: &Path) -> Outcome {
        for project in [HERE, THERE] {
            let directory = self.place.join(project);
            let copied =
                fs::create_dir_all(&directory).and_then(|()| fs::copy(source, directory.join(&self.program)));
            copied.map_err(|error| format!("cannot copy {}: {error}", source.display()))?;
        }
        Ok(())
    }

    /// Ends everything and removes the directories.
    pub(crate) fn clear(self) -> Outcome {
        traces::clear(&self.place)
    }

    /// Starts the bot as people do without soloist.
    pub(crate) fn bare(&self, project: &str, bot: u64) -> Outcome<Running> {
        self.start(&self.library.command(&self.program), project, bot)
    }

    /// Starts `soloist run OPTIONS -- BOT`.
    pub(crate) fn soloist(&self, project: &str, options: &[&str]) -> Outcome<Running> {
        let mut words = vec![machine::debug_binary().to_string_lossy().into_owned(), "run".into()];
        words.extend(options.iter().map(|&option| option.to_owned()));
        words.extend(self.library.options());
        words.push("--".into());
        words.extend(self.library.command(&self.program));
        self.start(&words, project, BOT)
    }

    /// Starts a command line in a project's directory; what it prints goes to a file beside it.
    pub(crate) fn start(&self, words: &[String], project: &str, bot: u64) -> Outcome<Running> {
        let number = self.started.replace(self.started.get() + 1);
        let output = self.place.join(format!("output-{number}"));
        let failed = |error| format!("cannot start {words:?}: {error}");
        let file = File::create(&output).map_err(failed)?;
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).current_dir(self.place.join(project)).stdin(Stdio::null());
        command.stdout(file.try_clone().map_err(failed)?).stderr(file);
        command.env("BOT_TOKEN", format!("{}:a-token-for-loopback-only-0123456789", self.number(bot)));
        command.env("TELEGRAM_API_ROOT", self.simulator.root_url());
        command.env("BOT_HANDLER_SECONDS", self.work.as_secs_f64().to_string());
        command.env("SOLOIST_STATE_DIR", traces::state(&self.place));
        // A proxy is no way to loopback.
        command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
        let child = command.spawn().map_err(failed)?;
        Running::new(child, format!("the process that wrote {}", output.display()))
    }

    /// Everything that was started here, directly or not, and lives.
    pub(crate) fn living(&self) -> Vec<Process> {
        traces::living(&self.place)
    }

    pub(crate) fn flow(&self) -> Flow {
        self.flow_to(BOT)
    }

    pub(crate) fn flow_to(&self, bot: u64) -> Flow {
        Flow::start(&self.simulator, self.number(bot))
    }

    /// Messages that come all at once.
    pub(crate) fn queue(&self, messages: usize) {
        for _ in 0..messages {
            self.simulator.inject(self.number(BOT), "message");
        }
    }

    /// The bot's number. Nobody else's on this machine, because a claim by token ends every copy that has the token in
    /// its environment, wherever its state directory is: also one on another stage.
    fn number(&self, bot: u64) -> u64 {
        bot + u64::from(self.simulator.port())
    }

    pub(crate) fn report(&self, bot: u64) -> Report {
        self.simulator.report(self.number(bot))
    }

    /// Whether a bot's report came to be like this within the time.
    pub(crate) fn sees(&self, bot: u64, limit: Duration, condition: impl Fn(&Report) -> bool) -> bool {
        self.simulator.wait_until(self.number(bot), limit, condition).is_some()
    }

    /// Waits until a process, or one below it, has polled.
    pub(crate) fn until_polls(&self, running: &Running, bot: u64) -> Outcome {
        let deadline = Instant::now() + LIMIT;
        while Instant::now() < deadline {
            let report = self.report(bot);
            let ports = sockets::ports(running.process.pid, self.simulator.port());
            if report.pollers.iter().any(|poller| ports.contains(&poller.address.port())) {
                return Ok(());
            }
            running.must_live()?;
            // Looked at outside the simulator's lock, so that looking delays no bot.
            let polls = report.polls;
            self.sees(bot, Duration::from_millis(100), |report| report.polls > polls);
        }
        Err("waited in vain until the bot polls".into())
    }

    /// Waits until a bot is at work on all messages: it has confirmed them, or has begun to answer.
    pub(crate) fn until_taken(&self) -> Outcome {
        let taken = |report: &Report| report.pending.is_empty() || answered(report) > 0;
        let done = self.sees(BOT, LIMIT, taken);
        done.then_some(()).ok_or_else(|| "waited in vain until the messages are taken".into())
    }

    /// Waits until so many more messages are answered.
    pub(crate) fn until_answered(&self, more: usize) -> Outcome {
        let wanted = answered(&self.report(BOT)) + more;
        let done = self.sees(BOT, LIMIT, |report| answered(report) >= wanted);
        done.then_some(()).ok_or_else(|| "waited in vain until messages are answered".into())
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        traces::end(&self.living());
    }
}

/// How many messages are answered.
pub(crate) fn answered(report: &Report) -> usize {
    report.answered.values().filter(|&&replies| replies > 0).count()
}

fn unique(source: &Path) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let ending = source.extension().map(|ending| format!(".{}", ending.to_string_lossy()));
    format!("echo_{}_{now}{}", std::process::id(), ending.unwrap_or_default())
}
