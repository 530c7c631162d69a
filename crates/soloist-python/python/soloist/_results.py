"""What is answered: frozen objects with the fields of the JSON documents (docs/documents.md)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any, Literal, NoReturn

    from typing_extensions import Self


class _Frozen:
    """Fields that are set once, by the document that they come from."""

    __slots__ = ()

    @classmethod
    def _of(cls, document: Mapping[str, Any]) -> Self:
        """Takes the fields that this class knows, and no others."""
        found = object.__new__(cls)
        for name in cls._fields():
            object.__setattr__(found, name, cls._value(name, document.get(name)))
        return found

    @classmethod
    def _fields(cls) -> tuple[str, ...]:
        return tuple(name for base in reversed(cls.__mro__) for name in getattr(base, "__slots__", ()))

    @classmethod
    def _value(cls, name: str, value: Any) -> Any:
        if name == "started_at":
            return _moment(value)
        if name == "origin":
            return Origin._of(value or {"kind": "unknown"})
        return tuple(value) if isinstance(value, list) else value

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be removed")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields())
        return f"{type(self).__name__}({fields})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self._values())

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self._fields())


def _rebuild(cls: type[_Frozen], values: tuple[Any, ...]) -> _Frozen:
    found = object.__new__(cls)
    for name, value in zip(cls._fields(), values):
        object.__setattr__(found, name, value)
    return found


def _moment(text: str | None) -> datetime | None:
    """RFC 3339, with the offset that all times of the documents have. Python 3.10 wants six digits of a second."""
    if text is None:
        return None
    from datetime import datetime

    whole, offset = text[:-6], text[-6:]
    second, _, fraction = whole.partition(".")
    return datetime.fromisoformat(f"{second}.{fraction:0<6.6}{offset}")


class Origin(_Frozen):
    """What started a process.

    kind: `systemd`, `container`, `cron`, `pm2`, `supervisord`, `launchd`, `windows-service`, `tmux`, `screen`,
        `ssh`, `terminal` or `unknown`.
    name: the unit, container, program or session, where there is one.
    """

    __slots__ = ("kind", "name")
    kind: str
    name: str | None


class Process(_Frozen):
    """A process as it was when it was looked at. What cannot be seen of it is `None`.

    pid: its number, in the pid namespace of this process.
    birth: what tells it from every other process with that number: boot, pid namespace, pid, start.
    user: the name of the user it runs as.
    started_at: when it started; for a holder, when it claimed.
    command: its argument list, without secrets.
    cwd: its working directory.
    program: the real path of the program file: the script, or the executable.
    origin: what started it.
    """

    __slots__ = ("pid", "birth", "user", "started_at", "command", "cwd", "program", "origin")
    pid: int
    birth: str | None
    user: str | None
    started_at: datetime | None
    command: tuple[str, ...]
    cwd: str | None
    program: str | None
    origin: Origin


class Holder(Process):
    """The process that has a claim.

    program_pid: the program, which is another process where a `soloist run` holds the claim for it.
    """

    __slots__ = ("program_pid",)
    program_pid: int | None


class Stopped(Process):
    """A process that was to end.

    outcome: `terminated` (it was asked, and ended), `killed` (SIGKILL ended it), `vanished` (it was gone before it
        was asked), `survived`, `denied` (this user may not signal it), `managed` (left to its supervisor, which would
        start it again).
    seconds: how long it took.
    """

    __slots__ = ("outcome", "seconds")
    outcome: Literal["terminated", "killed", "vanished", "survived", "denied", "managed"]
    seconds: float


class Problem(_Frozen):
    """Something that is not as it should be.

    code: one of a few words, for programs: `ghost`, `duplicates`, `lock-removed`, `lock-replaced`, `managed`,
        `foreign-user`, `other-namespace`, `foreign-lock`, `survived`.
    message: what is wrong, for people.
    remedy: what to type or do.
    """

    __slots__ = ("code", "message", "remedy")
    code: str
    message: str
    remedy: str


class Record(_Frozen):
    """What a holder says of itself: a label for people, and proof of nothing.

    pid: the process that has the claim.
    timestamp: when it claimed, in Unix seconds.
    app_name: a short name: the key's, or the program's file name.
    key: what is unique.
    birth: what tells the process from every other with that number.
    host, user: where, and as whom.
    started_at: when it claimed.
    command: its argument list, without secrets.
    cwd: its working directory.
    program: the real path of the program file.
    lock: the visible lock file, for a key that is one.
    origin: what started it.
    version: the version of soloist that claimed.
    """

    __slots__ = (
        "pid",
        "timestamp",
        "app_name",
        "key",
        "birth",
        "host",
        "user",
        "started_at",
        "command",
        "cwd",
        "program",
        "lock",
        "origin",
        "version",
    )
    pid: int
    timestamp: int
    app_name: str
    key: str
    birth: str
    host: str
    user: str
    started_at: datetime | None
    command: tuple[str, ...]
    cwd: str | None
    program: str | None
    lock: str | None
    origin: Origin
    version: str


class Status(_Frozen):
    """How a key stands.

    key: what is unique.
    state: `running` (exactly one healthy instance), `free` (none), `trouble` (the problems say what is wrong).
    holder: who has the claim.
    duplicates: copies that run without a claim.
    ghosts: what earlier instances left behind.
    lock: the visible lock file, for a key that is one.
    state_path: the lock file in the private state directory.
    problems: what is not as it should be.
    unseen: how many processes could not be looked into; `None` where the system hides them all.
    """

    __slots__ = (
        "key",
        "state",
        "holder",
        "duplicates",
        "ghosts",
        "lock",
        "state_path",
        "problems",
        "unseen",
    )
    key: str
    state: Literal["running", "free", "trouble"]
    holder: Holder | None
    duplicates: tuple[Process, ...]
    ghosts: tuple[Process, ...]
    lock: str | None
    state_path: str
    problems: tuple[Problem, ...]
    unseen: int | None

    @classmethod
    def _of(cls, document: Mapping[str, Any]) -> Self:
        lock = document["lock"]
        return super()._of({**document, "lock": lock["path"], "state_path": lock["state_path"]})

    @classmethod
    def _value(cls, name: str, value: Any) -> Any:
        if name == "holder":
            return value and Holder._of(value)
        if name in ("duplicates", "ghosts"):
            return processes(value)
        if name == "problems":
            return problems(value)
        return value


def processes(documents: list[dict[str, Any]]) -> tuple[Process, ...]:
    """The processes of a document."""
    return tuple(map(Process._of, documents))


def problems(documents: list[dict[str, Any]]) -> tuple[Problem, ...]:
    """The problems of a document."""
    return tuple(map(Problem._of, documents))
