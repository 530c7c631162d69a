"""The compiled half of the package. Nobody but `soloist` itself calls it; it may change with any version.

Documents are JSON texts, as `docs/documents.md` describes them.
"""

import os
from typing import final

VERSION: str

def redacted(words: list[str]) -> list[str]:
    """An argument list as it may be shown: without secrets."""

@final
class Interrupt:
    """Ends the waits that are given it, once and for all; from any thread."""

    def __new__(cls) -> Interrupt: ...
    def set(self) -> None: ...

@final
class Guard:
    """A claim, until it is released or forgotten."""

    @property
    def nested(self) -> bool:
        """Somebody else keeps the claim: the soloist or the process above this one, or another guard here."""

    @property
    def record(self) -> str:
        """`soloist.record/1`: what the holder says of itself."""

    @property
    def replaced(self) -> str:
        """A list of process objects: what was ended for this claim."""

    def release(self) -> None:
        """Releases the claim and removes its files. `OSError` when a file cannot be removed."""

    def forget(self) -> None:
        """Closes a forked child's copies of the locks, and releases nothing."""

@final
class Target:
    """What is to be the only one of its kind.

    `program` is `(words, file)` for the script of this interpreter, a list of words for a command,
    `"executable"` for this process's own executable, or `"nothing"` where only the key counts. At most one of
    `name`, `lock` and `token` is given; without any, the program is the key.
    """

    def __new__(
        cls,
        program: tuple[list[str], str | None] | list[str] | str,
        name: str | None,
        lock: str | os.PathLike[str] | None,
        token: str | None,
        matching: str,
        override_supervisor: bool,
    ) -> Target: ...
    def key(self) -> str:
        """The name, the lock's real path, or the program's real path."""

    def claim(
        self, on_conflict: str, timeout: float | None, stop: tuple[float, str, bool], interrupt: Interrupt
    ) -> tuple[Guard | None, str | None]:
        """A guard, or a refusal, or neither when the wait was interrupted. Other threads run meanwhile."""

    def status(self) -> str:
        """`soloist.status/1`."""

    def stop(self, stop: tuple[float, str, bool], interrupt: Interrupt) -> tuple[str | None, str | None]:
        """`soloist.stopped/1`, and a refusal when something lives on; neither when it was interrupted."""
