"""What `on_conflict` does, and what refusals and results tell (contract §4, §6)."""

from __future__ import annotations

import os
import sys

import pytest
from conftest import Sandbox

STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); guard = soloist.claim()"


def test_a_refusal_tells_who_since_when_and_what_to_type(sandbox: Sandbox) -> None:
    holder = sandbox.actor()
    holder.do("guard = soloist.claim()")
    bot = sandbox.actor()
    bot.do(
        """
try:
    soloist.claim()
except soloist.Conflict as error:
    refusal = error
"""
    )
    assert bot.do("refusal.holder.pid") == holder.pid
    assert bot.do("refusal.exit_code") == 75
    assert bot.do("refusal.key") == str(sandbox.project / "main.py")
    text = bot.do("str(refusal)")
    for told in (f"pid {holder.pid}", str(sandbox.project), "since 2", "to end it: soloist stop -- "):
        assert told in text
    assert bot.do("type(refusal.holder.started_at).__name__") == "datetime"
    command = bot.do("refusal.remedy").split()
    assert sandbox.soloist(*command[1:]).returncode == 0
    assert holder.ends() == -15


def test_a_refusal_names_copies_without_a_claim(sandbox: Sandbox) -> None:
    copy, bot = sandbox.actor(), sandbox.actor()
    # The first is older, so it is no contender that has yet to ask.
    bot.do("try: soloist.claim()\nexcept soloist.Conflict as error: refusal = error")
    assert bot.do("[process.pid for process in refusal.duplicates]") == [copy.pid]
    assert bot.do("refusal.holder") is None
    assert bot.do("[process.pid for process in soloist.find_duplicates()]") == [copy.pid]


def test_replacing_kills_after_the_grace(sandbox: Sandbox) -> None:
    old = sandbox.actor()
    old.do(STUBBORN)
    new = sandbox.actor()
    new.do("guard = soloist.claim(on_conflict='replace', grace=0.2)")
    assert old.ends() == -9


def test_replacing_with_another_signal(sandbox: Sandbox) -> None:
    old = sandbox.actor()
    old.do(STUBBORN)
    new = sandbox.actor()
    new.do("guard = soloist.claim(on_conflict='replace', stop_signal='HUP')")
    assert old.ends() == -1


def test_without_killing_a_survivor_is_an_error(sandbox: Sandbox) -> None:
    old = sandbox.actor()
    old.do(STUBBORN)
    new = sandbox.actor()
    refused = new.raises("soloist.claim(on_conflict='replace', grace=0.1, kill=False)")
    assert (refused.name, f"pid {old.pid}" in refused.text) == ("CannotStop", True)
    assert old.do("guard.held") is True


def test_waiting_until_the_claim_is_free(sandbox: Sandbox) -> None:
    first, second = sandbox.actor(), sandbox.actor()
    first.do("guard = soloist.claim('bot', match='none')")
    second.order("repr(soloist.claim('bot', match='none', on_conflict='wait'))")
    first.do("guard.release()")
    assert "held" in second.answer()


def test_a_wait_has_a_limit(sandbox: Sandbox) -> None:
    first, second = sandbox.actor(), sandbox.actor()
    first.do("guard = soloist.claim()")
    assert second.raises("soloist.claim(on_conflict='wait', timeout=0.05)").name == "Conflict"


def test_status_stop_and_duplicates_of_another_program(sandbox: Sandbox) -> None:
    holder, copy = sandbox.actor(), sandbox.actor()
    holder.do("guard = soloist.claim()")
    sandbox.script("other.py", (sandbox.project / "main.py").read_text())
    other = sandbox.actor("other.py")
    other.do(f"command = [{sys.executable!r}, 'main.py']")
    other.do("status = soloist.status(command=command)")
    assert other.do("[status.state, status.holder.pid, status.holder.program_pid]") == ["trouble", holder.pid, holder.pid]
    assert other.do("[problem.code for problem in status.problems]") == ["duplicates"]
    assert other.do("[process.pid for process in soloist.find_duplicates(command=command)]") == [copy.pid]
    assert other.do("sorted(process.outcome for process in soloist.stop(command=command))") == ["terminated"] * 2
    assert (holder.ends(), copy.ends()) == (-15, -15)
    assert other.do("soloist.status(command=command).state") == "free"


def test_stop_ends_the_others_and_not_itself(sandbox: Sandbox) -> None:
    bot = sandbox.actor()
    bot.do("guard = soloist.claim()")
    younger = sandbox.actor()
    assert bot.do("[process.pid for process in soloist.stop()]") == [younger.pid]
    assert younger.ends() == -15
    assert bot.do("guard.held") is True


def test_what_cannot_be_stopped_is_told(sandbox: Sandbox) -> None:
    old, other = sandbox.actor(), sandbox.actor()
    old.do(STUBBORN)
    other.do("try: soloist.stop(grace=0.1, kill=False)\nexcept soloist.CannotStop as error: refusal = error")
    assert other.do("[[process.pid, process.outcome] for process in refusal.processes]") == [[old.pid, "survived"]]
    assert other.do("refusal.exit_code") == 77


def test_arguments_can_belong_to_the_key(sandbox: Sandbox) -> None:
    first, second = sandbox.actor("main.py", "A"), sandbox.actor("main.py", "B")
    first.do("guard = soloist.claim(match='command')")
    second.do("guard = soloist.claim(match='command')")
    third = sandbox.actor("main.py", "A")
    assert third.raises("soloist.claim(match='command')").name == "Conflict"
    assert sandbox.soloist("run", "--match", "command", "--", sys.executable, "main.py", "B").returncode == 75


def test_secrets_are_not_shown(sandbox: Sandbox) -> None:
    bot = f"8{os.getpid():07}01"
    secret = f"{bot}:AAF-a-secret-that-nobody-may-see-0123456"
    holder = sandbox.actor("main.py", f"--token={secret}", env={"BOT_TOKEN": secret})
    holder.do("guard = soloist.claim(telegram='BOT_TOKEN')")
    told = [holder.do("repr(guard.record)"), holder.do("repr(guard)")]
    told.append(sandbox.actor(env={"BOT_TOKEN": secret}).raises("soloist.claim(telegram='BOT_TOKEN')").text)
    told += [path.read_text() for path in (sandbox.root / "state").iterdir()]
    assert not any(secret[10:] in text for text in told)
    assert all(f"telegram-{bot}" in text for text in told[1:3])


WRONG = [
    ("name='a b'", "ValueError"),
    ("name='x', lock='y'", "ValueError"),
    ("on_conflict='fight'", "ValueError"),
    ("match='all'", "ValueError"),
    ("timeout=1", "ValueError"),
    ("on_conflict='wait', timeout=-1", "ValueError"),
    ("on_conflict='replace', grace=float('nan')", "ValueError"),
    ("on_conflict='replace', stop_signal='NOPE'", "ValueError"),
    ("telegram='NOT_SET'", "ValueError"),
    ("telegram='HOME'", "ValueError"),
    ("lock='nowhere/bot.lock'", "FileNotFoundError"),
    ("lock='link.lock'", "OSError"),
    ("lock='full.lock'", "OSError"),
    ("lock=5", "TypeError"),
]


@pytest.mark.parametrize(("arguments", "error"), WRONG)
def test_wrong_arguments_and_places(sandbox: Sandbox, arguments: str, error: str) -> None:
    (sandbox.project / "link.lock").symlink_to("elsewhere")
    (sandbox.project / "full.lock").write_text("somebody's data")
    actor = sandbox.actor()
    raised = actor.raises(f"soloist.claim({arguments})")
    assert raised.name == error
    assert "AAF" not in raised.text
    # A claim that failed is not one that somebody forgot to enter.
    assert actor.do("1") == 1
    assert "RuntimeWarning" not in actor.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_a_place_that_is_not_ours_is_a_permission_error(sandbox: Sandbox) -> None:
    for directory in (sandbox.project, *sandbox.project.parents):
        if not directory.stat().st_mode & 0o001:
            directory.chmod(directory.stat().st_mode | 0o011)
    state = sandbox.root / "nobody"
    state.mkdir()
    os.chown(state, 65534, 65534)
    bot = sandbox.actor(env={"SOLOIST_STATE_DIR": str(state / "state")})
    # What is imported later may be closed to that user.
    bot.do("import soloist._wait, json, signal, threading")
    bot.do("os.setuid(65534)")
    raised = bot.raises("soloist.claim(lock='bot.lock')")
    assert raised.name == "PermissionError"
    assert "bot.lock" in raised.text
