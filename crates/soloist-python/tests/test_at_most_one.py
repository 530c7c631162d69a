"""CLI and Python exclude each other, in every order, by every kind of key (contract §3.1, §6)."""

from __future__ import annotations

import os
import select
import sys

import pytest
from conftest import COMMAND, DEADLINE, Sandbox

# A bot of this process alone: whoever carries the token of the same bot is a copy of it, in whatever directory.
TOKEN = {"BOT_TOKEN": f"8{os.getpid():07}00:AAF-a-test-token-that-nobody-may-see-012345"}

# What claims a key in Python, and which option of the command means the same one.
KEYS = [
    pytest.param("soloist.claim({})", (), id="program"),
    pytest.param("soloist.claim('bot', {})", ("--name", "bot"), id="name"),
    pytest.param("soloist.claim(lock='bot.lock', {})", ("--lock", "bot.lock"), id="lock"),
    pytest.param("soloist.claim(telegram='BOT_TOKEN', {})", ("--telegram", "BOT_TOKEN"), id="telegram"),
]


@pytest.mark.parametrize(("claim", "options"), KEYS)
def test_python_then_the_command(sandbox: Sandbox, claim: str, options: tuple[str, ...]) -> None:
    bot = sandbox.actor(env=TOKEN)
    bot.do(f"guard = {claim.format('')}")
    refused = sandbox.soloist("run", *options, "--", sys.executable, "main.py", env=TOKEN)
    assert refused.returncode == 75
    assert f"pid {bot.pid}" in refused.stderr
    bot.do("guard.release()")
    # By default a program that runs without its claim is a copy; here only the lock counts.
    assert sandbox.soloist("run", *options, "--match", "none", "--", "true", env=TOKEN).returncode == 0


@pytest.mark.parametrize(("claim", "options"), KEYS)
def test_the_command_then_python(sandbox: Sandbox, claim: str, options: tuple[str, ...]) -> None:
    holder = sandbox.under_soloist(*options, env=TOKEN)
    bot = sandbox.actor(env=TOKEN)
    refused = bot.raises(claim.format(""))
    assert refused.name == "Conflict"
    assert f"pid {holder.pid}" in refused.text
    bot.do("guard = " + claim.format("on_conflict='replace'"))
    assert holder.ends() == 76
    assert bot.do("[process.pid for process in guard.replaced]") == [holder.pid]


@pytest.mark.parametrize(("claim", "options"), KEYS)
def test_the_command_replaces_python(sandbox: Sandbox, claim: str, options: tuple[str, ...]) -> None:
    old = sandbox.actor(env=TOKEN)
    old.do(f"guard = {claim.format('')}")
    sandbox.under_soloist("--replace", *options, env=TOKEN)
    assert old.ends() == -15


@pytest.mark.parametrize(("claim", "options"), KEYS)
def test_inside_the_command_the_claim_is_the_same(
    sandbox: Sandbox, claim: str, options: tuple[str, ...]
) -> None:
    bot = sandbox.actor(*options, "--", sys.executable, "main.py", front=(COMMAND, "run"), env=TOKEN)
    bot.do(f"guard = {claim.format('')}")
    assert bot.do("guard.record.pid") == bot.pid
    bot.do("guard.release()")
    assert sandbox.soloist("run", *options, "--", sys.executable, "main.py", env=TOKEN).returncode == 75


def test_two_pythons(sandbox: Sandbox) -> None:
    first, second = sandbox.actor(), sandbox.actor()
    first.do("guard = soloist.claim()")
    refused = second.raises("soloist.claim()")
    assert (refused.name, f"pid {first.pid}" in refused.text) == ("Conflict", True)


def test_of_many_that_claim_together_one_gets_it(sandbox: Sandbox) -> None:
    crowd = [sandbox.actor() for _ in range(8)]
    for bot in crowd:
        bot.order("repr(soloist.claim())")
    outcomes = []
    for bot in crowd:
        try:
            bot.answer()
            outcomes.append("claimed")
        except Exception as error:
            outcomes.append(getattr(error, "name", "?"))
    assert sorted(outcomes) == ["Conflict"] * 7 + ["claimed"]


def test_of_many_that_replace_one_is_left(sandbox: Sandbox) -> None:
    """Each ends the older ones or yields to a newer one; whatever the order, one is left."""
    claims_or_ends = """
try:
    guard = soloist.claim(on_conflict="replace")
except soloist.Error as error:
    sys.exit(error.exit_code)
"""
    crowd = [sandbox.actor() for _ in range(5)]
    for bot in crowd:
        bot.order(claims_or_ends)
    left = {bot.process.stdout: bot for bot in crowd}
    while len(left) > 1:
        ready, _, _ = select.select([*left], [], [], DEADLINE)
        assert ready, "more than one is left"
        for stream in ready:
            if not os.read(stream.fileno(), 65536):
                assert left.pop(stream).ends() in (-15, 76)
    (last,) = left.values()
    last.order("'alive'")
    while last.answer() != "alive":
        pass
    status = sandbox.soloist("status", "--", sys.executable, "main.py")
    assert (status.returncode, f"pid {last.pid}" in status.stdout) == (0, True), status.stdout


def test_removed_files_let_nobody_in(sandbox: Sandbox) -> None:
    bot = sandbox.actor()
    bot.do("guard = soloist.claim(lock='bot.lock', match='none')")
    for path in (sandbox.project / "bot.lock", sandbox.project / "bot.lock.info", *(sandbox.root / "state").iterdir()):
        path.unlink()
    assert sandbox.actor().raises("soloist.claim(lock='bot.lock', match='none')").name == "Conflict"


def test_a_younger_contender_is_not_ended(sandbox: Sandbox) -> None:
    older, younger = sandbox.actor(), sandbox.actor()
    younger.do("guard = soloist.claim('bot', match='none')")
    refused = older.raises("soloist.claim('bot', match='none', on_conflict='replace')")
    assert refused.name == "Superseded"
    assert younger.do("guard.held") is True

