"""Texts -> unit vectors: one question at once, or thousands of texts on all the cores.

    Questions(weights).vector("query: 新生儿怎么上医保")
    Passages(weights, workers=2).vectors(["passage: ...", ...])

A text's vector does not depend on which texts were embedded with it, so that an import that was broken off and resumed
gives the same bytes as one that was not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from content.search.e5.graph import four_bit, full
from content.search.e5.tokens import Tokeniser
from content.search.e5.weights import Weights

_BATCH_PIECES = 1024
"""Pieces in a batch: enough to fill the caches, few enough to stay in them."""

Floats = NDArray[np.float32]


class Encoder:
    """Pieces -> vectors, by one of the graphs."""

    def __init__(self, weights: Weights, model: bytes) -> None:
        self._weights = weights
        self._session = _session(model)
        self._places = (
            weights.floats("emb.pos").reshape(-1, weights.width) + weights.floats("emb.type")[: weights.width]
        )

    def vectors(self, pieces: Sequence[Sequence[int]]) -> Floats:
        """``pieces``: texts of one length. Shape (texts, width), unit length."""
        ids = np.asarray(pieces, np.int64)
        embedded = self._weights.words(ids) + self._places[: ids.shape[1]]
        means: Floats = self._session.run(None, {"embedded": embedded})[0]
        unit: Floats = means / np.linalg.norm(means, axis=1, keepdims=True)
        return unit


class Questions:
    """One text at a time, by the small graph. Thread-safe."""

    def __init__(self, weights: Weights, tokeniser: Tokeniser) -> None:
        self._tokeniser = tokeniser
        self._encoder = Encoder(weights, four_bit(weights))

    def vector(self, text: str) -> Floats:
        vector: Floats = self._encoder.vectors([self._tokeniser.ids(text)])[0]
        return vector


class Passages:
    """Many texts, by the large graph, ``workers`` batches at once."""

    def __init__(self, weights: Weights, tokeniser: Tokeniser, workers: int) -> None:
        self._tokeniser = tokeniser
        self._width = weights.width
        self._encoder = Encoder(weights, full(weights))
        self._workers = ThreadPoolExecutor(workers, "embed")

    def vectors(self, texts: Sequence[str]) -> Floats:
        """In the order of ``texts``. Shape (texts, width)."""
        pieces = [self._tokeniser.ids(text) for text in texts]
        out = np.empty((len(texts), self._width), np.float32)
        for rows, vectors in self._workers.map(lambda rows: (rows, self._batch(pieces, rows)), _batches(pieces)):
            out[rows] = vectors
        return out

    def _batch(self, pieces: Sequence[Sequence[int]], rows: Sequence[int]) -> Floats:
        # A lone text is doubled: products with a single row take another path, which rounds differently.
        chosen = [pieces[row] for row in rows]
        return self._encoder.vectors(chosen * 2 if len(chosen) == 1 else chosen)[: len(rows)]


def _batches(pieces: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Rows of one length together."""
    order = sorted(range(len(pieces)), key=lambda row: len(pieces[row]))
    for length, group in groupby(order, key=lambda row: len(pieces[row])):
        rows, most = list(group), max(1, _BATCH_PIECES // length)
        yield from (rows[start : start + most] for start in range(0, len(rows), most))


def _session(model: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # threads that wait spin, which costs two busy cores more than it brings
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
