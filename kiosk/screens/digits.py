"""Digits: a field with their groups set apart and a pad of large keys, laid out as on a telephone."""

from __future__ import annotations

from kiosk.frame import Box
from kiosk.screens.entry import field
from kiosk.sheet import Sheet, Style
from kiosk.theme import Role

KEYS = ("123", "456", "789", "C0<")
EMPTY = "·"


def grouped(text: str, groups: tuple[int, ...], length: int = 0) -> str:
    """``33080000142`` in groups (4, 5, 2) as ``3308 00001 42``; up to ``length``, places still free are dots."""
    text = text.ljust(length, EMPTY)
    parts, at = [], 0
    for size in groups:
        parts.append(text[at : at + size])
        at += size
    parts.append(text[at:])
    return " ".join(part for part in parts if part)


def pad(
    sheet: Sheet,
    room: Box,
    text: str,
    hint: str,
    groups: tuple[int, ...] = (),
    length: int = 0,
    hidden: bool = False,
    ready: bool = True,
) -> None:
    """The field above, the twelve keys below, and the button that sends the digits off.

    ``hidden``: a PIN, shown as dots. ``ready``: whether the digits may be sent off.
    """
    look = sheet.look
    metrics = look.metrics
    gap = metrics.gap
    shown = "●" * len(text) if hidden else grouped(text, groups, length if text else 0)
    y = room.y + field(sheet, room, shown, hint) + gap
    rows = len(KEYS) + 1
    height = max(metrics.target, min(metrics.mm(26), (room.bottom - y - (rows - 1) * gap) // rows))
    width = (room.w - 2 * gap) // 3
    for r, row in enumerate(KEYS):
        for c, key in enumerate(row):
            box = Box(room.x + c * (width + gap), y + r * (height + gap), width, height)
            if key == "C":
                sheet.button("clear", box, look.t("清空"), Style.PLAIN, "", Role.BODY)
            elif key == "<":
                sheet.button("erase", box, look.t("删除"), Style.PLAIN, "", Role.BODY)
            else:
                sheet.button(f"digit:{key}", box, key, Style.PLAIN, role=Role.DISPLAY)
    if ready:
        box = Box(room.x, y + len(KEYS) * (height + gap), room.w, height)
        sheet.button("submit", box, look.t("好了"), Style.PRIMARY, "check")
