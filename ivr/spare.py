"""A worker kept ready: it has loaded its models and waits to be told which worker it is.

    loading ──standby──> ready ──taken──> a worker's        (and another is loaded, once all workers serve again)
       └──── died, or took too long ──> loaded again after a pause that doubles

Loading takes tens of seconds on a busy machine, taking over one or two. While it loads it stands back behind those who
speak with callers, where the machine lets it come forward again afterwards.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import msgspec

from ivr.words import LOADING, Failed, Standby, decode

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0


class Spare:
    """``command``: what to run. ``keep`` it running as a task; ``want`` one; ``take`` it when it is ready."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._wanted = asyncio.Event()
        self._left = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._standing_by = False
        self.reason = ""

    @property
    def ready(self) -> bool:
        return self._standing_by and self._process is not None and self._process.returncode is None

    def want(self) -> None:
        """One is to be loaded, if none is."""
        self._wanted.set()

    def take(self) -> asyncio.subprocess.Process | None:
        """The loaded process, which is the caller's from now on; None when there is none."""
        if not self.ready:
            return None
        process, self._process, self._standing_by = self._process, None, False
        self._left.set()
        return process

    def renew(self) -> None:
        """What it has loaded is out of date."""
        if self._process is not None:
            self._end(self._process)

    async def keep(self) -> None:
        """Load one whenever one is wanted, until cancelled; then end it."""
        pause = FIRST_PAUSE
        try:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                self._left.clear()
                if await self._once():
                    pause = FIRST_PAUSE
                    continue
                self._wanted.set()
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
        finally:
            if self._process is not None:
                self._end(self._process)
                await self._process.wait()

    async def _once(self) -> bool:
        """Load one and wait until it is taken. False: it died before."""
        process = self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True
        )
        try:
            async with asyncio.timeout(LOADING):
                self._standing_by = await self._loaded(process)
        except TimeoutError:
            self.reason = f"the spare had not loaded within {LOADING:.0f} seconds and was ended"
        if not self._standing_by:
            self._end(process)
        died, left = asyncio.create_task(process.wait()), asyncio.create_task(self._left.wait())
        await asyncio.wait([died, left], return_when=asyncio.FIRST_COMPLETED)
        for task in (died, left):
            task.cancel()
        taken = self._left.is_set()
        if not taken:
            self._process, self._standing_by = None, False
        return taken

    async def _loaded(self, process: asyncio.subprocess.Process) -> bool:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            match decode(line):
                case Standby():
                    self.reason = ""
                    return True
                case Failed(reason):
                    self.reason = reason
                case _:
                    continue
        return False

    @staticmethod
    def _end(process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


def serve_as(number: int) -> bytes:
    """What a spare is told when it becomes worker ``number``."""
    return msgspec.json.encode(number) + b"\n"
