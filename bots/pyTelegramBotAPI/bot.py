"""An echo bot on pyTelegramBotAPI: BOT_TOKEN, TELEGRAM_API_ROOT, and BOT_HANDLER_SECONDS for slow work."""

import os
import time

import telebot
from telebot import apihelper

WORK = float(os.environ.get("BOT_HANDLER_SECONDS", "0"))

apihelper.API_URL = os.environ["TELEGRAM_API_ROOT"] + "/bot{0}/{1}"
bot = telebot.TeleBot(os.environ["BOT_TOKEN"])


@bot.message_handler(func=lambda message: True)
def echo(message):
    time.sleep(WORK)
    bot.send_message(message.chat.id, message.text)


bot.infinity_polling()
