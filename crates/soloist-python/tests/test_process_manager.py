"""The drop-in: names, results, files and log lines of the hand-made module, and what is right now (contract §6)."""

from __future__ import annotations

import dataclasses
import inspect
import json
import os
import signal
import sys
from pathlib import Path

import process_manager
import pytest
from conftest import Actor, Raised, Sandbox, waits_in_the_kernel

RUSSIAN = {"LANG": "ru_RU.UTF-8", "PYTHONIOENCODING": "utf-8"}

ENFORCE = "from process_manager import enforce_single_instance\nmanager = enforce_single_instance()"

MANUAL = """
from process_manager import create_process_manager

manager = create_process_manager()
results = manager.terminate_duplicate_processes({})
print(f"Terminated: {{results['terminated']}}")
print(results)
"""


def _files(sandbox: Sandbox) -> list[str]:
    return sorted(path.name for path in sandbox.project.iterdir() if path.name.startswith(".bot"))


def _manager(sandbox: Sandbox, **options: object) -> Actor:
    bot = sandbox.actor(**options)
    bot.do("from process_manager import *\nmanager = create_process_manager()")
    return bot


def test_names_and_defaults_are_the_old_ones() -> None:
    defaults = {
        process_manager.create_process_manager: {"app_name": "telegram-voice-bot"},
        process_manager.enforce_single_instance: {"auto_cleanup": True, "force_cleanup": False},
        process_manager.ProcessManager: {"app_name": "telegram-voice-bot", "lock_file": ".bot_instance.lock"},
        process_manager.ProcessManager.find_duplicate_processes: {"exclude_current": True},
        process_manager.ProcessManager.terminate_duplicate_processes: {"force": False},
        process_manager.ProcessManager.acquire_lock: {"timeout": 5.0},
        process_manager.ProcessManager.enforce_single_instance: {"auto_cleanup": True, "force_cleanup": False},
    }
    for function, wanted in defaults.items():
        parameters = inspect.signature(function).parameters.values()
        assert {one.name: one.default for one in parameters if one.name != "self"} == wanted, function
    fields = [field.name for field in dataclasses.fields(process_manager.ProcessInfo)]
    assert fields == ["pid", "cmdline", "name", "create_time", "status"]


def test_a_start_replaces_what_runs_and_says_so_as_before(sandbox: Sandbox) -> None:
    old = sandbox.actor()
    old.do(ENFORCE)
    copy = sandbox.actor()
    new = sandbox.actor(env=RUSSIAN)
    new.do(ENFORCE)
    assert (old.ends(), copy.ends()) == (0, -15)
    lines = [line.split(" - ", 2)[2] for line in new.stderr.splitlines()]
    wanted = [
        "INFO - Инициализация single-instance enforcement...",
        "INFO - Проверка single-instance enforcement...",
        "INFO - Найдено 2 дублирующих процессов",
        "INFO - Автоматическая очистка дублирующих процессов...",
        f"INFO - Завершение процесса PID {old.pid} сигналом SIGTERM",
        f"INFO - Завершение процесса PID {copy.pid} сигналом SIGTERM",
        f"INFO - Процесс PID {old.pid} успешно завершён",
        f"INFO - Процесс PID {copy.pid} успешно завершён",
        "INFO - Single-instance enforcement успешно установлен",
        "INFO - ✅ Single-instance enforcement активирован",
    ]
    assert [line for line in lines if line in wanted] == wanted, lines


def test_the_log_is_english_elsewhere(sandbox: Sandbox) -> None:
    bot = sandbox.actor()
    bot.do(ENFORCE)
    assert "INFO - Single-instance enforcement is in place" in bot.stderr
    assert bot.stderr.isascii() or "✅" in bot.stderr


def test_the_programs_own_logging_is_used(sandbox: Sandbox) -> None:
    bot = sandbox.actor()
    bot.do("import logging; logging.basicConfig(format='own %(levelname)s %(message)s', level=logging.INFO)")
    bot.do(ENFORCE)
    assert all(line.startswith("own INFO ") for line in bot.stderr.splitlines())


def test_the_files_come_and_go(sandbox: Sandbox) -> None:
    bot = sandbox.actor()
    bot.do(ENFORCE)
    assert _files(sandbox) == [".bot_instance.lock", ".bot_instance.lock.info"]
    record = json.loads((sandbox.project / ".bot_instance.lock.info").read_text())
    assert (record["pid"], isinstance(record["timestamp"], int)) == (bot.pid, True)
    bot.do("manager.release_lock()\nmanager.release_lock()")
    assert _files(sandbox) == []
    assert bot.do("manager.lock") is None


def test_the_record_tells_the_applications_name(sandbox: Sandbox) -> None:
    bot = sandbox.actor()
    record = sandbox.project / ".bot_instance.lock.info"
    bot.do("from process_manager import *\nmanager = create_process_manager('voice of token=hunter2hunter2')")
    for claim in ("acquire_lock", "enforce_single_instance"):
        assert bot.do(f"manager.{claim}()") is True
        assert json.loads(record.read_text())["app_name"] == "voice of token=<redacted>"
        bot.do("manager.release_lock()")


def test_removing_the_files_lets_nobody_in(sandbox: Sandbox) -> None:
    bot = sandbox.actor()
    bot.do(ENFORCE)
    for name in _files(sandbox):
        (sandbox.project / name).unlink()
    other = sandbox.actor()
    assert other.do("from process_manager import *\nenforce = create_process_manager().enforce_single_instance") is None
    assert other.do("enforce(auto_cleanup=False)") is False
    assert bot.do("manager.get_status_report()['lock_acquired']") is True


def test_a_refused_start_exits_1_with_the_reasons(sandbox: Sandbox) -> None:
    holder = sandbox.actor()
    holder.do(ENFORCE)
    sandbox.script("start.py", "from process_manager import enforce_single_instance\nenforce_single_instance(False)\n")
    done = sandbox.run(sys.executable, "start.py", env=RUSSIAN)
    assert done.returncode == 1
    for told in ("КРИТИЧЕСКАЯ ОШИБКА", "Auto cleanup отключён", f"PID {holder.pid}: ", "soloist stop --lock"):
        assert told in done.stderr
    assert holder.do("1 + 1") == 2


@pytest.mark.parametrize("how", ["file", "-c", "prompt"])
def test_manual_cleanup(sandbox: Sandbox, how: str) -> None:
    """The page's own snippet, in a script, as `python -c`, and at a prompt."""
    holder = sandbox.actor()
    holder.do(ENFORCE)
    copy = sandbox.actor()
    spared = sandbox.start("tail", "-f", "main.py")
    code = MANUAL.format("")
    sandbox.script("cleanup.py", code)
    words = {"file": ["cleanup.py"], "-c": ["-c", code], "prompt": ["-"]}[how]
    done = sandbox.run(sys.executable, *words, input=code if how == "prompt" else None)
    first, second = done.stdout.splitlines()
    assert first == "Terminated: 2", done.stderr
    ended = [{"pid": one.pid, "status": "terminated", "signal": "SIGTERM"} for one in (holder, copy)]
    assert eval(second) == {"found": 2, "terminated": 2, "failed": 0, "processes": ended}
    assert (holder.ends(), copy.ends(), spared.process.poll()) == (0, -15, None)


def test_what_does_not_listen_is_killed(sandbox: Sandbox) -> None:
    stubborn = sandbox.actor()
    stubborn.do("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    code = "import process_manager; process_manager.GRACE = 0.1\n" + MANUAL.format("")
    done = sandbox.run(sys.executable, "-c", code)
    assert f"[{{'pid': {stubborn.pid}, 'status': 'force_killed', 'signal': 'SIGKILL'}}]" in done.stdout
    assert stubborn.ends() == -9


def test_force_kills_at_once(sandbox: Sandbox) -> None:
    copy = sandbox.actor()
    done = sandbox.run(sys.executable, "-c", MANUAL.format("force=True"))
    assert f"[{{'pid': {copy.pid}, 'status': 'terminated', 'signal': 'SIGKILL'}}]" in done.stdout
    assert copy.ends() == -9


def test_nothing_found(sandbox: Sandbox) -> None:
    done = sandbox.run(sys.executable, "-c", MANUAL.format(""), env=RUSSIAN)
    assert done.stdout.splitlines()[1] == str({"found": 0, "terminated": 0, "failed": 0, "processes": []})
    assert "Дублирующие процессы не найдены" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_what_may_not_be_signalled_has_failed(sandbox: Sandbox) -> None:
    for directory in (sandbox.project, *sandbox.project.parents):
        if not directory.stat().st_mode & 0o001:
            directory.chmod(directory.stat().st_mode | 0o011)
    # The words of another user's process can be read, but not where it is: an absolute path says it.
    copy = sandbox.actor(sandbox.project / "main.py")
    state = sandbox.root / "nobody"
    state.mkdir()
    os.chown(state, 65534, 65534)
    bot = _manager(sandbox, env={"SOLOIST_STATE_DIR": str(state / "state")})
    bot.do("import soloist._wait, json, signal, threading, datetime")
    bot.do("os.setuid(65534)\nresults = manager.terminate_duplicate_processes()")
    assert bot.do("[results['failed'], results['terminated'], results['processes'][0]['status']]") == [1, 0, "failed"]
    assert copy.do("1 + 1") == 2


def test_the_report(sandbox: Sandbox) -> None:
    copy = sandbox.actor("main.py", "--token=123456789:AAF-nobody-may-see-this-secret-0123456")
    bot = _manager(sandbox)
    report = bot.do("manager.get_status_report()")
    (duplicate,) = report["duplicate_processes"]
    assert set(duplicate) == {"pid", "cmdline", "create_time", "status"}
    assert duplicate["pid"] == copy.pid
    assert duplicate["cmdline"].startswith(f"{sys.executable} main.py") and "AAF" not in duplicate["cmdline"]
    assert report == {
        "current_pid": bot.pid,
        "lock_file": str(sandbox.project / ".bot_instance.lock"),
        "lock_acquired": False,
        "duplicate_processes_count": 1,
        "duplicate_processes": [duplicate],
        "single_instance_enforced": False,
    }
    assert bot.do("manager.enforce_single_instance()") is True
    report = bot.do("manager.get_status_report()")
    assert (report["lock_acquired"], report["single_instance_enforced"]) == (True, True)


def test_processes_are_told_of_as_before(sandbox: Sandbox) -> None:
    bot = _manager(sandbox)
    copy = sandbox.actor()
    assert bot.do("[process.pid for process in manager.find_duplicate_processes()]") == [copy.pid]
    assert bot.do("sorted(p.pid for p in manager.find_duplicate_processes(False))") == sorted([bot.pid, copy.pid])
    bot.do("(found,) = manager.find_duplicate_processes()\nimport time")
    assert bot.do("found.cmdline") == [sys.executable, "main.py"]
    assert bot.do("[found.name, found.status]") == [
        Path(f"/proc/{copy.pid}/comm").read_text().strip(),
        "sleeping",
    ]
    assert bot.do("0 <= time.time() - found.create_time < 60")


def test_the_lock_alone(sandbox: Sandbox) -> None:
    first, second = _manager(sandbox), _manager(sandbox)
    assert first.do("manager.acquire_lock()") is True
    assert first.do("manager.acquire_lock()") is True
    assert second.do("manager.acquire_lock(0.05)") is False
    assert f"PID {first.pid}" in second.stderr
    second.order("manager.acquire_lock(-1)")
    first.do("manager.release_lock()")
    assert second.answer() is True


def test_a_lock_that_cannot_be_kept_is_no_lock(sandbox: Sandbox) -> None:
    bot = sandbox.actor()
    bot.do("from process_manager import *\nmanager = ProcessManager('bot', 'nowhere/bot.lock')")
    assert bot.do("manager.acquire_lock()") is False
    assert bot.do("manager.enforce_single_instance()") is False


def test_two_starts_leave_one(sandbox: Sandbox) -> None:
    crowd = [sandbox.actor() for _ in range(4)]
    for bot in crowd:
        bot.order(ENFORCE)
    ended = 0
    for bot in crowd:
        try:
            bot.answer()
        except (AssertionError, Raised):
            pass
    for bot in crowd:
        status = sandbox.soloist("status", "--json", "--lock", ".bot_instance.lock")
        holder = json.loads(status.stdout)["holder"]["pid"]
        if bot.pid != holder:
            # One that is ended before it has set up its handlers dies of the signal.
            assert bot.ends() in (0, 1, -15)
            ended += 1
    assert ended == 3


def test_the_diagnosis(sandbox: Sandbox) -> None:
    holder = sandbox.actor()
    holder.do(ENFORCE)
    done = sandbox.run(sys.executable, "-m", "process_manager")
    lines = done.stdout.splitlines()
    assert lines[0] == "=== PROCESS MANAGER DIAGNOSTIC ==="
    assert lines[2] == f"Lock file: {sandbox.project}/.bot_instance.lock"
    assert lines[3] == "Duplicate processes: 1"
    assert lines[4] == f"  PID {holder.pid}: {sys.executable} main.py"
    assert lines[-1] == "Single instance enforced: False"
    assert holder.do("1 + 1") == 2


def test_the_programs_own_handlers_stay(sandbox: Sandbox) -> None:
    bot = _manager(sandbox)
    bot.do("import signal\nsignal.signal(signal.SIGTERM, lambda *_: os.write(1, b'own\\n'))")
    bot.do("manager.setup_signal_handlers()\nmanager.setup_signal_handlers()")
    bot.signal(signal.SIGTERM)
    bot.says("own")
    assert bot.do("1 + 1") == 2
    assert bot.stderr.count("SIGTERM") == 1
    waits_in_the_kernel(bot.pid)
    bot.signal(signal.SIGINT)
    assert bot.ends() == -signal.SIGINT, "by KeyboardInterrupt, as Python's own handler has it"


def test_a_program_without_handlers_ends_in_order(sandbox: Sandbox) -> None:
    bot = sandbox.actor()
    bot.do(ENFORCE)
    bot.signal(signal.SIGTERM)
    assert bot.ends() == 0
    assert _files(sandbox) == []


def test_an_event_loop_is_not_left_in_the_middle_of_its_work(sandbox: Sandbox) -> None:
    sandbox.script(
        "loop.py",
        """
import asyncio, signal
from process_manager import enforce_single_instance

async def main():
    manager = enforce_single_instance()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("polls", manager.lock.held, flush=True)
    await stop.wait()
    print("finishes its work", flush=True)
    manager.release_lock()

asyncio.run(main())
""",
    )
    bot = sandbox.python("loop.py")
    bot.says("polls True")
    bot.signal(signal.SIGTERM)
    bot.says("finishes its work")
    assert bot.ends() == 0, bot.stderr


def test_the_handlers_in_a_loop_without_its_own(sandbox: Sandbox) -> None:
    """The signal does what it would do without the module; it raises nothing into whatever runs."""
    sandbox.script(
        "loop.py",
        """
import asyncio
from process_manager import enforce_single_instance

async def main():
    enforce_single_instance()
    try:
        print("polls", flush=True)
        await asyncio.sleep(3600)
    finally:
        print("torn away", flush=True)

asyncio.run(main())
""",
    )
    bot = sandbox.python("loop.py")
    bot.says("polls")
    bot.signal(signal.SIGTERM)
    assert bot.ends() == -15
    assert bot.process.stdout is not None and bot.process.stdout.read() == b""
