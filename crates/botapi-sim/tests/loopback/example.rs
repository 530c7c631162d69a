//! `examples/bot.py` against the simulator.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};

use botapi_sim::Simulator;

use crate::client::{BOT, LIMIT};

struct Bot {
    child: Child,
    log: BufReader<ChildStderr>,
}

impl Bot {
    /// A bot that polls, or is about to.
    fn start(simulator: &Simulator) -> Self {
        let mut command = Command::new("python3");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/bot.py"));
        command.env("BOT_TOKEN", format!("{BOT}:secret")).env("TELEGRAM_API_ROOT", simulator.root_url());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut bot = Self { child, log };
        assert_eq!(bot.line(), format!("polling as @simulated_{BOT}_bot\n"));
        bot
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.log.read_line(&mut line).unwrap();
        line
    }

    /// Stops the bot with SIGTERM and returns the rest of its log.
    fn stop(mut self) -> String {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        assert!(self.child.wait().unwrap().success(), "{rest}");
        rest
    }
}

#[test]
#[ignore = "needs python3"]
fn the_example_bot_answers_everything_once_across_a_restart() {
    let simulator = Simulator::start().unwrap();
    let first = Bot::start(&simulator);
    for number in 0..10 {
        simulator.inject(BOT, &format!("message {number}"));
    }
    simulator.wait_until(BOT, LIMIT, |report| !report.sent.is_empty()).unwrap();
    assert!(first.stop().ends_with("stopping\n"));
    let second = Bot::start(&simulator);
    simulator.wait_until(BOT, LIMIT, |report| report.sent.len() >= 10 && report.pending.is_empty()).unwrap();
    second.stop();
    let report = simulator.report(BOT);
    assert!(report.answered.values().all(|replies| *replies == 1), "{report:#?}");
    assert_eq!(report.visible_conflicts.total(), 0);
}

#[test]
#[ignore = "needs python3"]
fn two_copies_of_the_example_bot_see_conflicts_and_go_on() {
    let simulator = Simulator::start().unwrap();
    let copies = [Bot::start(&simulator), Bot::start(&simulator)];
    let report = simulator.wait_until(BOT, LIMIT, |report| report.visible_conflicts.other_poll >= 2).unwrap();
    assert!(report.pollers.len() >= 2);
    let logs: String = copies.map(Bot::stop).concat();
    assert!(logs.contains("Conflict: terminated by other getUpdates request"), "{logs}");
    assert!(!logs.contains("secret"));
}
