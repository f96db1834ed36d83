"""The states a receipt printer can be in, read from its raw status bits; nobody further in sees a bit.

Sources: ESC/POS application programming guide, DLE EOT n (real-time status), GS a (automatic status back), GS r.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class PrinterState(StrEnum):
    """What matters to the person in front of it. ``UNKNOWN``: it was asked and did not give a clear answer."""

    READY = "ready"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER_ERROR = "cutter_error"
    OVERHEATED = "overheated"
    OFFLINE = "offline"
    UNPLUGGED = "unplugged"
    UNKNOWN = "unknown"

    @property
    def can_print(self) -> bool:
        """Whether a job may be started: it is known to work."""
        return self in (PrinterState.READY, PrinterState.PAPER_LOW)


ADVICE: dict[PrinterState, str] = {
    PrinterState.READY: "the printer is ready",
    PrinterState.PAPER_LOW: "the printer's paper is nearly used up; put in a new roll soon",
    PrinterState.PAPER_OUT: "the printer has no paper; put in a new roll",
    PrinterState.COVER_OPEN: "the printer's cover is open; close it",
    PrinterState.CUTTER_ERROR: "the printer's cutter is jammed; open the cover and remove the paper",
    PrinterState.OVERHEATED: "the print head is too hot; wait a minute",
    PrinterState.OFFLINE: "the printer is offline; check its panel",
    PrinterState.UNPLUGGED: "the printer is not connected; check its cable and its power",
    PrinterState.UNKNOWN: "the printer does not say how it is; look at it, and check its cable",
}
"""For technicians and the command line. What citizens read is content."""

REPLIES = 4
"""DLE EOT 1 to 4 are asked in one go; their replies come in this order, one byte each."""

ASK_ALL = b"".join(bytes((0x10, 0x04, number)) for number in range(1, REPLIES + 1))


def is_status_reply(byte: int) -> bool:
    """Whether the byte has the fixed bits of a DLE EOT reply (0xx1xx10)."""
    return byte & 0b1001_0011 == 0b0001_0010


def from_replies(replies: bytes) -> PrinterState:
    """The state told by the four replies to ``ASK_ALL``; anything else is ``UNKNOWN``."""
    if len(replies) != REPLIES or not all(map(is_status_reply, replies)):
        return PrinterState.UNKNOWN
    printer, offline, error, paper = replies
    if paper & 0x60 == 0x60 or offline & 0x20:
        return PrinterState.PAPER_OUT
    if offline & 0x04:
        return PrinterState.COVER_OPEN
    if error & 0x08:
        return PrinterState.CUTTER_ERROR
    if error & 0x40:
        return PrinterState.OVERHEATED
    if printer & 0x08 or offline & 0x40 or error & 0x20:
        return PrinterState.OFFLINE
    return PrinterState.PAPER_LOW if paper & 0x0C == 0x0C else PrinterState.READY


class Replies(msgspec.Struct, frozen=True):
    """What a printer has said.

    ``status``: bytes of DLE EOT replies; ``fences``: replies to GS r, which come when everything before is printed;
    ``automatic``: the newest state it told by itself (ASB), if any; ``garbled``: bytes that are no reply.
    """

    status: bytes = b""
    fences: int = 0
    automatic: PrinterState | None = None
    garbled: int = 0
    rest: bytes = b""


def sort_replies(data: bytes) -> Replies:
    """Sort bytes from a printer by what they answer. ``rest``: the beginning of a group whose end has not come."""
    status, fences, automatic, garbled, at = bytearray(), 0, None, 0, 0
    while at < len(data):
        byte, group = data[at], data[at : at + 4]
        if is_status_reply(byte):
            status.append(byte)
        elif byte & 0x93 == 0x10 and len(group) < 4 and all(other & 0x90 == 0 for other in group[1:]):
            return Replies(bytes(status), fences, automatic, garbled, group)
        elif byte & 0x93 == 0x10 and len(group) == 4 and all(other & 0x90 == 0 for other in group[1:]):
            automatic = _from_automatic(group)
            at += 3
        elif byte & 0x90 == 0:
            fences += 1
        elif byte not in (0x11, 0x13):  # XON, XOFF of serial printers
            garbled += 1
        at += 1
    return Replies(bytes(status), fences, automatic, garbled)


def _from_automatic(group: bytes) -> PrinterState:
    first, second, third, _ = group
    if third & 0x0C:
        return PrinterState.PAPER_OUT
    if first & 0x20:
        return PrinterState.COVER_OPEN
    if second & 0x08:
        return PrinterState.CUTTER_ERROR
    if second & 0x40:
        return PrinterState.OVERHEATED
    if first & 0x08 or second & 0x20:
        return PrinterState.OFFLINE
    return PrinterState.PAPER_LOW if third & 0x03 else PrinterState.READY
