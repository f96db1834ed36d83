"""From scores to a decision: how sure the best hit is, and whether the question is in the base's scope at all.

Two logistic models over a handful of numbers that do not depend on the size of the base. ``SCOPE`` says whether the
base can answer this at all; ``ANSWER`` whether a document is the one that was asked for: its lead over the others says
that best, the scores themselves add nothing to it. Their coefficients are fitted
by benchmarks/search/calibrate.py on questions that are not the items' own.
"""

from __future__ import annotations

import math

import msgspec

from content.search.candidates import Candidates
from content.search.config import Weights


class Evidence(msgspec.Struct, frozen=True):
    """What speaks for one document. ``lexical``: the better of characters and sounds. ``margin``: lead of its fused
    score over the best other document; the rest as in ``Candidates``."""

    lexical: float
    body: float
    meaning: float
    familiar: float
    everyday: float
    everyday_few: float
    margin: float


class Logistic(msgspec.Struct, frozen=True):
    """``bias`` and weights of fields of ``Evidence``."""

    bias: float
    weights: dict[str, float]

    def __call__(self, evidence: Evidence) -> float:
        total = self.bias + sum(weight * getattr(evidence, name) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


SCOPE = Logistic(-6.74, {"lexical": 5.5, "meaning": 8.5, "familiar": 33.2, "everyday": -16.0, "everyday_few": -17.0})
ANSWER = Logistic(-0.1, {"margin": 8.02})


def rank(found: Candidates, weights: Weights) -> list[tuple[int, Evidence]]:
    """Documents best first, with their evidence. The channels are on one scale and are added."""
    fused = (
        weights.characters * found.characters
        + weights.pinyin * found.pinyin
        + weights.body * found.body
        + weights.meaning * found.meaning
        + weights.passage * found.passage
    )
    order = sorted(range(len(fused)), key=lambda at: (-fused[at], found.numbers[at]))
    ranked = []
    for place, at in enumerate(order):
        rivals = order[1:2] if place == 0 else order[:1]
        evidence = Evidence(
            lexical=float(max(found.characters[at], found.pinyin[at])),
            body=float(found.body[at]),
            meaning=float(max(found.meaning[at], found.passage[at])),
            familiar=found.familiar,
            everyday=found.everyday,
            everyday_few=found.everyday_few,
            margin=float(fused[at] - (fused[rivals[0]] if rivals else 0.0)),
        )
        ranked.append((int(found.numbers[at]), evidence))
    return ranked
