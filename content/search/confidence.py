"""From scores to a decision: how sure the best hit is, and whether the question is in the base's scope at all.

Two logistic models over a handful of numbers that do not depend on the size of the base. ``scope`` says whether any of
the first hits is what was asked; ``answer`` whether it is the first one. Coefficients are fitted by
benchmarks/search/calibrate.py on questions that are not the items' own.
"""

from __future__ import annotations

import math

import msgspec


class Evidence(msgspec.Struct, frozen=True):
    """What speaks for one document. ``characters``, ``pinyin``, ``body``: normalised BM25, about 0..1. ``meaning``:
    share of the way from the base's mean cosine to 1. ``coverage``: share of the question's weight the document's
    own words hold. ``fused``: the ranking score; ``margin``: its lead over the best other document."""

    characters: float
    pinyin: float
    body: float
    meaning: float
    coverage: float
    fused: float
    margin: float = 0.0


class Logistic(msgspec.Struct, frozen=True):
    """``bias`` and one weight a field of ``Evidence``."""

    bias: float
    weights: dict[str, float]

    def __call__(self, evidence: Evidence) -> float:
        total = self.bias + sum(weight * getattr(evidence, name) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


SCOPE = Logistic(-5.0, {"characters": 2.0, "pinyin": 1.0, "meaning": 8.0, "coverage": 3.0})
ANSWER = Logistic(-6.0, {"characters": 2.0, "pinyin": 1.0, "meaning": 6.0, "coverage": 3.0, "margin": 8.0})
