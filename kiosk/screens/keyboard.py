"""Typing: a pinyin keyboard with big keys, candidates to choose from, and the text so far."""

from __future__ import annotations

from kiosk.chrome import chrome
from kiosk.frame import Box, Frame
from kiosk.screens.entry import field, last_row, ways
from kiosk.screens.parts import column
from kiosk.sheet import Look, Sheet, Style
from kiosk.theme import Role
from kiosk.view import CANDIDATES, View

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def draw(view: View, look: Look) -> Frame:
    sheet = Sheet(look, "keyboard")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    typing = view.typing
    gap = metrics.gap
    hint = look.t("用拼音打字，比如：yibao（医保）")
    tab = max(metrics.target, metrics.line(Role.SMALL) + metrics.mm(3))
    if look.portrait:
        y = room.y + field(sheet, room, typing.text + typing.letters, hint) + gap
        taken = ways(sheet, Box(room.x, y, room.w, 0), view, tab)
        y += taken + gap if taken else 0
    else:
        third = room.w // 3
        beside = ways(
            sheet, Box(room.right - third, room.y, third, 0), view, metrics.line(Role.HEADING) + metrics.mm(6)
        )
        width = room.w - third - gap if beside else room.w
        y = room.y + field(sheet, Box(room.x, room.y, width, 0), typing.text + typing.letters, hint) + gap
    key = min(metrics.mm(30), (room.bottom - y) // (7 if look.portrait else 5) - gap)
    key = max(metrics.target, key)
    top = room.bottom - 4 * key - 3 * gap
    _candidates(sheet, Box(room.x, y, room.w, top - gap - y), view)
    for r, row in enumerate(ROWS):
        _keys(sheet, Box(room.x, top + r * (key + gap), room.w, key), row, r)
    last_row(sheet, Box(room.x, top + 3 * (key + gap), room.w, key))
    return sheet.frame()


def _keys(sheet: Sheet, room: Box, row: str, index: int) -> None:
    gap = sheet.look.metrics.gap
    width = (room.w - 9 * gap) // 10
    used = len(row) * width + (len(row) - 1) * gap
    x = room.x + (room.w - used) // 2 if index < 2 else room.x + (width + gap)
    for i, letter in enumerate(row):
        sheet.button(f"letter:{letter}", Box(x + i * (width + gap), room.y, width, room.h), letter, Style.PLAIN)
    if index == 2:
        x += len(row) * (width + gap)
        sheet.button("erase", Box(x, room.y, room.right - x, room.h), sheet.look.t("删除"), Style.PLAIN, "", Role.SMALL)


def _candidates(sheet: Sheet, room: Box, view: View) -> None:
    """As many candidates as fit, large, with their page buttons at the end of the first row."""
    look = sheet.look
    metrics = look.metrics
    shown = view.typing.candidates
    if not shown:
        return
    gap = metrics.gap
    role = Role.HEADING if look.portrait else Role.BODY
    wanted = max(metrics.target, metrics.line(role) + metrics.mm(4))
    rows = max(1, (room.h + gap) // (wanted + gap))
    height = min(room.h, wanted)
    arrow = max(metrics.target, metrics.mm(15))
    x, row = room.x, 0
    for i, word in enumerate(shown):
        width = max(metrics.target, sheet.text_width(word, role, True) + metrics.mm(7))
        while row < rows and x + width > room.right - (0 if row else 2 * (arrow + gap)):
            x, row = room.x, row + 1
        if row == rows:
            break
        sheet.button(
            f"candidate:{i}", Box(x, room.y + row * (height + gap), width, height), word, Style.PLAIN, role=role
        )
        x += width + gap
    if view.typing.page > 0:
        box = Box(room.right - 2 * arrow - gap, room.y, arrow, height)
        sheet.button("candidates:previous", box, "", Style.PLAIN, "previous")
    if len(shown) == CANDIDATES:
        sheet.button("candidates:next", Box(room.right - arrow, room.y, arrow, height), "", Style.PLAIN, "next")
