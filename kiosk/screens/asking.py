"""What a service asks for: words (said, written, typed), digits, a photo."""

from __future__ import annotations

from dialog.acts import NumberScreen, PhotoScreen, TextScreen
from kiosk.chrome import chrome
from kiosk.frame import Box, Frame
from kiosk.screens.digits import pad
from kiosk.screens.parts import buttons, column, microphone, service_head, tail, voice_strip
from kiosk.screens.presses import Action, actions
from kiosk.sheet import Look, Sheet, Style
from kiosk.theme import Role
from kiosk.view import PREVIEW, View, Voice

STATUS = {
    Voice.OFF: "请写字或者打字",
    Voice.WAKING: "语音马上就好，可以先写字或者打字",
    Voice.READY: "点一下，开始说话；按住说也可以",
    Voice.LISTENING: "正在听，请说……",
    Voice.THINKING: "听到了，请稍等……",
    Voice.SPEAKING: "正在播报；点一下就可以说话",
}


def text(screen: TextScreen, view: View, look: Look) -> Frame:
    """A large microphone, the words so far in a card, and the ways to go on."""
    sheet = Sheet(look, "text")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    y = room.y + service_head(sheet, room, screen.title, screen.note, "", screen.step) + metrics.mm(4)
    wanted = actions(screen.buttons, look)
    if view.can_write or view.can_type:
        label, icon = ("写字或打字", "pencil") if view.can_write else ("用拼音打字", "keyboard")
        wanted.append(("type", look.t(label), Style.PLAIN, icon))
    foot = buttons(sheet, room, wanted) + metrics.mm(4)
    space = Box(room.x, y, room.w, room.bottom - foot - y)
    words = view.partial or screen.text
    if look.portrait:
        least = metrics.line(Role.HEADING) * 4 + metrics.mm(8)
        high = min(space.h, max(least, min(space.h * 3 // 5, _needed(sheet, space.w, words))))
        _card(sheet, Box(space.x, space.y, space.w, high), words, screen)
        _speak(sheet, space.below(space.y + high + metrics.mm(4)), view)
    else:
        left = int(space.w * 0.6)
        _card(sheet, Box(space.x, space.y, left, space.h), words, screen)
        side = Box(space.x + left + metrics.mm(5), space.y, space.w - left - metrics.mm(5), space.h)
        _speak(sheet, side, view)
    return sheet.frame()


def _needed(sheet: Sheet, width: int, words: str) -> int:
    metrics = sheet.look.metrics
    return sheet.text_height(words, width - metrics.mm(10), Role.HEADING) + metrics.mm(8)


def _card(sheet: Sheet, box: Box, words: str, screen: TextScreen) -> None:
    """What was said so far, or an example; of a long text its end."""
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    sheet.panel(box, palette.surface if words else palette.notice, None, palette.line, metrics.mm(0.5))
    inner = box.inset(metrics.mm(5), metrics.mm(3))
    shown = words or screen.hint
    if not shown:
        shown = look.t("您说的话会写在这里")
    role = Role.HEADING if words else Role.BODY
    role = sheet.fitting(shown, inner.w, inner.h, role)
    lines = max(1, inner.h // metrics.line(role))
    shown = tail(sheet, shown, inner.w, lines, role)
    sheet.words(inner, shown, role, palette.ink if words else palette.soft, _ground(sheet, words), middle=True)


def _ground(sheet: Sheet, words: str) -> str:
    return sheet.look.palette.surface if words else sheet.look.palette.notice


def _speak(sheet: Sheet, room: Box, view: View) -> None:
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    if room.h < metrics.target:
        return
    status = look.t(STATUS[view.voice])
    role = Role.BODY if look.portrait else Role.SMALL
    line = sheet.text_height(status, room.w, role, True)
    size = min(metrics.mm(100), int(room.w * 0.6), room.h - line - metrics.mm(12))
    if size >= metrics.mm(16):
        total = size + line + metrics.mm(8)
        top = room.y + max(metrics.mm(3), (room.h - total) // 2)
        disc = Box(room.x + (room.w - size) // 2, top, size, size)
        if view.voice.deaf:
            sheet.panel(disc, palette.tint, disc.w // 2, palette.line, metrics.mm(0.5))
            sheet.symbol(disc.inset(disc.w // 4), "pencil", palette.accent)
        else:
            microphone(sheet, disc, view)
        place = Box(room.x, top + size + metrics.mm(5), room.w, max(line, metrics.line(role)))
    else:
        place = Box(room.x, room.y + max(0, (room.h - line) // 2), room.w, line)
    sheet.words(place, status, role, palette.ink, bold=True, align="center")


def number(screen: NumberScreen, view: View, look: Look) -> Frame:
    """The pad and, beside or above it, what is asked and that it may be said or scanned."""
    sheet = Sheet(look, "number")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    wanted = actions(screen.buttons, look)
    digits = view.typing.text
    hint = look.t("请按{count}位数字").format(count=screen.length)
    ready = bool(digits)
    if look.portrait:
        y = room.y + voice_strip(sheet, room, view) + metrics.mm(4)
        y += service_head(sheet, room.below(y), screen.title, screen.note, "", screen.step) + metrics.mm(4)
        foot = buttons(sheet, room, wanted) + metrics.mm(4) if wanted else 0
        space = Box(room.x, y, room.w, room.bottom - foot - y)
        wide = min(space.w, metrics.mm(220))
        place = Box(space.x + (space.w - wide) // 2, space.y, wide, space.h)
        pad(sheet, place, digits, hint, screen.groups, screen.length, ready=ready)
        return sheet.frame()
    left = int(room.w * 0.44)
    side = Box(room.x, room.y, left, room.h)
    y = side.y + voice_strip(sheet, side, view) + metrics.mm(4)
    foot = _stacked(sheet, side, wanted)
    service_head(sheet, Box(side.x, y, side.w, side.bottom - foot - y), screen.title, screen.note, "", screen.step)
    place = Box(room.x + left + metrics.mm(7), room.y, room.w - left - metrics.mm(7), room.h)
    pad(sheet, place, digits, hint, screen.groups, screen.length, ready=ready)
    return sheet.frame()


def _stacked(sheet: Sheet, room: Box, wanted: list[Action]) -> int:
    """Buttons one above the other in a narrow column; returns the height taken."""
    metrics = sheet.look.metrics
    taken = 0
    for action in reversed(wanted):
        taken += buttons(sheet, Box(room.x, room.y, room.w, room.h - taken), [action]) + metrics.mm(3.5)
    return taken


def photo(screen: PhotoScreen, view: View, look: Look) -> Frame:
    """Where the picture is, or will be; the camera's eye is drawn until there is one."""
    sheet = Sheet(look, "photo")
    metrics, palette = look.metrics, look.palette
    room = column(sheet, chrome(sheet, view))
    y = room.y
    if screen.state != "taking":
        y += voice_strip(sheet, room, view) + metrics.mm(4)
    y += service_head(sheet, room.below(y), screen.title, screen.message, "", screen.step) + metrics.mm(4)
    wanted = actions(screen.buttons, look)
    foot = buttons(sheet, room, wanted) + metrics.mm(5) if wanted else 0
    space = Box(room.x, y, room.w, room.bottom - foot - y)
    height = min(space.h, int(space.w * 0.75))
    width = min(space.w, int(height * 4 / 3))
    box = Box(space.x + (space.w - width) // 2, space.y + (space.h - height) // 2, width, height)
    taken = screen.state == "taken"
    sheet.panel(box, palette.tint, None, palette.primary if taken else palette.line, metrics.mm(1))
    if taken and screen.photo:
        sheet.picture(box.inset(metrics.mm(2)), screen.photo)
        return sheet.frame()
    if screen.state == "ready" and view.preview:
        sheet.picture(box.inset(metrics.mm(2)), f"{PREVIEW}{view.preview}")
        return sheet.frame()
    size = min(metrics.mm(60), box.h // 2, box.w // 2)
    icon = {"failed": "warning", "taking": "snapshot", "ready": "snapshot", "taken": "check"}[screen.state]
    eye = Box(box.x + (box.w - size) // 2, box.y + (box.h - size) // 2, size, size)
    sheet.symbol(eye, icon, palette.accent)
    if screen.state == "taking":
        sheet.ring(eye.inset(-metrics.mm(8)), (view.beat % 24) / 24, metrics.mm(1.6))
    return sheet.frame()
