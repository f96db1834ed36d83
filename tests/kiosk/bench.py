"""A kiosk on virtual time: the real engine and dialog over the starter content, with scripted ears, mouth and printer.

The ears report what a test says, the mouth takes 0.2 s a character, the printer answers when told to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from bianmin.kiosk_equipment import working
from content.authoring import read_item
from content.directory import Hours, RequestCode, Town, Village
from content.marked import parse
from content.model import Category, Department, Form, FormField, Item, Module, Place, Theme
from content.scenario import Scenario
from content.search.query import Hit, Query, SearchResult
from devices.services import Service
from dialog.acts import (
    Choice,
    File,
    HandOver,
    LookUp,
    Play,
    Print,
    PrintForm,
    PrintInvoice,
    Rate,
    ReadInvoices,
    Record,
    TakeOver,
    TakePhoto,
)
from dialog.events import (
    Event,
    InvoicesNotRead,
    NoPhoto,
    NotFiled,
    NotHandedOver,
    NotTakenOver,
    Printed,
    PrintOutcome,
    ProgressUnknown,
    Recorded,
)
from dialog.world import Means, World
from kiosk.engine import Engine
from kiosk.event_ids import EventId
from kiosk.habits import Habits
from kiosk.handwriting.strokes import Stroke
from kiosk.ime import Chosen
from kiosk.ports import Errand, ErrandDone, Job, Parts, Post, Report, SoundBegan, SoundEnded, Understood
from kiosk.staff.records import StaffTools
from kiosk.surroundings import Surroundings

NOON = dt.datetime(2026, 11, 23, 12, 0)
SECONDS_A_CHARACTER = 0.2
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


@dataclass
class Ears:
    available: bool = True
    mode: str = "asleep"
    coming: bool = False

    def wake(self) -> None:
        self.mode = "deaf"

    def listen(self) -> None:
        self.mode = "listening"

    def finish(self) -> None:
        self.mode = "finishing"

    def deafen(self) -> None:
        self.mode = "deaf"

    def sleep(self) -> None:
        self.mode = "asleep"


@dataclass
class Mouth:
    """Speaks on virtual time. ``said``: every text begun; ``silent``: never reports the end, as a hung one would."""

    bench: Bench
    available: bool = True
    hangs: bool = False
    said: list[str] = field(default_factory=list)
    hushes: int = 0
    job: int = 0
    until: float | None = None

    def speak(self, job: int, texts: tuple[str, ...], rate: float, volume: int, language: str) -> None:
        self.job = job
        self.said.extend(texts)
        self.until = self.bench.now + sum(map(len, texts)) * SECONDS_A_CHARACTER / rate
        self.bench.post(SoundBegan(job, self.bench.now + 0.1))

    def hush(self) -> None:
        self.hushes += 1
        if self.until is not None:
            self.until = None
            self.bench.post(SoundEnded(self.job))

    def advance(self) -> None:
        if self.until is not None and self.bench.now >= self.until and not self.hangs:
            self.until = None
            self.bench.post(SoundEnded(self.job))


@dataclass
class Behind:
    """What the terminal does behind the glass: ``jobs`` wait for the test to say how they end."""

    jobs: list[Job] = field(default_factory=list)

    def __call__(self, job: Job, post: Post) -> None:
        self.jobs.append(job)


@dataclass
class Keeper:
    kept: list[Rate] = field(default_factory=list)

    def keep(self, rating: Rate) -> None:
        self.kept.append(rating)


@dataclass
class Diary:
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def note(self, event: EventId, **values: str | int | float | bool) -> None:
        self.notes.append((event, values))

    @property
    def events(self) -> list[str]:
        return [event for event, _ in self.notes]


class Pinyin:
    """Two words are enough for a test: yibao is 医保, ka is 卡; choosing the first of yibaoka leaves ka."""

    def __init__(self) -> None:
        self.words = {"yibao": ["医保", "一包"], "ka": ["卡", "咖"], "yibaoka": ["医保", "医"]}

    def candidates(self, letters: str, count: int) -> list[str]:
        return self.words.get(letters, [])[:count]

    def choose(self, letters: str, index: int) -> Chosen:
        text = self.candidates(letters, index + 1)[index]
        return Chosen(text, "ka" if letters == "yibaoka" else "")


class Scribe:
    """Reads one stroke as 一 or 乙, two as 二 or 十."""

    def candidates(self, strokes: Sequence[Stroke], count: int = 10) -> list[str]:
        return {0: [], 1: ["一", "乙"], 2: ["二", "十"]}.get(len(strokes), ["三"])[:count]


ERRANDS = {
    Print: "print",
    PrintForm: "print-form",
    PrintInvoice: "print-invoice",
    TakePhoto: "photo",
    Record: "record",
    Play: "play",
    File: "file",
    LookUp: "look-up",
    ReadInvoices: "read-invoices",
    HandOver: "hand-over",
    TakeOver: "take-over",
}
"""What a terminal with everything can carry out: act -> kind of errand."""

LOST = {
    **dict.fromkeys(("print", "print-form", "print-invoice"), Printed(PrintOutcome.UNKNOWN)),
    "photo": NoPhoto("camera"),
    "record": Recorded(0.0),
    "play": None,
    "file": NotFiled("unknown"),
    "look-up": ProgressUnknown(),
    "read-invoices": InvoicesNotRead("timeout"),
    "hand-over": NotHandedOver(),
    "take-over": NotTakenOver("unreachable"),
}
"""What the dialog is told when nothing is heard of an errand."""

EVERYTHING = Means(*[True] * 8)


class Bench:
    """``kiosk = Bench(); kiosk.tap("start"); kiosk.hear("..."); kiosk.wait(3)``."""

    def __init__(
        self,
        habits: Habits | None = None,
        microphone: bool = True,
        printer: bool = True,
        handwriting: bool = False,
        staff: StaffTools | None = None,
        knowledge: object = None,
        full: bool = False,
    ) -> None:
        """``full``: every device and the network are there; ``knowledge``: another than the few items of the bench."""
        self.now = 1000.0
        self.ears, self.mouth, self.behind = Ears(microphone), Mouth(self), Behind()
        self.ratings, self.diary = Keeper(), Diary()
        self.pinyin = Pinyin()
        self.around = Surroundings(checked="2026-11-20")
        known = knowledge or Knowledge()
        acts = {**({Print: "print"} if printer else {}), **(ERRANDS if full else {})}

        def world(language: str) -> World:
            out = self.around
            return World(
                known,
                can_print=printer and not out.lacks(Service.SLIP),
                can_hear=self.ears.available,
                offline=out.offline,
                means=working(EVERYTHING, out) if full else Means(),
                elsewhere=out.elsewhere,
            )

        parts = Parts(
            world,
            self.ears,
            self.mouth,
            self.ratings,
            {act: Errand(kind, lambda act: None, lambda act, kind=kind: LOST[kind]) for act, kind in acts.items()},
            run=self.behind,
            ime=self.pinyin,
            handwriting=Scribe() if handwriting else None,
            background=lambda work: work(),
            around=lambda: self.around,
            staff=staff,
        )
        self.engine = Engine(self.diary, lambda: NOON, lambda: self.now, parts, habits)

    @property
    def post(self) -> Post:
        return self.engine.post

    @property
    def view(self):
        return self.engine.view

    @property
    def screen(self) -> str:
        return type(self.engine.view.screen).__name__.removesuffix("Screen").lower()

    def wait(self, seconds: float, step: float = 0.1) -> None:
        """Let time pass in frames of ``step`` seconds."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + step)
            self.mouth.advance()
            self.engine.tick(self.now)

    def listen_through(self) -> None:
        """Until the terminal has said everything, through the moments in which one could speak."""
        while self.engine._crew.conversation.talk.speaking:
            self.wait(0.1)
        self.wait(0.1)

    def listen_to_a_part(self) -> None:
        """Until the terminal is silent."""
        while self.mouth.until is not None:
            self.wait(0.1)
        self.wait(0.1)

    def tap(self, name: str) -> None:
        self.engine.tap(name)
        self.engine.tick(self.now)

    def stroke(self, *points: tuple[float, float]) -> None:
        """A finger on the writing paper, along ``points``."""
        self.engine.press("paper")
        self.engine.draw_from(*points[0])
        for point in points[1:]:
            self.engine.draw_to(*point)
        self.engine.release("paper")
        self.engine.tick(self.now)

    def report(self, report: Report) -> None:
        self.post(report)
        self.engine.tick(self.now)

    def say(self, text: str) -> None:
        """The citizen presses the button and says ``text``; 0.5 s later it is understood."""
        if self.view.voice.value != "listening":
            self.tap("speak")
        self.hear(text)

    def hear(self, text: str) -> None:
        self.wait(0.5)
        self.report(Understood(text, (), 0.9, (), self.now - 0.5, 0.4, 0.1))

    def ends(self, kind: str, event: Event | None) -> None:
        """The newest errand of this kind ends with ``event``."""
        self.ends_job(next(job for job in reversed(self.behind.jobs) if job.kind == kind), event)

    def ends_job(self, job: Job, event: Event | None) -> None:
        self.report(ErrandDone(job.number, event))

    def print_ends(self, outcome: PrintOutcome, reason: str = "") -> None:
        self.ends("print", Printed(outcome, reason))
