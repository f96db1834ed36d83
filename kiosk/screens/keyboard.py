"""Typing: a pinyin keyboard with big keys, candidates to choose from, and the text so far."""

from __future__ import annotations

from kiosk.chrome import chrome
from kiosk.frame import Box, Frame
from kiosk.screens.parts import column
from kiosk.sheet import Look, Sheet, Style
from kiosk.theme import Role
from kiosk.view import View

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
DIGITS = ("1234567890",)


def draw(view: View, look: Look) -> Frame:
    sheet = Sheet(look, "keyboard")
    metrics, palette = look.metrics, look.palette
    room = column(sheet, chrome(sheet, view))
    typing = view.typing
    gap = metrics.gap
    y = room.y
    if look.portrait:
        y += sheet.words(room, look.t("请打出您想办的事"), Role.HEADING, palette.accent, bold=True) + metrics.mm(3)
    field_height = metrics.line(Role.HEADING) + metrics.mm(6)
    field = Box(room.x, y, room.w, field_height)
    sheet.panel(field, palette.surface, None, palette.primary, metrics.mm(0.6))
    shown = _last(sheet, f"{typing.text}{typing.letters}▏", field.w - metrics.mm(8))
    empty = not typing.text and not typing.letters
    text = look.t("用拼音打字，比如：yibao（医保）") if empty else shown
    sheet.words(
        field.inset(metrics.mm(4), 0),
        text,
        Role.BODY if empty else Role.HEADING,
        palette.soft if empty else palette.ink,
        palette.surface,
        middle=True,
    )
    y = field.bottom + gap
    key_rows = 4
    wide_key = max(metrics.target, metrics.line(Role.BODY) + metrics.mm(4))
    candidate_height = max(metrics.mm(17 if look.portrait else 13), metrics.line(Role.BODY) + metrics.mm(3))
    keys_height = room.bottom - y - candidate_height - gap
    if look.portrait:
        keys_height = min(keys_height, key_rows * metrics.mm(26))
    _candidates(
        sheet, Box(room.x, y, room.w, candidate_height if not look.portrait else candidate_height * 2 + gap), view
    )
    top = room.bottom - keys_height
    height = max(wide_key if look.portrait else metrics.target, (keys_height - (key_rows - 1) * gap) // key_rows)
    for r, row in enumerate(ROWS):
        _keys(sheet, Box(room.x, top + r * (height + gap), room.w, height), row, r)
    _bottom(sheet, Box(room.x, top + 3 * (height + gap), room.w, height), view)
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


def _bottom(sheet: Sheet, room: Box, view: View) -> None:
    look = sheet.look
    gap = look.metrics.gap
    third = (room.w - 2 * gap) // 4
    sheet.button("close", Box(room.x, room.y, third, room.h), look.t("取消"), Style.PLAIN, "cross", Role.SMALL)
    sheet.button("clear", Box(room.x + third + gap, room.y, third, room.h), look.t("清空"), Style.PLAIN, "", Role.SMALL)
    x = room.x + 2 * (third + gap)
    sheet.button("submit", Box(x, room.y, room.right - x, room.h), look.t("查一查"), Style.PRIMARY, "search")


def _candidates(sheet: Sheet, room: Box, view: View) -> None:
    """As many candidates as fit, with their own page buttons."""
    look = sheet.look
    metrics = look.metrics
    gap = metrics.gap
    shown = view.typing.candidates
    if not shown:
        return
    rows = 2 if look.portrait else 1
    height = (room.h - (rows - 1) * gap) // rows
    arrow = max(metrics.target, metrics.mm(15))
    x, y, row = room.x, room.y, 0
    for i, word in enumerate(shown):
        width = max(metrics.target, sheet.text_width(word, Role.BODY, True) + metrics.mm(6))
        limit = room.right - (2 * arrow + 2 * gap if row == rows - 1 else 0)
        if x + width > limit:
            row += 1
            if row == rows:
                break
            x, y = room.x, y + height + gap
            limit = room.right - (2 * arrow + 2 * gap if row == rows - 1 else 0)
            if x + width > limit:
                break
        sheet.button(f"candidate:{i}", Box(x, y, width, height), word, Style.PLAIN)
        x += width + gap
    y = room.y + (rows - 1) * (height + gap)
    if view.typing.page > 0:
        box = Box(room.right - 2 * arrow - gap, y, arrow, height)
        sheet.button("candidates:previous", box, "", Style.QUIET, "previous", Role.BODY)
    sheet.button("candidates:next", Box(room.right - arrow, y, arrow, height), "", Style.QUIET, "next", Role.BODY)


def _last(sheet: Sheet, text: str, width: int) -> str:
    """The end of a text too long for its line: where the typing happens."""
    while sheet.text_width(text, Role.HEADING) > width and len(text) > 2:
        text = text[1:]
    return text
