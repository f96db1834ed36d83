"""Lists under headings, in cards, page by page, with the buttons beneath: shared by answers, checklists, results."""

from __future__ import annotations

from kiosk.flow import Group, Row, Section, paginate
from kiosk.frame import Box
from kiosk.screens.parts import button_height, buttons, buttons_height, pager, pager_height
from kiosk.sheet import Sheet, Style
from kiosk.theme import Role
from kiosk.view import View

Action = tuple[str, str, Style, str]
"""Control, label, style, icon."""


def paged(
    sheet: Sheet, room: Box, sections: list[Section], actions: list[Action], view: View, note: str = ""
) -> tuple[int, int]:
    """Fill ``room`` with as many sections as fit, the buttons at its bottom; returns (page, pages).

    ``note``: a sentence above the buttons, on every page.
    """
    metrics, palette = sheet.look.metrics, sheet.look.palette
    padding, gap = metrics.mm(2.5), metrics.mm(3)
    foot = foot_height(sheet, room, actions)
    said = sheet.text_height(note, room.w, Role.SMALL) + gap if note else 0
    whole = room.h - foot - gap - said
    pages = paginate(sections, whole, padding, gap)
    turning = len(pages) > 1 and sheet.look.portrait
    if turning:
        pages = paginate(sections, whole - pager_height(sheet) - gap, padding, gap)
    page = min(view.page, len(pages) - 1)
    _foot(sheet, room, actions, page, len(pages))
    if note:
        top = room.bottom - foot - said - (pager_height(sheet) + gap if turning else 0)
        sheet.words(Box(room.x, top, room.w, said), note, Role.SMALL, palette.soft)
    y = room.y
    for group in pages[page]:
        y = _group(sheet, Box(room.x, y, room.w, 0), group, padding) + gap
    return page, len(pages)


def inner_width(sheet: Sheet, room: Box) -> int:
    """Width of a row inside its card."""
    return room.w - 2 * sheet.look.metrics.mm(4)


def _turning(room: Box) -> int:
    """Width of the page buttons beside the others on wide screens."""
    return int(room.w * 0.3)


def foot_height(sheet: Sheet, room: Box, actions: list[Action]) -> int:
    metrics = sheet.look.metrics
    if not actions:
        return 0
    if sheet.look.portrait:
        rows = (len(actions) + 1) // 2
        return button_height(sheet) * rows + metrics.mm(3.5) * (rows - 1)
    labels = [label for _, label, _, _ in actions]
    return buttons_height(sheet, room.w - _turning(room) - metrics.mm(3.5), labels)


def _foot(sheet: Sheet, room: Box, actions: list[Action], page: int, pages: int) -> None:
    """Upright: two a row, an odd first one across the whole width, the page buttons above. Wide: all side by side."""
    metrics = sheet.look.metrics
    gap = metrics.mm(3.5)
    if sheet.look.portrait:
        taken = 0
        rest = list(actions)
        while rest:
            row = rest[-2:] if len(rest) > 1 else rest
            rest = rest[: -len(row)]
            taken += buttons(sheet, Box(room.x, room.y, room.w, room.h - taken), row) + gap
        if pages > 1:
            pager(sheet, Box(room.x, room.y, room.w, room.h - taken + gap - metrics.mm(3)), page, pages)
        return
    aside = _turning(room) + gap if pages > 1 else 0
    buttons(sheet, Box(room.x, room.y, room.w - aside, room.h), actions)
    if pages > 1:
        pager(sheet, Box(room.right - _turning(room), room.y, _turning(room), room.h), page, pages, brief=True)


def heading(sheet: Sheet, room: Box, title: str, sample: bool = False) -> int:
    """The title and, beneath it, the mark of sample content; returns the height taken."""
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    y = room.y + sheet.words(room, title, Role.HEADING, palette.accent, bold=True)
    if sample:
        text = look.t("样例内容，以窗口为准")
        size = metrics.em(Role.SMALL)
        height = metrics.line(Role.SMALL)
        width = min(room.w, sheet.text_width(text, Role.SMALL, True) + size + metrics.mm(7))
        tag = Box(room.x, y + metrics.mm(1), width, height)
        border = palette.line if palette.stark else ""
        sheet.panel(tag, palette.notice, height // 2, border, metrics.mm(0.4) if border else 0)
        sheet.symbol(Box(tag.x + metrics.mm(2), tag.y + (height - size) // 2, size, size), "note", palette.warm)
        place = Box(tag.x + metrics.mm(3) + size, tag.y, tag.w - size - metrics.mm(4), height)
        sheet.words(place, text, Role.SMALL, palette.warm, palette.notice, bold=True, middle=True)
        y = tag.bottom
    return y - room.y


def section(sheet: Sheet, icon: str, title: str, rows: list[Row]) -> Section:
    """``rows`` under a heading with an icon; without a title there is no heading."""
    metrics = sheet.look.metrics

    def head(going_on: bool) -> Row:
        if not title:
            return Row(0, lambda sheet, box: None)
        text = title + (sheet.look.t("（续）") if going_on else "")

        def paint(sheet: Sheet, box: Box) -> None:
            palette = sheet.look.palette
            size = metrics.em(Role.BODY)
            left = 0
            if icon:
                sheet.symbol(Box(box.x, box.y + (box.h - size) // 2, size, size), icon, palette.accent)
                left = size + metrics.mm(2.5)
            place = Box(box.x + left, box.y, box.w - left, box.h)
            sheet.words(place, text, Role.BODY, palette.accent, palette.surface, bold=True, middle=True)

        return Row(metrics.line(Role.BODY), paint)

    return Section(head, rows)


def line(sheet: Sheet, width: int, text: str, icon: str = "", number: str = "", note: str = "") -> Row:
    """One line of a list, with a box to tick, a number, or nothing before it; ``note`` in small type beneath."""
    metrics = sheet.look.metrics
    mark = metrics.em(Role.BODY) + metrics.mm(2.5)
    whole = sheet.text_height(text, width - mark, Role.BODY)
    small = sheet.text_height(note, width - mark, Role.SMALL) if note else 0

    def paint(sheet: Sheet, box: Box) -> None:
        palette = sheet.look.palette
        size = metrics.em(Role.BODY)
        top = box.y + (metrics.line(Role.BODY) - size) // 2
        if icon:
            sheet.symbol(Box(box.x, top, size, size), icon, palette.accent)
        if number:
            place = Box(box.x, box.y, size + metrics.mm(2), metrics.line(Role.BODY))
            sheet.words(place, f"{number}.", Role.BODY, palette.accent, palette.surface, bold=True)
        place = Box(box.x + mark, box.y, box.w - mark, whole)
        sheet.words(place, text, Role.BODY, palette.ink, palette.surface)
        if note:
            place = Box(box.x + mark, box.y + whole, box.w - mark, small)
            sheet.words(place, note, Role.SMALL, palette.soft, palette.surface)

    return Row(whole + small + metrics.mm(1.2), paint)


def pressable(sheet: Sheet, width: int, name: str, text: str, icon: str, note: str = "", above: str = "") -> Row:
    """A line that can be pressed, as high as a finger needs; ``above``: what it is, in small type over it."""
    metrics = sheet.look.metrics
    size = int(metrics.em(Role.BODY) * 1.3)
    left = size + metrics.mm(4)
    inner = width - left - metrics.mm(3)
    over = metrics.line(Role.SMALL) if above else 0
    whole = sheet.text_height(text, inner, Role.BODY)
    small = sheet.text_height(note, inner, Role.SMALL) if note else 0
    pad = metrics.mm(1.6)
    height = max(metrics.target, over + whole + small + 2 * pad)
    row = height + metrics.gap

    def paint(sheet: Sheet, box: Box) -> None:
        palette = sheet.look.palette
        place = Box(box.x - metrics.mm(1.5), box.y + metrics.gap // 2, box.w + metrics.mm(3), height)
        pressed = sheet.look.pressed == name
        fill = palette.notice if pressed else palette.surface
        sheet.panel(place, fill, metrics.mm(2.5), palette.line, metrics.mm(0.4))
        sheet.symbol(Box(box.x + metrics.mm(1), place.y + (height - size) // 2, size, size), icon, palette.accent)
        y = place.y + (height - over - whole - small) // 2
        for words, role, tall, colour in (
            (above, Role.SMALL, over, palette.soft),
            (text, Role.BODY, whole, palette.ink),
            (note, Role.SMALL, small, palette.soft),
        ):
            if words:
                sheet.words(Box(box.x + left, y, inner, tall), words, role, colour, fill)
                y += tall
        sheet.target(name, place, "，".join(part for part in (above, text, note) if part))

    return Row(row, paint)


def _group(sheet: Sheet, box: Box, group: Group, padding: int) -> int:
    """A section's card; returns its bottom."""
    metrics, palette = sheet.look.metrics, sheet.look.palette
    height = group.height(padding)
    card = Box(box.x, box.y, box.w, height)
    sheet.panel(card, palette.surface, None, palette.line, metrics.mm(0.4))
    x, y = card.x + metrics.mm(4), card.y + padding
    for row in (group.heading, *group.rows):
        row.draw(sheet, Box(x, y, card.w - 2 * metrics.mm(4), row.height))
        y += row.height
    return card.bottom
