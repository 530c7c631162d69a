"""The echo bot on pyTelegramBotAPI, which answers what it has taken before it stops, and says so to Telegram."""

import os
import signal
import time

import telebot
from telebot import apihelper

WORK = float(os.environ.get("BOT_HANDLER_SECONDS", "0"))

apihelper.API_URL = os.environ["TELEGRAM_API_ROOT"] + "/bot{0}/{1}"
# Without threads a batch is handled before the next poll, so no daemon thread dies in the middle of its work.
bot = telebot.TeleBot(os.environ["BOT_TOKEN"], threaded=False)


@bot.message_handler(func=lambda message: True)
def echo(message):
    time.sleep(WORK)
    bot.send_message(message.chat.id, message.text)


for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: bot.stop_polling())
# It stops when the poll that waits has ended, so none waits for long.
bot.infinity_polling(long_polling_timeout=3)
bot.get_updates(offset=bot.last_update_id + 1, limit=1, long_polling_timeout=0)
