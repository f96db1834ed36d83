"""Typing: a pinyin keyboard with big keys, candidates to choose from, and the text so far."""

from __future__ import annotations

from kiosk.chrome import chrome
from kiosk.frame import Box, Frame
from kiosk.screens.parts import column
from kiosk.sheet import Look, Sheet, Style
from kiosk.theme import Role
from kiosk.view import CANDIDATES, View

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
    key = min(metrics.mm(30), (room.bottom - y) // (7 if look.portrait else 5) - gap)
    key = max(metrics.target, key)
    top = room.bottom - 4 * key - 3 * gap
    _candidates(sheet, Box(room.x, y, room.w, top - gap - y), view)
    for r, row in enumerate(ROWS):
        _keys(sheet, Box(room.x, top + r * (key + gap), room.w, key), row, r)
    _bottom(sheet, Box(room.x, top + 3 * (key + gap), room.w, key), view)
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


def _last(sheet: Sheet, text: str, width: int) -> str:
    """The end of a text too long for its line: where the typing happens."""
    while sheet.text_width(text, Role.HEADING) > width and len(text) > 2:
        text = text[1:]
    return text
