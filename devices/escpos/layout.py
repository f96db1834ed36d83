"""A slip set on paper of a given width: blocks become lines, pictures, codes, feeds and cuts, in reading order."""

from __future__ import annotations

from typing import assert_never

import msgspec

from devices import slip as doc
from devices.escpos.cells import cells, clean, wrap

GAP = 12
"""Dots between blocks (1.5 mm)."""

GUTTER = 2
"""Cells between the columns of a table."""


class Run(msgspec.Struct, frozen=True):
    """Characters of one weight."""

    text: str
    bold: bool = False


class TextLine(msgspec.Struct, frozen=True):
    """One line. ``scale`` 1 or 2; its cells times ``scale`` fit the paper. Indents are leading spaces."""

    runs: tuple[Run, ...]
    scale: int = 1
    align: doc.Align = doc.Align.LEFT

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


class RuleLine(msgspec.Struct, frozen=True):
    style: doc.RuleStyle


class QrCode(msgspec.Struct, frozen=True):
    data: str


class BarLine(msgspec.Struct, frozen=True):
    data: str
    readable: bool


class Picture(msgspec.Struct, frozen=True):
    """``data``: a PNG or JPEG file."""

    data: bytes
    align: doc.Align


class Feed(msgspec.Struct, frozen=True):
    """Empty paper, in dots."""

    dots: int


class CutHere(msgspec.Struct, frozen=True):
    pass


Element = TextLine | RuleLine | QrCode | BarLine | Picture | Feed | CutHere


def lay_out(slip: doc.Slip, width: int) -> list[Element]:
    """``slip`` on lines of ``width`` cells. A slip that does not end with a cut gets one."""
    elements: list[Element] = []
    for block in slip.blocks:
        elements += _block(block, width)
    if not elements or not isinstance(elements[-1], CutHere):
        elements.append(CutHere())
    return elements


def _block(block: doc.Block, width: int) -> list[Element]:
    match block:
        case doc.Heading(text=text, level=1):
            return [*_paragraph(text, width, True, 2, doc.Align.CENTER), Feed(GAP)]
        case doc.Heading(text=text):
            lines = _paragraph(text, width, True, 1, doc.Align.LEFT)
            return [Feed(2 * GAP), *lines, RuleLine(doc.RuleStyle.SOLID), Feed(GAP)]
        case doc.Text(text=text, bold=bold, size=size, align=align):
            return [*_paragraph(text, width, bold, _scale(size), align), Feed(GAP // 2)]
        case doc.List(items=items, ordered=ordered, size=size):
            return _list(items, ordered, width, _scale(size))
        case doc.Checklist(items=items, size=size):
            return _checklist(items, width, _scale(size))
        case doc.Table():
            return _table(block, width)
        case doc.Rule(style=style):
            return [Feed(GAP), RuleLine(style), Feed(GAP)]
        case doc.Qr(data=data, caption=caption):
            lines = _paragraph(caption, width, False, 1, doc.Align.CENTER) if caption.strip() else []
            return [Feed(GAP), QrCode(clean(data)), *lines, Feed(GAP)]
        case doc.Barcode(data=data, readable=readable):
            return [Feed(GAP), BarLine(data, readable), Feed(GAP)]
        case doc.Image(data=data, align=align):
            return [Picture(data, align), Feed(GAP)]
        case doc.Space(lines=count):
            return [Feed(34 * count)]
        case doc.Cut():
            return [CutHere()]
        case _:
            assert_never(block)


def _scale(size: doc.Size) -> int:
    return 2 if size is doc.Size.LARGE else 1


def _paragraph(text: str, width: int, bold: bool, scale: int, align: doc.Align) -> list[Element]:
    return [TextLine((Run(line, bold),), scale, align) for line in wrap(clean(text), width // scale)]


def _hanging(label: Run, text: str, width: int, scale: int, bold: bool = False) -> list[Element]:
    """A label, and the text beside it: later lines start below the text."""
    indent = cells(label.text)
    first, *rest = wrap(clean(text), width // scale - indent)
    lines: list[Element] = [TextLine((label, Run(first, bold)), scale)]
    return lines + [TextLine((Run(" " * indent + line, bold),), scale) for line in rest]


def _list(items: tuple[str, ...], ordered: bool, width: int, scale: int) -> list[Element]:
    digits = len(str(len(items)))
    elements: list[Element] = []
    for number, item in enumerate(items, start=1):
        label = f"{number:>{digits}}. " if ordered else "· "
        elements += [*_hanging(Run(label, ordered), item, width, scale), Feed(GAP)]
    return elements


def _checklist(items: tuple[doc.CheckItem | str, ...], width: int, scale: int) -> list[Element]:
    elements: list[Element] = []
    for item in items:
        thing = item if isinstance(item, doc.CheckItem) else doc.CheckItem(item)
        elements += _hanging(Run("□ "), thing.text, width, scale)
        if thing.note.strip():
            elements += _hanging(Run(" " * 3 * scale), thing.note, width, 1)
        elements.append(Feed(GAP))
    return elements


def _table(table: doc.Table, width: int) -> list[Element]:
    if not table.rows or not table.rows[0]:
        return []
    rows = [[clean(cell) for cell in row] for row in table.rows]
    widths = _columns(rows, table.widths, width)
    elements: list[Element] = []
    for index, row in enumerate(rows):
        header = table.header and index == 0
        columns = [wrap(cell, size) for cell, size in zip(row, widths, strict=True)]
        for number in range(max(map(len, columns))):
            parts = [column[number] if number < len(column) else "" for column in columns]
            padded = [part + " " * (size - cells(part)) for part, size in zip(parts, widths, strict=True)]
            elements.append(TextLine((Run((" " * GUTTER).join(padded).rstrip(), header),)))
        elements.append(Feed(GAP // 2))
        if header:
            elements += [RuleLine(doc.RuleStyle.SOLID), Feed(GAP // 2)]
    return elements


def _columns(rows: list[list[str]], shares: tuple[int, ...], width: int) -> list[int]:
    """Cells per column, ``GUTTER`` between columns; each at least two.

    With shares: in their proportion. Without: what the widest cell needs; too wide columns give up what is missing,
    the widest first.
    """
    count = len(rows[0])
    room = width - GUTTER * (count - 1)
    if shares:
        sizes = [max(2, room * share // sum(shares)) for share in shares]
    else:
        sizes = [max(2, *(max(map(cells, row[i].split("\n"))) for row in rows)) for i in range(count)]
    while sum(sizes) > room:
        sizes[sizes.index(max(sizes))] -= 1
    if sum(sizes) < room:
        sizes[-1] += room - sum(sizes)
    return sizes
