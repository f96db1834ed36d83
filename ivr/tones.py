"""Keys heard in the sound (DTMF, ITU-T Q.23/Q.24), for lines that do not signal them: Goertzel on 12.75 ms blocks.

A key is two tones, one of four low and one of four high frequencies, that hold nearly all of the sound's energy,
neither much louder than the other. Speech does that for a moment, hardly for three blocks (38 ms) in a row.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ivr.leg import RATE
from ivr.voice import samples_of
from speech.audio import Samples

LOW, HIGH = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = ("123A", "456B", "789C", "*0#D")

BLOCK = 102
"""Samples; at 8 kHz the filters are then 78 Hz wide, as far apart as the low tones are."""

HITS, MISSES = 3, 3
"""Blocks in a row that begin and end a key."""

LEAST = 10 ** (-36 / 10)
"""Mean power of a block below which there is no key."""

PURE = 0.72
"""Share of the energy the two tones must hold."""

TWIST = 10.0, 6.0
"""How much stronger (power) the high tone may be than the low, and the low than the high, at most ~10 and ~8 dB."""

_at = np.arange(BLOCK) / RATE
_FILTERS: npt.NDArray[np.complex64] = np.exp(-2j * np.pi * np.outer(LOW + HIGH, _at)).astype(np.complex64)


def key_of(block: Samples) -> str:
    """The key a block of sound is, or ""."""
    energy = float(np.dot(block, block))
    if energy / BLOCK < LEAST:
        return ""
    power = np.abs(_FILTERS @ block) ** 2 * (2.0 / BLOCK)
    low, high = power[:4], power[4:]
    row, column = int(low.argmax()), int(high.argmax())
    strongest = low[row] + high[column]
    if strongest < PURE * energy:
        return ""
    if high[column] > TWIST[0] * low[row] or low[row] > TWIST[1] * high[column]:
        return ""
    return KEYS[row][column]


class ToneKeys:
    """Keys in a stream of sound; each is told once, when it has lasted three blocks."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)
        self._candidate = self._held = ""
        self._hits = self._misses = 0

    def find(self, sound: bytes) -> list[str]:
        """The keys that began in ``sound``."""
        self._rest = np.concatenate([self._rest, samples_of(sound)])
        found = []
        while len(self._rest) >= BLOCK:
            block, self._rest = self._rest[:BLOCK], self._rest[BLOCK:]
            key = self._block(key_of(block))
            if key:
                found.append(key)
        return found

    def _block(self, key: str) -> str:
        if self._held:
            self._misses = 0 if key == self._held else self._misses + 1
            if self._misses >= MISSES:
                self._held = ""
        self._hits = self._hits + 1 if key and key == self._candidate else int(bool(key))
        self._candidate = key
        if self._hits >= HITS and key != self._held:
            self._held, self._misses = key, 0
            return key
        return ""
