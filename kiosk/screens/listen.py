"""Ready for a question: a very large button to speak, and everything a hand can do instead."""

from __future__ import annotations

from dialog.acts import ListenScreen
from kiosk.chrome import chrome
from kiosk.frame import Box, Frame
from kiosk.screens.parts import column, microphone, tail
from kiosk.sheet import Look, Sheet, Style
from kiosk.surroundings import notices
from kiosk.theme import Role
from kiosk.view import View, Voice

STATUS = {
    Voice.OFF: "这台机器没有话筒，请用手点或者打字",
    Voice.READY: "点一下，开始说话；按住说也可以",
    Voice.LISTENING: "正在听，请说……",
    Voice.THINKING: "听到了，正在查找……",
    Voice.SPEAKING: "正在播报；点一下就可以说话",
}


def draw(screen: ListenScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "listen")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    if look.portrait:
        height = _choices_height(sheet, room, screen)
        _speak(sheet, Box(room.x, room.y, room.w, room.h - height - metrics.mm(5)), screen, view)
        _choices(sheet, Box(room.x, room.bottom - height, room.w, height), screen, view)
    else:
        left = int(room.w * 0.5)
        _speak(sheet, Box(room.x, room.y, left, room.h), screen, view)
        right = Box(room.x + left + metrics.mm(7), room.y, room.w - left - metrics.mm(7), room.h)
        _choices(sheet, right, screen, view)
    return sheet.frame()


def _speak(sheet: Sheet, room: Box, screen: ListenScreen, view: View) -> None:
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    y = room.y
    title = look.t("请说您想办的事") if view.voice is not Voice.OFF else look.t("请选您想办的事")
    y += sheet.words(room.below(y), title, Role.DISPLAY, palette.accent, bold=True, align="center")
    trouble = notices(view.around, look.t)
    if screen.notice:
        y += sheet.words(room.below(y), screen.notice, Role.BODY, palette.warm, align="center")
    elif trouble:
        y += sheet.words(room.below(y), trouble[0], Role.SMALL, palette.warm, align="center")
    status = look.t(STATUS[view.voice])
    status_height = sheet.text_height(status, room.w, Role.BODY, True)
    card_text = view.partial or _example(screen, look)
    inner = room.w - 2 * metrics.mm(5)
    card_height = max(1, min(3, len(sheet.lines(card_text, inner, Role.BODY)))) * metrics.line(Role.BODY) + metrics.mm(
        6
    )
    bottom = room.bottom - card_height
    space = bottom - y - status_height - metrics.mm(5)
    size = max(metrics.mm(22), min(int(room.w * 0.5), space - metrics.mm(11)))
    disc = Box(room.x + (room.w - size) // 2, y + (space - size) // 2, size, size)
    if view.voice is Voice.OFF:
        sheet.panel(disc, palette.tint, disc.w // 2, palette.line, metrics.mm(0.5))
        sheet.symbol(disc.inset(disc.w // 4), "hand", palette.accent)
    else:
        microphone(sheet, disc, view)
    sheet.words(
        Box(room.x, bottom - status_height - metrics.mm(3), room.w, status_height),
        status,
        Role.BODY,
        palette.ink,
        bold=True,
        align="center",
    )
    card = Box(room.x, bottom, room.w, card_height)
    fill = palette.notice if not view.partial else palette.surface
    edge = metrics.mm(0.5)
    sheet.panel(card, fill, None, palette.primary if view.partial else palette.line, edge)
    text = tail(sheet, card_text, inner, 3, Role.BODY) if view.partial else card_text
    sheet.words(
        card.inset(metrics.mm(5), metrics.mm(3)), text, Role.BODY, palette.ink, fill, align="center", middle=True
    )


def _example(screen: ListenScreen, look: Look) -> str:
    return screen.hint or look.t("比如：身份证丢了怎么补办")


def _choices_height(sheet: Sheet, room: Box, screen: ListenScreen) -> int:
    metrics = sheet.look.metrics
    rows = (len(screen.modules) + 1) // 2
    return metrics.line(Role.BODY) + metrics.mm(3) + rows * (_card(sheet) + metrics.mm(3.5)) + _card(sheet)


def _card(sheet: Sheet) -> int:
    return max(sheet.look.metrics.mm(19), 2 * sheet.look.metrics.line(Role.BODY) + sheet.look.metrics.mm(3))


def _choices(sheet: Sheet, room: Box, screen: ListenScreen, view: View) -> None:
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    gap = metrics.mm(3.5)
    y = room.y + sheet.words(room, look.t("也可以用手选一类"), Role.BODY, palette.soft) + metrics.mm(3)
    rows = (len(screen.modules) + 1) // 2
    height = (room.bottom - y - rows * gap) // (rows + 1)
    width = (room.w - gap) // 2
    for i, choice in enumerate(screen.modules):
        box = Box(room.x + (i % 2) * (width + gap), y + (i // 2) * (height + gap), width, height)
        icon = choice.id.removeprefix("module:")
        sheet.button(f"choice:{choice.id}", box, look.t(choice.label), Style.PLAIN, icon, Role.BODY, align="left")
    box = Box(room.x, y + rows * (height + gap), room.w, height)
    if view.can_write or view.can_type:
        label, icon = ("写字或打字", "pencil") if view.can_write else ("用拼音打字", "keyboard")
        sheet.button("type", box, look.t(label), Style.PLAIN, icon, Role.BODY)
