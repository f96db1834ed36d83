"""Nobody is there: one warm invitation, readable from three metres. A touch anywhere begins."""

from __future__ import annotations

from dialog.acts import AttractScreen
from kiosk.chrome import chrome
from kiosk.frame import Box, Frame
from kiosk.screens.parts import column
from kiosk.sheet import Look, Sheet
from kiosk.theme import Role
from kiosk.view import View


def draw(screen: AttractScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "attract")
    metrics, palette = look.metrics, look.palette
    body = chrome(sheet, view, at_start=True)
    scene = Box(body.x, body.bottom - int(body.h * (0.3 if look.portrait else 0.34)), body.w, 0)
    scene = Box(scene.x, scene.y, scene.w, body.bottom - scene.y)
    sheet.scenery(scene, "dawn")
    label = look.t("点一下屏幕，开始") if view.ready else look.t("正在准备，请稍等……")
    if view.ready:
        sheet.target("start", body, label)
    room = column(sheet, body)
    y = room.y + int(room.h * (0.07 if look.portrait else 0.02))
    y += sheet.words(
        room.below(y),
        look.t("您好，想办什么事？"),
        Role.POSTER,
        palette.accent,
        bold=True,
        align="center",
    )
    y += metrics.mm(3)
    y += sheet.words(
        room.below(y),
        look.t("说一句话，我来告诉您怎么办"),
        Role.DISPLAY,
        palette.soft,
        align="center",
    )
    dateline = _dateline(screen, look)
    foot = sheet.text_height(dateline, room.w, Role.SMALL)
    pill_height = metrics.line(Role.HEADING) + metrics.mm(8)
    space = scene.y - y - pill_height - foot - metrics.mm(8)
    size = max(metrics.mm(26), min(int(room.w * 0.36), int(space * 0.72)))
    y += max(metrics.mm(3), (space - size) // 2)
    disc = Box(room.x + (room.w - size) // 2, y, size, size)
    sheet.panel(disc, palette.primary, size // 2)
    sheet.symbol(disc.inset(size // 4), "mic", palette.on_primary)
    halo = disc.inset(-metrics.mm(4))
    sheet.ring(halo, 1.0, metrics.mm(1), palette.line, palette.line)
    y = disc.bottom + max(metrics.mm(6), (scene.y - disc.bottom - pill_height - foot) // 3)
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
    sheet.words(
        Box(room.x, pill.bottom + metrics.mm(3), room.w, foot), dateline, Role.SMALL, palette.soft, align="center"
    )
    return sheet.frame()


def _dateline(screen: AttractScreen, look: Look) -> str:
    parts = []
    if screen.offline:
        parts.append(look.t("网络暂时不通，照常可以查询和打印"))
    if screen.content_date:
        parts.append(look.t("内容更新于{date}").format(date=screen.content_date))
    parts.append(look.t("样例内容，以窗口为准"))
    return "\n".join(parts) if screen.offline else "　".join(parts)
