"""One leg of a call: sound in both directions, keys, transfer, the end. All the rest of the package knows of telephony.

A leg is used from one thread. Nothing here waits: sound is read and written in what there is and what fits, commands
are begun, and what comes of them arrives as a ``LegEvent`` at the leg's listener, in the same thread.

Sound is signed 16-bit little-endian mono at 8 kHz, what G.711 decodes to.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

import msgspec

RATE = 8_000
"""Samples a second."""

BYTES_PER_SECOND = 2 * RATE
FRAME = 0.02
"""Seconds of sound in a packet, and between two rounds of the media loop."""


class KeyWay(StrEnum):
    """How a pressed key reached us."""

    SIGNALLED = "signalled"  # RFC 4733 or SIP INFO
    TONE = "tone"  # heard in the sound


class KeyPressed(msgspec.Struct, frozen=True, tag="key"):
    """A key went down. ``key``: one of ``0123456789*#ABCD``."""

    key: str
    way: KeyWay = KeyWay.SIGNALLED


class KeyReleased(msgspec.Struct, frozen=True, tag="released"):
    pass


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    """The leg is up: sound flows."""


class HungUp(msgspec.Struct, frozen=True, tag="hung_up"):
    """The leg is gone. ``reason``: what the far end or the stack said; never shown to a caller."""

    reason: str = ""


class HandedOver(msgspec.Struct, frozen=True, tag="handed_over"):
    """What came of a transfer. ``reached``: the far end took the call, and this leg ends by itself."""

    reached: bool


LegEvent = KeyPressed | KeyReleased | Answered | HungUp | HandedOver

Listener = Callable[[LegEvent], None]


class Leg(Protocol):
    """See the module. ``caller`` is the far end's number or "", kept in memory only."""

    @property
    def caller(self) -> str: ...

    @property
    def queued(self) -> int:
        """Bytes written and not sent yet."""
        ...

    def listen(self, listener: Listener) -> None:
        """Send the events to ``listener`` from now on."""
        ...

    def read(self) -> bytes:
        """The sound that arrived since the last call; empty when none did."""
        ...

    def write(self, pcm: bytes) -> int:
        """Queue sound to be sent; returns the bytes taken, 0 while nothing can be sent."""
        ...

    def flush(self) -> None:
        """Forget what is queued: at most one packet of it is still sent."""
        ...

    def hang_up(self) -> None:
        """End the leg; ``HungUp`` follows."""
        ...

    def refer(self, target: str) -> None:
        """Blind transfer of the far end to ``target`` (a SIP address); ``HandedOver`` follows."""
        ...

    def refer_to_leg(self, other: Leg) -> None:
        """Attended transfer: connect the far ends of this and ``other`` with each other; ``HandedOver`` follows."""
        ...


class Dialler(Protocol):
    def dial(self, target: str) -> Leg:
        """Call ``target``; ``Answered`` or ``HungUp`` follows at the leg's listener."""
        ...
