"""The echo bot on aiogram, which answers what it has taken before it stops: aiogram itself cancels its handlers."""

import asyncio
import os

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

WORK = float(os.environ.get("BOT_HANDLER_SECONDS", "0"))

dispatcher = Dispatcher()
working = set()


@dispatcher.update.outer_middleware()
async def remember(handler, event, data):
    task = asyncio.current_task()
    working.add(task)
    try:
        return await handler(event, data)
    finally:
        working.discard(task)


@dispatcher.shutdown()
async def finish():
    if working:
        await asyncio.wait(working)


@dispatcher.message()
async def echo(message):
    await asyncio.sleep(WORK)
    await message.answer(message.text)


async def main():
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["TELEGRAM_API_ROOT"]))
    await dispatcher.start_polling(Bot(os.environ["BOT_TOKEN"], session=session))


asyncio.run(main())
