"""Messages -> sparse numbers: runs of one to three characters and words, hashed, without a vocabulary to keep.

Hashing makes the model file a few plain arrays and leaves nothing of the training messages readable in it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import jieba
from sklearn.feature_extraction.text import HashingVectorizer

BITS = 18
WIDTH = 2 << BITS
"""Columns: half for characters, half for words."""

jieba.setLogLevel(logging.ERROR)


def hashed(texts: Sequence[str]) -> Any:
    """Counts as a sparse matrix (n, WIDTH), damped by the logarithm."""
    import numpy as np
    import scipy.sparse as sp

    characters = HashingVectorizer(
        analyzer="char", ngram_range=(1, 3), n_features=1 << BITS, norm=None, alternate_sign=False, dtype=np.float32
    )
    words = HashingVectorizer(
        tokenizer=jieba.lcut,
        token_pattern=None,
        ngram_range=(1, 2),
        n_features=1 << BITS,
        norm=None,
        alternate_sign=False,
        dtype=np.float32,
    )
    parts = [characters.transform(texts), words.transform(texts)]
    for part in parts:
        part.data = 1 + np.log(part.data)
    return sp.hstack(parts, format="csr", dtype=np.float32)
