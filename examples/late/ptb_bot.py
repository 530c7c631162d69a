"""An echo bot on python-telegram-bot that claims late: BOT_TOKEN, and TELEGRAM_API_ROOT for another server than
Telegram's.

The old instance goes on answering while this one imports what it needs. Only right before polling is the old one asked
to end, so all that is missed is its end.
"""

import os
import sys

import soloist
from telegram.ext import Application, MessageHandler, filters


async def echo(update, _context):
    await update.message.reply_text(update.message.text)


root = os.environ.get("TELEGRAM_API_ROOT", "https://api.telegram.org")
application = Application.builder().token(os.environ["BOT_TOKEN"]).base_url(root + "/bot").build()
application.add_handler(MessageHandler(filters.TEXT, echo))

try:
    with soloist.claim(telegram="BOT_TOKEN", on_conflict="replace"):
        application.run_polling()
except soloist.Error as error:
    print(f"error: {error}", file=sys.stderr)
    sys.exit(error.exit_code)
