"""The answer in list form: what to bring, where, how long, what it costs, the steps, the legal basis, how old it is."""

from __future__ import annotations

from content.model import Item, LegalBasis, Material
from dialog.acts import AnswerScreen
from kiosk.chrome import chrome
from kiosk.flow import Group, Row, Section, paginate
from kiosk.frame import Box, Frame
from kiosk.screens.parts import button_height, buttons, buttons_height, column, pager, pager_height, voice_strip
from kiosk.sheet import Look, Sheet, Style
from kiosk.theme import Role
from kiosk.view import View

Action = tuple[str, str, Style, str]
"""Control, label, style, icon."""


def draw(screen: AnswerScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "answer")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    y = room.y + voice_strip(sheet, room, view, screen.heard) + metrics.mm(4)
    y += _title(sheet, room.below(y), screen) + metrics.mm(3)
    actions = [
        ("key:more", look.t("再问一件"), Style.PLAIN, "question"),
        ("key:finish", look.t("办完了"), Style.PLAIN, "check"),
    ]
    if view.can_print:
        actions.insert(0, ("key:print", look.t("打印带走"), Style.PRIMARY, "printer"))
    padding, gap = metrics.mm(2.5), metrics.mm(3)
    sections = _sections(sheet, screen, room.w - 2 * metrics.mm(4))
    foot = _foot_height(sheet, room, actions)
    whole = room.bottom - foot - metrics.mm(3) - y
    pages = paginate(sections, whole, padding, gap)
    if len(pages) > 1 and look.portrait:
        pages = paginate(sections, whole - pager_height(sheet) - metrics.mm(3), padding, gap)
    page = min(view.page, len(pages) - 1)
    _foot(sheet, room, actions, page, len(pages))
    for group in pages[page]:
        y = _group(sheet, Box(room.x, y, room.w, 0), group, padding) + gap
    return sheet.frame(page, len(pages))


def _turning(room: Box) -> int:
    """Width of the page buttons beside the others on wide screens."""
    return int(room.w * 0.3)


def _foot_height(sheet: Sheet, room: Box, actions: list[Action]) -> int:
    metrics = sheet.look.metrics
    labels = [label for _, label, _, _ in actions]
    if sheet.look.portrait and len(actions) > 2:
        return button_height(sheet) * 2 + metrics.mm(3.5)
    return buttons_height(sheet, room.w - _turning(room) - metrics.mm(3.5), labels)


def _foot(sheet: Sheet, room: Box, actions: list[Action], page: int, pages: int) -> None:
    """Upright: print across the whole width, the rest beneath it, the page buttons above. Wide: all side by side."""
    metrics = sheet.look.metrics
    gap = metrics.mm(3.5)
    if sheet.look.portrait:
        taken = buttons(sheet, room, actions[-2:])
        if len(actions) > 2:
            taken += gap + buttons(sheet, Box(room.x, room.y, room.w, room.h - taken - gap), actions[:1])
        if pages > 1:
            pager(sheet, Box(room.x, room.y, room.w, room.h - taken - metrics.mm(3)), page, pages)
        return
    buttons(sheet, Box(room.x, room.y, room.w - _turning(room) - gap, room.h), actions)
    if pages > 1:
        pager(sheet, Box(room.right - _turning(room), room.y, _turning(room), room.h), page, pages, brief=True)


def _title(sheet: Sheet, room: Box, screen: AnswerScreen) -> int:
    look = sheet.look
    metrics, palette = look.metrics, look.palette
    y = room.y + sheet.words(room, screen.item.title, Role.HEADING, palette.accent, bold=True)
    if screen.sample:
        text = look.t("样例内容，以窗口为准")
        size = metrics.em(Role.SMALL)
        height = metrics.line(Role.SMALL)
        width = min(room.w, sheet.text_width(text, Role.SMALL, True) + size + metrics.mm(7))
        tag = Box(room.x, y + metrics.mm(1), width, height)
        border = palette.line if palette.stark else ""
        sheet.panel(tag, palette.notice, height // 2, border, metrics.mm(0.4) if border else 0)
        sheet.symbol(Box(tag.x + metrics.mm(2), tag.y + (height - size) // 2, size, size), "note", palette.warm)
        place = Box(tag.x + metrics.mm(3) + size, tag.y, tag.w - size - metrics.mm(4), height)
        sheet.words(place, text, Role.SMALL, palette.warm, palette.notice, bold=True, middle=True)
        y = tag.bottom
    return y - room.y


def _sections(sheet: Sheet, screen: AnswerScreen, width: int) -> list[Section]:
    item, t = screen.item, sheet.look.t
    sections = []
    if item.materials:
        rows = [_row(sheet, width, _material(material), "box") for material in item.materials]
        sections.append(_section(sheet, width, "folder", t("要带的材料"), rows))
    if screen.place_names:
        rows = [_row(sheet, width, name) for name in screen.place_names]
        sections.append(_section(sheet, width, "pin", t("去哪里办"), rows))
    sections.append(
        _facts(sheet, width, (("clock", t("多久办好"), _limit(item, sheet.look)), ("coin", t("要多少钱"), item.fee)))
    )
    if item.steps:
        rows = [_row(sheet, width, step, number=str(i)) for i, step in enumerate(item.steps, 1)]
        sections.append(_section(sheet, width, "steps", t("怎么办"), rows))
    if item.notes:
        sections.append(_section(sheet, width, "note", t("请注意"), [_row(sheet, width, note) for note in item.notes]))
    if item.basis:
        rows = [_row(sheet, width, _basis(basis)) for basis in item.basis]
        sections.append(_section(sheet, width, "basis", t("依据"), rows))
    rows = [_row(sheet, width, line) for line in _validity(screen, sheet.look)]
    sections.append(_section(sheet, width, "calendar", t("有效日期和版本"), rows))
    return sections


def _material(material: Material) -> str:
    text = material.name + (f"（{material.copies}）" if material.copies else "")
    return f"{text}\n{material.note}" if material.note else text


def _limit(item: Item, look: Look) -> str:
    text = item.time_limit.promised
    if item.time_limit.statutory:
        text += "\n" + look.t("法律规定最长：{limit}").format(limit=item.time_limit.statutory)
    return text


def _basis(basis: LegalBasis) -> str:
    return f"《{basis.title}》{basis.article}" + (f"（{basis.number}）" if basis.number else "")


def _validity(screen: AnswerScreen, look: Look) -> list[str]:
    until = screen.item.valid_until
    span = look.t("{start}起").format(start=screen.item.valid_from.isoformat())
    if until is not None:
        span = look.t("{start}至{end}").format(start=screen.item.valid_from.isoformat(), end=until.isoformat())
    version = look.t("内容版本{version}，{day}查询").format(version=screen.pack_version, day=screen.valid_as_of)
    return [span, version]


def _section(sheet: Sheet, width: int, icon: str, title: str, rows: list[Row]) -> Section:
    metrics = sheet.look.metrics

    def heading(going_on: bool) -> Row:
        text = title + (sheet.look.t("（续）") if going_on else "")

        def paint(sheet: Sheet, box: Box) -> None:
            palette = sheet.look.palette
            size = metrics.em(Role.BODY)
            sheet.symbol(Box(box.x, box.y + (box.h - size) // 2, size, size), icon, palette.accent)
            place = Box(box.x + size + metrics.mm(2.5), box.y, box.w - size - metrics.mm(2.5), box.h)
            sheet.words(place, text, Role.BODY, palette.accent, palette.surface, bold=True, middle=True)

        return Row(metrics.line(Role.BODY), paint)

    return Section(heading, rows)


def _row(sheet: Sheet, width: int, text: str, icon: str = "", number: str = "") -> Row:
    """One line of a list, with a box to tick, a number, or nothing before it."""
    metrics = sheet.look.metrics
    mark = metrics.em(Role.BODY) + metrics.mm(2.5)
    height = sheet.text_height(text, width - mark, Role.BODY) + metrics.mm(1.2)

    def paint(sheet: Sheet, box: Box) -> None:
        palette = sheet.look.palette
        size = metrics.em(Role.BODY)
        top = box.y + (metrics.line(Role.BODY) - size) // 2
        if icon:
            sheet.symbol(Box(box.x, top, size, size), icon, palette.accent)
        if number:
            place = Box(box.x, box.y, size + metrics.mm(1), metrics.line(Role.BODY))
            sheet.words(place, f"{number}.", Role.BODY, palette.accent, palette.surface, bold=True)
        place = Box(box.x + mark, box.y, box.w - mark, box.h)
        sheet.words(place, text, Role.BODY, palette.ink, palette.surface)

    return Row(height, paint)


Fact = tuple[str, str, str]
"""Icon, title, text."""


def _facts(sheet: Sheet, width: int, facts: tuple[Fact, Fact]) -> Section:
    """Two short facts side by side in one card, or one under the other where the type is too large for that."""
    metrics = sheet.look.metrics
    head = metrics.line(Role.BODY)
    mark = metrics.em(Role.BODY) + metrics.mm(2.5)
    apart = metrics.mm(4)
    half = (width - apart) // 2
    beside = half - mark >= 9 * metrics.em(Role.BODY)
    room = half if beside else width
    heights = [head + sheet.text_height(text, room - mark, Role.BODY) for _, _, text in facts]
    total = max(heights) if beside else sum(heights) + metrics.mm(2)

    def paint(sheet: Sheet, box: Box) -> None:
        palette = sheet.look.palette
        x, y = box.x, box.y
        for (icon, title, text), height in zip(facts, heights, strict=True):
            size = metrics.em(Role.BODY)
            sheet.symbol(Box(x, y + (head - size) // 2, size, size), icon, palette.accent)
            place = Box(x + mark, y, room - mark, head)
            sheet.words(place, title, Role.BODY, palette.accent, palette.surface, bold=True, middle=True)
            place = Box(x + mark, y + head, room - mark, height - head)
            sheet.words(place, text, Role.BODY, palette.ink, palette.surface)
            x, y = (x + half + apart, y) if beside else (x, y + height + metrics.mm(2))

    return Section(lambda going_on: Row(0, lambda sheet, box: None), [Row(total, paint)])


def _group(sheet: Sheet, box: Box, group: Group, padding: int) -> int:
    """A section's card; returns its bottom."""
    metrics, palette = sheet.look.metrics, sheet.look.palette
    height = group.height(padding)
    card = Box(box.x, box.y, box.w, height)
    sheet.panel(card, palette.surface, None, palette.line, metrics.mm(0.4))
    x, y = card.x + metrics.mm(4), card.y + padding
    for row in (group.heading, *group.rows):
        row.draw(sheet, Box(x, y, card.w - 2 * metrics.mm(4), row.height))
        y += row.height
    return card.bottom
