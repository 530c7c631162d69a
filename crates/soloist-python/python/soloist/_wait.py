"""Waiting without being in the way: signals are heard, the event loop stays free, no thread is left behind.

The library's wait runs in a thread of its own. The thread that asked sleeps in one read of a pipe meanwhile, into
which Python's signal handling writes too (`signal.set_wakeup_fd`): no signal is missed between two looks, and
handlers run as always. If one raises, as Ctrl-C does, the wait is ended and its thread joined before the exception
goes on its way.
"""

from __future__ import annotations

from ._soloist import Interrupt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Thread
    from typing import Any, TypeVar

    T = TypeVar("T")


_DONE = b"\0"


class _Work:
    """A call in a thread of its own, and what came of it."""

    def __init__(self, call: Callable[[Interrupt], Any], then: Callable[[], object]) -> None:
        import threading

        self.interrupt = Interrupt()
        self._call = call
        self._then = then
        self._results: list[Any] = []
        self._errors: list[BaseException] = []
        self._thread: Thread = threading.Thread(target=self._run, name="soloist-wait", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._results.append(self._call(self.interrupt))
        except BaseException as error:
            self._errors.append(error)
        self._then()

    def result(self) -> Any:
        """Joins the thread, and answers as it did."""
        self._thread.join()
        if self._errors:
            raise self._errors[0]
        return self._results[0]

    def undo(self, undo: Callable[[Any], object]) -> None:
        """Joins the thread, and takes back what it did."""
        self._thread.join()
        for result in self._results:
            undo(result)


def run(call: Callable[[Interrupt], T], undo: Callable[[T], object]) -> T:
    """Makes a call that may wait. When a signal handler raises, the call is ended and its result undone.

    Only the main thread hears signals; in every other the call is simply made.
    """
    import os
    import signal

    reader, writer = os.pipe()
    try:
        os.set_blocking(writer, False)
        try:
            before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        except ValueError:
            return call(Interrupt())
        try:
            return _listen(call, undo, reader, writer, before)
        finally:
            signal.set_wakeup_fd(before)
    finally:
        os.close(reader)
        os.close(writer)


def _listen(
    call: Callable[[Interrupt], T], undo: Callable[[T], object], reader: int, writer: int, before: int
) -> T:
    import os

    def done() -> None:
        # Were the pipe full of signals' numbers, it would have to be emptied first.
        while True:
            try:
                os.write(writer, _DONE)
                return
            except BlockingIOError:
                os.set_blocking(writer, True)

    try:
        work = _Work(call, done)
    except RuntimeError:
        # The interpreter is ending, or the system has no more threads.
        return call(Interrupt())
    try:
        while True:
            heard = os.read(reader, 4096)
            _pass_on(heard.replace(_DONE, b""), before)
            if _DONE in heard:
                result: T = work.result()
                return result
    except BaseException:
        work.interrupt.set()
        work.undo(undo)
        raise


def _pass_on(numbers: bytes, before: int) -> None:
    """Whoever listened for signals before (an event loop does) hears of them all the same."""
    import os

    if numbers and before != -1:
        try:
            os.write(before, numbers)
        except OSError:
            # Full: it will be woken anyway. Closed: nobody listens any more.
            pass


async def run_async(call: Callable[[Interrupt], T], undo: Callable[[T], object]) -> T:
    """The same for `async with`: the event loop stays free, and cancelling ends the call and undoes its result."""
    import asyncio

    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def done() -> None:
        try:
            loop.call_soon_threadsafe(ended.set)
        except RuntimeError:
            # The loop is closed: nobody waits any more.
            pass

    work = _Work(call, done)
    try:
        await ended.wait()
        result: T = work.result()
        return result
    except BaseException:
        work.interrupt.set()
        work.undo(undo)
        raise
