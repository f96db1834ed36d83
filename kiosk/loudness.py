"""How loud a block of sound is, for the level an eye sees and for the end of a recording."""

from __future__ import annotations

import numpy as np

from speech.audio import Samples

QUIETEST_DB, LOUDEST_DB = -50.0, -12.0
"""The span the level shows, decibels of full scale."""


def level_of(samples: Samples) -> float:
    """Loudness on the shown span, 0..1."""
    power = float(np.mean(np.square(samples))) if len(samples) else 0.0
    decibels = 10 * np.log10(power + 1e-12)
    return float(np.clip((decibels - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB), 0.0, 1.0))
