"""What a typed program writes; `mypy --strict` reads it, nobody runs it."""

from __future__ import annotations

import datetime
from pathlib import Path

import process_manager
import soloist


def claims() -> None:
    with soloist.claim(lock=Path("bot.lock"), on_conflict="wait", timeout=5.0) as guard:
        key: str = guard.key
        record: soloist.Record = guard.record
        moment: datetime.datetime | None = record.started_at
        replaced: tuple[soloist.Process, ...] = guard.replaced
        print(key, moment, replaced)
    soloist.claim("bot").release()


async def claims_in_a_coroutine() -> None:
    async with soloist.claim(telegram="BOT_TOKEN", match="none") as guard:
        print(guard.held)
    (await soloist.claim()).release()


def looks() -> None:
    status: soloist.Status = soloist.status(command=["python", "main.py"])
    if status.state == "trouble":
        print([problem.remedy for problem in status.problems])
    if status.holder is not None:
        print(status.holder.program_pid, status.holder.origin.kind)
    stopped: tuple[soloist.Stopped, ...] = soloist.stop("bot", grace=1.0)
    print([process.seconds for process in stopped])


def is_refused() -> int:
    try:
        soloist.claim()
    except soloist.CannotStop as error:
        print(error.processes)
        return error.exit_code
    except soloist.Error as error:
        print(error.remedy, error.holder)
    return 1


def drop_in() -> None:
    manager: process_manager.ProcessManager = process_manager.enforce_single_instance(auto_cleanup=True)
    found: list[process_manager.ProcessInfo] = manager.find_duplicate_processes()
    print([process.cmdline for process in found], manager.acquire_lock(timeout=1.0))
