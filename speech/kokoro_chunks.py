"""Which moments of a sentence are turned into sound together, so that the first of them is heard early.

Kokoro's first half is quick: it says for every frame (25 ms) of the whole sentence what is spoken, how high and how
loud. Its second half, which turns frames into sound, takes nearly as long as the sound lasts, but works on any stretch
of frames. So the stretches are chosen here, short ones first, cut where the voice is faintest (the closure before a
consonant, a breath), and each is given a few frames of its neighbours, whose sound is thrown away::

    loudness   ▁▁▁▁▂▆█▇▃▁▃▇█▅▂▆▇▂▁▁▁▁▁▁▁▄▇█▆▃▁▁▁▁▁
    stretches      |.......|........|      |......|        what is silent is not calculated at all

Loudness is the network's own ("N"): about -9.5 in silence, 5 to 9 in vowels, a natural logarithm of half the level.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from speech.audio import Samples

Loudness = npt.NDArray[np.float32]

FRAME = 600
"""Samples of a frame, at 24 kHz."""

SILENT = -4.0
"""Loudness below which nothing is heard."""

EDGE = 2
"""Frames kept before the first and after the last sound of a stretch: a consonant is faint."""

LENGTHS = (48, 60, 80, 100)
"""Frames of the first stretch, the second ...; the last holds for all that follow. While one plays the next is made.

The network levels each stretch by itself: from less than a second of sound it does so badly, and syllables are lost."""

SEARCH = 8
"""Frames around the wanted end among which the faintest is taken."""

CONTEXT = 5
"""Frames of the neighbours that are calculated and thrown away."""

FADE = 240
"""Samples over which one stretch passes into the next: 10 ms."""

LEVEL_OF_LOUDNESS = 0.51
"""Natural logarithm of the level for each unit of loudness, read off spoken sentences."""


class Stretch(msgspec.Struct, frozen=True):
    """Frames ``begin`` to ``end``, after ``silence`` frames in which nothing is said."""

    begin: int
    end: int
    silence: int


def stretches(loudness: Loudness, lengths: Sequence[int] = LENGTHS) -> tuple[Stretch, ...]:
    """The stretches of a sentence in order; ``loudness``: one value a frame. Silence at both ends is left out."""
    found: list[Stretch] = []
    heard_until = None
    for begin, end in _heard(loudness):
        silence = 0 if heard_until is None else begin - heard_until
        while begin < end:
            wanted = lengths[min(len(found), len(lengths) - 1)]
            cut = _cut(loudness, begin, end, wanted)
            found.append(Stretch(begin, cut, silence))
            begin, silence = cut, 0
        heard_until = end
    return tuple(found)


def _heard(loudness: Loudness) -> list[tuple[int, int]]:
    """Runs of frames in which something is heard, ``EDGE`` wider; what then touches is one run."""
    runs: list[tuple[int, int]] = []
    for place in np.flatnonzero(loudness > SILENT).tolist():
        begin, end = max(0, place - EDGE), min(len(loudness), place + 1 + EDGE)
        if runs and begin <= runs[-1][1]:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((begin, end))
    return runs


def _cut(loudness: Loudness, begin: int, end: int, wanted: int) -> int:
    """The faintest frame near ``begin + wanted``; ``end`` where what would be left over is not worth a stretch."""
    if end - begin <= wanted + SEARCH:
        return end
    first = begin + wanted - SEARCH
    return first + int(loudness[first : begin + wanted + SEARCH].argmin())


def gain(loudness: Loudness, first: Samples, stretch: Stretch, target: float) -> float:
    """What brings the whole sentence to ``target`` (root mean square), judged by the sound of its first stretch.

    The network says how loud the rest will be in relation to it. Never so much that the first stretch clips.
    """
    expected = np.exp(2 * LEVEL_OF_LOUDNESS * loudness[loudness > SILENT].astype(np.float64))
    here = np.exp(2 * LEVEL_OF_LOUDNESS * loudness[stretch.begin : stretch.end].astype(np.float64))
    power = float(np.mean(np.square(first, dtype=np.float64))) * float(expected.mean()) / float(here.mean())
    peak = float(np.abs(first).max())
    if power <= 0.0 or peak <= 0.0:
        return 1.0
    return float(min(target / power**0.5, 0.97 / peak))


def joined(sound: Samples, begin: int, end: int, before: Samples | None, goes_on: bool) -> tuple[Samples, Samples]:
    """The samples ``begin`` to ``end`` of ``sound``, as they follow ``before``; and what the next stretch follows.

    ``before``: the ``FADE`` samples around the beginning as the stretch before had them; None: nothing to pass from.
    ``goes_on``: the next stretch follows at once, so the last half of ``FADE`` is left to it.
    """
    half = FADE // 2
    last = _padded(sound, end - half, end + half)
    if before is None:
        piece = sound[begin : end - half if goes_on else end]
    else:
        rising = np.linspace(0.0, 1.0, FADE, dtype=np.float32)
        passing = before * (1 - rising) + _padded(sound, begin - half, begin + half) * rising
        piece = np.concatenate([passing, sound[begin + half : end - half if goes_on else end]])
    return piece, last


def _padded(sound: Samples, begin: int, end: int) -> Samples:
    """The samples ``begin`` to ``end``, silence where there are none."""
    inside = sound[max(0, begin) : max(0, end)]
    return np.pad(inside, (max(0, -begin), max(0, end - begin - max(0, -begin) - len(inside))))
