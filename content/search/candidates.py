"""Gathering: the documents a question may mean, with what each channel says about them.

    characters \\
    sounds      > the best documents of each channel -> all channels' scores for all of them
    body       /
    meaning   /

and, beside them, how familiar the question is: its closeness to the base as a whole and to everyday questions that no
base answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from content.search.embedding import Embedder, Floats
from content.search.index import Index
from content.search.pinyin import syllables
from content.search.text import words_only

_NEIGHBOURS = 150
"""Rows taken from the meaning channel; several may belong to one document."""

_FEW = 5
"""Nearest rows whose mean closeness says how familiar a question is."""

Scores = NDArray[np.float64]
Clock = Callable[[], float]


class Candidates(msgspec.Struct, frozen=True):
    """``numbers``: documents; the arrays beside have one score for each, about 0..1.

    ``meaning``: closeness of a document's closest name; ``passage``: of the closest piece of its answer, 0 where none
    is embedded. ``familiar``: mean closeness of the nearest rows; ``everyday``, ``everyday_few``: closeness of
    the nearest everyday question, and the mean of the nearest few. ``ms``: milliseconds by stage.
    """

    numbers: NDArray[np.int64]
    characters: Scores
    pinyin: Scores
    body: Scores
    meaning: Scores
    passage: Scores
    familiar: float
    everyday: float
    everyday_few: float
    ms: dict[str, float]


def gather(
    index: Index, embedder: Embedder, texts: Sequence[str], sounds: Sequence[str], clock: Clock = time.perf_counter
) -> Candidates:
    """``texts``: normalised, the first is the likeliest, any may be empty. ``sounds``: toneless syllables if heard."""
    watch = _Watch(clock)
    count = index.info.documents
    spoken = [index.marker.without_places(words_only(text)) for text in texts if words_only(text)]
    characters = _best(count, (index.character_scores(words) for words in spoken))
    body = _best(count, (index.body_scores(words) for words in spoken))
    watch.lap("characters")
    heard = [sounds] if sounds else [syllables(words) for words in spoken]
    pinyin = _best(count, (index.pinyin_scores(each) for each in heard))
    watch.lap("pinyin")
    vectors = [embedder.query(index.marker.without_places(text)) for text in texts if words_only(text)]
    watch.lap("embedding")
    near = [index.meanings.nearest(vector, _NEIGHBOURS) for vector in vectors]
    chosen = {number for rows in near for number in index.owner(rows).tolist()}
    for scores in (characters, pinyin, body):
        chosen.update(_top(scores, index.info.config.candidates))
    numbers = np.asarray(sorted(chosen) or range(min(count, 1)), np.int64)
    named = [_closeness(index, vector, [index.name_rows(int(number)) for number in numbers]) for vector in vectors]
    told = [_closeness(index, vector, [index.chunk_rows(int(number)) for number in numbers]) for vector in vectors]
    familiar = [_mean_of_few(index.meanings.closeness(v, rows)) for v, rows in zip(vectors, near, strict=True)]
    usual = [index.meanings.closeness_to(vector, index.everyday) for vector in vectors]
    watch.lap("meaning")
    return Candidates(
        numbers,
        characters[numbers],
        pinyin[numbers],
        body[numbers],
        _best(len(numbers), named),
        _best(len(numbers), told),
        max(familiar, default=0.0),
        max((float(each.max(initial=0.0)) for each in usual), default=0.0),
        max((_mean_of_few(each) for each in usual), default=0.0),
        watch.ms,
    )


class _Watch:
    def __init__(self, clock: Clock) -> None:
        self._clock, self._mark = clock, clock()
        self.ms: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = self._clock()
        self.ms[stage] = round((now - self._mark) * 1000, 2)
        self._mark = now


def _closeness(index: Index, vector: Floats, rows: Sequence[NDArray[np.int64]]) -> Scores:
    """Of each document the closest of its rows; 0 where it has none."""
    out = np.zeros(len(rows))
    some = [number for number, of_document in enumerate(rows) if len(of_document)]
    if some:
        starts = np.cumsum([0, *(len(rows[number]) for number in some)])[:-1]
        closeness = index.meanings.closeness(vector, np.concatenate([rows[number] for number in some]))
        out[some] = np.maximum.reduceat(closeness, starts)
    return out


def _mean_of_few(closeness: Scores) -> float:
    return float(np.sort(closeness)[-_FEW:].mean()) if len(closeness) else 0.0


def _best(count: int, scores: Iterable[Scores]) -> Scores:
    """Element-wise best of several scorings; zeros when there is none."""
    out = np.zeros(count)
    for each in scores:
        out = np.maximum(out, each)
    return out


def _top(scores: Scores, count: int) -> list[int]:
    count = min(count, len(scores))
    found = np.argpartition(-scores, count - 1)[:count]
    return [int(number) for number in found if scores[number] > 0]
