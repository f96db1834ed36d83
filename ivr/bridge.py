"""Several legs hear each other: caller, clerk and policy specialist in one conversation, mixed at 8 kHz."""

from __future__ import annotations

import numpy as np

from ivr.leg import BYTES_PER_SECOND, FRAME, RATE, Leg

AHEAD = round(0.06 * BYTES_PER_SECOND)
"""Bytes queued on each leg: little, for people talk over it."""

MOST_LATE = round(0.2 * BYTES_PER_SECOND)
"""Bytes of a leg that may wait; older sound is dropped, so that a stall does not become a delay."""

_SAMPLES = round(FRAME * RATE)


class Bridge:
    """``push`` what each leg said, ``tick`` every 20 ms; each leg gets the sum of the others."""

    def __init__(self) -> None:
        self._waiting: dict[int, bytearray] = {}
        self._legs: list[Leg] = []
        self._due: float | None = None

    @property
    def legs(self) -> tuple[Leg, ...]:
        return tuple(self._legs)

    def join(self, leg: Leg) -> None:
        leg.flush()
        self._legs.append(leg)
        self._waiting[id(leg)] = bytearray()

    def leave(self, leg: Leg) -> None:
        if leg in self._legs:
            self._legs.remove(leg)
            del self._waiting[id(leg)]

    def push(self, leg: Leg, sound: bytes) -> None:
        waiting = self._waiting.get(id(leg))
        if waiting is not None:
            waiting += sound
            if len(waiting) > MOST_LATE:
                del waiting[: len(waiting) - MOST_LATE]

    def tick(self, now: float) -> None:
        """Send what is due since the last tick."""
        if self._due is None or now - self._due > 1.0:
            self._due = now
        while self._due <= now:
            self._due += FRAME
            self._round()

    def _round(self) -> None:
        said = {}
        for leg in self._legs:
            waiting = self._waiting[id(leg)]
            packet = bytes(waiting[: 2 * _SAMPLES])
            del waiting[: 2 * _SAMPLES]
            samples = np.zeros(_SAMPLES, np.int32)
            samples[: len(packet) // 2] = np.frombuffer(packet, "<i2", count=len(packet) // 2)
            said[id(leg)] = samples
        total = sum(said.values(), np.zeros(_SAMPLES, np.int32))
        for leg in self._legs:
            if leg.queued < AHEAD:
                others = np.clip(total - said[id(leg)], -32768, 32767)
                leg.write(others.astype("<i2").tobytes())
