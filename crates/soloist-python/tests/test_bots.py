"""Bots of real libraries, guarded by two lines in their own main.py, through a rolling restart against a Bot API on
loopback: no conflict is ever seen, and no message is lost (contract §3.1, §3.2)."""

from __future__ import annotations

import json
import os
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Running, Sandbox

pytestmark = pytest.mark.full

# A library of a bot may take ten seconds of a processor to be imported, and three of them may start at once.
LIMIT = 240.0

BOT = 424242424
TOKEN = f"{BOT}:AAF-test-token-for-loopback-only-0123456789"

AIOGRAM = """
import asyncio, os
import soloist
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

dispatcher = Dispatcher()

@dispatcher.message()
async def echo(message):
    await message.answer(message.text)

async def main():
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["TELEGRAM_API_ROOT"]))
    bot = Bot(os.environ["BOT_TOKEN"], session=session)
    async with soloist.claim(on_conflict="replace"):
        await dispatcher.start_polling(bot, polling_timeout=1)

asyncio.run(main())
"""

PYTHON_TELEGRAM_BOT = """
import os
import soloist
from telegram.ext import Application, MessageHandler, filters

async def echo(update, context):
    await update.message.reply_text(update.message.text)

builder = Application.builder().token(os.environ["BOT_TOKEN"])
application = builder.base_url(os.environ["TELEGRAM_API_ROOT"] + "/bot").build()
application.add_handler(MessageHandler(filters.TEXT, echo))

with soloist.claim(on_conflict="replace"):
    application.run_polling()
"""

TELEBOT = """
import os
import soloist
import telebot

telebot.apihelper.API_URL = os.environ["TELEGRAM_API_ROOT"] + "/bot{0}/{1}"
bot = telebot.TeleBot(os.environ["BOT_TOKEN"])

@bot.message_handler(func=lambda message: True)
def echo(message):
    bot.send_message(message.chat.id, message.text)

with soloist.claim(on_conflict="replace"):
    bot.infinity_polling()
"""

# The same library behind the drop-in, as the page of the hand-made module has it.
DROP_IN = TELEBOT.replace("import soloist", "from process_manager import enforce_single_instance").replace(
    'with soloist.claim(on_conflict="replace"):\n    bot', "process_manager = enforce_single_instance()\nbot"
)

PROGRAMS = {
    "aiogram": AIOGRAM,
    "python-telegram-bot": PYTHON_TELEGRAM_BOT,
    "pyTelegramBotAPI": TELEBOT,
    "process_manager": DROP_IN,
}


class Simulator:
    """botapi-sim, driven over its control paths."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self.root = running.line().split()[-1]

    def _ask(self, method: str, path: str, **query: object) -> Any:
        address = f"{self.root}/sim/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(urllib.request.Request(address, method=method), timeout=LIMIT) as answer:
            return json.load(answer)

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = self._ask("GET", "report", bot=BOT)
        return report

    def send(self, text: str, count: int) -> None:
        self._ask("POST", "inject", bot=BOT, text=text, count=count)

    def until(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Asks again and again: the simulator is another process, and has no word for each change."""
        end = time.monotonic() + LIMIT
        while not condition(report := self.report()):
            assert time.monotonic() < end, report
            # Not too often, so that the bots get their turn.
            time.sleep(0.01)
        return report


@pytest.fixture
def simulator(sandbox: Sandbox) -> Iterator[Simulator]:
    yield Simulator(sandbox.start(os.environ["SOLOIST_BOTAPI_SIM"], "--until-stdin-closes"))


def _answered(report: dict[str, Any]) -> int:
    return sum(replies > 0 for replies in report["answered"].values())


@pytest.mark.parametrize("library", PROGRAMS)
def test_a_rolling_restart(sandbox: Sandbox, simulator: Simulator, library: str) -> None:
    sandbox.script("main.py", PROGRAMS[library])
    # The libraries' own deprecations are theirs.
    environment = {"BOT_TOKEN": TOKEN, "TELEGRAM_API_ROOT": simulator.root, "PYTHONWARNINGS": ""}
    running = sandbox.python("main.py", env=environment)
    simulator.until(lambda report: report["parked"] > 0)
    sent = 0
    for restart in range(2):
        simulator.send(f"before {restart}", 5)
        sent += 5
        simulator.until(lambda report: _answered(report) == sent and report["parked"] > 0)  # noqa: B023
        new = sandbox.python("main.py", env=environment)
        running.ends(LIMIT)
        running = new
    simulator.send("after", 5)
    report = simulator.until(lambda report: _answered(report) == sent + 5)
    assert sum(report["visible_conflicts"].values()) == 0, report
    answered = report["answered"]
    assert all(answered.get(str(update)) for update in [*report["confirmed"], *report["dropped"]]), report
    assert set(answered.values()) == {1}, report
    assert running.process.poll() is None, running.stderr
