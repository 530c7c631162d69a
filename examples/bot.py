#!/usr/bin/env python3
"""An echo bot for Telegram in plain Python: one file, no packages.

    BOT_TOKEN=123456:secret python3 bot.py

It asks Telegram for updates ("long polling"), sends every text back to where it came from, and stops
cleanly on SIGTERM and Ctrl-C. TELEGRAM_API_ROOT leads it to another server, such as a simulator.
"""

import http.client
import json
import os
import signal
import sys
import time
import urllib.parse

POLL_SECONDS = 30  # how long Telegram may hold a poll that finds nothing
LONGEST_PAUSE = 30  # seconds between attempts after failures


class Stop(Exception):
    """Somebody asked the bot to stop, by SIGTERM or Ctrl-C."""


class Refused(Exception):
    """Telegram understood the call and said no."""

    def __init__(self, answer):
        super().__init__(answer["description"])
        self.code = answer["error_code"]


# What may be better the next time.
PROBLEMS = (Refused, OSError, ValueError, http.client.HTTPException)


class Telegram:
    """The Bot API over one connection, which stays open between calls."""

    def __init__(self, root, token):
        address = urllib.parse.urlsplit(root)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        # Longer than any poll, so that only a dead connection ends this way.
        self.connection = kind(address.hostname or "", address.port, timeout=POLL_SECONDS + 15)
        # The token is part of every address, so addresses are never printed.
        self.prefix = f"{address.path.rstrip('/')}/bot{urllib.parse.quote(token, safe=':')}/"

    def call(self, method, **parameters):
        self.send(method, **parameters)
        return self.receive()

    def send(self, method, **parameters):
        headers = {"Content-Type": "application/json"}
        self.connection.request("POST", self.prefix + method, json.dumps(parameters), headers)

    def receive(self):
        answer = json.loads(self.connection.getresponse().read())
        if not answer["ok"]:
            raise Refused(answer)
        return answer["result"]


class Stopping:
    """Makes signals raise Stop where the bot waits (`with stopping:`), and only a note where it works."""

    def __init__(self):
        self.asked = self.waiting = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask)

    def ask(self, _number, _frame):
        self.asked = True
        if self.waiting:
            self.waiting = False  # a second signal must not interrupt the clearing up
            raise Stop

    def __enter__(self):
        self.waiting = True  # from here on a signal raises by itself, so none falls between these lines
        if self.asked:
            self.ask(None, None)

    def __exit__(self, *_error):
        self.waiting = False


def log(text):
    print(text, file=sys.stderr, flush=True)


def echo(telegram, update):
    message = update.get("message", {})
    if "text" not in message:
        return
    try:
        telegram.call("sendMessage", chat_id=message["chat"]["id"], text=message["text"])
        log(f"answered update {update['update_id']}")
    except Refused as refusal:
        if refusal.code not in (400, 403):
            raise
        # Somebody has blocked the bot, say: this answer would be refused again and again.
        log(f"skipped update {update['update_id']}: {refusal}")


def run(telegram, stopping):
    # `offset` is the first update not yet handled. Telegram forgets those before it when a poll says so,
    # and `told` is the last one that a poll said. Updates that were never confirmed come again.
    offset, told, pause = 0, 0, 1
    try:
        while True:
            try:
                with stopping:
                    telegram.send("getUpdates", offset=offset, timeout=POLL_SECONDS)
                    told = offset
                    updates = telegram.receive()
                for update in updates:
                    echo(telegram, update)
                    offset = update["update_id"] + 1
                    if stopping.asked:
                        raise Stop
                pause = 1
            except PROBLEMS as problem:
                # If another copy of this bot polls as well, Telegram says "Conflict: ...".
                log(problem)
                telegram.connection.close()  # so that half an answer is never taken for the next one
                with stopping:
                    time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
    except Stop:
        log("stopping")
        telegram.connection.close()
    if offset != told:
        # Without this the next copy would answer once more. It is polite only because the offset is new: such
        # a poll is answered at once, while one that repeats an offset may wait and push another copy out.
        telegram.call("getUpdates", offset=offset, limit=1, timeout=0)


def main():
    token = os.environ.get("BOT_TOKEN", "").strip()
    if not token:
        sys.exit("error: BOT_TOKEN is not set; @BotFather gives out tokens")
    stopping = Stopping()
    try:
        telegram = Telegram(os.environ.get("TELEGRAM_API_ROOT", "https://api.telegram.org"), token)
        with stopping:
            name = telegram.call("getMe")["username"]
        log(f"polling as @{name}")
        run(telegram, stopping)
    except Stop:
        log("stopping")
    except PROBLEMS as problem:
        sys.exit(f"error: {problem}")


if __name__ == "__main__":
    main()
