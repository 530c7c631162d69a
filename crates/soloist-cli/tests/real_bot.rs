//! A real library's bot, unmodified but for its base URL, through a rolling restart: issue 2, "the first real
//! input". `cargo xtask test` installs aiogram in a private environment and names its Python in
//! `SOLOIST_AIOGRAM_PYTHON`; without that variable the test says that it was skipped.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use botapi_sim::{Report, Simulator};

const BOT: u64 = 424_242_424;
const TOKEN: &str = "424242424:AAF-test-token-for-loopback-only-0123456789";
const LIMIT: Duration = Duration::from_secs(60);

const PROGRAM: &str = r#"
import asyncio, os
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

dispatcher = Dispatcher()

@dispatcher.message()
async def echo(message):
    await message.answer(message.text)

async def main():
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["TELEGRAM_API_ROOT"]))
    await dispatcher.start_polling(Bot(os.environ["BOT_TOKEN"], session=session))

asyncio.run(main())
"#;

/// A supervised bot, ended by the kernel's hand if the test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn until(simulator: &Simulator, what: &str, condition: impl Fn(&Report) -> bool) -> Report {
    simulator
        .wait_until(BOT, LIMIT, condition)
        .unwrap_or_else(|| panic!("waited in vain until {what}: {:#?}", simulator.report(BOT)))
}

fn answered(report: &Report) -> usize {
    report.answered.values().filter(|&&replies| replies > 0).count()
}

fn send(simulator: &Simulator, when: &str) {
    for number in 0..10 {
        simulator.inject(BOT, &format!("{when} {number}")).unwrap();
    }
}

/// §3.1, §3.2: a rolling restart of an aiogram bot: no conflict is ever seen, no message lost or answered twice.
#[test]
fn an_aiogram_bot_is_replaced_without_a_conflict() {
    let Some(python) = std::env::var_os("SOLOIST_AIOGRAM_PYTHON") else {
        eprintln!("skipped: SOLOIST_AIOGRAM_PYTHON is not set; cargo xtask test sets it");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("main.py"), PROGRAM).unwrap();
    let simulator = Simulator::start().unwrap();
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_soloist"));
        command.args(["run", "--replace", "--"]).arg(&python).arg("main.py").current_dir(directory.path());
        command.env("SOLOIST_STATE_DIR", directory.path().join("state")).env("BOT_TOKEN", TOKEN);
        command.env("TELEGRAM_API_ROOT", simulator.root_url()).stdin(Stdio::null()).stderr(Stdio::null());
        Running(command.spawn().unwrap())
    };
    let mut old = start();
    until(&simulator, "the bot polls", |report| report.polls > 0);
    send(&simulator, "before");
    until(&simulator, "all is answered", |report| answered(report) == 10);
    let mut new = start();
    assert_eq!(old.0.wait().unwrap().code(), Some(76));
    send(&simulator, "after");
    let report = until(&simulator, "all is answered", |report| answered(report) == 20);
    assert_eq!(report.visible_conflicts.total(), 0, "{report:#?}");
    assert_eq!((report.lost(), report.answered_twice()), (vec![], vec![]), "{report:#?}");
    assert!(new.0.try_wait().unwrap().is_none(), "the new instance has ended");
}
