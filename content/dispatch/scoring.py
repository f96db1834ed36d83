"""How good a dispatcher is on labelled messages."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from content.dispatch.examples import Example
from content.dispatch.model import TRIAGE_BELOW, DispatchModel


class Score(msgspec.Struct, frozen=True):
    """``top3``: the right label is among the first three. ``sure``: share of messages not sent to triage, and
    ``sure_accuracy`` the share of these that went right."""

    n: int
    accuracy: float
    macro_f1: float
    top3: float
    sure: float
    sure_accuracy: float


def score(model: DispatchModel, examples: Sequence[Example]) -> Score:
    """A label the model has never seen counts as wrong."""
    from sklearn.metrics import f1_score

    chances = model.probabilities([example.text for example in examples])
    order = np.argsort(-chances, axis=1, kind="stable")
    wanted = [example.label for example in examples]
    first = [model.labels[row[0]] for row in order]
    right = np.asarray([one == other for one, other in zip(first, wanted, strict=True)])
    among = [label in {model.labels[i] for i in row[:3]} for label, row in zip(wanted, order, strict=True)]
    sure = chances.max(axis=1) >= TRIAGE_BELOW
    return Score(
        n=len(examples),
        accuracy=round(float(right.mean()), 4),
        macro_f1=round(float(f1_score(wanted, first, average="macro", zero_division=0)), 4),
        top3=round(float(np.mean(among)), 4),
        sure=round(float(sure.mean()), 4),
        sure_accuracy=round(float(right[sure].mean()), 4) if sure.any() else 0.0,
    )
