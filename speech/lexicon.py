"""From syllables to characters: a lattice of the pack's words and general words, searched for the likeliest text.

``Lexicon(words)`` knows the pack's words (titles, aliases, questions, places, departments: ``Pack.words()``). They
decide between homophones: with 异地就医 in the pack, yi4 di4 jiu4 yi1 is not read as 一地就一.

The search grows syllable by syllable. A ``Node`` is one sequence of syllables heard so far; it keeps the best few ways
to write it, found by trying every word that ends at its last syllable on the ways of the node before that word (Viterbi
over words, with the language model's state in each way). Nodes are shared: a recogniser's rival hypotheses, which
differ in a syllable or two, cost only what they differ in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from speech.pinyin import Accents, of_text, toneless
from speech.words import Words, general_words

LONGEST_GENERAL = 8  # syllables
LONGEST_DIGITS = 18  # syllables of a run of digits: an identity number
PACK_SCORE = -7.0  # natural logarithm: a pack word is about as likely as one of the thousand commonest words
PACK_SYLLABLE = -0.4  # and each of its syllables costs this
WRONG_TONE = -1.0  # a syllable whose tone is not the word's: tones are often heard wrong
ACCENT = -2.0  # a syllable that is the word's only by an accent (si for shi)
DIGIT_SYLLABLE = -2.6  # a run of three or more spoken digits: about one in ten, and where it starts is free
UNWRITABLE = -25.0  # a syllable no word fits
WAYS = 3  # ways to write a sequence that are kept
HOPELESS = 4.0  # a way this much behind the best is not gone on with
_DIGITS = dict(
    zip(["ling", "yi", "yao", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"], "零一幺二三四五六七八九", strict=True)
)


class Reading(msgspec.Struct, frozen=True):
    """A way to write what was heard. ``score``: natural logarithm, comparable among readings of one utterance."""

    text: str
    score: float


class Way(NamedTuple):
    """One way to write the syllables so far. ``state``: the language model's."""

    score: float
    state: Any
    text: str


_Option = tuple[float, str, str, Way, str, Any]
"""A word appended to a way: score, the word's own tones before its last, its last tone, the way, the word, the language
model's state. Plain, for there are a thousand in a second of speech."""


@lru_cache(maxsize=200_000)
def _tones(word: str) -> str:
    return "".join(syllable[-1] for syllable in of_text(word))


@lru_cache(maxsize=200_000)
def _tone_cost(known: str, heard: str) -> float:
    return sum(WRONG_TONE for a, b in zip(known, heard, strict=False) if a != b and "5" not in (a, b))


def _differing(own: Sequence[str], heard: Sequence[str]) -> int:
    return sum(a != b for a, b in zip(own, heard, strict=True))


class Node:
    """A sequence of syllables and the best ways to write it. Immutable once made; ``then`` makes or finds the next.

    Rivals differ most often in a tone: what a next syllable may mean is found once for all its tones (``_endings``).
    """

    __slots__ = ("_children", "_digit", "_endings", "_folded", "_lexicon", "_options", "_parent", "key", "tone", "ways")

    def __init__(self, lexicon: Lexicon, parent: Node | None, syllable: str, ways: tuple[Way, ...] = ()) -> None:
        self._lexicon = lexicon
        self._parent = parent
        self._children: dict[str, Node] = {}
        self._options: dict[str, list[_Option]] = {}
        self._endings: dict[str, list[tuple[float, str, Any, str]]] = {}
        self.key = toneless(syllable)
        self.tone = syllable[-1:] or "5"
        self._folded = lexicon.accents.fold(self.key)
        self._digit = _DIGITS.get(self.key, "")
        self.ways = ways or self._found()

    def then(self, syllable: str) -> Node:
        child = self._children.get(syllable)
        if child is None:
            child = self._children[syllable] = Node(self._lexicon, self, syllable)
        return child

    @property
    def score(self) -> float:
        return self.ways[0].score

    @property
    def syllables(self) -> tuple[str, ...]:
        """Toned."""
        backwards = []
        node: Node = self
        while node._parent is not None:
            backwards.append(node.key + node.tone)
            node = node._parent
        return tuple(reversed(backwards))

    def _found(self) -> tuple[Way, ...]:
        """The best ways that end with this syllable in this tone."""
        parent, tone = self._parent, self.tone
        assert parent is not None
        endings = parent._endings.get(self.key)
        if endings is None:
            endings = parent._endings[self.key] = parent._ends(self.key, self._folded, self._digit)
        if not endings:
            return tuple(Way(w.score + UNWRITABLE, w.state, w.text + self.key) for w in parent.ways)
        if tone == "5":
            arrived = [(score, state, text) for score, _, state, text in endings]
        else:
            arrived = [
                (score if last == tone or last == "5" else score + WRONG_TONE, state, text)
                for score, last, state, text in endings
            ]
            arrived.sort(key=_score_of, reverse=True)
        best: dict[str, Way] = {}
        for score, state, text in arrived:
            if text not in best:
                best[text] = Way(score, state, text)
                if len(best) == WAYS:
                    break
        return tuple(best.values())

    def _ends(self, key: str, folded: str, digits: str) -> list[tuple[float, str, Any, str]]:
        """Every word that ends with the syllable ``key`` after this node, on the ways of the node before the word:
        score without the last tone, the word's last tone, state, text; best first, and none that is no way in any tone.
        """
        lexicon = self._lexicon
        node, tones, length = self, "", 1
        options: list[tuple[float, str, Way, str, Any]] = []
        while True:
            found = node._options.get(key)
            if found is None:
                found = node._options[key] = node._options_for(key, folded, digits, length)
            for score, before, last, way, word, state in found:
                wrong = _tone_cost(before, tones) if before != tones else 0.0
                options.append((score + wrong, last, way, word, state))
            parent = node._parent
            if parent is None:
                break
            key, tones, folded = node.key + "'" + key, node.tone + tones, node._folded + "'" + folded
            digits = node._digit + digits if node._digit and digits else ""
            node = parent
            length += 1
            if length > LONGEST_GENERAL and not (digits and length <= LONGEST_DIGITS) and not lexicon.ends(folded):
                break
        options.sort(key=_score_of, reverse=True)
        endings: list[tuple[float, str, Any, str]] = []
        texts: set[str] = set()
        least = -math.inf
        for score, last, way, word, state in options:
            if score < least:
                break
            text = way.text + word
            endings.append((score, last, state, text))
            texts.add(text)
            if len(texts) == WAYS and least == -math.inf:
                least = score + WRONG_TONE  # a tone can still bring the rest so far up
        return endings

    def _options_for(self, key: str, folded: str, digits: str, length: int) -> list[_Option]:
        """The words for ``key`` appended to each way; the same for every tone, so kept."""
        lexicon = self._lexicon
        options: list[_Option] = []
        for word, tones, score in lexicon.special(key, folded, digits, length):
            options += [(way.score + score, tones[:-1], tones[-1:], way, word, lexicon.begin) for way in self.ways]
        words = lexicon.general_candidates(key, length)
        if words:
            score_of = lexicon.score
            least = self.ways[0].score - HOPELESS
            for way in self.ways:
                if way.score < least:
                    break
                known, before = way.state, way.score
                for word, tones, last in words:
                    score, state = score_of(known, word)
                    options.append((before + score, tones, last, way, word, state))
        return options


_score_of = itemgetter(0)


class Lexicon:
    """The words recognition knows. ``words``: those of the pack, any length; what is not all Chinese is left out.

    ``general``: the general words, loaded on first use when not given. ``accents``: mergers of this place, under which
    a word of the pack is recognised too, at a cost; general words are not, there are too many that differ by no more.
    """

    def __init__(self, words: Iterable[str] = (), general: Words | None = None, accents: Iterable[str] = ()) -> None:
        self._general = general
        self.accents = Accents(tuple(accents))
        self._toned: dict[str, tuple[tuple[str, str, str], ...]] = {}
        self._pack: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {}
        self._ends: set[str] = set()
        self.longest = max(LONGEST_GENERAL, LONGEST_DIGITS)
        for text in dict.fromkeys(words):
            syllables = of_text(text)
            if 2 <= len(text) == len(syllables):
                sounds = tuple(map(toneless, syllables))
                folded = [self.accents.fold(sound) for sound in sounds]
                self._pack.setdefault("'".join(folded), []).append((text, _tones(text), sounds))
                self._ends.update("'".join(folded[start:]) for start in range(len(folded) - LONGEST_GENERAL))
                self.longest = max(self.longest, len(text))

    @cached_property
    def words(self) -> Words:
        return self._general or general_words()

    @cached_property
    def begin(self) -> Any:
        """The language model's state before the first word, and after a word it does not know."""
        return self.words.begin()

    @cached_property
    def score(self) -> Callable[[Any, str], tuple[float, Any]]:
        return self.words.score

    def ends(self, folded: str) -> bool:
        """Whether a word of the pack, longer than any general word, ends with these syllables."""
        return folded in self._ends

    def special(self, key: str, folded: str, digits: str, length: int) -> Iterable[tuple[str, str, float]]:
        """Words the language model does not know, their tones and scores: those of the pack, and runs of digits.

        ``folded``: ``key`` as the accents fold it; ``digits``: the syllables as digits, when they all are.
        """
        for word, tones, own in self._pack.get(folded, ()):
            differing = _differing(own, key.split("'")) if self.accents.mergers else 0
            yield word, tones, PACK_SCORE + PACK_SYLLABLE * length + ACCENT * differing
        if digits and 3 <= length <= LONGEST_DIGITS:
            yield digits, "5" * length, DIGIT_SYLLABLE * length

    def _folded(self, sounds: Iterable[str]) -> str:
        return "'".join(map(self.accents.fold, sounds))

    def general_candidates(self, key: str, length: int) -> tuple[tuple[str, str, str], ...]:
        """Words of the language for toneless syllables joined by ``'``; their tones before the last; the last."""
        if length > LONGEST_GENERAL:
            return ()
        found = self._toned.get(key)
        if found is None:
            toned = ((word, _tones(word)) for word in self.words.candidates(key))
            found = tuple((word, tones[:-1], tones[-1:]) for word, tones in toned)
            if found:
                self._toned[key] = found
        return found

    def root(self) -> Node:
        """Nothing heard yet."""
        return Node(self, None, "", (Way(0.0, self.begin, ""),))

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
                sounds = keys[start:end]
                for word, _, own in self._pack.get(self._folded(sounds), ()):
                    before, prefix = best[start]
                    options.append((before + len(word) - 0.5 - _differing(own, sounds), prefix + word))
            best.append(max(options))
        readings = [Reading(best[-1][1], best[-1][0])]
        if readings[0].text != text:
            readings.append(Reading(text, 0.0))
        return tuple(readings[:n])
