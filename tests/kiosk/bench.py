"""A kiosk on virtual time: the real engine and dialog over the starter content, with scripted ears, mouth and printer.

The ears report what a test says, the mouth takes 0.2 s a character, the printer answers when told to.
"""

from __future__ import annotations

import datetime as dt

from bench_knowledge import Knowledge
from bench_parts import Behind, Diary, Ears, Keeper, Mouth, Pinyin, Scribe

from bianmin.kiosk_equipment import working
from devices.services import Service
from dialog.acts import (
    File,
    HandOver,
    LookUp,
    Play,
    Print,
    PrintForm,
    PrintInvoice,
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
from kiosk.habits import Habits
from kiosk.ports import Errand, ErrandDone, Job, Parts, Post, Report, Understood
from kiosk.staff.records import StaffTools
from kiosk.surroundings import Surroundings

NOON = dt.datetime(2026, 11, 23, 12, 0)


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
