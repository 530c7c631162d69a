"""`async with`: the event loop stays free, and cancelling takes everything back (contract §6)."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
import soloist
from conftest import Sandbox, one_thread_is_left, threads, waits_in_the_kernel


def test_a_claim_in_a_coroutine() -> None:
    async def main() -> None:
        async with soloist.claim("bot") as guard:
            assert guard.held
            again = await soloist.claim("bot")
            assert again.held
            again.release()
            assert soloist.status("bot").state == "running"
        assert not guard.held

    asyncio.run(main())
    one_thread_is_left(os.getpid())
    soloist.claim("bot").release()


def test_a_refusal_in_a_coroutine(sandbox: Sandbox) -> None:
    bot = sandbox.actor(env={"SOLOIST_STATE_DIR": os.environ["SOLOIST_STATE_DIR"]})
    bot.do("guard = soloist.claim('bot')")

    async def main() -> None:
        with pytest.raises(soloist.Conflict) as refused:
            await soloist.claim("bot", match="none")
        assert refused.value.holder is not None and refused.value.holder.pid == bot.pid

    asyncio.run(main())


def test_the_loop_stays_free_and_cancelling_takes_it_back(sandbox: Sandbox) -> None:
    bot = sandbox.actor(env={"SOLOIST_STATE_DIR": os.environ["SOLOIST_STATE_DIR"]})
    bot.do("guard = soloist.claim('bot')")

    async def claims() -> None:
        async with soloist.claim("bot", match="none", on_conflict="wait"):
            raise AssertionError("it cannot be had")

    async def main() -> None:
        task = asyncio.create_task(claims())
        # The loop does other things while the wait lasts.
        while threads(os.getpid()) == 1:
            await asyncio.sleep(0)
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        one_thread_is_left(os.getpid())
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(claims(), 0.05)

    asyncio.run(main())
    one_thread_is_left(os.getpid())
    bot.do("guard.release()")
    soloist.claim("bot", match="none").release()


def test_cancelling_a_claim_that_was_just_made_releases_it() -> None:
    """Whichever comes first, nothing stays claimed."""

    async def claims() -> soloist.Guard:
        return await soloist.claim("bot")

    async def main() -> None:
        for turns in range(40):
            task = asyncio.create_task(claims())
            for _ in range(turns):
                await asyncio.sleep(0)
            if task.cancel():
                with pytest.raises(asyncio.CancelledError):
                    await task
            else:
                (await task).release()
            assert soloist.status("bot").state == "free"

    asyncio.run(main())


def test_a_claim_that_is_not_awaited_is_told_of() -> None:
    async def main() -> None:
        with pytest.warns(RuntimeWarning, match="async with"):
            soloist.claim("bot")
        guard = soloist.claim("bot")
        with pytest.raises(RuntimeError, match="nothing is claimed yet"):
            guard.record  # noqa: B018
        assert not guard.held
        # Without `async` the claim is made too, though the loop has to wait for it.
        with guard:
            assert guard.held

    asyncio.run(main())


def test_two_tasks_share_the_claim_of_their_process() -> None:
    async def worker() -> bool:
        async with soloist.claim("bot") as guard:
            await asyncio.sleep(0)
            return guard.held

    async def main() -> None:
        assert await asyncio.gather(*(worker() for _ in range(8))) == [True] * 8
        assert soloist.status("bot").state == "free"

    asyncio.run(main())


def test_the_loop_hears_signals_that_came_during_a_blocking_claim(sandbox: Sandbox) -> None:
    holder = sandbox.actor()
    holder.do("guard = soloist.claim('bot', match='none')")
    sandbox.script(
        "blocking.py",
        """
import asyncio, signal
import soloist

async def main():
    heard = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, heard.set)
    print("claims", flush=True)
    with soloist.claim("bot", match="none", on_conflict="wait"):
        await heard.wait()
        print("heard", flush=True)

asyncio.run(main())
""",
    )
    bot = sandbox.python("blocking.py")
    bot.says("claims")
    waits_in_the_kernel(bot.pid)
    bot.signal(signal.SIGUSR1)
    waits_in_the_kernel(bot.pid)
    holder.do("guard.release()")
    bot.says("heard")
    assert bot.ends() == 0, bot.stderr


def test_ctrl_c_ends_a_wait_in_a_coroutine(sandbox: Sandbox) -> None:
    sandbox.actor().do("guard = soloist.claim('bot', match='none')")
    sandbox.script(
        "waits.py",
        """
import asyncio, os
import soloist

async def main():
    async with soloist.claim("bot", match="none", on_conflict="wait"):
        pass

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted", flush=True)
    input()
""",
    )
    bot = sandbox.python("waits.py")
    waits_in_the_kernel(bot.pid)
    while threads(bot.pid) == 1:
        os.sched_yield()
    bot.signal(signal.SIGINT)
    bot.says("interrupted")
    one_thread_is_left(bot.pid)
