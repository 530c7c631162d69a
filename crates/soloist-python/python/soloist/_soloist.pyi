"""The compiled half of the package. Nobody but `soloist` itself calls it; it may change with any version.

Documents are JSON texts, as `docs/documents.md` describes them.
"""

import os
from typing import final

VERSION: str

def redacted(words: list[str]) -> list[str]:
    """An argument list as it may be shown: without secrets."""

@final
class Attempt:
    """A call that may wait, in a thread of its own. Its end is read from `fileno()`: a zero byte."""

    @property
    def done(self) -> bool:
        """Whether the call is done. To be asked after each reading: a full pipe has no room for the zero byte."""

    def fileno(self) -> int:
        """The descriptor to read from."""

    def wakeup_fileno(self) -> int:
        """For `signal.set_wakeup_fd`: the numbers of signals come out of `fileno()` too."""

    def interrupt(self) -> None:
        """Ends the wait."""

    def finish(self) -> tuple[Guard | None, str | None, str | None]:
        """Waits for the end of the call, once. A guard for a claim, a report (`soloist.stopped/1`) for a stop; a
        refusal (`soloist.conflict/1`, with the word `refusal`); none of them when the wait was interrupted.
        `OSError`."""

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
    `name`, `lock` and `telegram` (the variable and the token in it) is given; without any, the program is the key.
    `app_name` is what the record calls the application.
    """

    def __new__(
        cls,
        program: tuple[list[str], str | None] | list[str] | str,
        name: str | None,
        lock: str | os.PathLike[str] | None,
        telegram: tuple[str, str] | None,
        matching: str,
        override_supervisor: bool,
        app_name: str | None,
    ) -> Target: ...
    def key(self) -> str:
        """The name, the lock's real path, or the program's real path."""

    def claim(self, on_conflict: str, timeout: float | None, stop: tuple[float, str, bool]) -> Attempt:
        """Begins to claim."""

    def status(self) -> str:
        """`soloist.status/1`."""

    def stop(self, stop: tuple[float, str, bool]) -> Attempt:
        """Begins to end what runs."""
