"""Nobody is there: one warm invitation, readable from three metres. A touch anywhere begins."""

from __future__ import annotations

import datetime as dt

from dialog.acts import AttractScreen
from kiosk.chrome import chrome
from kiosk.frame import Box, Frame
from kiosk.screens.parts import column
from kiosk.sheet import Look, Sheet
from kiosk.surroundings import age, notices
from kiosk.theme import Role
from kiosk.view import View, Voice


def draw(screen: AttractScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "attract")
    metrics, palette = look.metrics, look.palette
    body = chrome(sheet, view, at_start=True)
    label = look.t("点一下屏幕，开始") if view.ready else look.t("正在准备，请稍等……")
    if view.ready:
        sheet.target("start", body, label)
    room = column(sheet, body)
    y = room.y + int(room.h * (0.07 if look.portrait else 0.02))
    invitation = sheet.fitting(look.t("您好，想办什么事？"), room.w, room.h // 3, Role.POSTER, bold=True)
    promise = look.t("说一句话，我来告诉您怎么办")
    dateline = _dateline(view, look)
    foot = sheet.text_height(dateline, room.w, Role.SMALL)
    pill_height = metrics.line(Role.HEADING) + metrics.mm(8)
    words = sheet.text_height(look.t("您好，想办什么事？"), room.w, invitation, True) + metrics.mm(3)
    words += sheet.text_height(promise, room.w, Role.DISPLAY)
    free = body.bottom - y - words - pill_height - foot - metrics.mm(9)
    least = metrics.mm(26)
    scenery = int(body.h * (0.3 if look.portrait else 0.34))
    if free >= scenery + least + metrics.mm(9):
        scene = Box(body.x, body.bottom - scenery, body.w, scenery)
        sheet.scenery(scene, "dawn")
        free -= scenery
    y += sheet.words(room.below(y), look.t("您好，想办什么事？"), invitation, palette.accent, bold=True, align="center")
    y += metrics.mm(3)
    y += sheet.words(room.below(y), promise, Role.DISPLAY, palette.soft, align="center")
    if free >= least + metrics.mm(9):
        size = max(least, min(int(room.w * 0.36), int(free * 0.72)))
        y += max(metrics.mm(3), (free - size) // 2)
        disc = Box(room.x + (room.w - size) // 2, y, size, size)
        sheet.panel(disc, palette.primary, size // 2)
        sheet.symbol(disc.inset(size // 4), "mic", palette.on_primary)
        sheet.ring(disc.inset(-metrics.mm(4)), 1.0, metrics.mm(1), palette.line, palette.line)
        y = disc.bottom + max(metrics.mm(6), (free - size) // 4)
    else:
        y += metrics.mm(3)
    width = min(room.w, sheet.text_width(label, Role.HEADING, True) + metrics.mm(24))
    pill = Box(room.x + (room.w - width) // 2, y, width, pill_height)
    sheet.panel(pill, palette.warm_fill, pill_height // 2)
    sheet.words(
        pill.inset(metrics.mm(3), 0),
        label,
        Role.HEADING,
        palette.on_warm,
        palette.warm_fill,
        bold=True,
        align="center",
        middle=True,
    )
    colour = palette.warm if view.around.out or view.around.offline else palette.soft
    sheet.words(Box(room.x, pill.bottom + metrics.mm(3), room.w, foot), dateline, Role.SMALL, colour, align="center")
    return sheet.frame()


def _dateline(view: View, look: Look) -> str:
    """What does not work, how old the content is, and that it is a sample."""
    state = notices(view.around, look.t)
    if view.ready and view.voice is Voice.WAKING:
        state.append(look.t("语音马上就好，可以先用手点"))
    foot = [look.t("样例内容，以窗口为准")]
    if view.day and (told := age(view.around.checked, dt.date.fromisoformat(view.day), look.t)):
        foot.insert(0, told)
    return "\n".join([*state, "　".join(foot)])
