"""Writing by hand: a large paper for one character at a time, ten candidates, and the text so far."""

from __future__ import annotations

from kiosk.chrome import chrome
from kiosk.frame import Box, Frame, Ink
from kiosk.pen import PAPER
from kiosk.screens.entry import field, last_row, ways
from kiosk.screens.parts import column
from kiosk.sheet import Look, Sheet, Style
from kiosk.theme import Role
from kiosk.view import View

SHOWN = 10


def draw(view: View, look: Look) -> Frame:
    sheet = Sheet(look, "writing")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    gap, key = metrics.gap, _key(sheet)
    hint = look.t("在下面的方框里写一个字")
    last = Box(room.x, room.bottom - key, room.w, key)
    if look.portrait:
        y = room.y + field(sheet, room, view.typing.text, hint) + gap
        taken = ways(sheet, Box(room.x, y, room.w, 0), view, key)
        y += taken + gap if taken else 0
        tools = Box(room.x, last.y - gap - key, room.w, key)
        side = min(room.w, tools.y - gap - y - 2 * key - 2 * gap)
        _paper(sheet, Box(room.x, tools.y - gap - side, room.w, side), view)
        _candidates(sheet, Box(room.x, y, room.w, tools.y - side - 2 * gap - y), view, 5)
        _tools(sheet, tools)
    else:
        left = Box(room.x, room.y, int(room.w * 0.46), last.y - gap - room.y)
        right = Box(left.right + metrics.mm(4), room.y, room.right - left.right - metrics.mm(4), left.h)
        paper = Box(left.x, left.y, left.w, left.h - key - gap)
        _paper(sheet, paper, view)
        _tools(sheet, Box(left.x, paper.bottom + gap, left.w, key))
        y = right.y + field(sheet, right, view.typing.text, hint) + gap
        taken = ways(sheet, Box(right.x, y, right.w, 0), view, key)
        y += taken + gap if taken else 0
        _candidates(sheet, Box(right.x, y, right.w, right.bottom - y), view, 5)
    last_row(sheet, last)
    return sheet.frame()


def _key(sheet: Sheet) -> int:
    metrics = sheet.look.metrics
    return max(metrics.mm(17 if sheet.look.portrait else 13), metrics.line(Role.SMALL) + metrics.mm(4))


def _paper(sheet: Sheet, box: Box, view: View) -> None:
    """A square with faint guides, as a copybook has (米字格 without its diagonals), and the ink on it."""
    metrics, palette = sheet.look.metrics, sheet.look.palette
    sheet.panel(box, palette.surface, None, palette.primary, metrics.mm(0.6))
    thin = max(1, metrics.mm(0.25))
    inner = box.inset(metrics.mm(4))
    sheet.panel(Box(inner.x, inner.y + inner.h // 2, inner.w, thin), palette.line, 0)
    sheet.panel(Box(inner.x + inner.w // 2, inner.y, thin, inner.h), palette.line, 0)
    for stroke in view.typing.ink:
        sheet.nodes.append(Ink(stroke, palette.ink, metrics.mm(2.4)))
    sheet.target(PAPER, box, sheet.look.t("在这里写"), hold=True)


def _tools(sheet: Sheet, room: Box) -> None:
    look = sheet.look
    gap = look.metrics.gap
    width = (room.w - gap) // 2
    sheet.button("unstroke", Box(room.x, room.y, width, room.h), look.t("退一笔"), Style.PLAIN, "back", Role.SMALL)
    box = Box(room.x + width + gap, room.y, room.w - width - gap, room.h)
    sheet.button("erase", box, look.t("擦掉"), Style.PLAIN, "cross", Role.SMALL)


def _candidates(sheet: Sheet, room: Box, view: View, columns: int) -> None:
    """Up to ten characters in two rows, large."""
    look = sheet.look
    metrics = look.metrics
    shown = view.typing.candidates[:SHOWN]
    gap = metrics.gap
    height = min((room.h - gap) // 2, metrics.mm(34))
    if not shown:
        text = look.t("写好以后，在这里点选您要的字") if not view.typing.ink else look.t("正在辨认……")
        sheet.words(room, text, Role.BODY, look.palette.soft, align="center", middle=True)
        return
    width = (room.w - (columns - 1) * gap) // columns
    for i, char in enumerate(shown):
        box = Box(room.x + (i % columns) * (width + gap), room.y + (i // columns) * (height + gap), width, height)
        sheet.button(f"candidate:{i}", box, char, Style.PLAIN, role=Role.DISPLAY)
