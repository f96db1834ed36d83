"""Screens that say one thing and offer the next step: no answer, the printer's word, how to reach a person."""

from __future__ import annotations

import re

from dialog.acts import HumanScreen, NoAnswerScreen, NoticeScreen, PrintScreen, WaitScreen
from kiosk.chrome import chrome
from kiosk.frame import Box, Frame
from kiosk.screens.parts import buttons, column, voice_strip
from kiosk.screens.presses import actions
from kiosk.sheet import Look, Sheet, Style
from kiosk.theme import Role
from kiosk.view import View

_SENTENCE_END = re.compile(r"(?<=[。！？])(?=.)")
"""Each sentence gets a line of its own: centred text reads badly when it is cut anywhere."""

PRINT_TITLES = {
    "printing": ("正在打印", "printer"),
    "done": ("打印好了", "check"),
    "failed": ("没有打印出来", "warning"),
    "unknown": ("不确定有没有打印好", "question"),
}


def no_answer(screen: NoAnswerScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "no_answer")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    top = voice_strip(sheet, room, view, screen.heard) + metrics.mm(5)
    actions = [
        ("key:more", look.t("换个说法再问"), Style.PRIMARY, "mic"),
        ("human", look.t("找工作人员"), Style.WARM, "person"),
    ]
    if view.can_write or view.can_type:
        actions.append(("type", look.t("写字或打字"), Style.PLAIN, "pencil"))
    if view.can_print and screen.reason != "unheard":
        actions.append(("key:print", look.t("打印纸条给窗口"), Style.PLAIN, "printer"))
    foot = buttons(sheet, room, actions)
    title = look.t("没有听清您的话") if screen.reason == "unheard" else look.t("这件事我还答不上来")
    if screen.reason == "expired":
        title = look.t("这条内容已过有效期")
    middle = Box(room.x, room.y + top, room.w, room.h - top - foot - metrics.mm(5))
    _message(sheet, middle, "question", title, [screen.message])
    return sheet.frame()


def printing(screen: PrintScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "print")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    foot = top = 0
    if screen.state != "printing":
        top = voice_strip(sheet, room, view) + metrics.mm(5)
        again = screen.state == "failed" and view.can_print
        actions = [
            ("key:more", look.t("再问一件"), Style.PLAIN, "question"),
            ("key:finish", look.t("办完了"), Style.PLAIN if again else Style.PRIMARY, "check"),
        ]
        if again:
            actions.append(("key:print", look.t("再打印一次"), Style.PRIMARY, "printer"))
        foot = buttons(sheet, room, actions)
    title, icon = PRINT_TITLES[screen.state]
    middle = Box(room.x, room.y + top, room.w, room.h - top - foot - metrics.mm(5))
    spinning = (view.beat % 24) / 24 if screen.state == "printing" else None
    _message(sheet, middle, icon, look.t(title), [screen.message], spinning)
    return sheet.frame()


def human(screen: HumanScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "human")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    actions = [
        ("key:more", look.t("再问一件"), Style.PLAIN, "question"),
        ("key:finish", look.t("办完了"), Style.PRIMARY, "check"),
    ]
    foot = buttons(sheet, room, actions)
    top = voice_strip(sheet, room, view) + metrics.mm(5)
    middle = Box(room.x, room.y + top, room.w, room.h - top - foot - metrics.mm(5))
    title = look.t("紧急情况") if screen.urgent else look.t("找工作人员")
    _message(sheet, middle, "warning" if screen.urgent else "person", title, list(screen.lines))
    return sheet.frame()


def wait(screen: WaitScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "wait")
    room = column(sheet, chrome(sheet, view))
    _message(sheet, room, "clock", screen.title or look.t("请稍等"), [screen.message], (view.beat % 24) / 24)
    return sheet.frame()


def notice(screen: NoticeScreen, view: View, look: Look) -> Frame:
    """A plain word, and the ways on beneath it."""
    sheet = Sheet(look, "notice")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    wanted = actions(screen.buttons, look)
    wanted += [(f"choice:{choice.id}", choice.label, Style.PLAIN, "") for choice in screen.choices]
    foot = buttons(sheet, room, wanted) + metrics.mm(5) if wanted else 0
    top = voice_strip(sheet, room, view) + metrics.mm(5)
    middle = Box(room.x, room.y + top, room.w, room.h - top - foot)
    _message(sheet, middle, screen.icon, screen.title, list(screen.lines), large=screen.large)
    return sheet.frame()


def _message(
    sheet: Sheet,
    room: Box,
    icon: str,
    title: str,
    lines: list[str],
    spinning: float | None = None,
    large: str = "",
) -> None:
    """An icon in a disc, a heading and sentences, in the middle of ``room``, as large as there is room for.

    ``large``: digits between heading and sentences, to be copied down.
    """
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    lines = [sentence for line in lines for sentence in _SENTENCE_END.sub("\n", line).split("\n") if sentence]
    gap = metrics.mm(5)
    width = room.w - 2 * metrics.mm(4)
    heading = sheet.text_height(title, width, Role.DISPLAY, True)
    digits = metrics.line(Role.POSTER) + gap if large else 0
    heading += digits
    role = Role.HEADING
    text = _height(sheet, lines, width, role)
    smallest = metrics.mm(18)
    if smallest + heading + text + 3 * gap > room.h:
        role = Role.BODY
        text = _height(sheet, lines, width, role)
    size = min(metrics.mm(72), room.w // 2, room.h - text - heading - 3 * gap)
    shown = size >= smallest
    total = (size + gap if shown else 0) + heading + gap + text
    y = room.y + max(0, (room.h - total) // 2)
    if shown:
        disc = Box(room.x + (room.w - size) // 2, y, size, size)
        sheet.panel(disc, palette.tint, size // 2, palette.line if palette.stark else "", metrics.mm(0.5))
        sheet.symbol(disc.inset(size // 4), icon, palette.accent)
        if spinning is not None:
            sheet.ring(disc.inset(-metrics.mm(3)), spinning, metrics.mm(1.6))
        y += size + gap
    place = Box(room.x + metrics.mm(4), y, width, max(heading, metrics.line(Role.DISPLAY)))
    y += sheet.words(place, title, Role.DISPLAY, palette.accent, bold=True, align="center") + gap
    if large:
        box = Box(room.x + metrics.mm(4), y, width, metrics.line(Role.POSTER))
        sheet.words(box, large, Role.POSTER, palette.ink, bold=True, align="center")
        y += digits
    for line in lines:
        box = Box(room.x + metrics.mm(4), y, width, max(metrics.line(Role.SMALL), room.bottom - y))
        y += sheet.words(box, line, role, palette.ink, align="center") + metrics.mm(2)


def _height(sheet: Sheet, lines: list[str], width: int, role: Role) -> int:
    return sum(sheet.text_height(line, width, role) + sheet.look.metrics.mm(2) for line in lines)
