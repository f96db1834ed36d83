"""Beam search in which sound and language decide together.

A rival is a sequence of tokens with what the sound says of it and, after every whole syllable, what the lexicon says
(``speech.lexicon.Node``: the pack's words, a dictionary, word trigrams). Rivals are ranked by

    sound + LANGUAGE * lexicon + SYLLABLE * syllables

The lexicon makes every syllable less likely, hence the last term. At most one token is taken an encoding ("modified
beam search" of icefall); rivals that reach the same tokens are added up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from speech.lexicon import Lexicon, Node
from speech.pinyin import is_initial, join_tokens
from speech.transducer import Floats, Transducer

BLANK = 0
ACCENTS = ("zh/z", "ch/c", "sh/s", "n/l", "h/f", "an/ang", "en/eng", "in/ing")
"""Sounds that southern and Sichuan speakers merge, both ways."""


class SearchSettings(msgspec.Struct, frozen=True):
    """Weights in natural logarithms, tried on the development clips with `bianmin eval speech`; see decision 11."""

    paths: int = 8
    language: float = 0.3
    syllable: float = 1.2
    unlikely: float = 6.0  # a token this much below the best of its frame is not tried
    behind: float = 12.0  # a path this much behind the best is given up
    accent: float = math.inf  # cost of taking a sound for the one an accent merges it with (s for sh); inf: not done


class Rival(msgspec.Struct, frozen=True):
    """``sound``: logarithm of the probability of ``tokens``; ``token_scores``: of each when it was taken."""

    tokens: tuple[int, ...]
    sound: float
    node: Node
    syllables: int
    initial: str
    token_scores: tuple[float, ...]

    def rank(self, settings: SearchSettings) -> float:
        return self.sound + settings.language * self.node.score + settings.syllable * self.syllables


class Result(msgspec.Struct, frozen=True):
    """``texts``: best first, each once. ``confidence``: mean probability of the tokens of the best path."""

    texts: tuple[str, ...]
    pinyin: tuple[str, ...]
    confidence: float


class FusedSearch:
    """The search of one utterance."""

    def __init__(
        self,
        model: Transducer,
        lexicon: Lexicon,
        settings: SearchSettings | None = None,
        accents: Sequence[str] = ACCENTS,
    ) -> None:
        self._model = model
        self.settings = settings or SearchSettings()
        self._merged = model.confusable(accents) if self.settings.accent < math.inf else []
        start = (BLANK,) * model.context
        self._paths: list[Rival] = [Rival(start, 0.0, lexicon.root(), 0, "", ())]

    def advance(self, encodings: Sequence[Floats]) -> None:
        for encoding in encodings:
            self._frame(encoding)

    def _frame(self, encoding: Floats) -> None:
        model, settings = self._model, self.settings
        contexts = [path.tokens[-model.context :] for path in self._paths]
        table = model.log_probabilities(encoding, model.predict(contexts))
        plain = table.copy() if self._merged else table
        for heard, meant in self._merged:
            table[:, meant] = np.maximum(table[:, meant], plain[:, heard] - settings.accent)
        reached: dict[tuple[int, ...], Rival] = {}
        ranks = [path.rank(settings) for path in self._paths]
        best = max(rank + float(row.max()) for rank, row in zip(ranks, table, strict=True))
        for path, rank, row in zip(self._paths, ranks, table, strict=True):
            for token in np.flatnonzero(row > best - rank - settings.unlikely).tolist():
                score = float(row[token])
                follower = self._stay(path, score) if token == BLANK else self._take(path, token, score)
                held = reached.get(follower.tokens)
                if held is not None:
                    better, other = (held, follower) if held.sound >= follower.sound else (follower, held)
                    total = better.sound + math.log1p(math.exp(other.sound - better.sound))
                    follower = msgspec.structs.replace(better, sound=total)
                reached[follower.tokens] = follower
        ranked = sorted(reached.values(), key=lambda p: -p.rank(settings))[: settings.paths]
        least = ranked[0].rank(settings) - settings.behind
        self._paths = [path for path in ranked if path.rank(settings) >= least]

    def _stay(self, path: Rival, score: float) -> Rival:
        return Rival(path.tokens, path.sound + score, path.node, path.syllables, path.initial, path.token_scores)

    def _take(self, path: Rival, token: int, score: float) -> Rival:
        text = self._model.tokens[token]
        tokens, sound, scores = (*path.tokens, token), path.sound + score, (*path.token_scores, score)
        if is_initial(text):
            return Rival(tokens, sound, path.node, path.syllables, text, scores)
        syllables = join_tokens([path.initial, text] if path.initial else [text])
        return Rival(tokens, sound, path.node.then(syllables[0]), path.syllables + 1, "", scores)

    @property
    def text(self) -> str:
        """The best text so far."""
        return self._paths[0].node.ways[0].text

    def result(self, n: int = 6) -> Result:
        """The best texts of all paths together."""
        settings = self.settings
        best = self._paths[0]
        texts: dict[str, float] = {}
        for path in self._paths:
            for way in path.node.ways:
                rank = path.rank(settings) + settings.language * (way.score - path.node.score)
                texts[way.text] = max(rank, texts.get(way.text, -math.inf))
        ordered = sorted(texts, key=lambda text: -texts[text])[:n]
        confidence = float(np.exp(best.token_scores).mean()) if best.token_scores else 0.0
        return Result(tuple(ordered), best.node.syllables, confidence)
