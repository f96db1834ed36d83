"""BM25 over integer terms: an inverted index in four arrays, scored with one pass of ``bincount``.

A row is one text. A term is a 64-bit code: a symbol (a character, a syllable), a pair of neighbouring symbols, or a
mark set from outside (a synonym group). Scores are divided by what a text made of exactly the query's terms would
get, so that 1 is about "all of it is there", whatever the length of the query: that makes scores of different
queries, and of characters and sounds, comparable.

Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from content.search.arrays import Array, dump, part
from content.search.config import Bm25

_PAIR = 21
_MARK = np.int64(1) << 42
_COMMON = 16
_FEW_ROWS = 2_000
"""A term in more than one row of sixteen (and in more than these) is not looked at when the question has a rarer one:
it says little, and its list is what a question over 172,000 rows would spend its time on."""

SYMBOLS = 1 << _PAIR
"""Symbols are below this: every Unicode code point is."""


def terms(symbols: Sequence[int], marks: Iterable[int] = (), pairs_only: bool = False) -> NDArray[np.int64]:
    """The terms of one text: its symbols, pairs of neighbours, marks."""
    single = np.asarray(symbols, np.int64) + 1
    pairs = (single[:-1] << _PAIR) + single[1:]
    marked = _MARK + np.fromiter(marks, np.int64)
    return np.concatenate((pairs, marked) if pairs_only else (single, pairs, marked))


class Postings:
    """``codes`` (V) sorted terms; ``starts`` (V+1) into ``rows`` (int32) and ``weights`` (float16): tf part of BM25."""

    def __init__(self, codes: Array, starts: Array, rows: Array, weights: Array, count: int, settings: Bm25) -> None:
        self._codes, self._starts, self._rows, self._weights = codes, starts, rows, weights
        self._settings = settings
        self.count = count
        sizes = np.diff(starts)
        self._idf = np.log1p((count - sizes + 0.5) / (sizes + 0.5)).astype(np.float32)
        self._unseen = float(np.log1p((count + 0.5) / 0.5))

    @staticmethod
    def build(texts: Sequence[NDArray[np.int64]], settings: Bm25) -> dict[str, Array]:
        """The arrays for ``texts``, each the terms of one row."""
        lengths = np.fromiter((len(text) for text in texts), np.int64, len(texts))
        flat = np.concatenate([*texts, np.zeros(0, np.int64)])
        codes, inverse = np.unique(flat, return_inverse=True)
        del flat
        key = inverse.astype(np.int64) * max(len(texts), 1) + np.repeat(np.arange(len(texts)), lengths)
        del inverse
        key, counts = np.unique(key, return_counts=True)
        rows = (key % max(len(texts), 1)).astype(np.int32)
        sizes = np.bincount(key // max(len(texts), 1), minlength=len(codes))
        starts = np.zeros(len(codes) + 1, np.int64)
        np.cumsum(sizes, out=starts[1:])
        mean = float(lengths.mean()) if len(texts) else 1.0
        held = settings.k1 * (1 - settings.b + settings.b * lengths / max(mean, 1.0))
        frequency = counts.astype(np.float64)
        weights = frequency * (settings.k1 + 1) / (frequency + held[rows])
        return {"codes": codes, "starts": starts, "rows": rows, "weights": weights.astype(np.float16)}

    @staticmethod
    def of(texts: Sequence[NDArray[np.int64]], settings: Bm25) -> Postings:
        """Built and opened at once."""
        arrays = Postings.build(texts, settings)
        return Postings(arrays["codes"], arrays["starts"], arrays["rows"], arrays["weights"], len(texts), settings)

    @staticmethod
    def dump(name: str, arrays: Mapping[str, Array]) -> dict[str, bytes]:
        return {f"{name}.{key}": dump(array) for key, array in arrays.items()}

    @staticmethod
    def load(name: str, blobs: Mapping[str, bytes], count: int, settings: Bm25) -> Postings:
        codes, starts, rows, weights = (part(blobs, f"{name}.{key}") for key in ("codes", "starts", "rows", "weights"))
        return Postings(codes, starts, rows, weights, count, settings)

    def scores(self, query: NDArray[np.int64]) -> NDArray[np.float64]:
        """One score a row, 0 up to about 1. Shape (count,)."""
        wanted = np.unique(query)
        emphasis = np.where(wanted < SYMBOLS, self._settings.single, 1.0)
        wanted, emphasis = wanted[emphasis > 0], emphasis[emphasis > 0]
        if not len(wanted) or not len(self._codes):
            return np.zeros(self.count)
        at = np.minimum(np.searchsorted(self._codes, wanted), len(self._codes) - 1)
        known = self._codes[at] == wanted
        common = known & (self._starts[at + 1] - self._starts[at] > max(_FEW_ROWS, self.count // _COMMON))
        if (known & ~common).any():
            at, known, emphasis = at[~common], known[~common], emphasis[~common]
        idf = np.where(known, self._idf[at], self._unseen) * emphasis
        full = float(idf.sum())
        spans = [slice(int(self._starts[i]), int(self._starts[i + 1])) for i in at[known]]
        if not spans:
            return np.zeros(self.count)
        rows = np.concatenate([self._rows[span] for span in spans])
        weights = np.concatenate(
            [self._weights[span] * np.float32(gain) for span, gain in zip(spans, idf[known], strict=True)]
        )
        return np.bincount(rows, weights, self.count) / full
