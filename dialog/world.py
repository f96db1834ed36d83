"""What the conversation may know: a small protocol over the content, and the limits it keeps.

``Knowledge`` is all the dialog asks of the outside; it only reads. ``dialog.pack_knowledge`` answers from a pack.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from content.directory import Hours, RequestCode, Town, Village
from content.model import Category, Department, Form, Item, Module, Place, Theme
from content.scenario import Scenario
from content.search.query import Query, SearchResult
from dialog.requests import Consultation, Routing
from dialog.screens import Choice

MODULE_NAMES: dict[Module, str] = {
    Module.INSURANCE: "医保社保",
    Module.HOUSEHOLD: "户籍管理",
    Module.EDUCATION_WORK: "教育就业",
    Module.BUSINESS: "企业开办",
    Module.TAX: "税务发票",
    Module.CIVIL: "民政养老与公积金",
}


class Limits(msgspec.Struct, frozen=True):
    """Seconds and counts the conversation keeps."""

    idle: float = 60.0  # kiosk: quiet before "are you still there"
    wipe: int = 30  # kiosk: the countdown after that
    reading: float = 120.0  # kiosk: quiet allowed while an answer is on the screen
    phone_silence: float = 7.0  # phone: ISO/IEC 13714 asks for 3 to 10 s
    misses: int = 2  # no-input and no-match before a person is offered, GB/T 33358-2016


class Knowledge(Protocol):
    """Read-only knowledge of one pack."""

    @property
    def version(self) -> str: ...

    @property
    def sample(self) -> bool: ...

    def search(self, query: Query) -> SearchResult: ...

    def item(self, item_id: str) -> Item | None: ...

    def place(self, place_id: str) -> Place | None: ...

    def items_of(self, module: Module) -> Sequence[Choice]: ...

    def items_by(self, kind: Theme | Category) -> Sequence[Choice]: ...

    def scenarios(self) -> Sequence[Scenario]: ...

    def scenario(self, scenario_id: str) -> Scenario | None: ...

    def forms(self) -> Sequence[Form]: ...

    def form(self, form_id: str) -> Form | None: ...

    def towns(self) -> Sequence[Town]: ...

    def villages(self, town: str = "") -> Sequence[Village]: ...

    def request_code(self, code: str) -> RequestCode | None: ...

    def department(self, department_id: str) -> Department | None: ...

    def hours(self) -> Hours: ...

    def prompt(self, prompt_id: str) -> str: ...

    def staffed(self, now: dt.datetime) -> bool: ...


class Dispatcher(Protocol):
    """Where a request would go."""

    def suggest(self, text: str) -> Sequence[Routing]:
        """Likeliest first; empty when nothing fits."""


class Means(msgspec.Struct, frozen=True):
    """What this front end can do right now besides showing, speaking and printing slips. A service whose means are
    missing is marked so before it is chosen.

    ``filing``: requests can be handed in (offline too: the outbox keeps them); ``lookup``: progress can be asked for,
    which needs the network; ``handover``: the same for taking a matter along; ``a4``: a page printer; ``camera``,
    ``recorder``, ``scanner``, ``invoices`` (a slot for sticks or a reader); ``people``: callers can be put through.
    """

    filing: bool = False
    lookup: bool = False
    handover: bool = False
    a4: bool = False
    camera: bool = False
    recorder: bool = False
    scanner: bool = False
    invoices: bool = False
    people: bool = True


class World(msgspec.Struct, frozen=True):
    """All ``step`` may use besides state and event. ``can_print``, ``can_hear``: what works right now.

    ``dispatcher``: None leaves every request to triage; ``consultations``: those the city has open; ``town``: the
    nine-digit code of the town the terminal stands in, or empty; ``elsewhere``: the name of the nearest terminal where
    what is missing here works, or empty; ``nearby``: the same by the name of a ``menu.Service``, where that is known;
    ``pages``: A4 pages of a form, by its id, where that is known.
    """

    knowledge: Knowledge
    limits: Limits = Limits()
    can_print: bool = True
    can_hear: bool = True
    offline: bool = False
    means: Means = Means()
    dispatcher: Dispatcher | None = None
    consultations: tuple[Consultation, ...] = ()
    town: str = ""
    elsewhere: str = ""
    pages: Mapping[str, int] = {}
    nearby: Mapping[str, str] = {}

    def text(self, prompt_id: str, **values: object) -> str:
        """The prompt with its braces filled in."""
        prompt = self.knowledge.prompt(prompt_id)
        return prompt.format(**values) if values else prompt
