"""Printing as the program wires it: settings become a print service, an act of the dialog becomes a slip."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Mapping
from pathlib import Path

from bianmin import settings as house
from content import slips
from content.pack import Pack
from content.scenario import resolve
from devices.escpos.profile import Profile, for_paper
from devices.ledger import Ledger
from devices.printing import PrintService
from devices.receipt import ReceiptPrinter
from devices.slip import Slip, from_builtins
from devices.transports import Address, FileAddress, open_address, parse_address
from dialog.acts import ListSlip, Print, ResumeSlip, ScenarioSlip, SlipKind, TicketSlip
from dialog.resume import ticket_code


def service(address: str, profile: Profile, home: Path | None = None) -> PrintService:
    """The print service of the printer at ``address``, with its journal below the home folder.

    Raises ``devices.transports.AddressError``. Nothing is opened yet.
    """
    where = parse_address(address)
    ledger = Ledger(journal(where, home or house.home()), time.time)
    return PrintService(ledger, ReceiptPrinter(lambda: open_address(where), time.monotonic), profile)


def configured(settings: house.Settings, home: Path | None = None) -> PrintService | None:
    """The kiosk's printer, or None when none is set."""
    if not settings.printer.device:
        return None
    return service(settings.printer.device, for_paper(settings.printer.width_mm), home)


def journal(address: Address, home: Path) -> Path:
    """One journal a printer; all files share one, since a file never has a job left in it."""
    if isinstance(address, FileAddress):
        return home / "printing" / "file.jsonl"
    name = re.sub(r"[^0-9A-Za-z.-]+", "-", repr(address)).strip("-").lower()
    return home / "printing" / f"{name}.jsonl"


def stamp(settings: house.Settings, now: dt.datetime) -> slips.Stamp:
    """Where and when a slip is printed."""
    return slips.Stamp(settings.kiosk.terminal, now)


def slip_for(act: Print, pack: Pack, settings: house.Settings, now: dt.datetime) -> Slip:
    """The slip an act of the dialog asks for.

    Raises ``KeyError`` for an item the pack does not have, ``content.slips.SlipTemplateError`` for a bad template.
    """
    mark = stamp(settings, now)
    match act.slip:
        case ScenarioSlip(scenario_id, answers):
            result = resolve(pack.scenario(scenario_id), answers, pack.item, pack.place)
            return from_builtins(slips.scenario(pack, result, mark))
        case TicketSlip():
            ticket = {"kind": act.slip.kind, "number": act.slip.number, "check": act.slip.code}
            ticket |= {"department": act.slip.department, "due": act.slip.due}
            return ticket_slip(pack, ticket, ticket_code(act.slip.number), settings, now)
        case ResumeSlip(title, code):
            return resume_slip(pack, title, code, settings, now)
        case ListSlip():
            values = {"list": act.slip, "sample": act.slip.sample, "stamp": mark}
            return from_builtins(slips.render(pack, "list", values))
        case None:
            return _item_slip(act, pack, mark)


def _item_slip(act: Print, pack: Pack, mark: slips.Stamp) -> Slip:
    match act.kind:
        case SlipKind.GUIDE:
            return from_builtins(slips.guide(pack, act.item_id, mark))
        case SlipKind.CHECKLIST:
            return from_builtins(slips.checklist(pack, act.item_id, mark))
        case SlipKind.COUNTER:
            return from_builtins(slips.counter(pack, act.heard, mark))
        case SlipKind.SCENARIO | SlipKind.TICKET | SlipKind.RESUME | SlipKind.LIST:
            raise slips.SlipTemplateError(f"a {act.kind.value} slip says what is on it; this one does not")


RATINGS = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
"""五级好差评."""


def ticket_slip(pack: Pack, ticket: Mapping[str, str], code: str, settings: house.Settings, now: dt.datetime) -> Slip:
    """The receipt of something that was filed. ``ticket``: kind, number, department, due; ``code``: for the QR code."""
    values = {"department": "", "due": "", "check": "", **ticket}
    return from_builtins(slips.render(pack, "ticket", {"ticket": values, "code": code, "stamp": stamp(settings, now)}))


def resume_slip(pack: Pack, title: str, code: str, settings: house.Settings, now: dt.datetime) -> Slip:
    """A way back to where the citizen was; ``code`` holds nothing of the person."""
    values = {"title": title, "code": code, "stamp": stamp(settings, now)}
    return from_builtins(slips.render(pack, "resume", values))


def rating_slip(pack: Pack, stars: int, title: str, settings: house.Settings, now: dt.datetime) -> Slip:
    """Thanks for a rating of 1 to 5."""
    values = {"stars": stars, "words": RATINGS[stars], "title": title, "stamp": stamp(settings, now)}
    return from_builtins(slips.render(pack, "rating", values))
