"""What the drop-in tells of a process."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass

import soloist
from soloist import _soloist

from ._words import say

# The letters of proc(5) in psutil's words.
_STATES = {
    "R": "running",
    "S": "sleeping",
    "D": "disk-sleep",
    "T": "stopped",
    "t": "tracing-stop",
    "Z": "zombie",
    "X": "dead",
    "I": "idle",
}


@dataclass
class ProcessInfo:
    """A process.

    pid: its number.
    cmdline: its argument list, without secrets.
    name: its name, as `ps` shows it.
    create_time: when it started, in Unix seconds.
    status: `running`, `sleeping`, `stopped`, `zombie` …, in psutil's words.
    """

    pid: int
    cmdline: list[str]
    name: str
    create_time: float
    status: str


def of(process: soloist.Process) -> ProcessInfo:
    """The same process, as this module tells of it."""
    name, state, started = _kernel(process.pid)
    if started is None:
        started = process.started_at.timestamp() if process.started_at else 0.0
    return ProcessInfo(process.pid, list(process.command), name, started, state)


def own() -> ProcessInfo:
    """This process."""
    pid = os.getpid()
    name, state, started = _kernel(pid)
    return ProcessInfo(pid, _soloist.redacted(sys.orig_argv), name, started or 0.0, state)


def told(process: soloist.Process) -> str:
    """The process in one sentence."""
    since = process.started_at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if process.started_at else "?"
    command = " ".join(process.command)
    return say("process", pid=process.pid, command=command, directory=process.cwd, user=process.user, since=since)


def _kernel(pid: int) -> tuple[str, str, float | None]:
    """Name, state and start of a process, from `/proc/PID/stat` (proc(5)). The name ends at the last `)`."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            head, _, rest = file.read().rpartition(")")
    except OSError:
        return "unknown", "unknown", None
    fields = rest.split()
    ago = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return head.partition("(")[2], _STATES.get(fields[0], fields[0]), time.time() - ago
