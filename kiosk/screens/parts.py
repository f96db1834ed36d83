"""Parts several screens share: the column, the voice strip, the microphone, the page buttons, the rows of buttons."""

from __future__ import annotations

from dialog.acts import Step
from kiosk.frame import Box
from kiosk.sheet import Sheet, Style
from kiosk.theme import Role
from kiosk.view import View, Voice


def column(sheet: Sheet, body: Box) -> Box:
    """``body`` without its margins."""
    metrics = sheet.look.metrics
    side = metrics.mm(10) if sheet.look.portrait else metrics.mm(7)
    return Box(body.x + side, body.y + metrics.mm(4), body.w - 2 * side, body.h - metrics.mm(8))


def voice_strip(sheet: Sheet, room: Box, view: View, heard: str = "") -> int:
    """The microphone, what it is doing or what was understood, and the way to correct it; returns the height taken.

    It stands at the top of every screen but the one for asking, so that one can speak anywhere and always sees when the
    terminal listens.
    """
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    gap = metrics.gap
    button = metrics.target + metrics.mm(1)
    label = look.t("改一改")
    right = sheet.text_width(label, Role.SMALL, True) + int(metrics.em(Role.SMALL) * 2.2) + 4 * gap if heard else 0
    left = button + 2 * gap if not view.voice.deaf else 0
    width = room.w - left - right - metrics.mm(6)
    live = view.voice in (Voice.LISTENING, Voice.THINKING)
    if not live and not heard and view.voice.deaf:
        return 0
    text = _strip_text(sheet, view, heard, width)
    height = max(
        button + 2 * gap, min(2, len(sheet.lines(text, width, Role.SMALL))) * metrics.line(Role.SMALL) + 2 * gap
    )
    box = Box(room.x, room.y, room.w, height)
    fill = palette.notice if live else palette.tint
    border = palette.primary if live else palette.line
    sheet.panel(box, fill, None, border if live or palette.stark else "", metrics.mm(0.6))
    if left:
        disc = Box(box.x + gap, box.y + (height - button) // 2, button, button)
        microphone(sheet, disc, view)
    place = Box(box.x + left + metrics.mm(3), box.y, width, height)
    sheet.words(place, text, Role.SMALL, palette.ink if live else palette.soft, fill, bold=live, middle=True)
    if heard:
        place = Box(box.right - right + gap, box.y + gap, right - 2 * gap, height - 2 * gap)
        sheet.button("correct", place, label, Style.PLAIN, "pencil", Role.SMALL)
    return height


def _strip_text(sheet: Sheet, view: View, heard: str, width: int) -> str:
    t = sheet.look.t
    match view.voice:
        case Voice.LISTENING:
            return tail(sheet, view.partial, width, 2, Role.SMALL) if view.partial else t("正在听，请说……")
        case Voice.THINKING:
            return t("听到了，正在查找……")
        case _ if heard:
            return _shorten(sheet, heard, width)
        case _:
            return t("点一下话筒，可以说话")


def service_head(sheet: Sheet, room: Box, title: str, note: str, icon: str, step: Step | None) -> int:
    """Where one is, what is asked, and a word on how to answer; returns the height taken."""
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    y = room.y
    if step is not None:
        text = look.t("第{at}步，共{of}步").format(at=step.at, of=step.of)
        y += sheet.words(room, text, Role.SMALL, palette.soft) + metrics.mm(1)
        track = Box(room.x, y, room.w, metrics.mm(1.6))
        sheet.panel(track, palette.line, track.h // 2)
        done = Box(track.x, track.y, max(track.h, room.w * step.at // max(1, step.of)), track.h)
        sheet.panel(done, palette.primary, track.h // 2)
        y += track.h + metrics.mm(3)
    short = len(sheet.lines(title, room.w * 5 // 6, Role.DISPLAY, True)) == 1
    role = Role.DISPLAY if look.portrait and short else Role.HEADING
    left = 0
    if icon:
        size = metrics.em(role)
        left = size + metrics.mm(3)
        top = y + (metrics.line(role) - size) // 2
        sheet.symbol(Box(room.x, top, size, size), icon, palette.accent)
    place = Box(room.x + left, y, room.w - left, max(metrics.line(role), room.bottom - y))
    y += sheet.words(place, title, role, palette.accent, bold=True)
    if note:
        y += metrics.mm(1)
        small = Role.BODY if look.portrait else Role.SMALL
        place = Box(room.x, y, room.w, max(metrics.line(small), room.bottom - y))
        y += sheet.words(place, note, small, palette.soft)
    return y - room.y


def microphone(sheet: Sheet, disc: Box, view: View) -> None:
    """The button to speak: hold it or tap it. Red and ringed by the live level while it listens."""
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    name = "speak"
    live = view.voice is Voice.LISTENING
    wide = disc.w // 12
    if live:
        halo = disc.inset(-int(min(1.0, view.level) * wide) - metrics.mm(0.6))
        sheet.panel(halo, palette.glow, halo.w // 2, palette.line if palette.stark else "", metrics.mm(0.5))
    fill = palette.warm_fill if live else palette.primary
    if look.pressed == name:
        fill = palette.accent
    sheet.panel(disc, fill, disc.w // 2)
    sheet.symbol(disc.inset(disc.w // 4), "mic", palette.on_warm if live else palette.on_primary)
    edge = max(2, disc.w // 60)
    if view.voice is Voice.THINKING:
        sheet.ring(disc.inset(-wide), 0.15 + 0.7 * ((view.beat % 12) / 12), edge * 2)
    elif not live and disc.w > metrics.mm(20):
        sheet.ring(disc.inset(-wide // 2), 1.0, edge, palette.line)
    sheet.target(name, disc, look.t("说话"), hold=True)


def tail(sheet: Sheet, text: str, width: int, lines: int, role: Role) -> str:
    """The last words of a long utterance: what is being said now matters."""
    cut = text
    while len(sheet.lines(cut, width, role)) > lines:
        cut = "……" + cut.lstrip("…")[4:]
    return cut


def _shorten(sheet: Sheet, heard: str, width: int) -> str:
    """What was heard in two lines at most; a long utterance loses its middle on purpose."""
    look = sheet.look
    whole = look.t("我听到的是：{heard}").format(heard=heard)
    if len(sheet.lines(whole, width, Role.SMALL)) <= 2:
        return whole
    keep = len(heard) // 2
    while keep > 4:
        text = look.t("我听到的是：{heard}").format(heard=f"{heard[:keep]}……{heard[-keep // 2 :]}")
        if len(sheet.lines(text, width, Role.SMALL)) <= 2:
            return text
        keep -= 2
    return look.t("我听到的是：{heard}").format(heard=heard[:6] + "……")


def pager_height(sheet: Sheet) -> int:
    return max(sheet.look.metrics.mm(15), sheet.look.metrics.line(Role.SMALL) + sheet.look.metrics.mm(5))


def pager(sheet: Sheet, room: Box, page: int, pages: int, brief: bool = False) -> None:
    """上一页 · 第1页，共3页 · 下一页 at the bottom of ``room``. ``brief``: arrows and 1 / 3, as high as buttons."""
    look = sheet.look
    metrics = look.metrics
    height = button_height(sheet) if brief else pager_height(sheet)
    y = room.bottom - height
    labels = ("", "") if brief else (look.t("上一页"), look.t("下一页"))
    widest = max(sheet.text_width(label, Role.SMALL, True) for label in labels)
    width = min(room.w // 3, widest + int(metrics.em(Role.SMALL) * 2.4) + metrics.mm(8))
    if page > 0:
        box = Box(room.x, y, width, height)
        sheet.button("page:previous", box, labels[0], Style.PLAIN, "previous", Role.SMALL)
    if page < pages - 1:
        box = Box(room.right - width, y, width, height)
        sheet.button("page:next", box, labels[1], Style.PRIMARY, "next", Role.SMALL, after=True)
    middle = Box(room.x + width, y, room.w - 2 * width, height)
    text = f"{page + 1} / {pages}" if brief else look.t("第{page}页，共{pages}页").format(page=page + 1, pages=pages)
    sheet.words(middle, text, Role.SMALL, look.palette.soft, align="center", middle=True)


def button_height(sheet: Sheet, role: Role = Role.BODY) -> int:
    """Height of a row of buttons."""
    metrics = sheet.look.metrics
    return max(metrics.mm(20 if sheet.look.portrait else 17), metrics.line(role) + metrics.mm(5))


def buttons(sheet: Sheet, room: Box, wanted: list[tuple[str, str, Style, str]], role: Role = Role.BODY) -> int:
    """Buttons at the bottom of ``room``, two a row, or on wide screens all in one; returns the height taken.

    ``wanted``: (control, label, style, icon), the likeliest first.
    """
    metrics = sheet.look.metrics
    gap = metrics.mm(3.5)
    height = button_height(sheet, role)
    columns = _columns(sheet, room.w, [label for _, label, _, _ in wanted])
    rows = [wanted[i : i + columns] for i in range(0, len(wanted), columns)]
    total = len(rows) * height + (len(rows) - 1) * gap
    y = room.bottom - total
    for row in rows:
        width = (room.w - gap * (len(row) - 1)) // len(row)
        for i, (name, label, style, icon) in enumerate(row):
            sheet.button(name, Box(room.x + i * (width + gap), y, width, height), label, style, icon, role)
        y += height + gap
    return total


def buttons_height(sheet: Sheet, width: int, labels: list[str], role: Role = Role.BODY) -> int:
    """The height ``buttons`` will take."""
    rows = -(-len(labels) // _columns(sheet, width, labels))
    return rows * button_height(sheet, role) + (rows - 1) * sheet.look.metrics.mm(3.5)


def _columns(sheet: Sheet, width: int, labels: list[str]) -> int:
    """All in one row on wide screens where every label fits, else two."""
    metrics = sheet.look.metrics
    if sheet.look.portrait:
        return 2
    each = (width - metrics.mm(3.5) * (len(labels) - 1)) // len(labels) - metrics.mm(5)
    height = button_height(sheet)
    return len(labels) if all(sheet.fits(label, each, height, Role.SMALL, True) for label in labels) else 2
