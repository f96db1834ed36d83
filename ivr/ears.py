"""The caller's sound on its way to the recogniser: gaps filled, 16 kHz, events out.

Packets may be lost, and many telephones send nothing while nobody speaks. A recogniser that counts samples would then
wait for ever for the end of the sentence; so a line that has been quiet for 80 ms is filled with silence by the clock.
Single lost packets are not filled: a hole of 20 ms is heard better closed than as silence in the middle of a syllable.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ivr.leg import RATE
from ivr.voice import samples_of
from speech.audio import RECOGNISER_RATE, Samples
from speech.endpointing import FRAME, level_of
from speech.hearing import Hearing, HearingEvent
from speech.voice import VoiceActivity

VOICE = 0.5
"""Probability from which a frame holds a voice."""

RISING = 0.06
"""Seconds of voice after which somebody may be beginning to speak: two frames, for one may be a click."""

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


class Widener:
    """8 kHz bytes into 16 kHz samples, as a stream."""

    def __init__(self) -> None:
        import soxr

        self._stream: Any = soxr.ResampleStream(RATE, RECOGNISER_RATE, 1, dtype="float32", quality="LQ")

    def wide(self, sound: bytes) -> Samples:
        if not sound:
            return np.zeros(0, np.float32)
        samples: Samples = self._stream.resample_chunk(samples_of(sound))
        return samples


class Ears:
    """One caller's hearing. ``deafen`` throws away what is being said."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._wider = Widener()

    @property
    def open(self) -> bool:
        """Somebody is speaking."""
        return self._hearing.endpointer.is_open

    @property
    def rising(self) -> bool:
        """Somebody may be beginning to speak: what is being said waits until it is clear."""
        return self._hearing.endpointer.rising >= RISING

    @property
    def busy(self) -> bool:
        """Somebody is speaking, or what was said is still being understood."""
        return self._hearing.busy

    def hear(self, sound: bytes) -> Iterator[HearingEvent]:
        """Events of the sound, and of what was said before."""
        yield from self._hearing.feed(self._wider.wide(sound))

    def deafen(self) -> None:
        self._hearing.discard()

    def wipe(self) -> None:
        """The call is over."""
        self._hearing.wipe()


class VoiceWatch:
    """Whether somebody speaks, without understanding: for messages."""

    def __init__(self, voice: VoiceActivity) -> None:
        self._voice = voice
        self._wider = Widener()
        self._rest = np.zeros(0, np.float32)

    def voice_in(self, sound: bytes) -> bool:
        """Whether there is voice in ``sound``, or in what came before and is only now complete."""
        self._rest = np.concatenate([self._rest, self._wider.wide(sound)])
        found = False
        while len(self._rest) >= FRAME:
            frame, self._rest = self._rest[:FRAME], self._rest[FRAME:]
            found |= self._voice.probability(frame, level_of(frame)) >= VOICE
        return found
