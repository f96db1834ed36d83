"""One of several: a service's question with its choices as cards, as many to a page as a finger can tell apart.

Up to nine choices carry their spoken number. What cannot work now is greyed out and says so before it is chosen.
"""

from __future__ import annotations

from dialog.acts import Choice, ChooseScreen
from kiosk.chrome import chrome
from kiosk.frame import Box, Frame
from kiosk.screens.parts import buttons, buttons_height, column, pager, pager_height, service_head, voice_strip
from kiosk.screens.presses import actions
from kiosk.sheet import Look, Sheet, Style
from kiosk.theme import Role
from kiosk.view import View

NUMBERED = 9
"""Choices that carry a number; more are named or touched."""

FEW = 4
"""So few choices are set in large type."""


def draw(screen: ChooseScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "choose")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    y = room.y + voice_strip(sheet, room, view) + metrics.mm(4)
    y += service_head(sheet, room.below(y), screen.title, screen.note, screen.icon, screen.step) + metrics.mm(4)
    wanted = actions(screen.buttons, look)
    labels = [label for _, label, _, _ in wanted]
    foot = buttons_height(sheet, room.w, labels) + metrics.mm(3.5) if wanted else 0
    grid = Box(room.x, y, room.w, room.bottom - foot - y)
    page, pages = _cards(sheet, grid, screen, view)
    if wanted:
        buttons(sheet, room, wanted)
    return sheet.frame(page, pages)


def _cards(sheet: Sheet, room: Box, screen: ChooseScreen, view: View) -> tuple[int, int]:
    """The choices of this page; returns (page, pages)."""
    metrics = sheet.look.metrics
    gap = metrics.mm(3.5)
    numbers = len(screen.choices) <= NUMBERED
    columns = _columns(sheet, room.w, screen.choices, numbers)
    least = max(metrics.mm(18), 2 * metrics.line(Role.BODY) + metrics.mm(3))
    if columns > 2 or (columns > 1 and sheet.look.portrait):
        least = max(metrics.mm(17), metrics.line(Role.BODY) + metrics.mm(5))
    fit = max(1, (room.h + gap) // (least + gap))
    rows = -(-len(screen.choices) // columns)
    pages = 1
    height = room.h
    if rows > fit:
        height = room.h - pager_height(sheet) - gap
        fit = max(1, (height + gap) // (least + gap))
        pages = -(-rows // fit)
        rows = fit
    page = min(view.page, pages - 1)
    few = len(screen.choices) <= FEW
    tall = min(metrics.mm(60 if few else 40), (height - (rows - 1) * gap) // max(1, rows))
    width = (room.w - (columns - 1) * gap) // columns
    first = page * rows * columns
    for i, choice in enumerate(screen.choices[first : first + rows * columns]):
        box = Box(room.x + (i % columns) * (width + gap), room.y + (i // columns) * (tall + gap), width, tall)
        number = str(first + i + 1) if numbers else ""
        card(sheet, box, choice, number, choice.id in screen.off, Role.HEADING if few else Role.BODY)
    if pages > 1:
        pager(sheet, room, page, pages)
    return page, pages


def _columns(sheet: Sheet, width: int, choices: tuple[Choice, ...], numbers: bool) -> int:
    """More columns for many short names (towns, villages) than for a few long ones."""
    metrics = sheet.look.metrics
    widest = max((sheet.text_width(choice.label, Role.BODY, True) for choice in choices), default=0)
    around = metrics.mm(12) + (metrics.line(Role.BODY) + metrics.mm(8) if numbers else 0)
    most = (3 if len(choices) > 9 else 2) if len(choices) > 5 or not sheet.look.portrait else 1
    for columns in range(most, 1, -1):
        each = (width - (columns - 1) * metrics.mm(3.5)) // columns
        if widest + around <= each:
            return columns
    return 1 if sheet.look.portrait or len(choices) < 4 else 2


def card(sheet: Sheet, box: Box, choice: Choice, number: str, off: bool, role: Role) -> None:
    """A wide card: a number in a disc, the name, and, where it cannot work now, a word that says so."""
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    name = f"choice:{choice.id}"
    fill, colour, border = sheet.colours(Style.PLAIN, name)
    fill = palette.tint if off and colour == palette.accent else fill
    sheet.panel(box, fill, None, border, metrics.mm(0.5) if border else 0)
    pad = metrics.mm(4)
    left = box.x + pad
    if number:
        size = min(metrics.line(role) + metrics.mm(3), box.h - metrics.mm(3))
        disc = Box(left, box.y + (box.h - size) // 2, size, size)
        sheet.panel(disc, palette.primary, size // 2)
        sheet.words(disc, number, role, palette.on_primary, palette.primary, bold=True, align="center", middle=True)
        left += size + pad
    place = Box(left, box.y + metrics.mm(1), box.right - left - pad, box.h - metrics.mm(2))
    ink = palette.ink if colour == palette.accent else colour
    label = choice.label
    if off:
        word = look.t("（现在不能用）")
        label = f"{label}{word}"
    sheet.words(place, label, role, ink, fill, bold=not off, middle=True)
    sheet.target(name, box, label)
