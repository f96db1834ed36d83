"""Sound as the rest of the program sees it: mono float32 samples with a sample rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

RECOGNISER_RATE = 16_000
"""Hz; every recogniser here takes this rate."""


@dataclass(frozen=True)
class Audio:
    """``samples``: shape (n,), float32 in [-1, 1], mono; ``rate``: Hz."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate
