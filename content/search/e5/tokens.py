"""Text -> pieces of the model's vocabulary: the likeliest cut by the pieces' log probabilities (Viterbi).

Kudo, Subword Regularization (2018), unigram language model. Written here because the libraries that do it hold 300 MB
for this vocabulary of 250,000 pieces, more than all the rest of the search.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from content.search.e5.weights import Weights

_BLANK = "\u2581"
_UNKNOWN_PENALTY = 10.0
"""How much less likely than the rarest piece a character is that is no piece, as in the model's training."""

_SPACES = re.compile(" +")

_COMMON = re.compile(r"[\u2581\x21-\x7e\u2000-\u206f\u2e80-\u9fff\uff00-\uffef]*")
"""Chinese and English. A text of nothing else can only be cut into pieces of nothing else, so that the other 146,000
pieces, 35 MB of them, are only made for a text that has another letter."""


class Tokeniser:
    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._scores = weights.scores
        self._unknown_score = float(weights.scores.min()) - _UNKNOWN_PENALTY
        self._longest = max(map(len, weights.pieces()))
        self._common = self._numbered(_COMMON.fullmatch)

    @cached_property
    def _all(self) -> dict[str, tuple[int, float]]:
        return self._numbered(lambda piece: True)

    def _numbered(self, wanted: Callable[[str], object]) -> dict[str, tuple[int, float]]:
        """Piece -> its number and score, of those that are wanted."""
        scores, unknown = self._scores, self._weights.unknown
        return {
            piece: (number, float(scores[number]))
            for number, piece in enumerate(self._weights.pieces())
            if number != unknown and wanted(piece)
        }

    def ids(self, text: str) -> list[int]:
        """With the marks for beginning and end; cut at the model's longest input."""
        weights = self._weights
        clean = _SPACES.sub(" ", text.translate(weights.replaced))
        marked = (clean if clean.startswith(" ") else " " + clean).replace(" ", _BLANK)
        return [weights.begin, *self._pieces(marked)[: weights.longest - 2], weights.end]

    def _pieces(self, text: str) -> list[int]:
        """``best[i]``: the score of the likeliest cut of the first i characters; ``back[i]``: its last piece."""
        size = len(text)
        known = (self._common if _COMMON.fullmatch(text) else self._all).get
        best = [0.0] + [float("-inf")] * size
        back: list[tuple[int, int]] = [(0, 0)] * (size + 1)
        for start in range(size):
            so_far = best[start]
            for end in range(start + 1, min(start + self._longest, size) + 1):
                piece = known(text[start:end])
                if piece is not None and so_far + piece[1] > best[end]:
                    best[end], back[end] = so_far + piece[1], (piece[0], start)
            if so_far + self._unknown_score > best[start + 1]:
                best[start + 1], back[start + 1] = so_far + self._unknown_score, (self._weights.unknown, start)
        found: list[int] = []
        while size:
            number, size = back[size]
            found.append(number)
        return found[::-1]
