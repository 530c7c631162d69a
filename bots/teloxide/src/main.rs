//! An echo bot on teloxide: BOT_TOKEN, TELEGRAM_API_ROOT, and BOT_HANDLER_SECONDS for slow work.

use std::time::Duration;

use teloxide::prelude::*;

async fn echo(bot: Bot, message: Message) -> ResponseResult<()> {
    let work = std::env::var("BOT_HANDLER_SECONDS").ok().and_then(|text| text.parse().ok());
    tokio::time::sleep(Duration::from_secs_f64(work.unwrap_or(0.0))).await;
    if let Some(text) = message.text() {
        bot.send_message(message.chat.id, text).await?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = std::env::var("TELEGRAM_API_ROOT")?.parse()?;
    let bot = Bot::new(std::env::var("BOT_TOKEN")?).set_api_url(root);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(teloxide::repl(bot, echo));
    Ok(())
}
