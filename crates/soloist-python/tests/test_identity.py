"""Which program a claim inside Python is about: the one that the `soloist` command means (contract §4)."""

from __future__ import annotations

import shutil
import sys
import sysconfig
import zipapp
from pathlib import Path

import pytest
from conftest import ACTOR, Sandbox


@pytest.fixture
def main(sandbox: Sandbox) -> str:
    return str(sandbox.project / "main.py")


WORDS = [
    ("main.py",),
    ("-u", "-X", "dev", "-W", "error", "main.py", "A"),
    ("-m", "main"),
    ("./main.py",),
    ("-m", "pdb", "-c", "continue", "main.py"),
    ("-m", "trace", "--count", "--coverdir=.", "main.py"),
    ("-m", "cProfile", "-o", "profile", "main.py"),
]


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_the_script_is_the_program_whatever_runs_it(sandbox: Sandbox, main: str, words: tuple[str, ...]) -> None:
    bot = sandbox.actor(*words)
    bot.do("guard = soloist.claim()")
    assert bot.do("guard.key") == main == sandbox.key_of(sys.executable, "main.py")
    assert bot.do("guard.record.app_name") == "main.py"
    assert sandbox.soloist("run", "--", sys.executable, "main.py").returncode == 75


def test_a_link_and_another_directory_make_no_difference(sandbox: Sandbox, main: str) -> None:
    (sandbox.project / "link.py").symlink_to("main.py")
    bot = sandbox.actor("link.py")
    bot.do("os.chdir('/')")
    assert bot.do("soloist.claim().key") == main


def test_a_package_is_its_main_file(sandbox: Sandbox) -> None:
    sandbox.script("pkg/__init__.py", "")
    file = sandbox.script("pkg/__main__.py", ACTOR)
    bot = sandbox.actor("-m", "pkg")
    assert bot.do("soloist.claim().key") == str(file) == sandbox.key_of(sys.executable, "-m", "pkg")
    assert sandbox.actor("pkg").raises("soloist.claim()").name == "Conflict"


def test_an_archive_is_one_file(sandbox: Sandbox) -> None:
    sandbox.script("app/__main__.py", ACTOR)
    archive = sandbox.project / "app.pyz"
    zipapp.create_archive(sandbox.project / "app", archive)
    bot = sandbox.actor("app.pyz")
    assert bot.do("soloist.claim().key") == str(archive) == sandbox.key_of(sys.executable, "app.pyz")


def test_a_script_that_executes_itself(sandbox: Sandbox, main: str) -> None:
    script = sandbox.script("bot", f"#!{sys.executable}\n{ACTOR}")
    script.chmod(0o755)
    bot = sandbox.actor("./bot", front=())
    assert bot.do("soloist.claim().key") == str(script) == sandbox.key_of("./bot")


def test_without_a_file_the_whole_command_is_the_key(sandbox: Sandbox) -> None:
    code = f"{ACTOR}"
    bot = sandbox.actor("-c", code)
    bot.do("guard = soloist.claim()")
    assert bot.do("guard.key") == sandbox.key_of(sys.executable, "-c", code)
    # Another command is another program, and the interpreter itself never is.
    other = sandbox.actor("-c", f"{ACTOR}\n")
    assert other.do("repr(soloist.claim(on_conflict='replace'))") != bot.do("repr(guard)")
    assert bot.do("guard.held") is True
    assert sandbox.actor("-c", code).raises("soloist.claim()").name == "Conflict"


def test_two_projects_are_two_programs(sandbox: Sandbox) -> None:
    sandbox.script("other/main.py", ACTOR)
    here, there = sandbox.actor(), sandbox.actor(cwd=sandbox.project / "other")
    here.do("guard = soloist.claim(on_conflict='replace')")
    there.do("guard = soloist.claim(on_conflict='replace')")
    assert [here.do("guard.held"), there.do("guard.held")] == [True, True]


def test_an_editor_and_a_reader_of_the_file_are_spared(sandbox: Sandbox) -> None:
    reader = sandbox.start("tail", "-f", "main.py")
    reader.line()
    pretender = sandbox.actor("-c", ACTOR, "main.py", "python", "main.py")
    sandbox.actor().do("guard = soloist.claim(on_conflict='replace')")
    assert reader.process.poll() is None
    assert pretender.do("1 + 1") == 2


# A test module, under pytest, that claims as the program's own code would.
UNDER_PYTEST = """
import os, signal
import soloist

def test_claims():
    with soloist.claim(on_conflict="replace") as guard:
        with open(os.environ["SAYS"], "w") as file:
            file.write(guard.key)
"""


def test_a_test_runner_is_nobodys_copy(sandbox: Sandbox) -> None:
    """A test that claims ends neither the live bot nor another project's tests."""
    live = sandbox.actor()
    live.do("guard = soloist.claim()")
    sandbox.script("test_it.py", UNDER_PYTEST)
    for words in (("-m", "pytest"), (str(Path(sys.executable).with_name("pytest")),)):
        said = sandbox.root / "said"
        words = (sys.executable, *words, "-q", "-p", "no:cacheprovider", "test_it.py")
        done = sandbox.run(*words, env={"SAYS": str(said)})
        assert done.returncode == 0, done.stdout
        assert said.read_text().startswith(f"{sys.executable}#"), "the whole command"
    assert live.do("guard.held") is True


@pytest.mark.full
def test_under_uv(sandbox: Sandbox, main: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    words = (uv, "run", "--offline", "--no-project", "--python", sys.executable, "main.py")
    bot = sandbox.actor(*words, front=(), env={"VIRTUAL_ENV": sys.prefix})
    assert bot.do("soloist.claim().key") == main
    assert sandbox.actor().raises("soloist.claim()").name == "Conflict"
    new = sandbox.actor()
    new.do("guard = soloist.claim(on_conflict='replace')")
    bot.ends()


@pytest.mark.full
def test_under_a_debugger(sandbox: Sandbox, main: str) -> None:
    bot = sandbox.actor(
        "-Xfrozen_modules=off", "-m", "debugpy", "--listen", "127.0.0.1:0", "main.py", env={"PYTHONWARNINGS": ""}
    )
    assert bot.do("soloist.claim().key") == main


@pytest.mark.full
def test_ipython_is_a_prompt_and_runs_scripts(sandbox: Sandbox, main: str) -> None:
    home = {"IPYTHONDIR": str(sandbox.root / "ipython"), "PYTHONWARNINGS": ""}
    code = "import soloist; print('key', soloist.claim().key)"
    done = sandbox.run(sys.executable, "-m", "IPython", "--colors=nocolor", "-c", code, env=home)
    (key,) = (line.split()[1] for line in done.stdout.splitlines() if line.startswith("key "))
    assert "#" in key, "the whole command"
    bot = sandbox.actor("-m", "IPython", "main.py", env=home)
    assert bot.do("soloist.claim().key") == main


def test_a_frozen_program_is_its_executable(sandbox: Sandbox) -> None:
    """As PyInstaller marks what it makes."""
    app = sandbox.project / "app"
    shutil.copy(Path(sys.executable).resolve(), app)
    home = {"PYTHONHOME": sys.base_prefix, "PYTHONPATH": sysconfig.get_path("platlib")}
    bot = sandbox.actor("-c", f"import sys\nsys.frozen = True\n{ACTOR}", front=("./app",), env=home)
    assert bot.do("soloist.claim().key") == str(app) == sandbox.key_of("./app")
    assert sandbox.soloist("run", "--", "./app", "-c", "pass").returncode == 75
