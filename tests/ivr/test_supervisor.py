"""Workers that die, hang or cannot start: real processes that speak the worker's words, without telephony."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable

import pytest

from ivr import spare, supervisor
from ivr.supervisor import Phase, Supervisor

GOOD = """
import sys, threading, time
HEALTH = '"calls":0,"most":50,"answered":0,"refused":0,"failed":0,"late_ms":0,"draining":false'
def words():
    while True:
        print('{"type":"report","health":{' + HEALTH + '}}', flush=True)
        time.sleep(0.05)
print("a library prints what it likes", flush=True)
print('{"type":"ready","port":5060,"seconds":0.1}', flush=True)
threading.Thread(target=words, daemon=True).start()
for line in sys.stdin:
    if line.strip() == "drain":
        break
"""
SPARE = (
    """
import sys
print('{"type":"standby"}', flush=True)
number = sys.stdin.readline()
if not number:
    raise SystemExit
"""
    + GOOD
)
MUTE = """
import time
print('{"type":"ready","port":5060,"seconds":0.1}', flush=True)
time.sleep(60)
"""
BROKEN = """
print('{"type":"failed","reason":"the pack is damaged"}', flush=True)
raise SystemExit(1)
"""
DEADLINE = 200.0
"""Seconds; only ends a hang: on a busy machine a Python needs long to start."""


def watched(program: str, workers: int, what: Callable[[Supervisor], Awaitable[None]], spare: str = "") -> Supervisor:
    """Run ``what`` beside a supervisor of such workers, and of such a spare where there is to be one."""

    async def run() -> Supervisor:
        def command(number: int) -> list[str]:
            return [sys.executable, "-c", spare if number == supervisor.SPARE else program]

        own = Supervisor(workers, command, spare=bool(spare))
        task = asyncio.create_task(own.run())
        try:
            async with asyncio.timeout(DEADLINE):
                await what(own)
        finally:
            own._stop.set()
            await task
        return own

    return asyncio.run(run())


async def until(condition: Callable[[], bool]) -> None:
    """Wait for it; the deadline of ``watched`` ends a wait that is in vain."""
    while not condition():
        await asyncio.sleep(0.01)


def test_a_killed_worker_is_replaced_and_the_other_untouched() -> None:
    async def kill(own: Supervisor) -> None:
        await until(lambda: all(worker.line is not None for worker in own.workers))
        first, second = (worker.health.pid for worker in own.workers)
        os.kill(first, signal.SIGKILL)
        await until(lambda: own.workers[0].health.pid not in (0, first) and own.workers[0].line is not None)
        assert own.workers[1].health.pid == second

    assert watched(GOOD, 2, kill).workers[0].restarts == 1


def test_a_worker_that_falls_silent_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "SILENCE", 0.3)

    async def wait(own: Supervisor) -> None:
        await until(lambda: own.workers[0].restarts >= 1)
        assert "not reported" in own.workers[0].reason

    watched(MUTE, 1, wait)


def test_why_a_worker_cannot_start_is_known() -> None:
    async def wait(own: Supervisor) -> None:
        await until(lambda: own.workers[0].phase is Phase.DOWN and own.workers[0].reason != "")

    assert watched(BROKEN, 1, wait).workers[0].reason == "the pack is damaged"


def test_renewing_leaves_somebody_serving_at_every_moment() -> None:
    async def renew(own: Supervisor) -> None:
        await until(lambda: all(worker.phase is Phase.SERVING for worker in own.workers))
        before = [worker.health.pid for worker in own.workers]
        renewing = asyncio.create_task(own.renew())
        while not renewing.done():
            assert any(worker.phase is Phase.SERVING for worker in own.workers)
            await asyncio.sleep(0.01)
        after = [worker.health.pid for worker in own.workers]
        assert not set(before) & set(after)

    watched(GOOD, 2, renew)


def test_ending_waits_for_the_workers() -> None:
    async def end(own: Supervisor) -> None:
        await until(lambda: own.workers[0].phase is Phase.SERVING)
        await own.end()
        assert own.workers[0].phase is Phase.DOWN

    watched(GOOD, 1, end)


def test_a_spare_takes_the_place_of_a_killed_worker_and_another_is_loaded() -> None:
    async def kill(own: Supervisor) -> None:
        await until(lambda: own.spare_ready)
        waiting = own._spare._process.pid
        os.kill(own.workers[0].health.pid, signal.SIGKILL)
        await until(lambda: own.workers[0].health.pid == waiting and own.workers[0].line is not None)
        await until(lambda: own.spare_ready)
        assert own._spare._process.pid != waiting

    watched(GOOD, 2, kill, SPARE)


def test_a_spare_that_dies_is_loaded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spare, "FIRST_PAUSE", 0.01)

    async def kill(own: Supervisor) -> None:
        await until(lambda: own.spare_ready)
        waiting = own._spare._process.pid
        os.kill(waiting, signal.SIGKILL)
        await until(lambda: own.spare_ready and own._spare._process.pid != waiting)
        assert [worker.restarts for worker in own.workers] == [0, 0]

    watched(GOOD, 2, kill, SPARE)


def test_renewing_takes_no_spare_that_was_loaded_before() -> None:
    async def renew(own: Supervisor) -> None:
        await until(lambda: own.spare_ready)
        waiting = own._spare._process.pid
        await own.renew()
        assert waiting not in [worker.health.pid for worker in own.workers]

    watched(GOOD, 2, renew, SPARE)
