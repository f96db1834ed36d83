"""What came of it: a list to tick off or read, everything once more before it is handed in, the number afterwards."""

from __future__ import annotations

from dialog.acts import ConfirmScreen, ListScreen, TicketScreen
from dialog.acts import Row as Line
from kiosk.chrome import chrome
from kiosk.flow import Row
from kiosk.frame import Box, Frame
from kiosk.screens.parts import buttons, column, voice_strip
from kiosk.screens.presses import actions
from kiosk.screens.sections import heading, inner_width, line, paged, pressable, section
from kiosk.sheet import Look, Sheet
from kiosk.theme import Role
from kiosk.view import View


def listed(screen: ListScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "list")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    y = room.y + voice_strip(sheet, room, view) + metrics.mm(4)
    y += heading(sheet, room.below(y), screen.title, screen.sample) + metrics.mm(3)
    width = inner_width(sheet, room)
    sections = [
        section(sheet, part.icon, part.title, [_row(sheet, width, row) for row in part.rows]) for part in screen.parts
    ]
    page, pages = paged(sheet, room.below(y), sections, actions(screen.buttons, look), view, screen.note)
    return sheet.frame(page, pages)


def _row(sheet: Sheet, width: int, row: Line) -> Row:
    if row.tick.startswith("tick:"):
        icon = "ticked" if row.ticked else "box"
        return pressable(sheet, width, f"choice:{row.tick}", row.text, icon, row.note)
    if row.tick:
        return pressable(sheet, width, f"choice:{row.tick}", row.text, "next", row.note)
    return line(sheet, width, row.text, number=row.number, note=row.note)


def confirm(screen: ConfirmScreen, view: View, look: Look) -> Frame:
    """Each line says what it is in small type, and is pressed to change it."""
    sheet = Sheet(look, "confirm")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    y = room.y + voice_strip(sheet, room, view) + metrics.mm(4)
    y += heading(sheet, room.below(y), screen.title) + metrics.mm(3)
    width = inner_width(sheet, room)
    rows = [pressable(sheet, width, f"choice:{row.tick}", row.text, "pencil", above=row.note) for row in screen.rows]
    sections = [section(sheet, "", "", rows)]
    page, pages = paged(sheet, room.below(y), sections, actions(screen.buttons, look), view, screen.note)
    return sheet.frame(page, pages)


PRINTED_ICONS = {"done": "check", "failed": "warning", "unknown": "question", "printing": "printer", "": "note"}


def ticket(screen: TicketScreen, view: View, look: Look) -> Frame:
    """The number and the check code as large as the glass allows; who answers, by when; what the printer did."""
    sheet = Sheet(look, "ticket")
    metrics, palette = look.metrics, look.palette
    room = column(sheet, chrome(sheet, view))
    y = room.y + voice_strip(sheet, room, view) + metrics.mm(4)
    y += sheet.words(room.below(y), screen.title, Role.DISPLAY, palette.accent, bold=True, align="center") + metrics.mm(
        3
    )
    foot = buttons(sheet, room, actions(screen.buttons, look)) + metrics.mm(4)
    gap = metrics.mm(3)
    card = _numbers(sheet, Box(room.x, y, room.w, room.bottom - foot - y), screen)
    y = card.bottom + gap
    facts = [("clock", screen.due)] if screen.due else []
    facts += [("person", screen.department)] if screen.department else []
    facts.append((PRINTED_ICONS[screen.printed], screen.message))
    size = metrics.em(Role.BODY)
    left = size + metrics.mm(4)
    for icon, words in facts:
        height = sheet.text_height(words, room.w - left, Role.BODY)
        if y + metrics.line(Role.SMALL) > room.bottom - foot:
            break
        sheet.symbol(Box(room.x, y + (metrics.line(Role.BODY) - size) // 2, size, size), icon, palette.accent)
        place = Box(room.x + left, y, room.w - left, min(height, room.bottom - foot - y))
        y += sheet.words(place, words, Role.BODY, palette.ink) + gap
    return sheet.frame()


def _numbers(sheet: Sheet, room: Box, screen: TicketScreen) -> Box:
    """Upright one above the other, on wide glass side by side."""
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    pad = metrics.mm(4)
    pieces = ((look.t("您的编号"), screen.number), (look.t("校验码"), screen.code))
    head = metrics.line(Role.BODY)
    if look.portrait:
        places = [Box(room.x, room.y, room.w, 0)] * 2
    else:
        wide = int((room.w - pad) * 0.64)
        places = [
            Box(room.x, room.y, wide, 0),
            Box(room.x + wide + pad, room.y, room.w - wide - pad, 0),
        ]
    y = room.y
    for (label, digits), place in zip(pieces, places, strict=True):
        role = sheet.fitting(digits, place.w - 2 * pad, metrics.line(Role.POSTER), Role.POSTER, bold=True)
        tall = head + metrics.line(role) + 2 * pad
        box = Box(place.x, y, place.w, tall)
        sheet.panel(box, palette.surface, None, palette.primary, metrics.mm(0.6))
        inner = box.inset(pad)
        sheet.words(inner, label, Role.BODY, palette.soft, palette.surface, align="center")
        sheet.words(inner.below(inner.y + head), digits, role, palette.ink, palette.surface, bold=True, align="center")
        y = box.bottom + pad if look.portrait else y
    bottom = box.bottom
    return Box(room.x, room.y, room.w, bottom - room.y)
