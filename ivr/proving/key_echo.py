"""A line that only tells which keys it understood, as JSON lines: for trying a trunk, and for the keys drill.

python -m ivr.proving.key_echo 15060 21000
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
import time

import msgspec

from ivr.baresip_leg import BaresipLeg, Switch
from ivr.leg import FRAME, HungUp, KeyPressed, KeyReleased, LegEvent
from ivr.presses import Presses
from ivr.settings import Address


class Call:
    """One call; ``keys`` is what was pressed."""

    def __init__(self, number: int, leg: BaresipLeg) -> None:
        self.number, self.leg = number, leg
        self.keys = ""
        self.over = False
        self._presses = Presses()
        leg.listen(self._event)
        leg.answer()

    def tick(self) -> None:
        now = time.monotonic()
        for key in self._presses.heard(self.leg.read(), now):
            self._count(key)

    def _event(self, event: LegEvent) -> None:
        match event:
            case KeyPressed() | KeyReleased():
                self._count(self._presses.told(event, time.monotonic()))
            case HungUp():
                self.over = True
            case _:
                return

    def _count(self, key: str) -> None:
        if key:
            self.keys += key
            tell(call=self.number, pressed=key)


def tell(**what: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


async def echo(port: int, rtp: int, certificate: str = "") -> None:
    """Until cancelled: a line a finished call, ``{"call": 1, "keys": "123"}``."""
    calls: list[Call] = []
    numbers = itertools.count(1)
    switch = Switch(Address(port=port, rtp_first=rtp, rtp_last=rtp + 199, certificate=certificate))
    await switch.start(lambda leg: calls.append(Call(next(numbers), leg)))
    tell(ready=port)
    try:
        while True:
            await asyncio.sleep(FRAME)
            for call in list(calls):
                call.tick()
                if call.over:
                    calls.remove(call)
                    tell(call=call.number, keys=call.keys)
    finally:
        await switch.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(echo(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:4]))
