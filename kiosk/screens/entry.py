"""What typing, writing and digits share: the field with the text so far, the way to the other way, the last row."""

from __future__ import annotations

from kiosk.frame import Box
from kiosk.sheet import Sheet, Style
from kiosk.theme import Role
from kiosk.view import Overlay, View

WAYS = ((Overlay.WRITING, "type:writing", "手写", "pencil"), (Overlay.KEYBOARD, "type:keyboard", "拼音", "keyboard"))


def field(sheet: Sheet, room: Box, text: str, hint: str, height: int = 0) -> int:
    """A line with ``text`` and the cursor, or with ``hint`` while there is none; returns the height taken."""
    metrics, palette = sheet.look.metrics, sheet.look.palette
    height = height or metrics.line(Role.HEADING) + metrics.mm(6)
    box = Box(room.x, room.y, room.w, height)
    sheet.panel(box, palette.surface, None, palette.primary, metrics.mm(0.6))
    inner = box.inset(metrics.mm(4), 0)
    if text:
        shown = _end(sheet, f"{text}▏", inner.w)
        sheet.words(inner, shown, Role.HEADING, palette.ink, palette.surface, middle=True)
    else:
        sheet.words(inner, hint, Role.BODY, palette.soft, palette.surface, middle=True)
    return height


def _end(sheet: Sheet, text: str, width: int) -> str:
    """The end of a text too long for its line: where the typing happens."""
    while sheet.text_width(text, Role.HEADING) > width and len(text) > 2:
        text = text[1:]
    return text


def ways(sheet: Sheet, room: Box, view: View, height: int) -> int:
    """The ways of entering text side by side, the present one marked; returns the height taken (0: there is one)."""
    offered = [way for way in WAYS if (view.can_write if way[0] is Overlay.WRITING else view.can_type)]
    if len(offered) < 2:
        return 0
    gap = sheet.look.metrics.gap
    width = (room.w - gap * (len(offered) - 1)) // len(offered)
    for i, (overlay, name, label, icon) in enumerate(offered):
        style = Style.PRIMARY if overlay is view.overlay else Style.PLAIN
        box = Box(room.x + i * (width + gap), room.y, width, height)
        sheet.button(name, box, sheet.look.t(label), style, icon, Role.SMALL)
    return height


def last_row(sheet: Sheet, room: Box, cancel: bool = True) -> None:
    """Cancel, clear, and the button that sends the text off."""
    look = sheet.look
    gap = look.metrics.gap
    width = (room.w - 2 * gap) // 4
    x = room.x
    if cancel:
        sheet.button("close", Box(x, room.y, width, room.h), look.t("取消"), Style.PLAIN, "cross", Role.SMALL)
        x += width + gap
    sheet.button("clear", Box(x, room.y, width, room.h), look.t("清空"), Style.PLAIN, "", Role.SMALL)
    x += width + gap
    sheet.button("submit", Box(x, room.y, room.right - x, room.h), look.t("好了"), Style.PRIMARY, "check")
