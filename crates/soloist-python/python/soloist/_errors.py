"""Refusals. Errors of files and of permissions stay Python's own: `OSError` and its subclasses."""

from __future__ import annotations

from . import _results

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Error(Exception):
    """A refusal that explains itself; `str()` of it is what a person needs to know.

    key: what was to be claimed or stopped.
    holder: who has the claim, as far as it can be seen.
    duplicates: copies that run without a claim.
    ghosts: what earlier instances left behind.
    problems: what else is not as it should be.
    remedy: the one command to type next.
    exit_code: what `soloist run` would exit with, for `sys.exit(error.exit_code)`.
    """

    exit_code: int = 1
    _headline = "refused: {key}"

    key: str
    holder: _results.Holder | None
    duplicates: tuple[_results.Process, ...]
    ghosts: tuple[_results.Process, ...]
    problems: tuple[_results.Problem, ...]
    remedy: str

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self.key = document["key"]
        self.holder = document["holder"] and _results.Holder._of(document["holder"])
        self.duplicates = _results.processes(document["duplicates"])
        self.ghosts = _results.processes(document["ghosts"])
        self.problems = _results.problems(document["problems"])
        self.remedy = document["remedy"]
        super().__init__("\n  ".join(self._lines()))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._document,)

    def _lines(self) -> list[str]:
        lines = [self._headline.format(key=self.key)]
        holder = (self.holder,) if self.holder else ()
        lines.extend(map(_told, (*holder, *self.duplicates)))
        if not holder and not self.duplicates:
            lines.append("the claim is taken by a process that cannot be seen from here")
        lines.extend(problem.message for problem in self.problems if problem.code != "duplicates")
        return [*lines, f"to end it: {self.remedy}"]


def _told(process: _results.Process) -> str:
    since = process.started_at and process.started_at.astimezone().strftime("since %Y-%m-%d %H:%M:%S")
    origin = process.origin
    parts = (
        f"pid {process.pid}: {' '.join(process.command)}",
        process.cwd and f"in {process.cwd}",
        process.user and f"user {process.user}",
        since,
        origin.kind != "unknown" and f"started by {origin.kind} {origin.name or ''}".rstrip(),
    )
    return ", ".join(part for part in parts if part)


class Conflict(Error):
    """Another instance runs, or the time to wait for its end ran out."""

    exit_code = 75
    _headline = "another instance of {key} runs"


class Superseded(Error):
    """A newer instance claimed first, so this one yields: end the program."""

    exit_code = 76
    _headline = "a newer instance of {key} has taken over"


class CannotStop(Error):
    """The other instance could not be ended: another user's, kept by a supervisor, or it would not die.

    processes: after `soloist.stop()`, what became of each process that was to end.
    """

    exit_code = 77
    _headline = "the other instance of {key} could not be ended"

    processes: tuple[_results.Stopped, ...] = ()


for _class in (Error, Conflict, Superseded, CannotStop):
    _class.__module__ = "soloist"
del _class

_KINDS: dict[str, type[Error]] = {
    "conflict": Conflict,
    "superseded": Superseded,
    "cannot-stop": CannotStop,
}


def refusal(text: str) -> Error:
    """The refusal that a document tells of."""
    import json

    document = json.loads(text)
    return _KINDS[document["refusal"]](document)
