"""The slow acts a kiosk can carry out, each a function from the act to the event the dialog is told.

``errands`` puts them together for one terminal: what it has no equipment for is left out, and the dialog's world says
so before anybody chooses it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from bianmin.errands.forms import FormErrand, PagePrinter
from bianmin.errands.handover import HandOverErrand, TakeOverErrand
from bianmin.errands.invoices import InvoiceErrand, Stick
from bianmin.errands.media import PhotoErrand, PlayErrand, RecordErrand
from bianmin.errands.requests import FileErrand, LookUpErrand
from bianmin.errands.slips import SlipErrand
from bianmin.settings import Settings
from content.pack import Pack
from devices.drivers.camera import Camera, FileCamera
from devices.printing import PrintService
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
from dialog.world import Means
from kiosk.keepsakes import Keepsakes
from kiosk.ports import Diary, Errand, Errands
from kiosk.recording import Player, Recorder
from kiosk.viewfinder import Viewfinder
from offline_cache.filing import FilingDesk
from offline_cache.layout import Terminal


@dataclass(frozen=True)
class Equipment:
    """What this terminal has. None: it has none, or it is not enrolled. ``busy``: held while the printer is used."""

    printer: PrintService | None = None
    pages: PagePrinter | None = None
    camera: Camera | FileCamera | None = None
    viewfinder: Viewfinder | None = None
    recorder: Recorder | None = None
    player: Player | None = None
    desk: FilingDesk | None = None
    terminal: Terminal | None = None
    stick: Path | None = None
    scanner: bool = False
    busy: threading.Lock = field(default_factory=threading.Lock)

    @property
    def means(self) -> Means:
        """What can be done here, were every device in order."""
        linked = self.terminal is not None and self.terminal.link is not None
        return Means(
            filing=self.desk is not None,
            lookup=linked,
            handover=linked,
            a4=self.pages is not None,
            camera=self.camera is not None,
            recorder=self.recorder is not None,
            scanner=self.scanner,
            invoices=self.stick is not None,
        )


def errands(equipment: Equipment, pack: Pack, chosen: Settings, keepsakes: Keepsakes, diary: Diary) -> Errands:
    """By the type of the act."""
    found: dict[type, Errand] = {}
    if equipment.printer is not None:
        slip = SlipErrand(equipment.printer, pack, chosen, diary, equipment.busy)
        found[Print] = Errand("print", slip.work, slip.lost)
    if equipment.pages is not None:
        form = FormErrand(equipment.pages, pack)
        found[PrintForm] = Errand("print-form", form.work, form.lost, patience=150)
    if equipment.camera is not None:
        photo = PhotoErrand(equipment.camera, keepsakes, equipment.viewfinder)
        found[TakePhoto] = Errand("photo", photo.work, photo.lost, 15, photo.ready)
    if equipment.recorder is not None:
        record = RecordErrand(equipment.recorder, keepsakes)
        found[Record] = Errand("record", record.work, record.lost, 240, record.ready)
    if equipment.player is not None:
        play = PlayErrand(equipment.player, keepsakes)
        found[Play] = Errand("play", play.work, play.lost, patience=240)
    if equipment.desk is not None:
        file, look = FileErrand(equipment.desk, keepsakes), LookUpErrand(equipment.desk, pack)
        found[File] = Errand("file", file.work, file.lost, 30, file.ready)
        found[LookUp] = Errand("look-up", look.work, look.lost, patience=15)
    if equipment.stick is not None:
        invoices = InvoiceErrand(Stick(equipment.stick), equipment.pages, keepsakes)
        found[ReadInvoices] = Errand("read-invoices", invoices.read, invoices.not_read, 60, invoices.ready)
        if equipment.pages is not None:
            found[PrintInvoice] = Errand("print-invoice", invoices.print, invoices.not_printed, patience=150)
    if equipment.terminal is not None and equipment.terminal.link is not None:
        away, back = HandOverErrand(equipment.terminal), TakeOverErrand(equipment.terminal)
        found[HandOver] = Errand("hand-over", away.work, away.lost, patience=20)
        found[TakeOver] = Errand("take-over", back.work, back.lost, patience=20)
    return found
