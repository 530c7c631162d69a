"""Single-instance enforcement for a bot: the hand-made `process_manager`, on top of soloist.

    from process_manager import enforce_single_instance

    process_manager = enforce_single_instance(auto_cleanup=True, force_cleanup=False)

Names, arguments, results, files and log lines are those of the hand-made module; what is different, and why, stands in
docs/process_manager.md. `python -m process_manager` tells how things are.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import soloist

from . import _processes, _signals
from ._processes import ProcessInfo
from ._words import say

__all__ = ["ProcessInfo", "ProcessManager", "create_process_manager", "enforce_single_instance"]

# How long a process may take to end by itself before SIGKILL, in seconds.
GRACE = 5.0

_APP_NAME = "telegram-voice-bot"
_LOCK_FILE = ".bot_instance.lock"
# The program that the hand-made module looks for.
_MAIN = "main.py"


if TYPE_CHECKING:
    _Stream = logging.StreamHandler[Any]
else:
    _Stream = logging.StreamHandler


class _UntilConfigured(_Stream):
    """Writes to stderr for a program that has not set up logging, and leaves it to its handlers once it has."""

    def emit(self, record: logging.LogRecord) -> None:
        if not logging.getLogger().handlers:
            super().emit(record)


def _logger() -> logging.Logger:
    logger = logging.getLogger("process_manager")
    if not logger.handlers:
        handler = _UntilConfigured()
        handler.setFormatter(logging.Formatter("%(asctime)s - %(name)s - %(levelname)s - %(message)s"))
        logger.addHandler(handler)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
    return logger


class ProcessManager:
    """Keeps a program single. The lock is `lock_file`, and its record is `lock_file` with `.info` behind it.

    app_name: a name for people; it stands in the record.
    lock_file: the lock's path; a relative one is in the working directory.
    """

    def __init__(self, app_name: str = _APP_NAME, lock_file: str | os.PathLike[str] = _LOCK_FILE) -> None:
        self.app_name = app_name
        self.lock_file = Path(os.path.abspath(lock_file))
        self.logger = _logger()
        self.lock: soloist.Guard | None = None

    def find_duplicate_processes(self, exclude_current: bool = True) -> list[ProcessInfo]:
        """The other instances: who has the lock, and the copies of the program that run without it.

        The program is the one that runs here. In another one than `main.py` (a prompt, a script that cleans up) it
        is also the `main.py` beside the lock file. With `exclude_current=False` this process is in the list too.
        """
        found = self._find(self._commands())
        return found if exclude_current else [*found, _processes.own()]

    def _find(self, commands: list[list[str] | None]) -> list[ProcessInfo]:
        """The other instances of these programs, the oldest first."""
        try:
            found = {process.pid: process for command in commands for process in self._others(command)}
        except OSError as error:
            self.logger.error(say("search-error", reason=error))
            return []
        return sorted(map(_processes.of, found.values()), key=lambda process: process.create_time)

    def _commands(self) -> list[list[str] | None]:
        """The programs that are looked for: `None` is the one that runs here."""
        main = self.lock_file.parent / _MAIN
        running = getattr(sys.modules.get("__main__"), "__file__", None)
        if not main.is_file() or (running and os.path.realpath(running) == os.path.realpath(main)):
            return [None]
        return [None, [sys.executable, str(main)]]

    def _others(self, command: list[str] | None) -> list[soloist.Process]:
        status = soloist.status(lock=self.lock_file, command=command)
        holder = status.holder
        if holder is None or self._is_held() or _is_own(holder):
            return [*status.duplicates]
        return [holder, *status.duplicates]

    def _is_held(self) -> bool:
        return self.lock is not None and self.lock.held

    def terminate_duplicate_processes(self, force: bool = False) -> dict[str, Any]:
        """Ends the other instances: SIGTERM, and SIGKILL after five seconds; with `force`, SIGKILL at once.

        Answers the counts `found`, `terminated` and `failed`, and in `processes` a dict for each with `pid`, `status`
        (`terminated`, `force_killed`, `timeout`, `failed`) and `signal`; for a failed one also `error`.
        """
        found = self.find_duplicate_processes()
        results: dict[str, Any] = {"found": len(found), "terminated": 0, "failed": 0, "processes": []}
        if not found:
            self.logger.info(say("none-found"))
            return results
        self.logger.info(say("found", count=len(found)))
        signal = "SIGKILL" if force else "SIGTERM"
        for process in found:
            self.logger.info(say("ending", pid=process.pid, signal=signal))
        self._stop(results, found, force)
        self.logger.info(say("summary", **{name: results[name] for name in ("found", "terminated", "failed")}))
        return results

    def _stop(self, results: dict[str, Any], found: list[ProcessInfo], force: bool) -> None:
        outcomes: dict[int, str] = {}
        for command in self._commands():
            try:
                stopped = soloist.stop(
                    lock=self.lock_file, command=command, grace=GRACE, stop_signal="KILL" if force else "TERM"
                )
            except soloist.CannotStop as error:
                stopped = error.processes
            except OSError as error:
                self.logger.error(say("search-error", reason=error))
                continue
            outcomes.update((process.pid, process.outcome) for process in stopped)
        for process in found:
            self._count(results, process.pid, outcomes.get(process.pid, "untouched"), force)

    def _count(self, results: dict[str, Any], pid: int, outcome: str, force: bool) -> None:
        """Adds what became of a process, and says it. One that was gone before it was asked counts for nothing."""
        if outcome == "vanished":
            return
        killed = force or outcome == "killed"
        entry = {"pid": pid, "status": _status(outcome, force), "signal": "SIGKILL" if killed else "SIGTERM"}
        results["processes"].append(entry)
        if entry["status"] in ("timeout", "failed"):
            results["failed"] += 1
            entry["error"] = say(outcome)
            self.logger.error(say("not-ended", pid=pid, reason=entry["error"]))
        else:
            results["terminated"] += 1
            sentence = "killed" if entry["status"] == "force_killed" else "ended"
            self.logger.info(say(sentence, pid=pid, signal="SIGTERM"))

    def acquire_lock(self, timeout: float = 5.0) -> bool:
        """Takes the lock alone, whatever copies run; waits for it up to `timeout` seconds, below 0 for ever."""
        if self._is_held():
            return True
        try:
            patience = None if timeout < 0 else timeout
            self._keep(
                soloist.claim(
                    lock=self.lock_file,
                    match="none",
                    on_conflict="wait",
                    timeout=patience,
                    app_name=self.app_name,
                )
            )
        except soloist.Error as error:
            self.logger.error(say("lock-timeout", timeout=timeout, path=self.lock_file))
            self._explain(error)
        except OSError as error:
            self.logger.error(say("lock-error", reason=error))
        return self._is_held()

    def _keep(self, guard: soloist.Guard) -> None:
        # In a coroutine a claim is made by entering it; here nobody awaits, so it is made at once.
        self.lock = guard.__enter__()
        self.logger.info(say("locked", path=self.lock_file))

    def release_lock(self) -> None:
        """Gives the lock up and removes its files; without a lock nothing happens."""
        guard, self.lock = self.lock, None
        if guard is None or not guard.held:
            return
        try:
            guard.release()
        except OSError as error:
            self.logger.error(say("unlock-error", reason=error))
        else:
            self.logger.info(say("unlocked", path=self.lock_file))

    def enforce_single_instance(self, auto_cleanup: bool = True, force_cleanup: bool = False) -> bool:
        """Makes this program the only instance; answers whether it is. The log says why not.

        auto_cleanup: end the other instances; else they are in the way.
        force_cleanup: end them with SIGKILL at once.
        """
        self.logger.info(say("checking"))
        started = _processes.own().create_time
        # A younger copy will ask for the lock itself, and yield or take over then.
        found = [process for process in self._find([None]) if process.create_time <= started]
        signal = "SIGKILL" if force_cleanup else "SIGTERM"
        if found:
            self.logger.info(say("found", count=len(found)))
        if found and not auto_cleanup:
            self.logger.error(say("no-cleanup"))
        elif found:
            self.logger.info(say("cleaning"))
            for process in found:
                self.logger.info(say("ending", pid=process.pid, signal=signal))
        return self._claim(auto_cleanup, signal)

    def _claim(self, auto_cleanup: bool, signal: str) -> bool:
        try:
            guard = soloist.claim(
                lock=self.lock_file,
                on_conflict="replace" if auto_cleanup else "refuse",
                grace=GRACE,
                stop_signal=signal,
                app_name=self.app_name,
            ).__enter__()
        except soloist.Error as error:
            self.logger.error(say("no-lock"))
            self._explain(error)
            return False
        except OSError as error:
            self.logger.error(say("lock-error", reason=error))
            return False
        for process in guard.replaced:
            self.logger.info(say("ended", pid=process.pid))
        self._keep(guard)
        self.logger.info(say("established"))
        return True

    def _explain(self, error: soloist.Error) -> None:
        """Who is in the way, and the command to type next."""
        holder = [error.holder] if error.holder else []
        for process in (*holder, *error.duplicates):
            self.logger.error(_processes.told(process))
        if not holder and not error.duplicates:
            self.logger.error(say("unseen"))
        for problem in error.problems:
            if problem.code != "duplicates":
                self.logger.error(problem.message)
        self.logger.error(say("remedy", remedy=error.remedy))

    def setup_signal_handlers(self) -> None:
        """Logs SIGTERM and SIGINT when they come, and leaves the rest to the handlers that are there already.

        A program without any ends in order, as by `sys.exit`; an event loop is never left in the middle of its work.
        """
        if _signals.install(self.logger):
            self.logger.info(say("handlers"))

    def get_status_report(self) -> dict[str, Any]:
        """How things are: `current_pid`, `lock_file`, `lock_acquired`, `duplicate_processes_count`,
        `duplicate_processes` (dicts with `pid`, `cmdline`, `create_time`, `status`), `single_instance_enforced`."""
        found = self.find_duplicate_processes()
        return {
            "current_pid": os.getpid(),
            "lock_file": str(self.lock_file),
            "lock_acquired": self._is_held(),
            "duplicate_processes_count": len(found),
            "duplicate_processes": [
                {
                    "pid": process.pid,
                    "cmdline": " ".join(process.cmdline),
                    "create_time": time.ctime(process.create_time),
                    "status": process.status,
                }
                for process in found
            ],
            "single_instance_enforced": self._is_held() and not found,
        }


def _is_own(holder: soloist.Holder) -> bool:
    """Whether this program has the claim: this process, or the one that runs it under the claim."""
    return holder.pid in (os.getpid(), os.getppid()) or os.environ.get("SOLOIST_PID") == str(holder.pid)


def _status(outcome: str, force: bool) -> str:
    """The word of the hand-made module."""
    if outcome == "killed":
        return "terminated" if force else "force_killed"
    return {"terminated": "terminated", "survived": "timeout"}.get(outcome, "failed")


def create_process_manager(app_name: str = _APP_NAME) -> ProcessManager:
    """A manager for the lock file `.bot_instance.lock` in the working directory."""
    return ProcessManager(app_name=app_name)


def enforce_single_instance(auto_cleanup: bool = True, force_cleanup: bool = False) -> ProcessManager:
    """Makes this program the only instance, or ends it with exit code 1 when it cannot be; the log says why.

    auto_cleanup: end the other instances; else they are in the way.
    force_cleanup: end them with SIGKILL at once, not with SIGTERM first.
    """
    manager = create_process_manager()
    manager.logger.info(say("initialising"))
    manager.setup_signal_handlers()
    if not manager.enforce_single_instance(auto_cleanup=auto_cleanup, force_cleanup=force_cleanup):
        manager.logger.error(say("critical"))
        manager.logger.error(say("stopping"))
        sys.exit(1)
    manager.logger.info(say("active"))
    return manager
