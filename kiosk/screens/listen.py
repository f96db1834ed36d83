"""Ready for a question: a very large button to speak, the twelve services as tiles, and a hand's way to ask."""

from __future__ import annotations

from dialog.acts import Choice, ListenScreen
from kiosk.chrome import chrome
from kiosk.frame import Box, Frame
from kiosk.screens.parts import column, microphone, tail
from kiosk.sheet import Look, Sheet, Style
from kiosk.surroundings import notices
from kiosk.theme import Role
from kiosk.view import View, Voice

COLUMNS = 3
SYMBOLS = {
    "policy": "policy",
    "ask": "mic",
    "guide": "guide",
    "scenario": "scenario",
    "forms": "printer",
    "request": "request",
    "snapshot": "snapshot",
    "progress": "progress",
    "invoice": "invoice",
    "stuck": "stuck",
    "nearest": "pin",
    "opinion": "opinion",
}
"""Service -> icon."""

STATUS = {
    Voice.OFF: "这台机器没有话筒，请用手点或者打字",
    Voice.WAKING: "语音马上就好，可以先用手点",
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
        height = _tiles_height(sheet, room, screen, view)
        _speak(sheet, Box(room.x, room.y, room.w, room.h - height - metrics.mm(5)), screen, view)
        _tiles(sheet, Box(room.x, room.bottom - height, room.w, height), screen, view)
    else:
        left = int(room.w * 0.4)
        _speak(sheet, Box(room.x, room.y, left, room.h), screen, view)
        right = Box(room.x + left + metrics.mm(7), room.y, room.w - left - metrics.mm(7), room.h)
        _tiles(sheet, right, screen, view)
    return sheet.frame()


def _speak(sheet: Sheet, room: Box, screen: ListenScreen, view: View) -> None:
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    y = room.y
    title = look.t("请选您想办的事") if view.voice.deaf else look.t("请说您想办的事")
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
    if view.voice.deaf:
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


def _tiles_height(sheet: Sheet, room: Box, screen: ListenScreen, view: View) -> int:
    """Upright: the tiles take what they need, no more than three fifths; the question keeps the rest."""
    metrics = sheet.look.metrics
    rows = -(-len(screen.services) // COLUMNS)
    wanted = metrics.line(Role.BODY) + metrics.mm(3) + rows * (_tile(sheet) + metrics.mm(3))
    return min(int(room.h * 0.62), wanted + (_more_height(sheet) if _more(screen, view, sheet.look) else 0))


def _tile(sheet: Sheet) -> int:
    metrics = sheet.look.metrics
    return max(metrics.mm(33), int(metrics.em(Role.BODY) * 1.9) + 2 * metrics.line(Role.BODY))


def _more_height(sheet: Sheet) -> int:
    return max(sheet.look.metrics.mm(17), sheet.look.metrics.line(Role.BODY) + sheet.look.metrics.mm(4))


def _more(screen: ListenScreen, view: View, look: Look) -> list[tuple[str, str, str]]:
    """What stands beneath the tiles: (control, label, icon)."""
    found = []
    if view.can_write or view.can_type:
        label, icon = ("写字或打字", "pencil") if view.can_write else ("用拼音打字", "keyboard")
        found.append(("type", look.t(label), icon))
    if screen.can_continue:
        found.append(("key:continue", look.t("接着上次办"), "carry"))
    return found


def _tiles(sheet: Sheet, room: Box, screen: ListenScreen, view: View) -> None:
    """The twelve services, three a row, each with its spoken number; beneath them the hand's way to ask."""
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    gap = metrics.mm(3)
    title = look.t("也可以点一项，或者说第几项")
    y = room.y + sheet.words(room, title, Role.BODY, palette.soft) + metrics.mm(2)
    more = _more(screen, view, look)
    foot = _more_height(sheet) if more else 0
    rows = -(-len(screen.services) // COLUMNS)
    space = room.bottom - foot - (gap if foot else 0) - y
    height = (space - (rows - 1) * gap) // max(1, rows)
    width = (room.w - (COLUMNS - 1) * gap) // COLUMNS
    for i, choice in enumerate(screen.services):
        box = Box(room.x + (i % COLUMNS) * (width + gap), y + (i // COLUMNS) * (height + gap), width, height)
        tile(sheet, box, choice, i + 1, choice.id in screen.off)
    each = (room.w - gap * (len(more) - 1)) // max(1, len(more))
    for i, (name, label, icon) in enumerate(more):
        box = Box(room.x + i * (each + gap), room.bottom - foot, each, foot)
        sheet.button(name, box, label, Style.PLAIN, icon, Role.BODY)


def tile(sheet: Sheet, box: Box, choice: Choice, number: int, off: bool) -> None:
    """One service: its icon in a soft disc, its name, its number in the corner; what cannot work now says so."""
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    name = f"choice:{choice.id}"
    fill, colour, border = sheet.colours(Style.PLAIN, name)
    if off and colour == palette.accent:
        fill = palette.tint
    sheet.panel(box, fill, None, border or palette.line, metrics.mm(0.5))
    word = look.t("现在不能用") if off else ""
    pad = metrics.mm(2)
    inner = Box(box.x + pad, box.y + pad, box.w - 2 * pad, box.h - 2 * pad)
    role = Role.BODY
    below = metrics.line(Role.SMALL) if off else 0
    digits = sheet.text_width(str(number), Role.SMALL, True)
    least = metrics.mm(9)
    while role is Role.BODY and not sheet.fits(choice.label, inner.w, inner.h - below - least, role, True):
        role = Role.SMALL
    lines = sheet.text_height(choice.label, inner.w, role, True)
    icon = min(metrics.mm(15), int(inner.w * 0.4), inner.h - lines - below - metrics.mm(1))
    shown = icon >= metrics.mm(5)
    total = (icon + metrics.mm(1) if shown else 0) + lines + below
    y = inner.y + max(0, (inner.h - total) // 2)
    if shown:
        symbol = SYMBOLS.get(choice.id.partition(":")[2], "note")
        disc = Box(inner.x + (inner.w - icon) // 2, y, icon, icon)
        if not palette.stark and fill == palette.surface:
            sheet.panel(disc, palette.tint, icon // 2)
        sheet.symbol(disc.inset(icon // 6), symbol, colour)
        y += icon + metrics.mm(1)
    place = Box(inner.x, y, inner.w, max(lines, metrics.line(role)))
    y += sheet.words(place, choice.label, role, colour, fill, bold=True, align="center")
    if off:
        sheet.words(Box(inner.x, y, inner.w, below), word, Role.SMALL, palette.warm, fill, align="center")
    if shown and (inner.w - icon) // 2 > digits + metrics.mm(1):
        place = Box(inner.x, inner.y, digits + metrics.mm(1), metrics.line(Role.SMALL))
        sheet.words(place, str(number), Role.SMALL, colour, fill, bold=True)
    sheet.target(name, box, f"{number}，{choice.label}" + (f"，{word}" if word else ""))
