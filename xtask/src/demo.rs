//! The main job, shown: two copies of a bot without soloist, then a rolling restart with it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use botapi_sim::{Report, Simulator};

use crate::machine::{self, Outcome, cargo, root};

const BOT: u64 = 123_456_789;
const TOKEN: &str = "123456789:demo-token-for-loopback-only-0123456789";

/// How long any single step may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Messages before, during and after the restart.
const MESSAGES: u32 = 20;

/// Runs the demonstration.
pub(crate) fn demo() -> Outcome {
    machine::python()?;
    cargo(&["build", "--quiet", "--package", "soloist-cli"])?;
    without_soloist()?;
    with_soloist()
}

/// A program of the demo; it is ended when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn simulator() -> Outcome<Simulator> {
    Simulator::start().map_err(|error| format!("cannot start the Bot API on loopback: {error}"))
}

fn start(words: &[&str], simulator: &Simulator, state: &Path) -> Outcome<Running> {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(root().join("examples"));
    command
        .env("BOT_TOKEN", TOKEN)
        .env("TELEGRAM_API_ROOT", simulator.root_url())
        .env("SOLOIST_STATE_DIR", state);
    let child =
        command.stderr(Stdio::null()).spawn().map_err(|error| format!("cannot start {words:?}: {error}"))?;
    Ok(Running(child))
}

fn until(simulator: &Simulator, what: &str, condition: impl Fn(&Report) -> bool) -> Outcome<Report> {
    simulator.wait_until(BOT, LIMIT, condition).ok_or_else(|| format!("waited in vain until {what}"))
}

fn without_soloist() -> Outcome {
    println!("1. Two copies of the same bot, no soloist:\n   $ python3 bot.py & python3 bot.py");
    let simulator = simulator()?;
    let state = machine::scratch("demo")?;
    let _first = start(&["python3", "bot.py"], &simulator, &state)?;
    until(&simulator, "the first copy polls", |report| report.parked > 0)?;
    let _second = start(&["python3", "bot.py"], &simulator, &state)?;
    let report = until(&simulator, "the copies fight", |report| report.visible_conflicts.total() >= 3)?;
    println!(
        "   {} times: 409 Conflict: terminated by other getUpdates request\n",
        report.visible_conflicts.total()
    );
    Ok(())
}

fn with_soloist() -> Outcome {
    println!(
        "2. A rolling restart under soloist, while messages flow:\n   $ soloist run --replace -- python3 bot.py"
    );
    let simulator = simulator()?;
    let state = machine::scratch("demo")?;
    let soloist = machine::debug_binary();
    let soloist = soloist.to_string_lossy();
    let words = [&*soloist, "run", "--replace", "--", "python3", "bot.py"];
    let mut old = start(&words, &simulator, &state)?;
    until(&simulator, "the bot polls", |report| report.parked > 0)?;
    send(&simulator, "before");
    let new = start(&words, &simulator, &state)?;
    send(&simulator, "during");
    let status = old.0.wait().map_err(|error| format!("cannot wait for the old instance: {error}"))?;
    send(&simulator, "after");
    let all = usize::try_from(3 * MESSAGES).unwrap_or_default();
    let report = until(&simulator, "every message is answered", |report| {
        report.answered.values().filter(|&&replies| replies > 0).count() >= all
    })?;
    println!("   the old instance was replaced and exited with {}", status.code().unwrap_or_default());
    println!(
        "   {} messages: {} conflicts, {} lost, {} answered twice\n",
        report.answered.len(),
        report.visible_conflicts.total(),
        report.lost().len(),
        report.answered_twice().len()
    );
    println!("3. Who runs?\n   $ soloist status -- python3 bot.py");
    show_status(&soloist, &state)?;
    drop(new);
    println!("\nYour own bot: soloist run --replace -- python3 main.py");
    let clean = report.visible_conflicts.total() == 0
        && report.lost().is_empty()
        && report.answered_twice().is_empty();
    if clean { Ok(()) } else { Err("the restart was not clean".into()) }
}

fn send(simulator: &Simulator, when: &str) {
    for number in 0..MESSAGES {
        simulator.inject(BOT, &format!("{when} {number}"));
    }
}

fn show_status(soloist: &str, state: &Path) -> Outcome {
    let mut command = Command::new(soloist);
    command.args(["status", "--", "python3", "bot.py"]).env("SOLOIST_STATE_DIR", state);
    let status = command.current_dir(root().join("examples")).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("soloist status: {status}")),
        Err(error) => Err(format!("cannot run soloist status: {error}")),
    }
}
