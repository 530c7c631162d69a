//! An echo bot on teloxide that claims late: BOT_TOKEN, and TELEGRAM_API_ROOT for another server than Telegram's.
//!
//! The old instance goes on answering while this one makes everything ready. Only right before polling is the old one
//! asked to end, by SIGINT: that is the signal on which teloxide finishes what it has taken.

use std::error::Error;
use std::ffi::OsStr;
use std::process::ExitCode;
use std::time::Duration;

use soloist::{Guard, Instance, Key, OnConflict, Stop, StopSignal};
use teloxide::prelude::*;

const GRACE: Duration = Duration::from_secs(30);

async fn echo(bot: Bot, message: Message) -> ResponseResult<()> {
    if let Some(text) = message.text() {
        bot.send_message(message.chat.id, text).await?;
    }
    Ok(())
}

fn claim(token: &str) -> Result<Guard, Box<dyn Error>> {
    let stop = Stop::gracefully(GRACE).with_signal(StopSignal::Int);
    let instance = Instance::this_program()?
        .keyed(Key::telegram("BOT_TOKEN", OsStr::new(token))?)
        .on_conflict(OnConflict::Replace(stop));
    Ok(instance.claim()?)
}

fn run() -> Result<(), Box<dyn Error>> {
    let token = std::env::var("BOT_TOKEN")?;
    let root = std::env::var("TELEGRAM_API_ROOT").unwrap_or_else(|_| "https://api.telegram.org".into());
    let bot = Bot::new(&token).set_api_url(root.parse()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _guard = claim(&token)?;
    runtime.block_on(teloxide::repl(bot, echo));
    Ok(())
}

/// The codes that the command `soloist` uses, so that a supervisor can be told not to revive a bot that gave way.
fn exit_code(error: &(dyn Error + 'static)) -> ExitCode {
    match error.downcast_ref() {
        Some(soloist::Error::Conflict(_)) => 75.into(),
        Some(soloist::Error::Superseded(_)) => 76.into(),
        Some(soloist::Error::CannotEnd(_)) => 77.into(),
        _ => ExitCode::FAILURE,
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            exit_code(error.as_ref())
        }
    }
}
