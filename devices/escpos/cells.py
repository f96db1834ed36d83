"""Chinese text on a grid of cells: how wide it is and where a line may break.

A printer's ASCII characters take one cell, everything else two; marks that combine take none. Line breaks follow the
禁则 of GB/T 15834 and CLREQ (W3C): a line never starts with a closing mark and never ends with an opening one; words
and numbers of ASCII letters stay whole when they fit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

NO_START = frozenset("。，、；：？！）》」』】〕〉〗］｝”’…—～·％‰℃,.;:?!)]}>%々々ー")
NO_END = frozenset("（《「『【〔〈〖［｛“‘￥＄([{<$＃№")

SUBSTITUTES = {
    0x00A5: "￥",
    0x00A0: " ",
    0x2002: " ",
    0x2009: " ",
    0x2028: "\n",
    0x2029: "\n",
    0x0085: "\n",
    0x09: "    ",
}
"""Look-alikes every Chinese printer font has, in place of ones that none has."""

_WORD = re.compile(r"[0-9A-Za-z@#&_+/\\\-.:%=~'?]*[0-9A-Za-z]")


def clean(text: str) -> str:
    """``text`` with line feeds only: no control, format, surrogate or noncharacter code point is left.

    A printer's commands begin with control characters; none may come out of a text.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(SUBSTITUTES)
    return "".join(char for char in text if char == "\n" or _printable(char))


@lru_cache(maxsize=65536)
def _printable(char: str) -> bool:
    if ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF:
        return False
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def combining(char: str) -> bool:
    """Whether the character is set on the one before it."""
    return ord(char) >= 0x300 and unicodedata.category(char) in ("Mn", "Me")


def char_cells(char: str) -> int:
    """Cells of one cleaned character: 1 for ASCII, 0 for a combining mark, else 2."""
    if char < "\x80":
        return 1
    return 0 if combining(char) else 2


def cells(text: str) -> int:
    """Cells of a cleaned text without line feeds."""
    return len(text) if text.isascii() else sum(map(char_cells, text))


def clusters(text: str) -> Iterator[str]:
    """Characters with the marks that are set on them."""
    start = 0
    for index in range(1, len(text)):
        if not combining(text[index]):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


ORPHAN = 4
"""Cells: a last line of one character and its full stop looks lost."""


def wrap(text: str, width: int) -> list[str]:
    """Cleaned text as lines of at most ``width`` cells (>= 2); at least one line, maybe empty."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _without_orphan(_wrap_paragraph(paragraph, width), paragraph, width)
    return lines


def _without_orphan(lines: list[str], paragraph: str, width: int) -> list[str]:
    """Slightly shorter lines where that gives the last line more than one character."""
    if len(lines) < 2 or cells(lines[-1]) > ORPHAN or width < 16:
        return lines
    for narrower in (width - 2, width - 4):
        other = _wrap_paragraph(paragraph, narrower)
        if len(other) == len(lines) and cells(other[-1]) > ORPHAN:
            return other
    return lines


def _wrap_paragraph(text: str, width: int) -> list[str]:
    if cells(text) <= width:
        return [text]
    lines: list[str] = []
    line, used = "", 0
    for unit, size in _units(text):
        if used + size <= width:
            line, used = line + unit, used + size
            continue
        if line.strip():
            lines.append(line.rstrip())
        if size <= width:
            line, used = unit.lstrip(" "), cells(unit.lstrip(" "))
            continue
        *whole, line = _cut(unit, width)
        used = cells(line)
        lines += whole
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return lines


def _units(text: str) -> Iterator[tuple[str, int]]:
    """What stays together on a line, with its cells."""
    unit, glue = "", False
    for piece in _pieces(text):
        joined = glue or (unit and not unit.endswith(" ") and piece[0] in NO_START)
        if unit and not joined:
            yield unit, cells(unit)
            unit = ""
        unit += piece
        glue = piece[-1] in NO_END
    if unit:
        yield unit, cells(unit)


def _pieces(text: str) -> Iterator[str]:
    """Words of ASCII letters and digits, and single clusters of everything else."""
    end = 0
    while end < len(text):
        word = _WORD.match(text, end)
        if word:
            yield word.group()
            end = word.end()
            continue
        start, end = end, end + 1
        while end < len(text) and combining(text[end]):
            end += 1
        yield text[start:end]


def _cut(unit: str, width: int) -> list[str]:
    """A unit that is longer than a line, in lines."""
    lines, line, used = [], "", 0
    for cluster in clusters(unit):
        size = cells(cluster)
        if used + size > width:
            lines.append(line)
            line, used = "", 0
        line, used = line + cluster, used + size
    return [*lines, line]
