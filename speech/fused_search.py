"""Beam search in which sound and language decide together.

A rival is a sequence of tokens with what the sound says of it and, after every whole syllable, what the lexicon says
(``speech.lexicon.Node``: the pack's words, a dictionary, word trigrams). Rivals are ranked by

    sound - INTERNAL * what the network expected anyway + LANGUAGE * lexicon + SYLLABLE * syllables

The lexicon makes every syllable less likely, hence the last term. At most one token is taken an encoding ("modified
beam search" of icefall); rivals that reach the same tokens are added up. In most encodings nothing but the blank is
likely for any rival: those are done with array arithmetic alone.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from speech.lexicon import Lexicon, Node
from speech.pinyin import is_initial, join_tokens
from speech.transducer import Floats, Transducer

BLANK = 0


class SearchSettings(msgspec.Struct, frozen=True):
    """Weights in natural logarithms, tried on the development clips with `bianmin eval speech`; see decision 11."""

    paths: int = 8
    internal: float = 0.15
    language: float = 0.35
    syllable: float = 1.5
    unlikely: float = 5.0  # a token this much below the best of its frame is not tried
    behind: float = 8.0  # a path this much behind the best is given up


class Rival(NamedTuple):
    """``language``: what the lexicon and the count of syllables add to its rank; ``prediction``: the decoder's output
    for its last tokens; ``token_scores``: logarithm of the probability of each token when it was taken."""

    tokens: tuple[int, ...]
    node: Node
    syllables: int
    initial: str
    token_scores: tuple[float, ...]
    language: float


class Result(msgspec.Struct, frozen=True):
    """``texts``: best first, each once. ``confidence``: mean probability of the tokens of the best path."""

    texts: tuple[str, ...]
    pinyin: tuple[str, ...]
    confidence: float


class FusedSearch:
    """The search of one utterance. ``_sound``: logarithm of the probability of each path's tokens."""

    def __init__(self, model: Transducer, lexicon: Lexicon, settings: SearchSettings | None = None) -> None:
        self._model = model
        self.settings = settings or SearchSettings()
        start = (BLANK,) * model.context
        self._keep([(0.0, Rival(start, lexicon.root(), 0, "", (), 0.0))])

    def fork(self) -> FusedSearch:
        """Another search that goes on from here and leaves this one alone."""
        return copy.copy(self)  # what changes is replaced, never altered

    def advance(self, encodings: Sequence[Floats]) -> None:
        for encoding in encodings:
            self._frame(encoding)

    def _keep(self, ranked: list[tuple[float, Rival]]) -> None:
        """Go on with these paths; the first is the best."""
        self._paths = [path for _, path in ranked]
        self._sound = np.array([sound for sound, _ in ranked])
        self._language = np.array([path.language for path in self._paths])
        self._predictions = self._model.predict([path.tokens[-self._model.context :] for path in self._paths])
        self._expected = self.settings.internal * self._model.unheard(self._predictions)

    def _frame(self, encoding: Floats) -> None:
        table = self._model.log_probabilities(encoding, self._predictions) - self._expected
        ranks = self._sound + self._language
        least = float((ranks + table.max(axis=1)).max()) - self.settings.unlikely
        likely = table > (least - ranks)[:, None]
        if likely[:, 0].all() and not likely[:, 1:].any():
            self._sound = self._sound + table[:, BLANK]
            return
        reached: dict[tuple[int, ...], tuple[float, Rival, int, float]] = {}
        for row, token in zip(*(axis.tolist() for axis in np.nonzero(likely)), strict=True):
            path, score = self._paths[row], float(table[row, token])
            tokens = path.tokens if token == BLANK else (*path.tokens, token)
            came = (float(self._sound[row]) + score, path, token, score + float(self._expected[row, token]))
            held = reached.get(tokens)
            if held is not None:
                better, other = (held, came) if held[0] >= came[0] else (came, held)
                came = (better[0] + math.log1p(math.exp(other[0] - better[0])), *better[1:])
            reached[tokens] = came
        settings = self.settings
        arrived = [(sound, self._take(path, token, score)) for sound, path, token, score in reached.values()]
        arrived.sort(key=_rank, reverse=True)
        least = _rank(arrived[0]) - settings.behind
        self._keep([one for one in arrived[: settings.paths] if _rank(one) >= least])

    def _take(self, path: Rival, token: int, score: float) -> Rival:
        if token == BLANK:
            return path
        text, tokens, scores = self._model.tokens[token], (*path.tokens, token), (*path.token_scores, score)
        if is_initial(text):
            return Rival(tokens, path.node, path.syllables, text, scores, path.language)
        syllables = join_tokens([path.initial, text] if path.initial else [text])
        node, count = path.node.then(syllables[0]), path.syllables + 1
        language = self.settings.language * node.score + self.settings.syllable * count
        return Rival(tokens, node, count, "", scores, language)

    @property
    def text(self) -> str:
        """The best text so far."""
        return self._best.node.ways[0].text

    @property
    def confidence(self) -> float:
        """Mean probability of the tokens of the best path so far; 0 before the first."""
        scores = self._best.token_scores
        return float(np.exp(scores).mean()) if scores else 0.0

    def seems_unsure(self, below: float, tokens: int) -> bool:
        """Whether the confidence is ``below`` a number after at least so many tokens."""
        scores = self._best.token_scores
        return len(scores) >= tokens and float(np.exp(scores).mean()) < below

    @property
    def _best(self) -> Rival:
        return self._paths[int((self._sound + self._language).argmax())]

    def result(self, n: int = 6) -> Result:
        """The best texts of all paths together."""
        settings = self.settings
        texts: dict[str, float] = {}
        for sound, path in zip(self._sound.tolist(), self._paths, strict=True):
            for way in path.node.ways:
                rank = sound + path.language + settings.language * (way.score - path.node.score)
                texts[way.text] = max(rank, texts.get(way.text, -math.inf))
        ordered = sorted(texts, key=lambda text: -texts[text])[:n]
        best = self._best
        return Result(tuple(ordered), best.node.syllables, self.confidence)


def _rank(arrived: tuple[float, Rival]) -> float:
    return arrived[0] + arrived[1].language
