"""Claiming, and the questions and orders beside it."""

from __future__ import annotations

import sys

from . import _errors, _held, _program, _results, _soloist

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator, Sequence
    from types import TracebackType
    from typing import Literal, NoReturn, TypeAlias

    from typing_extensions import Self

    PathLike: TypeAlias = str | os.PathLike[str]
    OnConflict: TypeAlias = Literal["refuse", "replace", "wait"]
    Match: TypeAlias = Literal["program", "command", "none"]


def _bot(variable: str | None) -> tuple[str, str] | None:
    """The variable and the bot's token in it: that is never an argument that a traceback could show."""
    if variable is None:
        return None
    import os

    token = os.environ.get(variable, "")
    if not token:
        raise ValueError(f"telegram: the environment variable {variable} is not set; it must hold the bot's token")
    return variable, token


def _target(
    name: str | None,
    lock: PathLike | None,
    telegram: str | None,
    match: Match = "program",
    override_supervisor: bool = False,
    command: Sequence[str] | None = None,
    app_name: str | None = None,
) -> _soloist.Target:
    if sum(key is not None for key in (name, lock, telegram)) > 1:
        raise ValueError("name, lock and telegram are three kinds of key: choose one")
    program = _program.program(command)
    return _soloist.Target(program, name, lock, _bot(telegram), match, override_supervisor, app_name)


class Guard:
    """A claim: the right to be the only instance. `soloist.claim()` makes it.

    It ends with its `with` block, with `release()`, or with the interpreter; a crash, `kill -9` or `os._exit` frees
    it too, because the kernel keeps it. It belongs to the process that took it: in a forked child it holds and
    releases nothing. It can be neither copied nor pickled. Guards of one key in one process share one claim, which
    is free when the last of them is released.
    """

    __slots__ = ("_key", "_begin", "_share", "_ended", "_record", "_replaced", "__weakref__")

    _key: str
    _begin: Callable[[], _soloist.Attempt]
    _share: _held.Held | None
    _ended: bool
    # Documents as the library tells them; most programs never ask, and to read them takes longer than to claim.
    _record: str | None
    _replaced: str

    def __new__(cls) -> Self:
        raise TypeError("a guard comes from soloist.claim()")

    @property
    def key(self) -> str:
        """What is unique: the name, the lock's real path, or the program's real path."""
        return self._key

    @property
    def held(self) -> bool:
        """Whether this guard has the claim now, in this process."""
        return self._share is not None and self._share.native is not None

    @property
    def record(self) -> _results.Record:
        """What the holder says of itself, in the record that others read. Under `soloist run` that is the soloist.

        `RuntimeError` before the claim is made.
        """
        import json

        if self._record is None:
            raise RuntimeError(_UNCLAIMED)
        return _results.Record._of(json.loads(self._record))

    @property
    def replaced(self) -> tuple[_results.Process, ...]:
        """The instances that were ended for this claim."""
        import json

        return _results.processes(json.loads(self._replaced))

    def release(self) -> None:
        """Gives the claim up and removes its files. Once is enough; again does nothing.

        `OSError` when a file cannot be removed; the claim is free all the same.
        """
        held, self._share, self._ended = self._share, None, True
        if held is not None:
            held.release()

    def __enter__(self) -> Self:
        from . import _wait

        while self._wants_claim():
            attempt = self._attempt()
            try:
                _wait.run(attempt)
            except BaseException:
                self._give_up(attempt)
                raise
            self._settle(attempt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    async def __aenter__(self) -> Self:
        from . import _wait

        while self._wants_claim():
            attempt = self._attempt()
            try:
                await _wait.run_async(attempt)
            except BaseException:
                self._give_up(attempt)
                raise
            self._settle(attempt)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def __await__(self) -> Generator[object, None, Self]:
        return self.__aenter__().__await__()

    def _wants_claim(self) -> bool:
        """Whether an attempt is needed: not where this process has the claim already."""
        if self._ended:
            raise RuntimeError(f"this claim of {self._key} was released; soloist.claim() makes a new one")
        if self._share is None:
            self._accept(_held.share(self._key))
        return self._share is None

    def _attempt(self) -> _soloist.Attempt:
        """Begins to claim. What wrong arguments or the system refuse is at its end, and nobody forgot to enter it."""
        try:
            return self._begin()
        except BaseException:
            self._ended = True
            raise

    def _settle(self, attempt: _soloist.Attempt) -> None:
        """Takes what came of an attempt. Nothing, when another thread of this process was just claiming or releasing:
        then it is worth another look."""
        try:
            native, _, refusal = attempt.finish()
            if refusal is not None:
                raise _errors.refusal(refusal) from None
            if native is None:
                raise InterruptedError("the wait for the claim was interrupted")
        except BaseException:
            self._ended = True
            raise
        if not native.nested or not _is_of_this_process(native):
            self._accept(_held.keep(self._key, native))

    def _give_up(self, attempt: _soloist.Attempt) -> None:
        """Interrupts an attempt and joins it, and takes back what it has got all the same.

        The wait has interrupted it already, except where the exception came before it listened or after: a handler may
        raise anywhere.
        """
        self._ended = True
        attempt.interrupt()
        native, _, _ = attempt.finish()
        if native is not None:
            native.release()

    def _accept(self, share: _held.Held | None) -> None:
        if share is not None and share.native is not None:
            self._share = share
            self._record = share.native.record
            self._replaced = share.native.replaced

    def __del__(self) -> None:
        if not getattr(self, "_ended", True) and self._share is None and self._record is None:
            import warnings

            warnings.warn(_UNCLAIMED, RuntimeWarning, stacklevel=2, source=self)

    def __repr__(self) -> str:
        state = "held" if self.held else "released" if self._ended else "not held"
        return f"<soloist.Guard of {self._key}, {state}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a soloist.Guard cannot be copied or pickled: a claim belongs to one process")

    def __copy__(self) -> NoReturn:
        self.__reduce_ex__(0)

    def __deepcopy__(self, memo: object) -> NoReturn:
        self.__reduce_ex__(0)


Guard.__module__ = "soloist"

_UNCLAIMED = (
    "nothing is claimed yet: in a coroutine write 'async with soloist.claim():' or 'await soloist.claim()'"
)


def _is_of_this_process(native: _soloist.Guard) -> bool:
    import json
    import os

    return bool(json.loads(native.record)["pid"] == os.getpid())


def _loop_runs() -> bool:
    """Whether this thread runs an event loop, which a wait must not block. Without asyncio there is none."""
    asyncio = sys.modules.get("asyncio")
    running = getattr(asyncio, "_get_running_loop", None)
    return running is not None and running() is not None


def claim(
    name: str | None = None,
    *,
    lock: PathLike | None = None,
    telegram: str | None = None,
    on_conflict: OnConflict = "refuse",
    timeout: float | None = None,
    grace: float = 30.0,
    match: Match = "program",
    stop_signal: str = "TERM",
    kill: bool = True,
    override_supervisor: bool = False,
    app_name: str | None = None,
) -> Guard:
    """Claims to be the only instance.

        with soloist.claim(on_conflict="replace"):
            run()

    In a coroutine the claim is made by `async with soloist.claim():` or `await soloist.claim()`, and the event loop
    stays free; everywhere else at once, and without `with` it is kept until `release()` or the interpreter's end.

    What must be unique is the program itself, as the `soloist` command knows it (the script or the module that
    this interpreter runs), or one of

    name: a name, for this user: letters, digits, `.`, `_`, `-`, at most 64.
    lock: a lock file, which other tools see too; the record is `LOCK.info`.
    telegram: the environment variable that holds a bot's token; the bot's id is the key.

    What happens when the key is taken, or copies of the program run without a claim:

    on_conflict: `refuse` raises `Conflict`; `replace` ends the old ones, waits until their whole process trees are
        gone, and claims; `wait` stands by.
    timeout: how long to `wait`, in seconds; past it, `Conflict`. None: for ever.
    grace: how long `replace` lets the old ones end by themselves, in seconds, before SIGKILL.
    match: which copies count: those with the same `program` file, those with the same arguments too (`command`), or
        `none`.
    stop_signal: with what `replace` asks: TERM, INT, HUP, QUIT, USR1, USR2 or KILL.
    kill: whether SIGKILL may follow.
    override_supervisor: end also what systemd, pm2 or another supervisor would start again.
    app_name: what the record calls the application; by default the key's name, or the program's file name.

    Raises `Conflict`; `Superseded` when a newer instance has claimed; `CannotStop` when the old one lives on;
    `OSError` (`PermissionError` …) when the lock cannot be kept there; `ValueError` for wrong arguments. A claim
    inside the same process tree (a worker, a reloader's child, a program under `soloist run`) is the same claim.
    """
    if timeout is not None and on_conflict != "wait":
        raise ValueError("timeout: only on_conflict='wait' waits; how long 'replace' is patient is its grace")
    target = _target(name, lock, telegram, match, override_supervisor, app_name=app_name)
    key = target.key()
    guard = object.__new__(Guard)
    guard._key, guard._share, guard._ended, guard._record, guard._replaced = key, None, False, None, "[]"
    stop = (float(grace), stop_signal, kill)
    guard._begin = lambda: target.claim(on_conflict, timeout, stop)
    return guard if _loop_runs() else guard.__enter__()


def status(
    name: str | None = None,
    *,
    lock: PathLike | None = None,
    telegram: str | None = None,
    match: Match = "program",
    command: Sequence[str] | None = None,
) -> _results.Status:
    """How a key stands: who has the claim, which copies run without one. Takes no lock and writes nothing.

    The key is that of `claim()`; `command`, as a list of words, asks about another program than this one.
    Raises `OSError` when processes or the lock file cannot be looked at.
    """
    import json

    return _results.Status._of(json.loads(_target(name, lock, telegram, match, False, command).status()))


def find_duplicates(
    name: str | None = None,
    *,
    lock: PathLike | None = None,
    telegram: str | None = None,
    match: Match = "program",
    command: Sequence[str] | None = None,
) -> tuple[_results.Process, ...]:
    """The copies of the program that run without a claim, this process and its own tree left out.

    Arguments and errors are those of `status()`.
    """
    return status(name, lock=lock, telegram=telegram, match=match, command=command).duplicates


def stop(
    name: str | None = None,
    *,
    lock: PathLike | None = None,
    telegram: str | None = None,
    match: Match = "program",
    command: Sequence[str] | None = None,
    grace: float = 30.0,
    stop_signal: str = "TERM",
    kill: bool = True,
    override_supervisor: bool = False,
) -> tuple[_results.Stopped, ...]:
    """Ends the holder, the copies and what earlier instances left behind; answers what became of each.

    This process, what started it and what it started are never ended. The key is that of `claim()`; `command`, as a
    list of words, means another program than this one; the rest is as for `claim()`.

    Raises `CannotStop`, with the same answer in its `processes`, when something lives on; `OSError`.
    """
    import json

    from . import _wait

    target = _target(name, lock, telegram, match, override_supervisor, command)
    attempt = target.stop((float(grace), stop_signal, kill))
    try:
        _wait.run(attempt)
    except BaseException:
        attempt.interrupt()
        raise
    finally:
        _, report, refusal = attempt.finish()
    if report is None:
        raise InterruptedError("the wait for their end was interrupted")
    processes = tuple(map(_results.Stopped._of, json.loads(report)["processes"]))
    if refusal is not None:
        error = _errors.refusal(refusal)
        if isinstance(error, _errors.CannotStop):
            error.processes = processes
        raise error
    return processes

