"""Opens what a terminal works with besides sound: printers, camera, the filing desk; and what of it works just now."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from msgspec.structs import replace

from bianmin import filing, printing, settings
from bianmin.errands.forms import PagePrinter
from bianmin.errands.kiosk import Equipment
from bianmin.settings import Settings
from devices.cups_printer import A4Service, CupsPrinter
from devices.drivers.base import DriverError, Kind
from devices.drivers.camera import Camera, FileCamera
from devices.inventory import Inventory
from devices.ledger import Ledger
from devices.services import Service
from dialog.world import Means
from kiosk.ports import Post
from kiosk.recording import Player, Recorder
from kiosk.surroundings import Surroundings
from kiosk.viewfinder import Viewfinder

CONNECT_SECONDS = 2.0
ASK_EVERY = 30.0


def open_equipment(
    chosen: Settings, inventory: Inventory, recorder: Recorder | None, player: Player | None, post: Post
) -> Equipment:
    """Everything the settings name. Raises ``CommandError`` when the terminal's own files are damaged."""
    devices = {name: inventory.driver(name) for name in inventory.names()}
    pages = next((one for one in devices.values() if one.kind is Kind.A4_PRINTER), None)
    camera = next((one for one in devices.values() if isinstance(one, Camera | FileCamera)), None)
    return Equipment(
        printer=printing.configured(chosen),
        pages=_pages(pages.address) if pages is not None else None,
        camera=camera,
        viewfinder=Viewfinder(camera, post, DriverError) if camera is not None else None,
        recorder=recorder,
        player=player,
        desk=filing.desk(chosen),
        terminal=filing.terminal(chosen),
        stick=Path(chosen.kiosk.stick) if chosen.kiosk.stick else None,
        scanner=any(one.kind is Kind.SCANNER for one in devices.values()),
    )


def _pages(address: str) -> PagePrinter:
    queue = address.removeprefix("cups:")
    journal = settings.home() / "printing" / f"a4-{''.join(char for char in queue if char.isalnum())}.jsonl"
    return PagePrinter(A4Service(Ledger(journal, time.time), CupsPrinter(queue), time.monotonic, time.sleep))


def working(means: Means, around: Surroundings) -> Means:
    """``means`` without what is out of service just now."""
    return replace(
        means,
        lookup=means.lookup and not around.offline,
        handover=means.handover and not around.offline,
        a4=means.a4 and not around.lacks(Service.FORM),
        camera=means.camera and not around.lacks(Service.PHOTO),
        recorder=means.recorder and not around.lacks(Service.LISTEN),
        scanner=means.scanner and not around.lacks(Service.SCAN),
    )


def reachable(central: str) -> Callable[[], bool | None]:
    """Whether the service at ``central`` takes a connection, asked anew at most every half minute; None: none is set.

    Takes up to two seconds: for the thread that looks at the devices.
    """
    where = urlsplit(central)
    if not where.hostname:
        return lambda: None
    address = (where.hostname, where.port or (443 if where.scheme == "https" else 80))
    last: list[tuple[float, bool]] = []

    def ask() -> bool:
        now = time.monotonic()
        if last and now - last[0][0] < ASK_EVERY:
            return last[0][1]
        try:
            with socket.create_connection(address, timeout=CONNECT_SECONDS):
                answers = True
        except OSError:
            answers = False
        last[:] = [(now, answers)]
        return answers

    return ask
