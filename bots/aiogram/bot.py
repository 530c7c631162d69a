"""An echo bot on aiogram: BOT_TOKEN, TELEGRAM_API_ROOT, and BOT_HANDLER_SECONDS for slow work."""

import asyncio
import os

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

WORK = float(os.environ.get("BOT_HANDLER_SECONDS", "0"))

dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message):
    await asyncio.sleep(WORK)
    await message.answer(message.text)


async def main():
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["TELEGRAM_API_ROOT"]))
    await dispatcher.start_polling(Bot(os.environ["BOT_TOKEN"], session=session))


asyncio.run(main())
