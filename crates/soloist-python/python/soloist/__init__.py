"""At most one instance of a program.

    import soloist

    with soloist.claim(on_conflict="replace"):
        run()

Exactly one runs, whoever starts it: the `soloist` command, a Rust program and Python meet on the same key. The kernel
keeps the claim, so a crash frees it at once and nothing stale blocks a start.
"""

from ._claim import Guard, claim, find_duplicates, status, stop
from ._errors import CannotStop, Conflict, Error, Superseded
from ._results import Holder, Origin, Problem, Process, Record, Status, Stopped
from ._soloist import VERSION as __version__

__all__ = [
    "CannotStop",
    "Conflict",
    "Error",
    "Guard",
    "Holder",
    "Origin",
    "Problem",
    "Process",
    "Record",
    "Status",
    "Stopped",
    "Superseded",
    "__version__",
    "claim",
    "find_duplicates",
    "status",
    "stop",
]
