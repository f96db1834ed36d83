"""Parts several screens share: the heard bar, the page buttons, the column."""

from __future__ import annotations

from kiosk.frame import Box
from kiosk.sheet import Sheet, Style
from kiosk.theme import Role


def column(sheet: Sheet, body: Box) -> Box:
    """``body`` without its margins."""
    metrics = sheet.look.metrics
    side = metrics.mm(10) if sheet.look.portrait else metrics.mm(7)
    return Box(body.x + side, body.y + metrics.mm(4), body.w - 2 * side, body.h - metrics.mm(8))


def heard_bar(sheet: Sheet, room: Box, heard: str) -> int:
    """What was understood, with the way to correct it; returns the height taken."""
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    gap = metrics.gap
    label = look.t("改一改")
    width = sheet.text_width(label, Role.SMALL, True) + int(metrics.em(Role.SMALL) * 2.2) + 4 * gap
    text_width = room.w - width - 3 * metrics.mm(3)
    text = look.t("我听到的是：{heard}").format(heard=heard)
    lines = min(2, len(sheet.lines(text, text_width, Role.SMALL)))
    height = max(metrics.target + 2 * gap, lines * metrics.line(Role.SMALL) + 2 * gap)
    box = Box(room.x, room.y, room.w, height)
    sheet.panel(box, palette.tint, None, palette.line if palette.stark else "", metrics.mm(0.5) if palette.stark else 0)
    if lines == 2 and len(sheet.lines(text, text_width, Role.SMALL)) > 2:
        text = _shorten(sheet, heard, text_width)
    place = Box(box.x + metrics.mm(3), box.y, text_width, height)
    sheet.words(place, text, Role.SMALL, palette.soft, palette.tint, middle=True)
    button = Box(box.right - width - gap, box.y + gap, width, height - 2 * gap)
    sheet.button("correct", button, label, Style.PLAIN, "pencil", Role.SMALL)
    return height


def _shorten(sheet: Sheet, heard: str, width: int) -> str:
    """A long utterance with its middle left out on purpose, so that it fits two lines."""
    look = sheet.look
    keep = len(heard) // 2
    while keep > 4:
        text = look.t("我听到的是：{heard}").format(heard=f"{heard[:keep]}……{heard[-keep // 2 :]}")
        if len(sheet.lines(text, width, Role.SMALL)) <= 2:
            return text
        keep -= 2
    return look.t("我听到的是：{heard}").format(heard=heard[:6] + "……")


def pager_height(sheet: Sheet) -> int:
    return max(sheet.look.metrics.mm(15), sheet.look.metrics.line(Role.SMALL) + sheet.look.metrics.mm(5))


def pager(sheet: Sheet, room: Box, page: int, pages: int) -> None:
    """上一页 · 第 1 页，共 3 页 · 下一页 at the bottom of ``room``."""
    look = sheet.look
    metrics = look.metrics
    height = pager_height(sheet)
    y = room.bottom - height
    widest = max(sheet.text_width(look.t(label), Role.SMALL, True) for label in ("上一页", "下一页"))
    width = min(room.w // 3, widest + int(metrics.em(Role.SMALL) * 2.4) + metrics.mm(8))
    if page > 0:
        sheet.button(
            "page:previous", Box(room.x, y, width, height), look.t("上一页"), Style.PLAIN, "previous", Role.SMALL
        )
    if page < pages - 1:
        box = Box(room.right - width, y, width, height)
        sheet.button("page:next", box, look.t("下一页"), Style.PRIMARY, "next", Role.SMALL)
    middle = Box(room.x + width, y, room.w - 2 * width, height)
    text = look.t("第{page}页，共{pages}页").format(page=page + 1, pages=pages)
    sheet.words(middle, text, Role.SMALL, look.palette.soft, align="center", middle=True)


def buttons(sheet: Sheet, room: Box, wanted: list[tuple[str, str, Style, str]], role: Role = Role.BODY) -> int:
    """A column (upright) or row (wide) of buttons at the bottom of ``room``; returns the height taken.

    ``wanted``: (control, label, style, icon), the likeliest first.
    """
    metrics = sheet.look.metrics
    gap = metrics.mm(3.5)
    height = max(metrics.mm(20), metrics.line(role) + metrics.mm(6))
    rows = [wanted[i : i + 2] for i in range(0, len(wanted), 2)] if sheet.look.portrait else [wanted]
    total = len(rows) * height + (len(rows) - 1) * gap
    y = room.bottom - total
    for row in rows:
        width = (room.w - gap * (len(row) - 1)) // len(row)
        for i, (name, label, style, icon) in enumerate(row):
            sheet.button(name, Box(room.x + i * (width + gap), y, width, height), label, style, icon, role)
        y += height + gap
    return total
