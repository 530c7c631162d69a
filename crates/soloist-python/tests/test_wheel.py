"""What is installed: two packages, the command, and what describes them."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path

import process_manager
import soloist
from conftest import COMMAND, Sandbox

DISTRIBUTION = importlib.metadata.distribution("soloist")


def test_the_metadata_is_complete() -> None:
    metadata = DISTRIBUTION.metadata
    assert metadata["Version"] == soloist.__version__
    assert metadata["License-Expression"] == "MIT OR Apache-2.0"
    assert sorted(metadata.get_all("License-File", [])) == ["LICENSE-APACHE", "LICENSE-MIT"]
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata.get_all("Requires-Dist") is None
    classifiers = metadata.get_all("Classifier", [])
    version = f"Programming Language :: Python :: {sys.version_info.major}.{sys.version_info.minor}"
    assert {version, "Typing :: Typed", "Operating System :: POSIX :: Linux"} <= set(classifiers)
    assert metadata["Description-Content-Type"].startswith("text/markdown")
    assert "with soloist.claim" in (metadata["Description"] or DISTRIBUTION.read_text("METADATA") or "")


def test_both_packages_are_typed() -> None:
    for module in (soloist, process_manager):
        assert module.__file__ is not None
        assert (Path(module.__file__).parent / "py.typed").is_file()


def test_every_name_is_documented() -> None:
    for module in (soloist, process_manager):
        for name in module.__all__:
            value = getattr(module, name)
            assert name == "__version__" or (value.__doc__ or "").strip(), name


def test_the_command_comes_with_it(sandbox: Sandbox) -> None:
    version = sandbox.soloist("--version")
    assert version.stdout.split()[-1] == soloist.__version__
    again = sandbox.run(sys.executable, "-m", "soloist", "list", "--json")
    assert json.loads(again.stdout)["claims"] == []
    assert sandbox.run(sys.executable, "-m", "soloist", "status", "--name", "x").returncode == 3


def test_the_command_is_a_program_of_its_own() -> None:
    assert COMMAND.read_bytes()[:4] == b"\x7fELF"


def test_importing_is_light(sandbox: Sandbox) -> None:
    # With what `site` imports anyway: os and its like.
    code = "import sys, os; before = set(sys.modules); import soloist; print(*(set(sys.modules) - before))"
    words = (sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append({_site()!r}); {code}")
    loaded = set(sandbox.run(*words).stdout.split())
    assert "soloist" in loaded
    assert {name for name in loaded if not name.startswith("soloist")} <= {"__future__", "atexit"}


def _site() -> str:
    assert soloist.__file__ is not None
    return str(Path(soloist.__file__).parent.parent)
