"""显示与声音: text size, contrast, speaking rate, volume, and the standard look; everything goes back at the end."""

from __future__ import annotations

from kiosk.chrome import chrome
from kiosk.frame import Box, Frame
from kiosk.screens.parts import column
from kiosk.sheet import Look, Sheet, Style
from kiosk.theme import Contrast, Role, TextSize
from kiosk.view import View

SIZES = {TextSize.STANDARD: "标准", TextSize.LARGE: "大", TextSize.LARGER: "更大", TextSize.LARGEST: "最大"}
CONTRASTS = {Contrast.CALM: "柔和", Contrast.DUSK: "深色", Contrast.WHITE: "白底黑字", Contrast.BLACK: "黑底白字"}


def draw(view: View, look: Look) -> Frame:
    sheet = Sheet(look, "settings")
    metrics, palette = look.metrics, look.palette
    room = column(sheet, chrome(sheet, view))
    done = max(metrics.mm(18), metrics.line(Role.BODY) + metrics.mm(5))
    y = room.y + sheet.words(room, look.t("显示与声音"), Role.HEADING, palette.accent, bold=True) + metrics.mm(3)
    sizes = [(f"size:{size.value}", look.t(SIZES[size]), size is view.size) for size in view.sizes]
    contrasts = [(f"contrast:{c.value}", look.t(name), c is view.contrast) for c, name in CONTRASTS.items()]
    rates = [("key:slower", look.t("慢一点"), False), ("key:faster", look.t("快一点"), False)]
    volumes = [("key:quieter", look.t("小声一点"), False), ("key:louder", look.t("大声一点"), False)]
    modes = [("elder:on", look.t("长辈版"), view.elder), ("elder:off", look.t("标准版"), not view.elder)]
    rows = [
        (look.t("字的大小"), sizes),
        (look.t("颜色"), contrasts),
        (look.t("说话快慢（现在{percent}%）").format(percent=round(view.rate * 100)), rates),
        (look.t("声音大小（现在{volume}，最大10）").format(volume=view.volume), volumes),
        (look.t("版面"), modes),
    ]
    if view.headset:
        rows.append((look.t("用耳机听的时候"), [("dark", look.t("关掉屏幕"), False)]))
    columns = 1 if look.portrait else 2
    gap = metrics.mm(4)
    width = (room.w - (columns - 1) * metrics.mm(8)) // columns
    lines = -(-len(rows) // columns)
    space = room.bottom - done - gap - y
    height = min(metrics.mm(54), (space - (lines - 1) * gap) // lines)
    for i, (title, options) in enumerate(rows):
        place = Box(
            room.x + (i % columns) * (width + metrics.mm(8)), y + (i // columns) * (height + gap), width, height
        )
        _row(sheet, place, title, options)
    sheet.button("close", Box(room.x, room.bottom - done, room.w, done), look.t("好了"), Style.PRIMARY, "check")
    return sheet.frame()


def _row(sheet: Sheet, room: Box, title: str, options: list[tuple[str, str, bool]]) -> None:
    metrics = sheet.look.metrics
    gap = metrics.gap
    head = sheet.words(room, title, Role.SMALL, sheet.look.palette.soft)
    y = room.y + head + gap // 2
    width = (room.w - gap * (len(options) - 1)) // len(options)
    for i, (name, label, chosen) in enumerate(options):
        box = Box(room.x + i * (width + gap), y, width, max(metrics.target, room.bottom - y))
        style = Style.PRIMARY if chosen else Style.PLAIN
        sheet.button(name, box, label, style, "check" if chosen else "", Role.SMALL)
