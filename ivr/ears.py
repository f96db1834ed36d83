"""The caller's sound on its way to the recogniser: gaps filled, 16 kHz, events out.

Packets may be lost, and many telephones send nothing while nobody speaks. A recogniser that counts samples would then
wait for ever for the end of the sentence; so a line that has been quiet for 80 ms is filled with silence by the clock.
Single lost packets are not filled: a hole of 20 ms is heard better closed than as silence in the middle of a syllable.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ivr.leg import BYTES_PER_SECOND, RATE
from ivr.voice import samples_of
from speech.audio import RECOGNISER_RATE, Samples
from speech.hearing import Hearing, HearingEvent

GAP = 0.08
"""Seconds without a packet after which the line counts as quiet."""


class GapFiller:
    """Sound as it comes, with silence where none has come for a while."""

    def __init__(self, gap: float = GAP) -> None:
        self._gap = gap
        self._until: float | None = None  # the line is accounted for up to here

    def take(self, sound: bytes, now: float) -> bytes:
        """``sound`` is what arrived up to ``now``, perhaps nothing; returns it, or the silence that stands for it."""
        if sound or self._until is None:
            self._until = now
            return sound
        missing = now - self._until
        if missing < self._gap:
            return b""
        self._until = now
        return bytes(round(missing * RATE) * 2)


class Ears:
    """One caller's hearing. ``deafen`` throws away what is being said."""

    def __init__(self, hearing: Hearing) -> None:
        import soxr

        self._hearing = hearing
        self._wider: Any = soxr.ResampleStream(RATE, RECOGNISER_RATE, 1, dtype="float32", quality="LQ")

    @property
    def open(self) -> bool:
        """Somebody is speaking."""
        return self._hearing.endpointer.is_open

    @property
    def busy(self) -> bool:
        """Somebody is speaking, or what was said is still being understood."""
        return self._hearing.busy

    def hear(self, sound: bytes) -> Iterator[HearingEvent]:
        """Events of the sound, and of what was said before."""
        yield from self._hearing.feed(self._wide(sound))

    def deafen(self) -> None:
        self._hearing.discard()

    def wipe(self) -> None:
        """The call is over."""
        self._hearing.wipe()

    def _wide(self, sound: bytes) -> Samples:
        if not sound:
            return np.zeros(0, np.float32)
        wide: Samples = self._wider.resample_chunk(samples_of(sound))
        return wide


def seconds(sound: bytes) -> float:
    return len(sound) / BYTES_PER_SECOND
