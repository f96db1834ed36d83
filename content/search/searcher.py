"""``Searcher``: a question in, ranked items with calibrated confidence and a decision out.

    searcher = Searcher(pack)
    result = searcher.search(Query("新生儿怎么上医保"), n=5)
    result.outcome                  # "answer", "clarify" or "none"
    result.hits[0].id

Three channels look for candidates - characters, sounds, meaning - and running answer text adds a fourth; their scores
are on one scale and simply added (content.search.config.Weights). The decision is content.search.confidence.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec.structs import replace

from content.search.candidates import Clock, gather
from content.search.confidence import ANSWER, SCOPE, Evidence, rank
from content.search.embedding import E5Embedder, Embedder
from content.search.followup import focus_of, without_filler
from content.search.index import Index
from content.search.pinyin import Accents, plain
from content.search.query import Hit, Outcome, Query, SearchResult
from content.search.text import MAX_CHARS, normalise, words_only

_FOLLOW_UP_CONFIDENCE = 0.95
_RANKED = 20
"""Most hits a result can have."""

_BARE = 4
"""Characters up to which a question may be a bare word."""

_WORD = 2
"""Characters of the shortest word that can say what a question is about."""

_ALTERNATIVES = 3
"""Texts of an n-best list that are looked at beside the first."""


class Blobs(Protocol):
    """What of ``content.pack.Pack`` is used here."""

    def blob(self, name: str) -> bytes: ...
    def blob_names(self) -> tuple[str, ...]: ...


class Searcher:
    """Thread-safe: the index is read only. Raises ``IndexDamagedError`` when the pack has no usable index.

    ``accents``: this deployment's mergers (see ``content.search.pinyin``), when they are not the index's own.
    ``today`` decides which items are valid; ``clock`` (seconds) only times the stages.
    """

    def __init__(
        self,
        source: Blobs | Mapping[str, bytes],
        *,
        accents: Sequence[str] | None = None,
        embedder: Embedder | None = None,
        today: Callable[[], dt.date] = dt.date.today,
        clock: Clock = time.perf_counter,
    ) -> None:
        blobs = source if isinstance(source, Mapping) else {name: source.blob(name) for name in source.blob_names()}
        self._index = Index(blobs, None if accents is None else Accents(tuple(accents)))
        self._embedder = embedder or E5Embedder()
        self._today = today
        self._clock = clock

    def warm_up(self) -> None:
        """Load what is loaded on first use, so that the first question is as quick as the next."""
        self.search(Query("身份证"), 1)

    def search(self, query: Query, n: int = 5) -> SearchResult:
        """At most ``n`` hits, best first, whatever the outcome."""
        started = self._clock()
        texts = [normalise(text) for text in (query.text, *query.nbest[:_ALTERNATIVES])]
        focus = focus_of(words_only(texts[0]))
        if focus:
            return self._follow_up(query.context)
        words = words_only(texts[0])
        sounds = [plain(sound) for sound in query.pinyin[:MAX_CHARS]]
        if not (any(map(words_only, texts)) or sounds) or not self._index.info.documents:
            return SearchResult("none", ms={"total": self._since(started)})
        found = gather(self._index, self._embedder, texts, sounds, self._clock)
        result = self._decide(words, rank(found, self._index.info.config.weights)[:_RANKED], n)
        return replace(result, ms={**found.ms, "total": self._since(started)})

    def _follow_up(self, context: str) -> SearchResult:
        """A question that names no matter means the item just answered; without one it means nothing."""
        number = self._index.number(context) if context else None
        if number is None or not self._index.is_valid(number, self._today()):
            return SearchResult("none")
        return SearchResult("answer", (Hit(context, self._index.titles[number], _FOLLOW_UP_CONFIDENCE),))

    def _decide(self, words: str, ranked: list[tuple[int, Evidence]], n: int) -> SearchResult:
        index, config = self._index, self._index.info.config
        best, first = ranked[0]
        scope = SCOPE(first)
        hits = tuple(
            Hit(index.ids[number], index.titles[number], round(scope * ANSWER(evidence), 4))
            for number, evidence in ranked
        )
        if scope < config.scope_at or self._says_nothing(words, best):
            return SearchResult("none", hits[:n])
        if not index.is_valid(best, self._today()):
            return SearchResult("none", hits[:n], "expired")
        sure = hits[0].confidence >= config.answer_at and not self._is_bare(words, ranked)
        outcome: Outcome = "answer" if sure else "clarify"
        return SearchResult(outcome, hits[:n])

    def _says_nothing(self, words: str, best: int) -> bool:
        """Whether nothing is left without filler (我要办事), or it is a number that the item is not called by."""
        if not words or words in self._index.names(best):
            return False
        return not without_filler(words) or (words.isdigit() and all(words not in n for n in self._index.names(best)))

    def _is_bare(self, words: str, ranked: list[tuple[int, Evidence]]) -> bool:
        """Whether the question is only a word that several items share (补办, 身份证) and none is called by, or hardly
        a word (我要办证)."""
        names = [set(self._index.names(number)) for number, _ in ranked[:_RANKED]]
        if not words or words in names[0]:
            return False
        shared = len(words) <= _BARE and sum(any(words in name for name in of) for of in names) > 1
        return shared or len(without_filler(words)) < _WORD

    def _since(self, mark: float) -> float:
        return round((self._clock() - mark) * 1000, 2)
