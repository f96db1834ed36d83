"""Slower or faster with the pitch kept: for clips, which exist at one rate only, and for live speech.

Signalsmith Stretch (MIT) through python-stretch. Kokoro would speak at any rate by itself, but drops
syllables when it is fast.
"""

from __future__ import annotations

import numpy as np

from speech.audio import Audio

_UNCHANGED = 0.02
"""Rates closer to 1 than this leave the sound alone."""


def stretched(audio: Audio, rate: float) -> Audio:
    """``audio`` played ``rate`` times as fast (0.5..2), at the same pitch."""
    if abs(rate - 1.0) < _UNCHANGED or not len(audio.samples):
        return audio
    from python_stretch import Signalsmith

    stretcher = Signalsmith.Stretch()
    stretcher.preset(1, audio.rate)
    stretcher.timeFactor = rate
    samples = np.asarray(stretcher.process(audio.samples[np.newaxis, :]), dtype=np.float32)[0]
    return Audio(np.ascontiguousarray(np.clip(samples, -1.0, 1.0)), audio.rate)
