"""Music while waiting: a slow pentatonic tune of our own, soft, so that it is nobody else's."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ivr.leg import RATE
from ivr.voice import pcm

_NOTES = (0, 4, 7, 9, 7, 4, 2, 4, 0, 2, 4, 7, 4, 2, 0, None)
"""Half tones above C5 (a pentatonic scale), one a beat; None is a rest."""

BEAT = 0.55
"""Seconds."""


@lru_cache(maxsize=1)
def tune() -> bytes:
    """One round of the tune."""
    at = np.arange(round(BEAT * RATE)) / RATE
    fade = np.exp(-at / 0.35) * np.minimum(1.0, at / 0.01) * np.minimum(1.0, (BEAT - at) / 0.03)
    beats = []
    for note in _NOTES:
        frequency = 0.0 if note is None else 523.25 * 2.0 ** (note / 12.0)
        wave = np.sin(2 * np.pi * frequency * at) + 0.3 * np.sin(4 * np.pi * frequency * at)
        beats.append(0.08 * fade * wave)
    return pcm(np.concatenate(beats).astype(np.float32))


class Music:
    """A ``mouth.Source`` that does not end until it is stopped."""

    def __init__(self) -> None:
        self._playing = True

    def take(self) -> bytes | None:
        return tune() if self._playing else None

    @property
    def over(self) -> bool:
        return not self._playing

    def stop(self) -> None:
        self._playing = False
