"""From syllables to characters: a lattice of the pack's words and general words, searched for the likeliest text.

``Lexicon(words)`` knows the pack's words (titles, aliases, questions, places, departments: ``Pack.words()``). They
decide between homophones: with 异地就医 in the pack, yi4 di4 jiu4 yi1 is not read as 一地就一.

The search grows syllable by syllable. A ``Node`` is one sequence of syllables heard so far; it keeps the best few ways
to write it, found by trying every word that ends at its last syllable on the ways of the node before that word (Viterbi
over words, with the language model's state in each way). Nodes are shared: a recogniser's rival hypotheses, which
differ in a syllable or two, cost only what they differ in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from speech.pinyin import of_text, toneless
from speech.words import Words, general_words

LONGEST_GENERAL = 8  # syllables
LONGEST_DIGITS = 18  # an identity number
PACK_SCORE = -7.0  # natural logarithm: a pack word is about as likely as one of the thousand commonest words
PACK_SYLLABLE = -0.4  # and each of its syllables costs this
WRONG_TONE = -1.0  # a syllable whose tone is not the word's: tones are often heard wrong
DIGIT_SYLLABLE = -2.6  # a run of three or more spoken digits: about one in ten, and where it starts is free
UNWRITABLE = -25.0  # a syllable no word fits
WAYS = 6
_DIGITS = dict(
    zip(["ling", "yi", "yao", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"], "零一幺二三四五六七八九", strict=True)
)


class Reading(msgspec.Struct, frozen=True):
    """A way to write what was heard. ``score``: natural logarithm, comparable among readings of one utterance."""

    text: str
    score: float


class _Way(msgspec.Struct, frozen=True):
    score: float
    state: Any
    text: str


@lru_cache(maxsize=200_000)
def _tones(word: str) -> str:
    return "".join(syllable[-1] for syllable in of_text(word))


def _tone_cost(word: str, tones: str) -> float:
    return sum(WRONG_TONE for a, b in zip(_tones(word), tones, strict=False) if a != b and "5" not in (a, b))


def _keep(best: dict[str, _Way], way: _Way) -> None:
    held = best.get(way.text)
    if held is None or held.score < way.score:
        best[way.text] = way


class Node:
    """A sequence of syllables and the best ways to write it. Immutable once made; ``then`` makes or finds the next."""

    __slots__ = ("_children", "_lexicon", "_parent", "key", "tone", "ways")

    def __init__(self, lexicon: Lexicon, parent: Node | None, syllable: str, ways: Sequence[_Way] = ()) -> None:
        self._lexicon = lexicon
        self._parent = parent
        self._children: dict[str, Node] = {}
        self.key = toneless(syllable)
        self.tone = syllable[-1:] or "5"
        self.ways = tuple(ways) or self._ways()

    def then(self, syllable: str) -> Node:
        child = self._children.get(syllable)
        if child is None:
            child = self._children[syllable] = Node(self._lexicon, self, syllable)
        return child

    @property
    def score(self) -> float:
        return self.ways[0].score

    def _ways(self) -> tuple[_Way, ...]:
        lexicon = self._lexicon
        best: dict[str, _Way] = {}
        key, tones = "", ""
        node: Node | None = self
        length = 0
        while node is not None and node._parent is not None and length < lexicon.longest:
            length += 1
            key = node.key + ("'" + key if key else "")
            tones = node.tone + tones
            node = node._parent
            for word, score in lexicon.special(key, length):
                cost = score + _tone_cost(word, tones)
                for way in node.ways:
                    _keep(best, _Way(way.score + cost, lexicon.words.begin(), way.text + word))
            for word in lexicon.general(key, length):
                cost = _tone_cost(word, tones)
                for way in node.ways:
                    score, state = lexicon.words.score(way.state, word)
                    _keep(best, _Way(way.score + score + cost, state, way.text + word))
        if not best and self._parent is not None:
            return tuple(_Way(w.score + UNWRITABLE, w.state, w.text + self.key) for w in self._parent.ways)
        return tuple(sorted(best.values(), key=lambda way: -way.score)[:WAYS])


class Lexicon:
    """The words recognition knows. ``words``: those of the pack, any length; what is not all Chinese is left out.

    ``general``: the general words, loaded on first use when not given.
    """

    def __init__(self, words: Iterable[str] = (), general: Words | None = None) -> None:
        self._general = general
        self._pack: dict[str, list[str]] = {}
        self.longest = max(LONGEST_GENERAL, LONGEST_DIGITS)
        for text in dict.fromkeys(words):
            syllables = of_text(text)
            if 2 <= len(text) == len(syllables):
                self._pack.setdefault("'".join(map(toneless, syllables)), []).append(text)
                self.longest = max(self.longest, len(text))

    @property
    def words(self) -> Words:
        if self._general is None:
            self._general = general_words()
        return self._general

    def special(self, key: str, length: int) -> Iterable[tuple[str, float]]:
        """Words the language model does not know, with their scores: those of the pack, and runs of digits."""
        for word in self._pack.get(key, ()):
            yield word, PACK_SCORE + PACK_SYLLABLE * length
        if 3 <= length <= LONGEST_DIGITS:
            digits = [_DIGITS.get(syllable) for syllable in key.split("'")]
            if all(digits):
                yield "".join(filter(None, digits)), DIGIT_SYLLABLE * length

    def general(self, key: str, length: int) -> Iterable[str]:
        """Words of the language for toneless syllables joined by ``'``."""
        return self.words.candidates(key) if length <= LONGEST_GENERAL else ()

    def root(self) -> Node:
        """Nothing heard yet."""
        return Node(self, None, "", (_Way(0.0, self.words.begin(), ""),))

    def read(self, syllables: Sequence[str], n: int = 5) -> tuple[Reading, ...]:
        """The likeliest texts for toned syllables, best first; at least one. What no word fits is written as pinyin."""
        node = self.root()
        for syllable in syllables:
            node = node.then(syllable)
        return tuple(Reading(way.text, way.score) for way in node.ways[:n])

    def correct(self, text: str, n: int = 5) -> tuple[Reading, ...]:
        """Replace homophones in a recogniser's text by the pack's words, the fewest and longest; the rest stays."""
        syllables = of_text(text)
        if len(syllables) != len(text) or not self._pack:
            return (Reading(text, 0.0),)
        keys = [toneless(syllable) for syllable in syllables]
        best: list[tuple[float, str]] = [(0.0, "")]
        for end in range(1, len(keys) + 1):
            score, prefix = best[end - 1]
            options = [(score, prefix + text[end - 1])]
            for start in range(max(0, end - self.longest), end - 1):
                for word in self._pack.get("'".join(keys[start:end]), ()):
                    before, prefix = best[start]
                    options.append((before + len(word) - 0.5, prefix + word))
            best.append(max(options))
        readings = [Reading(best[-1][1], best[-1][0])]
        if readings[0].text != text:
            readings.append(Reading(text, 0.0))
        return tuple(readings[:n])
