"""`python -m soloist`: the command that was installed beside this package."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path


def command() -> Path:
    """The installed `soloist` command."""
    user = sysconfig.get_preferred_scheme("user")
    places = [sysconfig.get_path("scripts"), sysconfig.get_path("scripts", user)]
    # `pip install --target DIR` puts commands into DIR/bin.
    places.append(str(Path(__file__).resolve().parent.parent / "bin"))
    found = [path for path in (Path(place) / "soloist" for place in places) if path.is_file()]
    if not found:
        raise FileNotFoundError(f"the soloist command is in none of {', '.join(places)}; install soloist again")
    return found[0]


if __name__ == "__main__":
    path = command()
    os.execv(path, [str(path), *sys.argv[1:]])
