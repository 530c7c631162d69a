"""The claims of this process: each is kept once, however many guards share it, until the last is released.

A claim that nobody releases is kept until the interpreter ends, so `soloist.claim()` without `with` is no trap. A
forked child starts without any.
"""

from __future__ import annotations

import _thread
import atexit
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import _soloist


class Held:
    """One claim of this process."""

    __slots__ = ("key", "native", "count")

    def __init__(self, key: str, native: _soloist.Guard) -> None:
        self.key = key
        # None: it was released, or this is a forked child.
        self.native: _soloist.Guard | None = native
        self.count = 1

    def release(self) -> None:
        """One guard fewer; the last releases the claim."""
        with _lock:
            self.count -= 1
            if self.count > 0 or self.native is None:
                return
            native, self.native = self.native, None
            if _held.get(self.key) is self:
                del _held[self.key]
            # While nobody else in this process can find it gone and claim anew.
            native.release()


_held: dict[str, Held] = {}
_lock = _thread.allocate_lock()


def share(key: str) -> Held | None:
    """The claim that this process has already."""
    with _lock:
        held = _held.get(key)
        if held is not None:
            held.count += 1
        return held


def keep(key: str, native: _soloist.Guard) -> Held:
    """Remembers a new claim."""
    held = Held(key, native)
    with _lock:
        _held[key] = held
    return held


@atexit.register
def _release_all() -> None:
    """At an ordinary end of the interpreter. Any other end frees the claims too: the kernel keeps them."""
    for held in list(_held.values()):
        held.count = 1
        try:
            held.release()
        except OSError:
            # A file that cannot be removed is left to the next start, which it does not block.
            pass


def _forget_all() -> None:
    """In a forked child: it neither holds nor releases what its parent has."""
    global _lock
    _lock = _thread.allocate_lock()
    for held in _held.values():
        if held.native is not None:
            held.native.forget()
            held.native = None
    _held.clear()


os.register_at_fork(after_in_child=_forget_all)
