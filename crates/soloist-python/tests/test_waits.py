"""Waits let other threads run, hear signals, leave no thread behind and use nothing (contract §3.10, §6)."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable

import pytest
from conftest import DEADLINE, Actor, Sandbox, one_thread_is_left, waits_in_the_kernel, wakeups

WAIT = "soloist.claim('bot', match='none', on_conflict='wait')"


def _hold_lock(sandbox: Sandbox) -> None:
    sandbox.actor().do("guard = soloist.claim('bot', match='none')")


def _hold_file(sandbox: Sandbox) -> None:
    holder = sandbox.start("flock", "bot.lock", "sh", "-c", "echo locked; read line")
    holder.says("locked")


def _run_copy(sandbox: Sandbox) -> None:
    sandbox.actor()


def _run_stubborn(sandbox: Sandbox) -> None:
    sandbox.actor().do("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); guard = soloist.claim()")


PLACES: dict[str, tuple[Callable[[Sandbox], None], str]] = {
    "for the lock": (_hold_lock, f"repr({WAIT})"),
    "for another tool's lock": (_hold_file, "repr(soloist.claim(lock='bot.lock', on_conflict='wait'))"),
    "for the end of a copy": (_run_copy, "repr(soloist.claim(on_conflict='wait'))"),
    "for the end of the old one": (_run_stubborn, "repr(soloist.claim(on_conflict='replace', grace=600))"),
    "for the end of what is stopped": (_run_stubborn, "repr(soloist.stop(grace=600))"),
}


@pytest.fixture(params=PLACES.values(), ids=PLACES.keys())
def waiting_order(request: pytest.FixtureRequest, sandbox: Sandbox) -> str:
    """An order that waits, in each of the places where there is something to wait for."""
    hold, order = request.param
    hold(sandbox)
    return order


@pytest.fixture
def waiting(waiting_order: str, sandbox: Sandbox) -> Actor:
    """An actor that waits there."""
    bot = sandbox.actor()
    bot.order(waiting_order)
    waits_in_the_kernel(bot.pid)
    return bot


def test_ctrl_c_ends_a_wait(waiting: Actor) -> None:
    waiting.signal(signal.SIGINT)
    with pytest.raises(Exception, match="KeyboardInterrupt"):
        waiting.answer()
    one_thread_is_left(waiting.pid)
    assert waiting.do("__import__('signal').set_wakeup_fd(-1)") == -1
    children = subprocess.run(["ps", "--ppid", str(waiting.pid)], capture_output=True, check=False)
    assert children.returncode == 1, children.stdout


def test_a_handler_that_raises_before_the_wait_listens_ends_it_too(waiting_order: str, sandbox: Sandbox) -> None:
    bot = sandbox.actor()
    bot.do(
        """
import soloist._wait
def at_once(attempt):
    raise KeyboardInterrupt
soloist._wait.run = at_once
"""
    )
    bot.order(waiting_order)
    with pytest.raises(Exception, match="KeyboardInterrupt"):
        bot.answer()
    one_thread_is_left(bot.pid)


def test_a_wait_uses_nothing(waiting: Actor, sandbox: Sandbox) -> None:
    """Once it has come to its wait, nothing wakes it, whatever the machine does meanwhile."""
    until = time.monotonic() + DEADLINE
    while True:
        before = wakeups(waiting.pid)
        for _ in range(10):
            sandbox.soloist("list")
        if wakeups(waiting.pid) == before:
            return
        assert time.monotonic() < until, "something wakes it again and again"


def test_a_handler_that_does_not_raise_ends_no_wait(sandbox: Sandbox) -> None:
    holder = sandbox.actor()
    holder.do("guard = soloist.claim('bot', match='none')")
    bot = sandbox.actor()
    bot.do(
        "import signal\nsignal.signal(signal.SIGUSR1, lambda *_: os.write(1, b'heard\\n'))"
    )
    bot.order(f"guard = {WAIT}")
    waits_in_the_kernel(bot.pid)
    for _ in range(3):
        bot.signal(signal.SIGUSR1)
        bot.says("heard")
    holder.do("guard.release()")
    bot.answer()
    assert bot.do("guard.held") is True


def test_signals_make_no_second_request_to_end(sandbox: Sandbox) -> None:
    """A second SIGTERM would be taken for impatience by whoever is just ending."""
    old = sandbox.actor()
    old.do("import signal\nsignal.signal(signal.SIGTERM, lambda *_: os.write(1, b'asked\\n'))\nguard = soloist.claim()")
    new = sandbox.actor()
    new.do("import signal\nsignal.signal(signal.SIGUSR1, lambda *_: os.write(1, b'heard\\n'))")
    new.order("repr(soloist.claim(on_conflict='replace', grace=600))")
    old.says("asked")
    for _ in range(3):
        new.signal(signal.SIGUSR1)
        new.says("heard")
    assert old.is_silent()
    old.order("os._exit(0)")
    assert "held" in new.answer()


def test_other_threads_run_during_a_wait(sandbox: Sandbox) -> None:
    _hold_lock(sandbox)
    sandbox.script(
        "threads.py",
        """
import sys, threading
import soloist

def echo():
    for line in sys.stdin:
        print("echo", line, end="", flush=True)

threading.Thread(target=echo, daemon=True).start()
soloist.claim("bot", match="none", on_conflict="wait")
""",
    )
    bot = sandbox.python("threads.py")
    for word in ("one", "two"):
        bot.tell(word)
        bot.says(f"echo {word}")


def test_a_wait_in_another_thread_leaves_the_main_one_alone(sandbox: Sandbox) -> None:
    holder = sandbox.actor()
    holder.do("guard = soloist.claim('bot', match='none')")
    bot = sandbox.actor()
    bot.do("import threading\nguards = []")
    bot.do(f"thread = threading.Thread(target=lambda: guards.append({WAIT}), daemon=True)\nthread.start()")
    assert bot.do("1 + 1") == 2
    holder.do("guard.release()")
    bot.do("thread.join()")
    assert bot.do("guards[0].held") is True
    one_thread_is_left(bot.pid)


def test_an_interrupted_wait_claims_nothing(sandbox: Sandbox) -> None:
    holder, bot, third = sandbox.actor(), sandbox.actor(), sandbox.actor()
    holder.do("guard = soloist.claim('bot', match='none')")
    bot.order(f"repr({WAIT})")
    waits_in_the_kernel(bot.pid)
    bot.signal(signal.SIGINT)
    with pytest.raises(Exception, match="KeyboardInterrupt"):
        bot.answer()
    holder.do("guard.release()")
    assert "held" in third.do("repr(soloist.claim('bot', match='none'))")
