"""Which program this interpreter runs, in the words by which the library knows it from outside too."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType, ModuleType

# Programs that run other people's code and are not it: two runs of a test runner are not one program.
_RUNNERS = frozenset({"pytest", "pytest.__main__", "py.test", "ipykernel_launcher"})

# Modules of the standard library that run a script without making it `__main__` (cProfile does since Python 3.12).
_FRAMES = frozenset({"cProfile", "profile", "trace"})


def program(command: Sequence[str] | None = None) -> tuple[list[str], str | None] | list[str] | str:
    """The `program` of a target: this interpreter's own, or that of a command."""
    if isinstance(command, (str, bytes)):
        raise TypeError("command: a list of words is wanted, not one string")
    if command is not None:
        return [str(word) for word in command]
    main = _main()
    if _is_frozen(main):
        return "executable"
    return (list(sys.orig_argv), _file(main)) if sys.orig_argv else "executable"


def _main() -> ModuleType | None:
    """The module that is the program. A worker of multiprocessing imports its parent's under another name."""
    return sys.modules.get("__mp_main__") or sys.modules.get("__main__")


def _is_frozen(main: ModuleType | None) -> bool:
    """PyInstaller, cx_Freeze and Nuitka make one executable of the program and the interpreter."""
    return bool(getattr(sys, "frozen", False)) or hasattr(main, "__compiled__")


# A finished script loses its `__file__` while threads and exit functions still run: the module, and its file.
_known: tuple[ModuleType, str] | None = None


def _file(main: ModuleType | None) -> str | None:
    """The script or the module's file; `None` at a prompt, for `python -c`, and in a runner."""
    global _known
    import os

    if main is None:
        return None
    spec = getattr(main, "__spec__", None)
    name = getattr(spec, "name", None)
    file = _file_in_frames() if name in _FRAMES else getattr(main, "__file__", None)
    if file is None and _known is not None and _known[0] is main:
        file = _known[1]
    if not isinstance(file, str) or file.startswith("<"):
        return None
    path = os.path.abspath(file)
    _known = (main, path)
    return None if {os.path.basename(file), name} & _RUNNERS else path


def _file_in_frames() -> str | None:
    """The file of the innermost code that runs as `__main__`."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_globals.get("__name__") == "__main__":
            return frame.f_globals.get("__file__")
        frame = frame.f_back
    return None


_file(_main())
