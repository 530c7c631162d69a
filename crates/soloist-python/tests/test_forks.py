"""One process tree is one instance; a forked child neither holds nor releases its parent's claim (contract §6)."""

from __future__ import annotations

import sys

import pytest
from conftest import Sandbox

# Forks a child that does something, and answers what it says; without it the child waits for its parent's end.
FORK = """
import os
def fork(work):
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writer, repr(work()).encode())
        except BaseException as error:
            os.write(writer, repr(error).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    try:
        return os.read(reader, 65536).decode()
    finally:
        os.close(reader)
"""


def test_a_forked_child_neither_holds_nor_releases(sandbox: Sandbox) -> None:
    bot = sandbox.actor()
    bot.do(FORK)
    bot.do("guard = soloist.claim('bot', match='none')")
    assert bot.do("fork(lambda: (guard.held, guard.release(), guard.release()))") == "(False, None, None)"
    assert bot.do("fork(lambda: sys.exit(3))") == "SystemExit(3)"
    assert bot.do("guard.held") is True
    other = sandbox.actor()
    assert other.raises("soloist.claim('bot', match='none')").name == "Conflict"


def test_a_forked_child_that_lives_on_keeps_nothing(sandbox: Sandbox) -> None:
    bot = sandbox.actor()
    bot.do("guard = soloist.claim('bot', match='none')")
    bot.do("child = os.fork()\nif not child:\n    os.setsid()\n    import time\n    time.sleep(60)\n    os._exit(0)")
    child = bot.do("child")
    try:
        bot.signal(9)
        bot.ends()
        assert "held" in sandbox.actor().do("repr(soloist.claim('bot', match='none'))")
    finally:
        sandbox.run("kill", "-9", str(child))


def test_leaving_the_block_in_a_forked_child_releases_nothing(sandbox: Sandbox) -> None:
    sandbox.script(
        "block.py",
        """
import os, sys, soloist
with soloist.claim("bot", match="none"):
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        print("parent", soloist.status("bot", match="none").state, flush=True)
print("left", flush=True)
""",
    )
    done = sandbox.run(sys.executable, "block.py")
    assert done.stdout.splitlines() == ["left", "parent running", "left"], done.stderr


METHODS = ["fork", "spawn", "forkserver"]

WORKERS = """
import multiprocessing, os, sys
import soloist

GUARD = None if sys.argv[-1] == "guarded" else soloist.claim(on_conflict="replace", timeout=None)

def work(pipe):
    guard = soloist.claim(on_conflict="replace")
    status = soloist.status()
    pipe.send((guard.held, guard.record.pid, status.state, *status.problems))
    guard.release()

def main():
    guard = soloist.claim(on_conflict="replace")
    context = multiprocessing.get_context(sys.argv[1])
    here, there = context.Pipe()
    children = [context.Process(target=work, args=(there,)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    answers = {here.recv() for _ in children}
    print(answers == {(True, os.getpid(), "running")}, answers, guard.held, flush=True)
    sys.stdin.readline()

if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("place", ["guarded", "at import"])
def test_workers_of_multiprocessing_are_the_same_instance(sandbox: Sandbox, method: str, place: str) -> None:
    """Also where the claim is taken at import, which spawned workers do again."""
    sandbox.script("workers.py", WORKERS)
    bot = sandbox.python("workers.py", method, place)
    assert bot.line().startswith("True "), bot.stderr
    refused = sandbox.soloist("run", "--", sys.executable, "workers.py")
    assert (refused.returncode, f"pid {bot.pid}" in refused.stderr) == (75, True), refused.stderr
    bot.tell("")
    assert bot.ends() == 0, bot.stderr


RELOADER = """
import os, subprocess, sys
import soloist

guard = soloist.claim(on_conflict="replace")
if os.environ.get("RELOADED"):
    print("serving", guard.held, soloist.status().state, flush=True)
    sys.stdin.readline()
else:
    for _ in range(2):
        print(subprocess.call([sys.executable, *sys.argv], env={**os.environ, "RELOADED": "1"}), flush=True)
"""


def test_a_reloader_and_its_child_are_one_instance(sandbox: Sandbox) -> None:
    sandbox.script("reloader.py", RELOADER)
    bot = sandbox.python("reloader.py")
    for _ in range(2):
        bot.says("serving True running")
        assert sandbox.soloist("run", "--", sys.executable, "reloader.py").returncode == 75
        bot.tell("")
        bot.says("0")
    assert bot.ends() == 0, bot.stderr


def test_a_program_that_executes_itself_anew_claims_anew(sandbox: Sandbox) -> None:
    sandbox.script(
        "again.py",
        """
import os, sys, soloist
soloist.claim()
print(os.getpid(), flush=True)
if sys.argv[1:] != ["3"]:
    os.execv(sys.executable, [sys.executable, sys.argv[0], str(len(sys.argv[1:]) and int(sys.argv[1]) + 1 or 2)])
print(soloist.status().state, flush=True)
""",
    )
    done = sandbox.run(sys.executable, "again.py")
    assert done.stdout.split()[-1] == "running", done.stderr
    assert len(set(done.stdout.split()[:-1])) == 1
