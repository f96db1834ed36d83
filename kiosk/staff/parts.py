"""What the staff area's screens share: a row of buttons at the bottom, paragraphs, one sentence in the middle."""

from __future__ import annotations

from kiosk.frame import Box
from kiosk.sheet import Sheet, Style
from kiosk.theme import Role


def actions(sheet: Sheet, room: Box, wanted: list[tuple[str, str, Style, str]]) -> int:
    """A row of buttons at the bottom; returns the height taken."""
    metrics = sheet.look.metrics
    gap = metrics.gap
    height = max(metrics.mm(18), metrics.line(Role.BODY) + metrics.mm(5))
    width = (room.w - gap * (len(wanted) - 1)) // len(wanted)
    for i, (name, label, style, icon) in enumerate(wanted):
        box = Box(room.x + i * (width + gap), room.bottom - height, width, height)
        sheet.button(name, box, label, style, icon, Role.BODY)
    return height


def paragraphs(sheet: Sheet, room: Box, lines: list[str], role: Role = Role.BODY) -> None:
    """Paragraphs from the top; all in the smallest type when they would not fit."""
    metrics = sheet.look.metrics
    shown = [line for line in lines if line]
    gap = metrics.mm(3)

    def whole(role: Role) -> int:
        return sum(sheet.text_height(line, room.w, role) + gap for line in shown)

    role = role if whole(role) <= room.h else Role.SMALL
    y = room.y
    for line in shown:
        y += sheet.words(room.below(y), line, role) + gap


def say(sheet: Sheet, room: Box, text: str) -> None:
    sheet.words(room, text, Role.HEADING, align="center", middle=True)
