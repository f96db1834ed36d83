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
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from content.search.confidence import ANSWER, SCOPE, Evidence
from content.search.embedding import E5Embedder, Embedder
from content.search.followup import focus_of
from content.search.index import Index
from content.search.pinyin import Accents, plain, syllables
from content.search.query import Hit, Outcome, Query, SearchResult
from content.search.text import MAX_CHARS, normalise, words_only

_FOLLOW_UP_CONFIDENCE = 0.95
_NEIGHBOURS = 150
"""Rows taken from the meaning channel; several may belong to one document."""

_ALTERNATIVES = 3
"""Texts of an n-best list that are looked at beside the first."""

Clock = Callable[[], float]


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
        watch: dict[str, float] = {}
        texts = [normalise(text) for text in (query.text, *query.nbest[:_ALTERNATIVES])]
        words = words_only(texts[0])
        follow_up = self._follow_up(words, query.context)
        if follow_up is not None:
            return follow_up
        sounds = [plain(sound) for sound in query.pinyin[:MAX_CHARS]]
        if not (words or sounds) or not self._index.info.documents:
            return SearchResult("none", ms={"total": self._since(started)})
        evidence = self._weigh(texts, sounds, watch)
        result = self._decide(evidence, n)
        watch["total"] = self._since(started)
        return SearchResult(result.outcome, result.hits, result.reason, {k: round(v, 2) for k, v in watch.items()})

    def _follow_up(self, words: str, context: str) -> SearchResult | None:
        if not context or not focus_of(words):
            return None
        number = self._index.number(context)
        if number is None or not self._index.is_valid(number, self._today()):
            return None
        hit = Hit(context, self._index.titles[number], _FOLLOW_UP_CONFIDENCE)
        return SearchResult("answer", (hit,))

    def _weigh(self, texts: list[str], sounds: list[str], watch: dict[str, float]) -> list[tuple[int, Evidence]]:
        """Documents with what speaks for them, best first."""
        index, weights = self._index, self._index.info.config.weights
        count = index.info.documents
        mark = self._clock()
        spoken = [index.marker.without_places(words_only(text)) for text in texts]
        characters = _best(count, (index.character_scores(each) for each in spoken))
        body = _best(count, (index.body_scores(each) for each in spoken))
        watch["characters"] = self._since(mark)
        mark = self._clock()
        heard = [sounds] if sounds else [syllables(words) for words in spoken]
        pinyin = _best(count, (index.pinyin_scores(each) for each in heard))
        watch["pinyin"] = self._since(mark)
        mark = self._clock()
        lexical = weights.characters * characters + weights.pinyin * pinyin + weights.body * body
        chosen = set(_top(lexical, index.info.config.candidates))
        vectors = [self._embedder.query(text) for text in texts if words_only(text)]
        watch["embedding"] = self._since(mark)
        mark = self._clock()
        for vector in vectors:
            chosen.update(index.owner(index.meanings.nearest(vector, _NEIGHBOURS)).tolist())
        candidates = np.asarray(sorted(chosen), np.int64)
        meaning = _best(len(candidates), (self._meaning(vector, candidates) for vector in vectors))
        watch["meaning"] = self._since(mark)
        fused = lexical[candidates] + weights.meaning * meaning
        order = np.lexsort((candidates, -fused))
        ranked = []
        for place, at in enumerate(order[:20]):
            number = int(candidates[at])
            rival = order[1] if place == 0 and len(order) > 1 else order[0]
            margin = float(fused[at] - fused[rival]) if len(order) > 1 else float(fused[at])
            found = Evidence(
                characters=float(characters[number]),
                pinyin=float(pinyin[number]),
                body=float(body[number]),
                meaning=float(meaning[at]),
                coverage=max(float(characters[number]), float(pinyin[number])),
                fused=float(fused[at]),
                margin=margin,
            )
            ranked.append((number, found))
        return ranked

    def _meaning(self, vector: NDArray[np.float32], documents: NDArray[np.int64]) -> NDArray[np.float64]:
        """For each document its best row's share of the way from the mean cosine to 1."""
        rows = [self._index.vector_rows(int(document)) for document in documents]
        starts = np.cumsum([0, *(len(of_document) for of_document in rows)])[:-1]
        return np.maximum.reduceat(self._index.meanings.closeness(vector, np.concatenate(rows)), starts)

    def _decide(self, ranked: list[tuple[int, Evidence]], n: int) -> SearchResult:
        index, config = self._index, self._index.info.config
        hits = tuple(
            Hit(index.ids[number], index.titles[number], round(ANSWER(evidence), 4)) for number, evidence in ranked
        )
        best, first = ranked[0]
        if SCOPE(first) < config.scope_at:
            return SearchResult("none", hits[:n])
        if not index.is_valid(best, self._today()):
            return SearchResult("none", hits[:n], "expired")
        outcome: Outcome = "answer" if ANSWER(first) >= config.answer_at else "clarify"
        return SearchResult(outcome, hits[:n])

    def _since(self, mark: float) -> float:
        return (self._clock() - mark) * 1000


def _best(count: int, scores: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Element-wise best of several scorings; zeros when there is none."""
    out = np.zeros(count)
    for each in scores:
        out = np.maximum(out, each)
    return out


def _top(scores: NDArray[np.float64], count: int) -> list[int]:
    count = min(count, len(scores))
    found = np.argpartition(-scores, count - 1)[:count]
    return [int(number) for number in found if scores[number] > 0]
