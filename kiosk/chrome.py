"""What stands at the same place on every screen: who we are and the settings above; 返回 首页 大字 语音 人工 below.

Upright screens have the five buttons in a bar at the bottom, wide screens in a rail at the right.
"""

from __future__ import annotations

from kiosk.frame import Box
from kiosk.sheet import Sheet, Style
from kiosk.theme import Role
from kiosk.view import View, Voice

NAVIGATION = (
    ("key:back", "返回", "back"),
    ("key:home", "首页", "home"),
    ("size", "大字", "text-size"),
    ("key:repeat", "再说一遍", "repeat"),
    ("key:human", "人工", "person"),
)


def chrome(sheet: Sheet, view: View, at_start: bool = False) -> Box:
    """Draw both bars; returns the room between them. ``at_start``: there is nowhere to go back to."""
    top = _header(sheet, view)
    look = sheet.look
    metrics = look.metrics
    hidden = {"key:back", "key:home", "key:repeat"} if at_start else set()
    gap = metrics.gap
    if look.portrait:
        height = max(metrics.mm(24), int(metrics.em(Role.SMALL) * 1.7) + 2 * metrics.line(Role.SMALL))
        bar = Box(0, look.height - height, look.width, height)
        sides = metrics.mm(5)
        width = (look.width - 2 * sides - 4 * gap) // 5
        slots = [Box(sides + i * (width + gap), bar.y + gap, width, height - 2 * gap) for i in range(5)]
        body = Box(0, top, look.width, bar.y - top)
    else:
        width = max(metrics.mm(30), max(sheet.text_width(look.t(n[1]), Role.SMALL, True) for n in NAVIGATION) + 4 * gap)
        bar = Box(look.width - width, top, width, look.height - top)
        height = (bar.h - 6 * gap) // 5
        slots = [Box(bar.x + gap, bar.y + gap + i * (height + gap), width - 2 * gap, height) for i in range(5)]
        body = Box(0, top, bar.x, look.height - top)
    ground = look.palette.tint
    sheet.panel(bar, ground, 0)
    for (name, label, icon), slot in zip(NAVIGATION, slots, strict=True):
        if name not in hidden:
            speaking = name == "key:repeat" and (view.voice is Voice.SPEAKING or view.pausing)
            text = look.t("停止播报") if speaking else look.t(label)
            style = Style.WARM if name == "key:human" else Style.PLAIN
            shown = "hush" if speaking else name
            sheet.button(shown, slot, text, style, "stop" if speaking else icon, Role.SMALL, stacked=True)
    if look.palette.stark:
        edge = metrics.mm(0.5)
        line = Box(0, bar.y, look.width, edge) if look.portrait else Box(bar.x, top, edge, bar.h)
        sheet.panel(line, look.palette.line, 0)
    return body


def _header(sheet: Sheet, view: View) -> int:
    """The bar above; returns where it ends."""
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    side, gap = metrics.mm(7), metrics.gap
    button_height = max(metrics.target, metrics.line(Role.SMALL) + gap)
    height = button_height + 2 * metrics.mm(3)
    y = (height - button_height) // 2
    x = look.width - side
    for name, label, icon in (("settings", look.t("显示与声音"), "settings"), ("language", look.t("English"), "globe")):
        width = sheet.text_width(label, Role.SMALL, True) + int(metrics.em(Role.SMALL) * 2.2) + 2 * gap
        x -= width
        sheet.button(name, Box(x, y, width, button_height), label, Style.QUIET, icon, Role.SMALL)
        x -= gap
    emblem = int(button_height * 0.92)
    sheet.panel(Box(side, (height - emblem) // 2, emblem, emblem), palette.primary, emblem // 4)
    inner = Box(side, (height - emblem) // 2, emblem, emblem).inset(emblem // 6)
    sheet.symbol(inner, "civil", palette.on_primary)
    left = side + emblem + metrics.mm(3)
    title = look.t("便民服务终端")
    role = Role.BODY if sheet.text_width(title, Role.BODY, True) <= x - left else Role.SMALL
    sheet.words(Box(left, 0, x - left, height), title, role, palette.accent, bold=True, middle=True)
    sheet.panel(Box(0, height - metrics.mm(0.4), look.width, metrics.mm(0.4)), palette.line, 0)
    return height
