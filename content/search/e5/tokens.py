"""Text -> pieces of the model's vocabulary: the likeliest cut by the pieces' log probabilities (Viterbi).

Kudo, Subword Regularization (2018), unigram language model. Written here because the libraries that do it hold 300 MB
for this vocabulary of 250,000 pieces, more than all the rest of the search.
"""

from __future__ import annotations

import re

from content.search.e5.weights import Weights

_BLANK = "\u2581"
_UNKNOWN_PENALTY = 10.0
"""How much less likely than the rarest piece a character is that is no piece, as in the model's training."""

_SPACES = re.compile(" +")


class Tokeniser:
    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._ids = {piece: number for number, piece in enumerate(weights.pieces)}
        self._ids.pop(weights.pieces[weights.unknown])
        self._scores: list[float] = weights.scores.tolist()
        self._unknown_score = min(self._scores) - _UNKNOWN_PENALTY
        self._longest = max(map(len, weights.pieces))

    def ids(self, text: str) -> list[int]:
        """With the marks for beginning and end; cut at the model's longest input."""
        weights = self._weights
        clean = _SPACES.sub(" ", text.translate(weights.replaced))
        marked = (clean if clean.startswith(" ") else " " + clean).replace(" ", _BLANK)
        return [weights.begin, *self._pieces(marked)[: weights.longest - 2], weights.end]

    def _pieces(self, text: str) -> list[int]:
        """``best[i]``: the score of the likeliest cut of the first i characters; ``back[i]``: its last piece."""
        size = len(text)
        best = [0.0] + [float("-inf")] * size
        back: list[tuple[int, int]] = [(0, 0)] * (size + 1)
        for start in range(size):
            so_far = best[start]
            for end in range(start + 1, min(start + self._longest, size) + 1):
                piece = self._ids.get(text[start:end])
                if piece is not None and so_far + self._scores[piece] > best[end]:
                    best[end], back[end] = so_far + self._scores[piece], (piece, start)
            if so_far + self._unknown_score > best[start + 1]:
                best[start + 1], back[start + 1] = so_far + self._unknown_score, (self._weights.unknown, start)
        found = []
        while size:
            piece, size = back[size]
            found.append(piece)
        return found[::-1]
