"""Every way out of the interpreter frees the claim, and the ordinary ones remove its files (contract §3.1, §5)."""

from __future__ import annotations

import signal
import sys

import pytest
from conftest import Sandbox

ORDINARY = {
    "return": "pass",
    "exception": "raise ZeroDivisionError",
    "sys.exit": "sys.exit(3)",
    "exit from a thread's work": "import threading; t = threading.Thread(target=int); t.start(); t.join()",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
}

# What no program can clean up after.
SUDDEN = {"os._exit": "os._exit(4)", "SIGKILL": "os.kill(os.getpid(), 9)", "abort": "os.abort()"}

WITH = "import os, sys, soloist\nwith soloist.claim(lock='bot.lock'):\n    print('claimed', flush=True)\n    {}\n"
WITHOUT = "import os, sys, soloist\nsoloist.claim(lock='bot.lock')\nprint('claimed', flush=True)\n{}\n"


def _files(sandbox: Sandbox) -> list[str]:
    return sorted(path.name for path in sandbox.project.iterdir() if path.name.startswith("bot.lock"))


@pytest.mark.parametrize("program", [WITH, WITHOUT], ids=["with", "without"])
@pytest.mark.parametrize("way", ORDINARY.values(), ids=ORDINARY.keys())
def test_ordinary_ways_out_clean_up(sandbox: Sandbox, program: str, way: str) -> None:
    sandbox.script("out.py", program.format(way))
    bot = sandbox.python("out.py")
    bot.says("claimed")
    bot.ends()
    assert _files(sandbox) == []
    assert sandbox.soloist("status", "--lock", "bot.lock").returncode == 3


@pytest.mark.parametrize("way", SUDDEN.values(), ids=SUDDEN.keys())
def test_sudden_ways_out_free_the_claim(sandbox: Sandbox, way: str) -> None:
    sandbox.script("out.py", WITH.format(way))
    bot = sandbox.python("out.py")
    bot.says("claimed")
    bot.ends()
    # What is left of the files blocks nobody.
    assert _files(sandbox) == ["bot.lock", "bot.lock.info"]
    assert "held" in sandbox.actor().do("repr(soloist.claim(lock='bot.lock'))")


def test_a_signal_without_a_handler_frees_the_claim(sandbox: Sandbox) -> None:
    bot = sandbox.actor()
    bot.do("guard = soloist.claim()")
    bot.signal(signal.SIGTERM)
    assert bot.ends() == -signal.SIGTERM
    assert "held" in sandbox.actor().do("repr(soloist.claim())")


def test_a_claim_that_nobody_keeps_is_kept(sandbox: Sandbox) -> None:
    """`soloist.claim()` alone on a line is a claim until the end of the program."""
    bot = sandbox.actor()
    bot.do("soloist.claim()\nimport gc; gc.collect()")
    bot.do("soloist.claim('second')\nNone")
    assert sandbox.soloist("status", "--name", "second").returncode == 0
    assert sandbox.actor().raises("soloist.claim()").name == "Conflict"


def test_the_claim_outlives_other_exit_functions(sandbox: Sandbox) -> None:
    sandbox.script(
        "out.py",
        "import soloist, atexit\nsoloist.claim()\natexit.register(lambda: print(soloist.status().state))\n",
    )
    # `__main__.__file__` is gone by then; the program is still the same.
    assert sandbox.run(sys.executable, "out.py").stdout == "running\n"
