"""Every number the search can be tuned by, with its unit and where it comes from; nothing else.

Weights and thresholds were fitted on questions that are not the items' own (benchmarks/search); see
benchmarks/results/search.md.
"""

from __future__ import annotations

import msgspec


class Bm25(msgspec.Struct, frozen=True):
    """Okapi BM25. ``k1``: how fast a repeated term stops counting. ``b``: how much long texts are held back.
    ``single``: weight of one character or syllable beside a pair of them."""

    k1: float = 1.2
    b: float = 0.5
    single: float = 0.6


class Weights(msgspec.Struct, frozen=True):
    """How much each channel counts in the fused score. Every channel is on a scale of about 0..1.

    ``meaning``: of names; ``passage``: of pieces of answers, which are long and lie close to many questions.
    """

    characters: float = 1.0
    pinyin: float = 0.6
    body: float = 0.6
    meaning: float = 2.0
    passage: float = 0.45


class SearchConfig(msgspec.Struct, frozen=True):
    """``candidates``: documents taken from each channel into the fusion.

    ``chunk``, ``stride``: characters of an answer embedded at once, and the step to the next chunk.
    ``unnamed``: answers are embedded of documents with at most this many names; one with more is found by these.
    ``answer_chunks``: most chunks embedded over a whole base; the answers of a large base are found by characters only
    (embedding 172,000 answers would take hours). ``graph_from``: rows from which vectors are kept
    in a graph (HNSW) instead of being compared one by one, and from which single characters of answers are left out of
    the index, as each is in thousands of answers: ``body_of_many`` then stands for ``body``.
    """

    short: Bm25 = Bm25(k1=0.4, b=0.75, single=1.0)
    body: Bm25 = Bm25(k1=1.2, b=0.75, single=0.5)
    body_of_many: Bm25 = Bm25(k1=1.2, b=0.75, single=0.0)
    weights: Weights = Weights()
    candidates: int = 50
    chunk: int = 160
    stride: int = 140
    chunks_each: int = 24
    unnamed: int = 2
    answer_chunks: int = 8_000
    graph_from: int = 20_000
    answer_at: float = 0.7
    scope_at: float = 0.33

    def body_for(self, rows: int) -> Bm25:
        """How the answers of a base with this many names are indexed."""
        return self.body if rows < self.graph_from else self.body_of_many
