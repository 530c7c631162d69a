"""Signal handlers that say what has come, and leave the rest to whoever was there before."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

from ._words import say

Handler = Callable[[int, "FrameType | None"], object]


class Chained:
    """A handler that logs the signal and goes on with the one that was installed before."""

    def __init__(self, logger: logging.Logger, before: Handler | int) -> None:
        self._logger = logger
        self._before = before

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self._tell(number)
        if callable(self._before):
            self._before(number, frame)
        elif self._before == signal.SIG_DFL:
            _end(number)

    def _tell(self, number: int) -> None:
        try:
            self._logger.info(say("signalled", signal=signal.Signals(number).name))
        except RuntimeError:
            # The signal came while the same stream was being written to.
            pass


def _end(number: int) -> None:
    """Nobody handles the signal, so the program ends, as it would without this module: in order where it can.

    An event loop is not left in the middle of its work by an exception from nowhere: there the signal does what it
    always does.
    """
    asyncio = sys.modules.get("asyncio")
    running = getattr(asyncio, "_get_running_loop", None)
    if running is None or running() is None:
        raise SystemExit(0)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def install(logger: logging.Logger) -> bool:
    """Installs handlers for SIGTERM and SIGINT, once. Only the main thread can: elsewhere nothing is done."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.getsignal(number)
            # None: it was installed by a library in C, and cannot be gone on with.
            if before is not None and not isinstance(before, Chained) and before != signal.SIG_IGN:
                signal.signal(number, Chained(logger, before))
    except ValueError:
        return False
    return True
