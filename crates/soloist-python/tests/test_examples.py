"""Every Python example of the documents runs, as a program of its own."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from conftest import Sandbox

ROOT = Path(__file__).parents[3]

PAGES = [
    "README.md",
    "docs/python.md",
    "docs/process_manager.md",
    "crates/soloist-python/README.md",
]


def _examples() -> list[object]:
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text()
        for match in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            line = text[: match.start()].count("\n") + 1
            found.append(pytest.param(match[1], id=f"{page}:{line}"))
    return found


@pytest.mark.parametrize("example", _examples())
def test_an_example_runs(sandbox: Sandbox, example: str) -> None:
    sandbox.script("example.py", example)
    done = sandbox.run(sys.executable, "example.py")
    assert done.returncode == 0, done.stderr


def test_every_page_has_examples() -> None:
    pages = {str(getattr(example, "id", "")).rpartition(":")[0] for example in _examples()}
    assert pages == set(PAGES)
