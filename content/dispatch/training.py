"""Training: a linear model over hashed TF-IDF, and the sharpness that makes its margins honest probabilities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from content.dispatch.examples import DispatchError, Example
from content.dispatch.features import hashed
from content.dispatch.model import DispatchModel, scaled, softmax
from content.search.embedding import Progress

_COST = 0.5
"""C of the support vector machine."""

_FOLDS = 5
"""A fifth of the messages, not trained on at first, shows how sharp the margins may be taken."""

_SHARPNESS = np.geomspace(0.5, 20, 60)


def train(examples: Sequence[Example], progress: Progress = lambda step, done, total: None) -> DispatchModel:
    """Fit any set of labels. Raises ``DispatchError`` when there are fewer than two."""
    counts = Counter(example.label for example in examples)
    if len(counts) < 2:
        raise DispatchError("training needs messages of at least two labels")
    labels = tuple(sorted(counts))
    wanted = np.asarray([labels.index(example.label) for example in examples])
    progress("features", 0, len(examples))
    features = hashed([example.text for example in examples])
    progress("features", len(examples), len(examples))
    columns, idf = _columns(features)
    matrix = scaled(features, columns, idf)
    progress("fit", 0, 2)
    sharpness = _sharpness(matrix, wanted, len(labels))
    progress("fit", 1, 2)
    weights, bias = _fit(matrix, wanted, len(labels))
    progress("fit", 2, 2)
    return DispatchModel(labels, columns, idf, weights, bias, sharpness)


def _columns(features: Any) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Columns seen in at least two messages (in any, when there are few), with their rarity."""
    seen = np.bincount(features.indices, minlength=features.shape[1])
    least = 2 if features.shape[0] >= 200 else 1
    columns = np.flatnonzero(seen >= least).astype(np.int32)
    idf = np.log((1 + features.shape[0]) / (1 + seen[columns])) + 1
    return columns, idf.astype(np.float32)


def _fit(matrix: Any, wanted: NDArray[np.int64], labels: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights (columns, labels) and bias (labels); a label that is missing here never wins."""
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=_COST, random_state=0).fit(matrix, wanted)
    weights, bias = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    full = np.zeros((labels, matrix.shape[1]), np.float32)
    offsets = np.full(labels, -10, np.float32)
    full[machine.classes_], offsets[machine.classes_] = weights, bias
    return np.ascontiguousarray(full.T), offsets


def _sharpness(matrix: Any, wanted: NDArray[np.int64], labels: int) -> float:
    """The factor with the least log loss on messages held out of a first fit; 3 when there are too few to hold out."""
    held = np.arange(len(wanted)) % _FOLDS == 0
    if len(wanted) < 10 * labels or len(set(wanted[~held])) < 2:
        return 3.0
    weights, bias = _fit(matrix[~held], wanted[~held], labels)
    margins = np.asarray(matrix[held] @ weights + bias, np.float64)
    right = wanted[held]

    def loss(sharpness: float) -> float:
        chances = softmax(margins * sharpness)[np.arange(len(right)), right]
        return float(-np.log(np.maximum(chances, 1e-9)).mean())

    return float(min(_SHARPNESS, key=loss))
