"""Keeps the workers alive: starts them, watches their reports, replaces what died or hangs, drains for updates.

::

    starting ──ready──> serving ──"drain"──> draining ──last call──> ended
        └──────────── died, or silent for 5 s ──> killed, started again after a pause that doubles

A worker that dies takes only its own calls with it, and a spare that has loaded everything (``ivr.spare``) takes its
place at once. The pause begins at half a second and is forgotten once a worker
has served for a minute, so that one that cannot start does not eat the machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from ivr.line import Health
from ivr.spare import Spare, serve_as
from ivr.words import LOADING, Failed, Ready, Report, Standby, decode

SILENCE = 5.0
"""Seconds without a report after which a serving worker is taken for hung."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
SETTLED = 60.0
ROUND = SILENCE / 5

SPARE = -1
"""The number of the worker that is none yet."""


class Phase(StrEnum):
    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"
    DOWN = "down"


class WorkerHealth(msgspec.Struct, frozen=True):
    """``line`` is None until the worker serves. ``reason``: why it is down."""

    number: int
    phase: Phase
    port: int
    pid: int
    restarts: int
    line: Health | None
    reason: str = ""


class Worker:
    """One watched process. ``command``: what to run when there is no ``spare`` to take."""

    def __init__(
        self, number: int, command: Sequence[str], changed: Callable[[], None], spare: Spare | None = None
    ) -> None:
        self.number, self._command, self._changed, self._spare = number, command, changed, spare
        self._process: asyncio.subprocess.Process | None = None
        self._heard = 0  # words of the worker
        self.phase = Phase.DOWN
        self.port = self.restarts = 0
        self.line: Health | None = None
        self.reason = ""

    @property
    def health(self) -> WorkerHealth:
        pid = self._process.pid if self._process is not None and self._process.returncode is None else 0
        return WorkerHealth(self.number, self.phase, self.port, pid, self.restarts, self.line, self.reason)

    async def keep(self) -> None:
        """Run it, again and again, until cancelled; then kill it."""
        pause = FIRST_PAUSE
        try:
            while True:
                began = time.monotonic()
                await self._once()
                if time.monotonic() - began > SETTLED:
                    pause = FIRST_PAUSE
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
                self.restarts += 1
        finally:
            self.kill()

    async def drain(self) -> None:
        """Let no new call in; ``keep`` starts a fresh one after the last call."""
        process = self._process
        if process is None or process.stdin is None or self.phase is not Phase.SERVING:
            return
        self._enter(Phase.DRAINING)
        with contextlib.suppress(OSError):
            process.stdin.write(b"drain\n")
            await process.stdin.drain()

    def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _once(self) -> None:
        self._enter(Phase.STARTING)
        self._process = self._from_spare() or await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the supervisor: it ends its workers, they need not hear it too
        )
        watch = asyncio.create_task(self._watch())
        try:
            await self._listen(self._process)
            await self._process.wait()
        finally:
            watch.cancel()
            self.kill()
            await self._process.wait()
            self.line = None
            self._enter(Phase.DOWN)

    def _from_spare(self) -> asyncio.subprocess.Process | None:
        process = self._spare.take() if self._spare is not None else None
        if process is not None and process.stdin is not None:
            process.stdin.write(serve_as(self.number))
        return process

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            self._heard += 1
            match decode(line):
                case Ready(port):
                    self.port, self.reason = port, ""
                    self._enter(Phase.SERVING)
                case Report(health):
                    self.line = health
                case Failed(reason):
                    self.reason = reason
                case Standby() | None:
                    pass

    async def _watch(self) -> None:
        """Time is counted in rounds of ours: when the whole machine stood still, that is one round, and what the worker
        said meanwhile is read before it is over."""
        silent = 0.0
        while True:
            before = self._heard
            await asyncio.sleep(ROUND)
            silent = silent + ROUND if self._heard == before else 0.0
            allowed = LOADING if self.phase is Phase.STARTING else SILENCE
            if silent >= allowed:
                self.reason = f"it had not reported for {allowed:.0f} seconds and was ended"
                self.kill()

    def _enter(self, phase: Phase) -> None:
        if phase is not self.phase:
            self.phase = phase
            self._changed()


class Supervisor:
    """``command(number)``: how worker ``number`` is started, with ``SPARE`` a spare one, kept where ``spare`` is true.
    ``told`` hears every change, for the console."""

    def __init__(
        self,
        workers: int,
        command: Callable[[int], Sequence[str]],
        told: Callable[[Sequence[WorkerHealth]], None] = lambda workers: None,
        spare: bool = False,
    ) -> None:
        self._told = told
        self._spare = Spare(command(SPARE)) if spare else None
        self._stop = asyncio.Event()
        self._ending = False
        self.workers = [Worker(number, command(number), self._changed, self._spare) for number in range(workers)]

    @property
    def health(self) -> list[WorkerHealth]:
        return [worker.health for worker in self.workers]

    @property
    def spare_ready(self) -> bool:
        return self._spare is not None and self._spare.ready

    async def run(self) -> None:
        """Until SIGINT, or SIGTERM and the last call; SIGUSR1 renews the workers one after the other."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._stop.set)
        loop.add_signal_handler(signal.SIGTERM, lambda: loop.create_task(self.end()))
        loop.add_signal_handler(signal.SIGUSR1, lambda: loop.create_task(self.renew()))
        kept = [asyncio.create_task(worker.keep()) for worker in self.workers]
        if self._spare is not None:
            kept.append(asyncio.create_task(self._spare.keep()))
        try:
            await self._stop.wait()
        finally:
            for task in kept:
                task.cancel()
            await asyncio.gather(*kept, return_exceptions=True)

    async def end(self) -> None:
        """Drain all and stop; asked twice, stop at once."""
        if self._ending:
            self._stop.set()
            return
        self._ending = True
        for worker in self.workers:
            await worker.drain()
        while any(worker.phase is Phase.DRAINING for worker in self.workers):
            await asyncio.sleep(0.1)
        self._stop.set()

    async def renew(self) -> None:
        """Drain and restart one worker after the other, so that somebody always answers."""
        if self._spare is not None:
            self._spare.renew()
        for worker in self.workers:
            await worker.drain()
            while worker.phase is not Phase.SERVING and not self._stop.is_set():
                await asyncio.sleep(0.1)

    def _changed(self) -> None:
        self._told(self.health)
        if self._spare is not None and all(worker.phase is Phase.SERVING for worker in self.workers):
            self._spare.want()


def python(*arguments: str) -> list[str]:
    """A command that runs this interpreter."""
    return [sys.executable, *arguments]
