"""Guards, results and refusals as values (contract §6)."""

from __future__ import annotations

import copy
import pickle
import threading

import pytest
import soloist


def test_a_guard_can_be_neither_made_nor_copied_nor_pickled() -> None:
    with soloist.claim("bot") as guard:
        for copies in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="cannot be copied or pickled"):
                copies(guard)
    with pytest.raises(TypeError, match="soloist.claim"):
        soloist.Guard()


def test_guards_of_one_key_share_one_claim() -> None:
    first = soloist.claim("bot")
    with soloist.claim("bot") as second:
        assert second.record == first.record
    assert first.held and not second.held
    assert soloist.status("bot").state == "running"
    first.release()
    first.release()
    assert soloist.status("bot").state == "free"
    with pytest.raises(RuntimeError, match="was released"), first:
        pass


def test_threads_share_the_claim_of_their_process() -> None:
    """Whoever is first claims for all; the last to leave releases."""
    barrier = threading.Barrier(8)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                barrier.wait()
                with soloist.claim("bot") as guard:
                    assert guard.held
        except BaseException as error:
            errors.append(error)
            barrier.abort()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert soloist.status("bot").state == "free"


def test_results_are_frozen_values() -> None:
    with soloist.claim("bot") as guard:
        status = soloist.status("bot")
    for value in (guard.record, status, status.holder, guard.record.origin):
        with pytest.raises(AttributeError, match="frozen"):
            setattr(value, "pid", 1)  # noqa: B010
        with pytest.raises(AttributeError, match="frozen"):
            delattr(value, "pid")  # noqa: B043
        assert pickle.loads(pickle.dumps(value)) == value == copy.deepcopy(value)
        assert hash(value) == hash(copy.copy(value))
        assert repr(value).startswith(f"{type(value).__name__}(")
    assert status != guard.record
    assert status.holder is not None and status.holder.started_at is not None
    assert status.holder.started_at.tzinfo is not None


def test_a_refusal_can_be_pickled() -> None:
    origin = {"kind": "systemd", "name": "bot.service"}
    process = {"pid": 7, "command": ["python", "main.py"], "started_at": "2026-01-02T03:04:05.6+00:00", "origin": origin}
    document = {
        "key": "bot",
        "holder": {**process, "program_pid": 8},
        "duplicates": [process],
        "ghosts": [],
        "problems": [{"code": "ghost", "message": "left behind", "remedy": "end it"}],
        "remedy": "soloist stop --name bot",
    }
    error = soloist.Conflict(document)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.holder) == (soloist.Conflict, str(error), error.holder)
    assert "started by systemd bot.service" in str(error)
    assert error.holder is not None and error.holder.started_at is not None
    assert error.holder.started_at.microsecond == 600000


def test_errors_have_one_base_and_their_exit_codes() -> None:
    kinds = [soloist.Conflict, soloist.Superseded, soloist.CannotStop]
    assert [kind.exit_code for kind in kinds] == [75, 76, 77]
    assert all(issubclass(kind, soloist.Error) and kind.__module__ == "soloist" for kind in kinds)


def test_a_list_of_words_is_a_command_and_a_string_is_none() -> None:
    with pytest.raises(TypeError, match="list of words"):
        soloist.status(command="python main.py")
    with pytest.raises(FileNotFoundError):
        soloist.status(command=["no-such-command-anywhere"])
