"""The conversation's knowledge, answered from a content pack and its search index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from content.model import Item, Module, Place
from content.pack import Pack
from content.search.query import Query, SearchResult
from dialog.acts import Choice

RESULTS = 5
"""Hits asked for: one answer and at most four others to offer when it was wrong."""


class Search(Protocol):
    """What of ``content.search.Searcher`` is used here."""

    def search(self, query: Query, n: int) -> SearchResult: ...


class PackKnowledge:
    """Implements ``dialog.world.Knowledge`` over an open pack."""

    def __init__(self, pack: Pack, searcher: Search, language: str = "zh") -> None:
        self._pack = pack
        self._searcher = searcher
        self._language = language

    @property
    def version(self) -> str:
        return self._pack.meta.version

    @property
    def sample(self) -> bool:
        return self._pack.meta.sample

    def search(self, query: Query) -> SearchResult:
        return self._searcher.search(query, RESULTS)

    def item(self, item_id: str) -> Item | None:
        try:
            return self._pack.item(item_id)
        except KeyError:
            return None

    def place(self, place_id: str) -> Place | None:
        try:
            return self._pack.place(place_id)
        except KeyError:
            return None

    def items_of(self, module: Module) -> Sequence[Choice]:
        return [Choice(f"item:{item.id}", item.title) for item in self._pack.by_module()[module]]

    def prompt(self, prompt_id: str) -> str:
        return self._pack.prompt(prompt_id, self._language)

    def staffed(self, now: dt.datetime) -> bool:
        """Whether people answer at ``now``, by the directory's hours and the holidays."""
        return self._pack.hours().is_staffed(now)
