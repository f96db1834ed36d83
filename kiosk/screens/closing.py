"""The end of a session: the five-level rating, "are you still there", goodbye."""

from __future__ import annotations

from dialog.acts import GoodbyeScreen, IdleScreen, RateScreen
from kiosk.chrome import chrome
from kiosk.frame import Box, Frame
from kiosk.screens.parts import buttons, column, voice_strip
from kiosk.sheet import Look, Sheet, Style
from kiosk.theme import Role
from kiosk.view import View

LEVELS = ((5, "非常满意"), (4, "满意"), (3, "基本满意"), (2, "不满意"), (1, "非常不满意"))
"""五级好差评 (国办发〔2019〕51号)."""


def rate(screen: RateScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "rate")
    metrics, palette = look.metrics, look.palette
    room = column(sheet, chrome(sheet, view))
    y = room.y + voice_strip(sheet, room, view) + metrics.mm(4)
    y += sheet.words(
        room.below(y),
        look.t("这次服务您满意吗？"),
        Role.DISPLAY,
        palette.accent,
        bold=True,
        align="center",
    ) + metrics.mm(2)
    y += sheet.words(
        room.below(y), look.t("说一声或者点一下，不记名"), Role.BODY, palette.soft, align="center"
    ) + metrics.mm(5)
    foot = buttons(sheet, room, [("key:skip", look.t("不评价，直接结束"), Style.QUIET, "")])
    space = Box(room.x, y, room.w, room.bottom - foot - metrics.mm(4) - y)
    gap = metrics.mm(3.5)
    if look.portrait:
        height = min(metrics.mm(48), (space.h - 4 * gap) // 5)
        for i, (stars, label) in enumerate(LEVELS):
            box = Box(space.x, space.y + i * (height + gap), space.w, height)
            _level(sheet, box, stars, look.t(label), beside=True)
    else:
        width = (space.w - 4 * gap) // 5
        for i, (stars, label) in enumerate(LEVELS):
            box = Box(space.x + i * (width + gap), space.y, width, min(space.h, metrics.mm(75)))
            _level(sheet, box, stars, look.t(label), beside=False)
    return sheet.frame()


def _level(sheet: Sheet, box: Box, stars: int, label: str, beside: bool) -> None:
    metrics = sheet.look.metrics
    name = f"rate:{stars}"
    fill, colour, border = sheet.colours(Style.PLAIN, name)
    sheet.panel(box, fill, None, border, metrics.mm(0.5) if border else 0)
    if beside:
        size = min(int(box.h * 0.62), metrics.mm(20))
        left = box.x + box.w // 5
        sheet.symbol(Box(left, box.y + (box.h - size) // 2, size, size), f"stars-{stars}", colour)
        place = Box(left + size + metrics.mm(8), box.y, box.right - left - size - metrics.mm(10), box.h)
        sheet.words(place, label, Role.HEADING, colour, fill, bold=True, middle=True)
    else:
        size = min(int(box.w * 0.5), int(box.h * 0.45))
        top = box.y + metrics.mm(4)
        sheet.symbol(Box(box.x + (box.w - size) // 2, top, size, size), f"stars-{stars}", colour)
        inner = Box(box.x + metrics.mm(1), top + size, box.w - 2 * metrics.mm(1), box.bottom - top - size)
        sheet.words(inner, label, Role.BODY, colour, fill, bold=True, align="center", middle=True)
    sheet.target(name, box, label)


def idle(screen: IdleScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "idle")
    metrics, palette = look.metrics, look.palette
    room = column(sheet, chrome(sheet, view))
    foot = buttons(
        sheet,
        room,
        [("key:stay", look.t("我还在"), Style.PRIMARY, "hand"), ("key:finish", look.t("结束"), Style.PLAIN, "check")],
        Role.HEADING,
    )
    y = room.y + metrics.mm(4)
    y += sheet.words(
        room.below(y), look.t("您还在吗？"), Role.DISPLAY, palette.accent, bold=True, align="center"
    ) + metrics.mm(3)
    y += sheet.words(
        room.below(y),
        look.t("时间到了会自动结束，并清除您这次的内容"),
        Role.BODY,
        palette.soft,
        align="center",
    ) + metrics.mm(4)
    space = room.bottom - foot - metrics.mm(6) - y
    size = min(metrics.mm(130), space, room.w)
    box = Box(room.x + (room.w - size) // 2, y + (space - size) // 2, size, size)
    whole = max(1, screen.seconds)
    sheet.ring(box, min(1.0, view.seconds / whole), max(metrics.mm(2), size // 16))
    text = look.t("{seconds}秒").format(seconds=view.seconds)
    sheet.words(box.inset(size // 8, 0), text, Role.POSTER, palette.ink, bold=True, align="center", middle=True)
    return sheet.frame()


def goodbye(screen: GoodbyeScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "goodbye")
    metrics, palette = look.metrics, look.palette
    body = chrome(sheet, view, at_start=True)
    scene = Box(body.x, body.bottom - int(body.h * 0.36), body.w, int(body.h * 0.36))
    sheet.scenery(scene, "dawn")
    sheet.target("start", body, look.t("点一下屏幕，开始"))
    room = column(sheet, body)
    y = room.y + (scene.y - room.y) // 4
    size = metrics.mm(30)
    if scene.y - y > size + metrics.line(Role.DISPLAY) * 3:
        sheet.symbol(Box(room.x + (room.w - size) // 2, y, size, size), "heart", palette.accent)
        y += size + metrics.mm(6)
    y += sheet.words(
        Box(room.x, y, room.w, scene.y - y), screen.message, Role.HEADING, palette.accent, bold=True, align="center"
    ) + metrics.mm(4)
    sheet.words(
        Box(room.x, y, room.w, max(metrics.line(Role.BODY), scene.y - y)),
        look.t("您这次的内容已经清除"),
        Role.BODY,
        palette.soft,
        align="center",
    )
    return sheet.frame()
