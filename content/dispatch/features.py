"""Messages -> sparse numbers: runs of one to three characters, words, and the runs of the first sentence once more.

People say what the matter is at the beginning, so the beginning counts twice. Everything is hashed: there is no
vocabulary to keep, the model file is a few plain arrays, and nothing of the training messages is readable in it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import jieba
from sklearn.feature_extraction.text import HashingVectorizer

BITS = 18
HEAD_BITS = 16
HEAD_CHARS = 28
"""A title is about this long."""

STARTS = (0, 1 << BITS, 2 << BITS, (2 << BITS) + (1 << HEAD_BITS))
"""Where the columns of each part begin, and where the last ends: characters, words, head."""

EMPHASIS = (1.0, 1.0, 0.7)
"""Length of each part of a message; chosen by cross-validation on the training messages of benchmarks/search."""

WIDTH = STARTS[-1]

jieba.setLogLevel(logging.ERROR)


def hashed(texts: Sequence[str]) -> Any:
    """Counts as a sparse matrix (n, WIDTH), damped by the logarithm."""
    import numpy as np
    import scipy.sparse as sp

    def vectoriser(bits: int, **how: Any) -> HashingVectorizer:
        return HashingVectorizer(n_features=1 << bits, norm=None, alternate_sign=False, dtype=np.float32, **how)

    parts = [
        vectoriser(BITS, analyzer="char", ngram_range=(1, 3)).transform(texts),
        vectoriser(BITS, tokenizer=jieba.lcut, token_pattern=None, ngram_range=(1, 2)).transform(texts),
        vectoriser(HEAD_BITS, analyzer="char", ngram_range=(1, 3)).transform([text[:HEAD_CHARS] for text in texts]),
    ]
    for part in parts:
        part.data = 1 + np.log(part.data)
    return sp.hstack(parts, format="csr", dtype=np.float32)
