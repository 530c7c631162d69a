"""An echo bot on python-telegram-bot: BOT_TOKEN, TELEGRAM_API_ROOT, and BOT_HANDLER_SECONDS for slow work."""

import asyncio
import os

from telegram.ext import Application, MessageHandler, filters

WORK = float(os.environ.get("BOT_HANDLER_SECONDS", "0"))


async def echo(update, _context):
    await asyncio.sleep(WORK)
    await update.message.reply_text(update.message.text)


builder = Application.builder().token(os.environ["BOT_TOKEN"])
application = builder.base_url(os.environ["TELEGRAM_API_ROOT"] + "/bot").build()
application.add_handler(MessageHandler(filters.TEXT, echo))
application.run_polling()
