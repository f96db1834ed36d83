"""Meaning: the vectors of a base, and how close a question comes to them by cosine.

Cosines of this model lie close together (0.75-0.95) and every question has its own level: the mean over all rows, which
is one product with the mean vector and is therefore kept in the index. A small base is a matrix, compared row by row; a
large one is a graph (HNSW, usearch) that holds its vectors as int8.

Source of the graph: Malkov & Yashunin, Efficient and robust approximate nearest neighbor search (2016).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from content.search.arrays import Array, IndexDamagedError, dump, part
from content.search.embedding import DIMENSIONS, SCALE, Floats, Progress, Vectors, quantise

_CONNECTIVITY = 16
_EXPANSION_ADD = 96
_EXPANSION_SEARCH = 192
_BLOCK = 4096


class Store(Protocol):
    """Rows of vectors."""

    def __len__(self) -> int: ...
    def rows(self, rows: Array) -> Floats: ...
    def nearest(self, query: Floats, count: int) -> Array: ...


class Matrix:
    """Every row compared with the question: exact."""

    def __init__(self, vectors: Array) -> None:
        self._vectors = vectors.astype(np.float32) / np.float32(SCALE)

    def __len__(self) -> int:
        return len(self._vectors)

    def rows(self, rows: Array) -> Floats:
        found: Floats = self._vectors[rows]
        return found

    def nearest(self, query: Floats, count: int) -> Array:
        scores = self._vectors @ query
        count = min(count, len(scores))
        if not count:
            return np.zeros(0, np.int64)
        best = np.argpartition(-scores, count - 1)[:count]
        return np.asarray(best[np.argsort(-scores[best], kind="stable")], np.int64)


class Graph:
    """Neighbours found by walking a graph: a hundredth of the rows is looked at."""

    def __init__(self, blob: bytes) -> None:
        self._graph = _new_graph()
        try:
            self._graph.view(blob)
        except (RuntimeError, ValueError) as error:
            raise IndexDamagedError("search.meaning.graph") from error
        self._blob = blob  # the graph is a view on it
        self._graph.expansion_search = _EXPANSION_SEARCH

    @staticmethod
    def build(vectors: Vectors, progress: Progress) -> bytes:
        """One thread, in order: the same vectors give the same graph."""
        graph = _new_graph()
        for start in range(0, len(vectors), _BLOCK):
            block = vectors[start : start + _BLOCK]
            graph.add(np.arange(start, start + len(block)), block, threads=1)
            progress("graph", start + len(block), len(vectors))
        return bytes(graph.save())

    def __len__(self) -> int:
        return len(self._graph)

    def rows(self, rows: Array) -> Floats:
        stored = np.asarray(self._graph.get(np.asarray(rows, np.uint64)), np.float32)
        return stored / np.float32(SCALE)

    def nearest(self, query: Floats, count: int) -> Array:
        return np.asarray(self._graph.search(quantise(query)[0], count).keys, np.int64)


class Meanings:
    """A store of vectors with the mean of its rows."""

    def __init__(self, store: Store, mean: Array) -> None:
        self._store, self._mean = store, mean

    @staticmethod
    def build(vectors: Vectors, graph_from: int, progress: Progress) -> dict[str, bytes]:
        mean = vectors.mean(0, dtype=np.float64) / SCALE if len(vectors) else np.zeros(DIMENSIONS)
        blobs = {"mean": dump(mean.astype(np.float32))}
        if len(vectors) >= graph_from:
            return blobs | {"graph": Graph.build(vectors, progress)}
        return blobs | {"vectors": dump(vectors)}

    @staticmethod
    def load(name: str, blobs: Mapping[str, bytes]) -> Meanings:
        graph = blobs.get(f"{name}.graph")
        store: Store = Matrix(part(blobs, f"{name}.vectors")) if graph is None else Graph(graph)
        return Meanings(store, part(blobs, f"{name}.mean"))

    def __len__(self) -> int:
        return len(self._store)

    def nearest(self, query: Floats, count: int) -> Array:
        """Rows most alike, best first."""
        return self._store.nearest(query, count)

    def closeness(self, query: Floats, rows: Array) -> NDArray[np.float64]:
        """How far each row is on the way from the mean cosine (0) to the same sentence (1)."""
        return self._scaled(query, self._store.rows(rows) @ query)

    def closeness_to(self, query: Floats, others: Matrix) -> NDArray[np.float64]:
        """The same scale for rows that are not of this base, all of them."""
        return self._scaled(query, others.rows(np.arange(len(others))) @ query)

    def _scaled(self, query: Floats, cosines: Floats) -> NDArray[np.float64]:
        mean = float(query @ self._mean)
        return np.asarray((cosines.astype(np.float64) - mean) / max(1 - mean, 1e-3), np.float64)


def _new_graph() -> Any:
    # In the other order the two libraries' symbols clash, and the import of onnxruntime crashes the process.
    import onnxruntime  # noqa: F401
    from usearch.index import Index

    return Index(
        ndim=DIMENSIONS,
        metric="cos",
        dtype="i8",
        connectivity=_CONNECTIVITY,
        expansion_add=_EXPANSION_ADD,
        expansion_search=_EXPANSION_SEARCH,
    )
