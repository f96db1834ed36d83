"""Calls the line makes, with the real SIP stack: what happens at once is not missed."""

from __future__ import annotations

import asyncio

from ivr.baresip_leg import Switch
from ivr.leg import Answered, KeyPressed, LegEvent
from ivr.proving import sipp
from ivr.proving.telephone import Telephone
from ivr.settings import Address


async def rung_while_busy(clerk: Telephone) -> list[LegEvent]:
    """Dial, and do something else until the clerk has answered and pressed a key."""
    media = sipp.free_port(20)
    switch = Switch(Address(port=sipp.free_port(4), rtp_first=media, rtp_last=media + 19))
    await switch.start(lambda leg: leg.reject())
    try:
        leg = switch.dial(clerk.address)
        events: list[LegEvent] = []
        leg.listen(events.append)
        await asyncio.sleep(0)  # the stack is told; from here on nobody looks what it tells
        clerk.wait("confirmed")
        clerk.press("1")
        clerk.wait("accepted")
        while len(events) < 2:  # the test's limit ends a wait in vain
            await asyncio.sleep(0.01)
        return events[:2]
    finally:
        await switch.close()


def test_a_clerk_who_answers_before_a_busy_line_looks_is_noticed() -> None:
    with Telephone("clerk") as clerk:
        assert asyncio.run(rung_while_busy(clerk)) == [Answered(), KeyPressed("1")]
