"""Waiting without being in the way: signals are heard, the event loop stays free, no thread is left behind.

The library's wait runs in a thread of its own that knows nothing of Python. The thread that asked sleeps in one read of
a pipe meanwhile, into which Python's signal handling writes too (`signal.set_wakeup_fd`): no signal is missed between
two looks, and handlers run as always. If one raises, as Ctrl-C does, the wait is ended and its thread joined before
the exception goes on its way.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal

    from . import _soloist
else:
    # What `signal` wraps, without the enumerations around it, which take longer to make than a claim.
    import _signal as signal


def run(attempt: _soloist.Attempt) -> None:
    """Sleeps until the attempt is done, or a signal handler raises; then the attempt is interrupted.

    Only the main thread hears signals. In every other there is nothing to listen for.
    """
    import os

    writer = attempt.wakeup_fileno()
    os.set_blocking(writer, False)
    try:
        before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    except ValueError:
        return
    try:
        while not attempt.done:
            _pass_on(os.read(attempt.fileno(), 4096), before)
    except BaseException:
        attempt.interrupt()
        raise
    finally:
        signal.set_wakeup_fd(before)


def _pass_on(heard: bytes, before: int) -> None:
    """Whoever listened for signals before (an event loop does) hears of them all the same."""
    import os

    numbers = heard.replace(b"\0", b"")
    if numbers and before != -1:
        try:
            os.write(before, numbers)
        except OSError:
            # Full: it will be woken anyway. Closed: nobody listens any more.
            pass


async def run_async(attempt: _soloist.Attempt) -> None:
    """The same in a coroutine, whose event loop stays free; cancelling interrupts the attempt."""
    import asyncio

    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    try:
        loop.add_reader(attempt.fileno(), done.set)
        try:
            await done.wait()
        finally:
            loop.remove_reader(attempt.fileno())
    except BaseException:
        attempt.interrupt()
        raise
