"""Speaking, as the rest of the program sees it: a sentence goes in, sound comes out, or one typed error.

Seven speaking rates and eleven volumes are the closed sets a citizen chooses from; in between, any rate of 0.5..2 may
be asked for (the phone follows the speaker's own).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from speech.audio import Audio

RATES: tuple[float, ...] = (0.5, 0.65, 0.8, 0.9, 1.1, 1.5, 2.0)
"""Seven steps of 50..200 % of normal speed; the fourth is where everybody starts: a little slower than usual, for the
hall is loud and the listener is often eighty."""

DEFAULT_RATE = 0.9
SLOWEST, FASTEST = RATES[0], RATES[-1]

VOLUMES = range(11)
"""Eleven steps, 0 silent .. 10 loudest; ``gain`` says what each means."""

DEFAULT_VOLUME = 7


class SynthesisError(Exception):
    """Why nothing is heard and what to do, in one sentence. Never contains what was to be said."""


class SynthesisCancelledError(SynthesisError):
    """The listener spoke or left; nobody waits for this sentence any more."""

    def __init__(self) -> None:
        super().__init__("speaking was stopped")


class Synthesiser(Protocol):
    """Turns sentences into sound, one at a time; calls from several threads wait for each other."""

    @property
    def voices(self) -> Sequence[str]:
        """Names that may be given as ``voice``, the default first."""
        ...

    def synthesise(self, sentence: str, *, rate: float = 1.0, voice: str | None = None) -> Audio:
        """Speak ``sentence`` at ``rate`` times normal speed, 0.5..2; leading and trailing silence is cut to 30 ms.

        Raises ``SynthesisError``; after it, the next call works.
        """
        ...

    def cancel(self) -> None:
        """Give up the sentence under way, at once, from any thread; the caller gets ``SynthesisCancelledError``."""
        ...

    def close(self) -> None: ...


def faster(rate: float) -> float:
    """The next rate up from ``rate``, or the fastest."""
    return next((step for step in RATES if step > rate + 0.01), FASTEST)


def slower(rate: float) -> float:
    """The next rate down from ``rate``, or the slowest."""
    return next((step for step in reversed(RATES) if step < rate - 0.01), SLOWEST)


def gain(volume: int) -> float:
    """Amplitude factor of a volume step: 0 is silence, each other step 3 dB, the loudest 0 dB."""
    if volume <= VOLUMES[0]:
        return 0.0
    return float(10.0 ** (-3.0 * (VOLUMES[-1] - min(volume, VOLUMES[-1])) / 20.0))


def at_volume(audio: Audio, volume: int) -> Audio:
    """``audio`` at a volume step; never clips, for the loudest step changes nothing."""
    return Audio(np.ascontiguousarray(audio.samples * np.float32(gain(volume))), audio.rate)
