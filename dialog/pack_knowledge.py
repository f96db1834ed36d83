"""The conversation's knowledge, answered from a content pack and its search index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from content.directory import Hours, RequestCode, Town, Village
from content.model import Category, Department, Form, Item, Module, Place, Theme
from content.pack import Pack
from content.scenario import Scenario
from content.search.query import Query, SearchResult
from dialog.screens import Choice

RESULTS = 5
"""Hits asked for: one answer and at most four others to offer when it was wrong."""

T = TypeVar("T")


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
        return _found(self._pack.item, item_id)

    def place(self, place_id: str) -> Place | None:
        return _found(self._pack.place, place_id)

    def items_of(self, module: Module) -> Sequence[Choice]:
        return [Choice(f"item:{item.id}", item.title) for item in self._pack.by_module()[module]]

    def items_by(self, kind: Theme | Category) -> Sequence[Choice]:
        found = self._pack.by_theme()[kind] if isinstance(kind, Theme) else self._pack.by_category()[kind]
        return [Choice(f"item:{item.id}", item.title) for item in found]

    def scenarios(self) -> Sequence[Scenario]:
        return self._pack.scenarios()

    def scenario(self, scenario_id: str) -> Scenario | None:
        return _found(self._pack.scenario, scenario_id)

    def forms(self) -> Sequence[Form]:
        return self._pack.forms()

    def form(self, form_id: str) -> Form | None:
        return _found(self._pack.form, form_id)

    def towns(self) -> Sequence[Town]:
        return self._pack.towns()

    def villages(self, town: str = "") -> Sequence[Village]:
        return self._pack.villages(town)

    def request_code(self, code: str) -> RequestCode | None:
        return _found(self._pack.request_code, code)

    def department(self, department_id: str) -> Department | None:
        return _found(self._pack.department, department_id)

    def hours(self) -> Hours:
        return self._pack.hours()

    def prompt(self, prompt_id: str) -> str:
        return self._pack.prompt(prompt_id, self._language)

    def staffed(self, now: dt.datetime) -> bool:
        """Whether people answer at ``now``, by the directory's hours and the holidays."""
        return self._pack.hours().is_staffed(now)


def _found(look: Callable[[str], T], identifier: str) -> T | None:
    try:
        return look(identifier)
    except KeyError:
        return None
