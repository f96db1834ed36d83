"""A whole call on record, stereo: what the caller said on the left, what the caller heard on the right; sealed at once.

Both sides are laid out by the clock: a telephone that sends nothing while nobody speaks leaves silence, and what was
queued but flushed (an interruption) was not heard and is not on record.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ivr.leg import RATE, Leg, Listener
from ivr.recording import Keeping

LONGEST_PAD = 5.0
"""Seconds of silence filled in at once at most: a clock that jumps must not write an hour."""


class RecordedLeg:
    """A ``Leg`` that keeps what passes through it. ``close`` it at the end of the call."""

    def __init__(self, leg: Leg, journal: Keeping, clock: Callable[[], float]) -> None:
        self._leg, self._journal, self._clock = leg, journal, clock
        self._queue = bytearray()
        self._left, self._right = bytearray(), bytearray()
        self._written = 0
        self._began: float | None = None

    @property
    def caller(self) -> str:
        return self._leg.caller

    @property
    def queued(self) -> int:
        return self._leg.queued

    def listen(self, listener: Listener) -> None:
        self._leg.listen(listener)

    def read(self) -> bytes:
        sound = self._leg.read()
        now = self._clock()
        if self._began is None:
            self._began = now
        self._sent()
        due = round((now - self._began) * RATE) * 2 - self._written
        self._left += sound
        if due > 0:
            self._lay_down(due)
        return sound

    def write(self, pcm: bytes) -> int:
        taken = self._leg.write(pcm)
        self._queue += pcm[:taken]
        return taken

    def flush(self) -> None:
        self._sent()
        self._leg.flush()
        self._queue.clear()

    def hang_up(self) -> None:
        self._leg.hang_up()

    def refer(self, target: str) -> None:
        self._leg.refer(target)

    def refer_to_leg(self, other: Leg) -> None:
        self._leg.refer_to_leg(other)

    def close(self) -> None:
        rest = max(len(self._left), len(self._right))
        self._lay_down(rest)
        self._journal.close()

    def _sent(self) -> None:
        """What has left the queue since the last look was heard."""
        gone = max(0, len(self._queue) - self._leg.queued)
        self._right += self._queue[:gone]
        del self._queue[:gone]

    def _lay_down(self, length: int) -> None:
        """Write ``length`` bytes of each side, silence where there is nothing."""
        length = min(length, round(LONGEST_PAD * RATE) * 2) // 2 * 2
        sides = []
        for side in (self._left, self._right):
            part = bytes(side[:length])
            del side[:length]
            sides.append(np.frombuffer(part + bytes(length - len(part)), "<i2"))
        self._written += length
        self._journal.write(np.stack(sides, axis=1).astype("<i2").tobytes())
