"""What happens around a terminal under test: devices fail, the network goes, slow work ends in every way there is."""

from __future__ import annotations

import random

from bench import Bench

from devices.services import Service
from dialog.events import (
    Event,
    Filed,
    HandedOver,
    InvoicesNotRead,
    InvoicesRead,
    NoPhoto,
    NotFiled,
    NotHandedOver,
    NotTakenOver,
    PhotoTaken,
    Printed,
    PrintOutcome,
    Progressed,
    ProgressUnknown,
    Recorded,
)
from dialog.requests import InvoiceFacts, ProgressStep
from kiosk.monkey import Prank
from kiosk.ports import ErrandDone
from kiosk.surroundings import Out, Surroundings

PRINTED = tuple(Printed(outcome, "paper_out") for outcome in PrintOutcome)
ENDINGS: dict[str, tuple[Event | None, ...]] = {
    "print": PRINTED,
    "print-form": PRINTED,
    "print-invoice": PRINTED,
    "photo": (PhotoTaken("p1"), NoPhoto("camera")),
    "record": (Recorded(0.5, "r0"), Recorded(9.0, "r1"), Recorded(0.0)),
    "play": (None,),
    "file": (Filed("00010000142", "4821"), NotFiled("full")),
    "look-up": (Progressed("办理中", (ProgressStep("已收到"),)), ProgressUnknown("not_found"), ProgressUnknown()),
    "read-invoices": (InvoicesRead((InvoiceFacts("i1", "24332000"),), 1), InvoicesRead(), InvoicesNotRead("no_stick")),
    "hand-over": (HandedOver("480173"), NotHandedOver()),
    "take-over": (NotTakenOver("not_found"), NotTakenOver("unreachable")),
}
"""Kind of errand -> how it may end."""


def pranks(kiosk: Bench) -> dict[str, Prank]:
    def devices(chance: random.Random) -> str:
        out = tuple(
            Out(service, chance.choice(("paper_out", "unplugged"))) for service in Service if chance.random() < 0.2
        )
        kiosk.around = Surroundings(out, chance.random() < 0.3, "2026-11-20", chance.choice(("", "市民中心")))
        kiosk.wait(0.1)
        return f"devices {len(out)} out"

    def errand(chance: random.Random) -> str:
        """The newest job ends, in one of its ways; sometimes the one before it, too late."""
        if not kiosk.behind.jobs:
            return "no errand"
        job = kiosk.behind.jobs[-chance.randint(1, min(2, len(kiosk.behind.jobs)))]
        kiosk.report(ErrandDone(job.number, chance.choice(ENDINGS[job.kind])))
        del kiosk.behind.jobs[:-4]
        return f"{job.kind} ends"

    def microphone(chance: random.Random) -> str:
        kiosk.ears.available = chance.random() < 0.7
        return f"microphone {kiosk.ears.available}"

    return {"devices": devices, "errand": errand, "microphone": microphone}
