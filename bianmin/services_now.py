"""What can be done at this terminal just now: written by the kiosk, told to the central service by sync.

Another terminal names this one when something does not work there (``offline_cache.sites``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec

from devices.services import Service as Device
from dialog import menu
from dialog.events import Channel
from dialog.state import State
from dialog.world import World
from kiosk.surroundings import Surroundings
from offline_cache.files import Files, read_if_there, replace_file

FRESH = dt.timedelta(minutes=30)
"""An older word is of a kiosk that does not run any more."""
REPEAT = dt.timedelta(minutes=10)


class Working(msgspec.Struct, frozen=True):
    """``services``: names of ``dialog.menu.Service``, and ``slip``, ``identity``. ``faults``: ``form:unplugged``."""

    at: dt.datetime
    services: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    paper: str = ""


def path_in(home: Path) -> Path:
    return home / "diagnostics" / "working.json"


def look(world: World, around: Surroundings, cards: bool, now: dt.datetime) -> Working:
    """``cards``: whether there is a reader of identity cards."""
    state = State(channel=Channel.KIOSK)
    services = [one.value for one in menu.Service if menu.works(one, state, world)]
    services += ["slip"] if world.can_print else []
    services += ["identity"] if cards and not around.lacks(Device.IDENTITY) else []
    faults = [f"{out.service.value}:{out.reason}" if out.reason else out.service.value for out in around.out]
    empty = any(out.service is Device.SLIP and out.reason == "paper_out" for out in around.out)
    return Working(now, tuple(services), tuple(faults), "out" if empty else "")


def keep(files: Files, home: Path, found: Working) -> bool:
    """Keep it when it says something new, or the last word is getting old; whether it was written."""
    before = read(files, home, found.at)
    if before is not None and msgspec.structs.replace(before, at=found.at) == found and found.at - before.at < REPEAT:
        return False
    files.make_folder(path_in(home).parent)
    replace_file(files, path_in(home), msgspec.json.encode(found))
    return True


def read(files: Files, home: Path, now: dt.datetime) -> Working | None:
    """What the kiosk said last; None when it has not for a while."""
    data = read_if_there(files, path_in(home))
    try:
        found = msgspec.json.decode(data, type=Working) if data is not None else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if found is not None and dt.timedelta(0) <= now - found.at <= FRESH else None


def told(working: Working) -> dict[str, str]:
    """As the central service reads it (``central.health``)."""
    said = {
        "services": msgspec.json.encode(working.services).decode(),
        "faults": msgspec.json.encode(working.faults).decode(),
    }
    paper = working.paper or ("plenty" if "slip" in working.services else "")
    return said | ({"paper": paper} if paper else {})
