"""A private place for each test, and programs in it that speak in lines: tests wait for words, never for time."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# How long anything may take before a test gives up.
DEADLINE = 60.0

COMMAND = Path(sysconfig.get_path("scripts")) / "soloist"

# A program that does what it is told, one Python expression or statement a line, and answers in JSON.
ACTOR = '''
import json, os, sys
import soloist

def main():
    scope = {"soloist": soloist, "os": os, "sys": sys}
    print(json.dumps({"ready": os.getpid()}), flush=True)
    while line := sys.stdin.readline():
        answer = {}
        try:
            code = json.loads(line)
            try:
                compiled = compile(code, "<order>", "eval")
            except SyntaxError:
                exec(compile(code, "<order>", "exec"), scope)
            else:
                answer["value"] = eval(compiled, scope)
        except BaseException as error:
            if isinstance(error, SystemExit):
                raise
            answer = {"error": type(error).__name__, "text": str(error)}
        print(json.dumps(answer, default=repr), flush=True)

if __name__ == "__main__":
    main()
'''


def _as_at_a_terminal() -> None:
    """Whatever the runner of the tests ignores (nohup, a job in the background), a program of a test does not."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


class Raised(Exception):
    """What an order raised inside the actor."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}: {text}")
        self.name = name
        self.text = text


class Running:
    """A process that a test started; the test's end is its end."""

    def __init__(self, words: list[str], **options: Any) -> None:
        self.errors: Path = options.pop("errors")
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                preexec_fn=_as_at_a_terminal,
                **options,
            )
        assert self.process.stdout is not None
        self._stream = self.process.stdout.fileno()
        self._buffer = b""

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def stderr(self) -> str:
        return self.errors.read_text()

    def line(self) -> str:
        """The next line that it prints."""
        until = time.monotonic() + DEADLINE
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([self._stream], [], [], max(0.0, until - time.monotonic()))
            assert ready, f"waited in vain for a line of {self.process.args}; stderr: {self.stderr}"
            piece = os.read(self._stream, 65536)
            assert piece, f"{self.process.args} has ended: {self.process.wait()}; stderr: {self.stderr}"
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode()

    def says(self, words: str) -> None:
        """Waits until a line is these words."""
        while self.line() != words:
            pass

    def is_silent(self) -> bool:
        """Whether it has said nothing that was not heard yet."""
        return not self._buffer and not select.select([self._stream], [], [], 0)[0]

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def ends(self, limit: float = DEADLINE) -> int:
        """Waits for its end; answers the exit code, or minus the signal's number."""
        return self.process.wait(limit)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass


class Actor(Running):
    """A running actor."""

    def __init__(self, words: list[str], **options: Any) -> None:
        super().__init__(words, **options)
        self.main_pid: int = json.loads(self.line())["ready"]

    def order(self, code: str) -> None:
        """Tells it what to do, without waiting for the answer."""
        self.tell(json.dumps(code))

    def answer(self) -> Any:
        answer = json.loads(self.line())
        if "error" in answer:
            raise Raised(answer["error"], answer["text"])
        return answer.get("value")

    def do(self, code: str) -> Any:
        """Tells it what to do, and answers what came of it."""
        self.order(code)
        return self.answer()

    def raises(self, code: str) -> Raised:
        with pytest.raises(Raised) as raised:
            self.do(code)
        return raised.value


class Sandbox:
    """A directory with the program `main.py`, and a state directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = root / "project"
        self.project.mkdir()
        self.script("main.py", ACTOR)
        self._running: list[Running] = []

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {
            **kept,
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONWARNINGS": "error",
            "SOLOIST_STATE_DIR": str(self.root / "state"),
        }

    def script(self, name: str, text: str) -> Path:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def _options(self, options: dict[str, Any]) -> dict[str, Any]:
        environment = {**self.environment, **options.pop("env", {})}
        errors = self.root / f"stderr-{len(self._running)}"
        return {"cwd": self.project, "env": environment, "errors": errors, **options}

    def _keep(self, running: Any) -> Any:
        self._running.append(running)
        return running

    def start(self, *words: str | Path, **options: Any) -> Running:
        """Starts a command."""
        running: Running = self._keep(Running([str(word) for word in words], **self._options(options)))
        return running

    def python(self, *words: str | Path, **options: Any) -> Running:
        """Starts this Python with these words."""
        return self.start(sys.executable, *words, **options)

    def actor(self, *words: str | Path, front: tuple[str | Path, ...] = (sys.executable,), **options: Any) -> Actor:
        """Starts an actor: `main.py`, or what the words say, by this Python, or by what stands in front."""
        command = [str(word) for word in (*front, *(words or ("main.py",)))]
        actor: Actor = self._keep(Actor(command, **self._options(options)))
        return actor

    def under_soloist(self, *options: str, **started: Any) -> Actor:
        """An actor under `soloist run`."""
        return self.actor(*options, "--", sys.executable, "main.py", front=(COMMAND, "run"), **started)

    def run(self, *words: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        environment = {**self.environment, **options.pop("env", {})}
        return subprocess.run(
            [str(word) for word in words],
            cwd=options.pop("cwd", self.project),
            env=environment,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            **options,
        )

    def soloist(self, *words: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        return self.run(COMMAND, *words, **options)

    def key_of(self, *command: str | Path) -> str:
        """The key of a command, as the `soloist` program sees it."""
        key: str = json.loads(self.soloist("status", "--json", "--", *command).stdout)["key"]
        return key

    def close(self) -> None:
        for running in reversed(self._running):
            running.close()


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    place = Sandbox(tmp_path)
    try:
        yield place
    finally:
        place.close()


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims of the test process itself stay private too."""
    monkeypatch.setenv("SOLOIST_STATE_DIR", str(tmp_path / "own-state"))


def waits_in_the_kernel(pid: int) -> None:
    """Returns when every thread of a process sleeps: it has nothing left to do but to wait."""
    until = time.monotonic() + DEADLINE
    calm = 0
    while calm < 3:
        assert time.monotonic() < until, "it never sleeps"
        states = {stat.rpartition(")")[2].split()[0] for stat in _of_threads(pid, "stat")}
        calm = calm + 1 if states == {"S"} else 0
        os.sched_yield()


def wakeups(pid: int) -> int:
    """How often the threads of a process have slept and been woken (`voluntary_ctxt_switches`, proc_pid_status(5))."""
    count = re.compile(r"^voluntary_ctxt_switches:\s+(\d+)$", re.MULTILINE)
    return sum(int(count.search(status)[1]) for status in _of_threads(pid, "status"))


def threads(pid: int) -> int:
    """How many threads of a process the system lists. One that was joined may be listed for a moment longer: joining
    ends at the thread's word in memory (`CLONE_CHILD_CLEARTID`, clone(2)), before the system forgets it."""
    return len(os.listdir(f"/proc/{pid}/task"))


def one_thread_is_left(pid: int) -> None:
    """Returns when a process has no thread but its first."""
    until = time.monotonic() + DEADLINE
    while threads(pid) > 1:
        assert time.monotonic() < until, f"threads: {[name.strip() for name in _of_threads(pid, 'comm')]}"
        os.sched_yield()


def _of_threads(pid: int, file: str) -> Iterator[str]:
    """What a file of each thread of a process says. A thread that ends meanwhile has none."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            yield (task / file).read_text()


INTERRUPT = signal.SIGINT
