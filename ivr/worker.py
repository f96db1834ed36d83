"""One worker process: a SIP stack, its calls, and reports to the supervisor as JSON lines on stdout.

The supervisor's word comes on stdin: ``drain`` lets no new call in and ends the process after the last one; when stdin
closes (the supervisor is gone) the worker drains by itself and, after ``patience``, ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable

import msgspec

from ivr.baresip_leg import Switch
from ivr.line import Line
from ivr.parts import Parts
from ivr.settings import IvrSettings
from ivr.words import Ready, Report, Standby, say

REPORT = 0.5
"""Seconds between two reports, which are also the sign of life."""

PATIENCE = 600.0
"""Seconds a draining worker waits for its last call."""


def port_of(settings: IvrSettings, number: int) -> int:
    """The SIP port of worker ``number`` (0, 1, ...)."""
    return settings.listen.port + 10 * number


def settings_of(settings: IvrSettings, number: int) -> IvrSettings:
    """The settings of worker ``number``: its ports."""
    listen = settings.listen
    share = (listen.rtp_last - listen.rtp_first + 1) // max(1, settings.workers) // 2 * 2
    first = listen.rtp_first + number * share
    own = msgspec.structs.replace(
        listen,
        port=port_of(settings, number),
        rtp_first=first,
        rtp_last=first + share - 1,
    )
    return msgspec.structs.replace(settings, listen=own)


def stand_by() -> int | None:
    """A spare's wait: the number of the worker it becomes, or None when it is not needed any more (stdin closed).

    Read without a buffer: what comes after the number is for ``serve``.
    """
    say(Standby())
    with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as orders:
        line = orders.readline()
    return msgspec.json.decode(line, type=int) if line.strip() else None


async def serve(
    settings: IvrSettings, open_parts: Callable[[Switch], Parts], began: float, stop: asyncio.Event | None = None
) -> None:
    """Answer calls until told to stop. ``settings`` are this worker's own."""
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    switch = Switch(settings.listen, settings.trunk, settings.admission.calls * 3 + 10)
    parts = await asyncio.to_thread(open_parts, switch)
    line = Line(parts, settings.admission, settings.numbers)
    await switch.start(line.arrived)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    rounds = loop.create_task(line.run())
    say(Ready(settings.listen.port, round(time.monotonic() - began, 1)))
    orders = loop.create_task(_orders(line))
    reports = loop.create_task(_reports(line, switch))
    ends = [loop.create_task(event.wait()) for event in (stop, switch.died, line.drained)]
    await asyncio.wait([*ends, rounds], return_when=asyncio.FIRST_COMPLETED)
    line.close()
    for task in (*ends, orders, reports, rounds):
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await rounds
    await switch.close()


async def _reports(line: Line, switch: Switch) -> None:
    while True:
        say(Report(msgspec.structs.replace(line.health, registered=switch.registered)))
        await asyncio.sleep(REPORT)


async def _orders(line: Line) -> None:
    """Read the supervisor's words; its end is an order to drain."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while word := await reader.readline():
        if word.strip() == b"drain":
            line.drain()
    line.drain()
    loop.call_later(PATIENCE, line.drained.set)
