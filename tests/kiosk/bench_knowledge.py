"""What the bench's terminal knows: the starter items of two modules, found by an exact search."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import yaml

from content.authoring import read_item
from content.directory import Hours, RequestCode, Town, Village
from content.marked import parse
from content.model import Category, Department, Form, FormField, Item, Module, Place, Theme
from content.scenario import Scenario
from content.search.query import Hit, Query, SearchResult
from dialog.acts import Choice

STARTER = Path(__file__).resolve().parents[2] / "content" / "wenling"


@lru_cache(maxsize=1)
def starter_items() -> tuple[Item, ...]:
    """The starter items of two modules; reading all of them takes seconds."""
    found = []
    for module in ("insurance", "household"):
        for path in sorted((STARTER / "items" / module).glob("*.yaml"))[:30]:
            entry, _ = read_item(parse(path.read_bytes(), path.name))
            assert entry is not None
            found.append(entry.item)
    return tuple(found)


@lru_cache(maxsize=1)
def starter_prompts() -> dict[str, dict[str, str]]:
    return yaml.safe_load((STARTER / "prompts.yaml").read_text(encoding="utf-8"))


TOWNS = ("泽国镇", "大溪镇", "松门镇", "箬横镇", "新河镇")
VILLAGES = ((1, "下街村"), (2, "山前村"))


class Knowledge:
    """The starter content with an exact search: an item's question answers it, 补办 asks back, else unknown."""

    version = "test"
    sample = True

    def __init__(self) -> None:
        items = starter_items()
        self._items = {item.id: item for item in items}
        self._prompts = starter_prompts()
        self._exact = {question: item for item in items for question in (*item.questions, item.title)}

    def search(self, query: Query) -> SearchResult:
        item = self._exact.get(query.text)
        if item is not None:
            return SearchResult("answer", (Hit(item.id, item.title, 0.95),))
        if query.text == "补办":
            some = list(self._items.values())[:4]
            return SearchResult("clarify", tuple(Hit(item.id, item.title, 0.3) for item in some))
        return SearchResult("none")

    def item(self, item_id: str) -> Item | None:
        return self._items.get(item_id)

    def place(self, place_id: str) -> Place | None:
        return Place(id=place_id, name="镇街便民服务中心")

    def items_of(self, module: Module) -> Sequence[Choice]:
        return [Choice(f"item:{item.id}", item.title) for item in self._items.values() if item.module is module]

    def items_by(self, kind: Theme | Category) -> Sequence[Choice]:
        found = [item for item in self._items.values() if kind in (item.theme, item.category)]
        return [Choice(f"item:{item.id}", item.title) for item in found]

    def scenarios(self) -> Sequence[Scenario]:
        return ()

    def scenario(self, scenario_id: str) -> Scenario | None:
        return None

    def forms(self) -> Sequence[Form]:
        return (Form("power-of-attorney", "授权委托书", fields=(FormField("principal", "委托人姓名"),)),)

    def form(self, form_id: str) -> Form | None:
        return next((form for form in self.forms() if form.id == form_id), None)

    def towns(self) -> Sequence[Town]:
        return tuple(Town(id=f"33108110{n}", name=name, centre=f"{name}便民服务中心") for n, name in enumerate(TOWNS))

    def villages(self, town: str = "") -> Sequence[Village]:
        found = [Village(id=f"{one.id}00{n}", name=name, town=one.id) for one in self.towns() for n, name in VILLAGES]
        return tuple(village for village in found if not town or village.town == town)

    def request_code(self, code: str) -> RequestCode | None:
        return None

    def department(self, department_id: str) -> Department | None:
        return None

    def hours(self) -> Hours:
        return Hours(holidays="")

    def prompt(self, prompt_id: str) -> str:
        return self._prompts[prompt_id]["zh"]

    def staffed(self, now: dt.datetime) -> bool | None:
        return None
