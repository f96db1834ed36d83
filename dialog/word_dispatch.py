"""Where a request would go, by the words of the classification itself: no model, no training, explainable.

A code scores for each of its (and its parent's) key words that occur, and for each pair of characters of its name that
occurs; the likeliest code's lead over the next department's says how sure that is. A trained dispatcher
(``content.dispatch``) may stand in its place: both are ``dialog.world.Dispatcher``.
"""

from __future__ import annotations

from collections.abc import Sequence

from content.directory import RequestCode
from content.model import Department
from dialog.requests import Routing

SUREST = 0.9
"""Words alone are never surer than this."""

_WORD = 4.0
_PAIR = 1.0
_ENOUGH = 7.0
"""A key word and three pairs of the name: 路灯不亮了."""


class WordDispatcher:
    """``codes``: the whole classification; ``departments``: who they belong to."""

    def __init__(self, codes: Sequence[RequestCode], departments: Sequence[Department]) -> None:
        by_id = {code.id: code for code in codes}
        self._names = {department.id: department.name for department in departments}
        parents = {code.parent for code in codes}
        self._leaves = [(code, _words(code, by_id), _pairs(code.name)) for code in codes if code.id not in parents]

    def suggest(self, text: str) -> Sequence[Routing]:
        """Likeliest first, at most one a department; empty when no word fits."""
        scored = [(score, code) for code, words, pairs in self._leaves if (score := _score(text, words, pairs))]
        scored.sort(key=lambda pair: (-pair[0], pair[1].id))
        best: dict[str, tuple[float, RequestCode]] = {}
        for score, code in scored:
            best.setdefault(code.department, (score, code))
        total = sum(score for score, _ in list(best.values())[:2])
        return tuple(
            Routing(code.id, code.name, code.department, self._names.get(code.department, ""), _sure(score, total))
            for score, code in best.values()
        )


def _sure(score: float, total: float) -> float:
    """The lead over the next department; one key word alone is little to go by."""
    return round(SUREST * score / total * min(1.0, score / _ENOUGH), 3)


def _score(text: str, words: frozenset[str], pairs: frozenset[str]) -> float:
    return _WORD * sum(word in text for word in words) + _PAIR * sum(pair in text for pair in pairs)


def _words(code: RequestCode, by_id: dict[str, RequestCode]) -> frozenset[str]:
    found: set[str] = set(code.words)
    parent = by_id.get(code.parent)
    while parent is not None:
        found |= set(parent.words)
        parent = by_id.get(parent.parent)
    return frozenset(found)


def _pairs(name: str) -> frozenset[str]:
    bare = name.replace("和", "").replace("、", "")
    return frozenset(bare[i : i + 2] for i in range(len(bare) - 1))
