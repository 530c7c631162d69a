//! An echo bot on frankenstein: BOT_TOKEN, TELEGRAM_API_ROOT, and BOT_HANDLER_SECONDS for slow work.

use std::error::Error;
use std::time::Duration;

use frankenstein::TelegramApi as _;
use frankenstein::client_ureq::Bot;
use frankenstein::methods::{GetUpdatesParams, SendMessageParams};
use frankenstein::updates::{Update, UpdateContent};

fn echo(bot: &Bot, update: Update, work: Duration) -> Result<(), Box<dyn Error>> {
    let UpdateContent::Message(message) = update.content else { return Ok(()) };
    std::thread::sleep(work);
    let Some(text) = message.text else { return Ok(()) };
    bot.send_message(&SendMessageParams::builder().chat_id(message.chat.id).text(text).build())?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let work = std::env::var("BOT_HANDLER_SECONDS").ok().and_then(|text| text.parse().ok());
    let work = Duration::from_secs_f64(work.unwrap_or(0.0));
    let root = std::env::var("TELEGRAM_API_ROOT")?;
    let bot = Bot::new_url(format!("{root}/bot{}", std::env::var("BOT_TOKEN")?));
    let mut asked = GetUpdatesParams::builder().timeout(20_u32).build();
    loop {
        match bot.get_updates(&asked) {
            Ok(answer) => {
                for update in answer.result {
                    asked.offset = Some(i64::from(update.update_id) + 1);
                    echo(&bot, update, work)?;
                }
            }
            Err(error) => eprintln!("{error}"),
        }
    }
}
