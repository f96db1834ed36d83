"""The answer in list form: what to bring, where, how long, what it costs, the steps, the legal basis, how old it is."""

from __future__ import annotations

from content.model import Item, LegalBasis, Material
from dialog.acts import AnswerScreen
from kiosk.chrome import chrome
from kiosk.flow import Row, Section
from kiosk.frame import Box, Frame
from kiosk.screens.parts import column, voice_strip
from kiosk.screens.sections import heading, inner_width, line, paged, section
from kiosk.sheet import Look, Sheet, Style
from kiosk.theme import Role
from kiosk.view import View


def draw(screen: AnswerScreen, view: View, look: Look) -> Frame:
    sheet = Sheet(look, "answer")
    metrics = look.metrics
    room = column(sheet, chrome(sheet, view))
    y = room.y + voice_strip(sheet, room, view, screen.heard) + metrics.mm(4)
    y += heading(sheet, room.below(y), screen.item.title, screen.sample) + metrics.mm(3)
    actions = [
        ("key:more", look.t("再问一件"), Style.PLAIN, "question"),
        ("key:finish", look.t("办完了"), Style.PLAIN, "check"),
    ]
    if screen.item.materials:
        actions.insert(0, ("key:materials", look.t("勾一勾材料"), Style.PLAIN, "ticked"))
    if view.can_print:
        actions.insert(0, ("key:print", look.t("打印带走"), Style.PRIMARY, "printer"))
    sections = _sections(sheet, screen, inner_width(sheet, room))
    page, pages = paged(sheet, room.below(y), sections, actions, view)
    return sheet.frame(page, pages)


def _sections(sheet: Sheet, screen: AnswerScreen, width: int) -> list[Section]:
    item, t = screen.item, sheet.look.t
    sections = []
    if item.materials:
        rows = [line(sheet, width, _material(material), "box") for material in item.materials]
        sections.append(section(sheet, "folder", t("要带的材料"), rows))
    if screen.place_names:
        rows = [line(sheet, width, name) for name in screen.place_names]
        sections.append(section(sheet, "pin", t("去哪里办"), rows))
    sections.append(
        _facts(sheet, width, (("clock", t("多久办好"), _limit(item, sheet.look)), ("coin", t("要多少钱"), item.fee)))
    )
    if item.steps:
        rows = [line(sheet, width, step, number=str(i)) for i, step in enumerate(item.steps, 1)]
        sections.append(section(sheet, "steps", t("怎么办"), rows))
    if item.notes:
        sections.append(section(sheet, "note", t("请注意"), [line(sheet, width, note) for note in item.notes]))
    if item.basis:
        rows = [line(sheet, width, _basis(basis)) for basis in item.basis]
        sections.append(section(sheet, "basis", t("依据"), rows))
    rows = [line(sheet, width, fact) for fact in _validity(screen, sheet.look)]
    sections.append(section(sheet, "calendar", t("有效日期和版本"), rows))
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
