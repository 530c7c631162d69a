"""An echo bot on aiogram that claims late: BOT_TOKEN, and TELEGRAM_API_ROOT for another server than Telegram's.

The old instance goes on answering while this one imports what it needs. Only right before polling is the old one asked
to end, so all that is missed is its end.
"""

import asyncio
import os
import sys

import soloist
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message):
    await message.answer(message.text)


async def main():
    root = os.environ.get("TELEGRAM_API_ROOT", "https://api.telegram.org")
    session = AiohttpSession(api=TelegramAPIServer.from_base(root))
    async with Bot(os.environ["BOT_TOKEN"], session=session) as bot:
        # aiogram asks for this anyway when it begins to poll, and remembers it. A wrong token harms nobody here.
        await bot.me()
        async with soloist.claim(telegram="BOT_TOKEN", on_conflict="replace"):
            await dispatcher.start_polling(bot)


try:
    asyncio.run(main())
except soloist.Error as error:
    print(f"error: {error}", file=sys.stderr)
    sys.exit(error.exit_code)
