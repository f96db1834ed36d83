"""Choosing among a few: which one was meant (at most four), or the items of a module, page by page."""

from __future__ import annotations

from dialog.acts import BrowseScreen, Choice, ClarifyScreen
from kiosk.chrome import chrome
from kiosk.frame import Box, Frame
from kiosk.screens.parts import column, pager, pager_height, voice_strip
from kiosk.sheet import Look, Sheet, Style
from kiosk.theme import Role
from kiosk.view import View


def clarify(screen: ClarifyScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "clarify")
    metrics, palette = look.metrics, look.palette
    room = column(sheet, chrome(sheet, view))
    y = room.y + voice_strip(sheet, room, view, screen.heard) + metrics.mm(6)
    title = look.t("您要办的是哪一件？")
    y += sheet.words(room.below(y), title, Role.HEADING, palette.accent, bold=True) + metrics.mm(4)
    gap = metrics.mm(3.5)
    none_height = max(metrics.mm(18), metrics.line(Role.BODY) + metrics.mm(5))
    space = room.bottom - y - none_height - gap
    columns = 1 if look.portrait else 2
    rows = -(-len(screen.choices) // columns)
    height = min(metrics.mm(52), (space - (rows - 1) * gap) // max(1, rows))
    width = (room.w - (columns - 1) * gap) // columns
    for i, choice in enumerate(screen.choices):
        box = Box(room.x + (i % columns) * (width + gap), y + (i // columns) * (height + gap), width, height)
        _card(sheet, box, choice, str(i + 1))
    y += rows * (height + gap)
    box = Box(room.x, y, room.w, none_height)
    sheet.button("choice:none", box, look.t("都不是"), Style.PLAIN, "cross", Role.BODY)
    return sheet.frame()


def browse(screen: BrowseScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "browse")
    metrics, palette = look.metrics, look.palette
    room = column(sheet, chrome(sheet, view))
    y = room.y + voice_strip(sheet, room, view) + metrics.mm(4)
    y += sheet.words(room.below(y), look.t(screen.title), Role.DISPLAY, palette.accent, bold=True)
    y += metrics.mm(3)
    gap = metrics.mm(3.5)
    height = max(metrics.mm(20), 2 * metrics.line(Role.BODY) + metrics.mm(5))
    columns = 1 if look.portrait else 2
    rows = max(1, (room.bottom - y - pager_height(sheet)) // (height + gap))
    per_page = rows * columns
    pages = max(1, -(-len(screen.choices) // per_page))
    page = min(view.page, pages - 1)
    width = (room.w - (columns - 1) * gap) // columns
    for i, choice in enumerate(screen.choices[page * per_page : (page + 1) * per_page]):
        box = Box(room.x + (i % columns) * (width + gap), y + (i // columns) * (height + gap), width, height)
        _card(sheet, box, choice, "")
    if pages > 1:
        pager(sheet, room, page, pages)
    return sheet.frame(page, pages)


def _card(sheet: Sheet, box: Box, choice: Choice, number: str) -> None:
    """A wide card: a number in a disc, the title, an arrow."""
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    name = f"choice:{choice.id}"
    fill, colour, border = sheet.colours(Style.PLAIN, name)
    sheet.panel(box, fill, None, border, metrics.mm(0.5) if border else 0)
    pad = metrics.mm(4)
    left = box.x + pad
    if number:
        size = min(metrics.line(Role.BODY) + metrics.mm(4), box.h - metrics.mm(2))
        disc = Box(left, box.y + (box.h - size) // 2, size, size)
        sheet.panel(disc, palette.primary, size // 2)
        sheet.words(
            disc, number, Role.BODY, palette.on_primary, palette.primary, bold=True, align="center", middle=True
        )
        left += size + pad
    arrow = metrics.em(Role.BODY)
    sheet.symbol(Box(box.right - pad - arrow, box.y + (box.h - arrow) // 2, arrow, arrow), "next", colour)
    place = Box(left, box.y + metrics.mm(1), box.right - left - arrow - 2 * pad, box.h - metrics.mm(2))
    sheet.words(
        place,
        choice.label,
        Role.BODY,
        palette.ink if colour == palette.accent else colour,
        fill,
        bold=True,
        middle=True,
    )
    sheet.target(name, box, choice.label)
