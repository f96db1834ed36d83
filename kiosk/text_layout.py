"""Where Chinese lines may break (禁则), and breaking a text into lines of a given width.

Pure: widths come from ``measure``. Rules follow 中文排版需求 (W3C clreq) 3.1 and GB/T 15834-2011 5.1: closing
punctuation never starts a line, opening punctuation never ends one, 破折号 and 省略号 are not split, and neither are
Latin words, numbers, or a number and what it counts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

Measure = Callable[[str], float]

NOT_AT_START = frozenset("，。、；：？！）》〉」』】〕］｝’”％…—～·,.;:?!)]}%°℃々-/")
NOT_AT_END = frozenset("（《〈「『【〔［｛‘“([{￥$¥#")
_UNSPLIT = frozenset("—…")
_COUNTED = frozenset("个年月日天元份张次岁时分秒项条号楼室周户人名页款级种寸")


def _is_word(char: str) -> bool:
    """Latin letters, digits and what joins them: kept together."""
    return (char.isascii() and (char.isalnum() or char in "_@&+'")) or unicodedata.category(char) == "Lu"


def can_break(before: str, after: str) -> bool:
    """Whether a line may end after character ``before`` when ``after`` follows."""
    if before == " ":
        return after not in NOT_AT_START
    if after == " " or after in NOT_AT_START or before in NOT_AT_END:
        return False
    if before in _UNSPLIT and after in _UNSPLIT:
        return False
    if _is_word(before) and _is_word(after):
        return False
    if before.isdigit() and after in _COUNTED:
        return False
    if unicodedata.combining(after) or after == "\ufe0f" or "\U000e0100" <= after <= "\U000e01ef":
        return False  # a mark or variation selector belongs to the character before it
    return not (before in ".,/-:〕" and after.isdigit())


def clusters(text: str) -> Iterator[str]:
    """``text`` cut at every place where a line may break; joined, the clusters are the text."""
    start = 0
    for i in range(1, len(text)):
        if can_break(text[i - 1], text[i]):
            yield text[start:i]
            start = i
    if start < len(text):
        yield text[start:]


def break_lines(text: str, width: float, measure: Measure) -> list[str]:
    """``text`` as lines no wider than ``width`` pixels.

    A newline always breaks. Spaces at the ends of a line are dropped. What cannot be kept together within ``width`` (a
    very long word) is cut anywhere; a single character wider than ``width`` stands alone. A last line of one lonely
    character takes a neighbour with it.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_paragraph(paragraph, width, measure))
    return lines


def _paragraph(text: str, width: float, measure: Measure) -> list[str]:
    lines: list[list[str]] = [[]]
    for cluster in clusters(text):
        if lines[-1] and measure("".join([*lines[-1], cluster]).strip()) > width:
            lines.append([])
        if measure(cluster.strip()) <= width:
            lines[-1].append(cluster)
            continue
        for char in cluster:  # longer than a whole line: cut it anywhere
            if lines[-1] and measure("".join([*lines[-1], char]).strip()) > width:
                lines.append([])
            lines[-1].append(char)
    if len(lines) > 1 and _lonely(lines[-1]) and len(lines[-2]) > 2:
        moved = [lines[-2][-1], *lines[-1]]
        if measure("".join(moved).strip()) <= width:
            lines[-2].pop()
            lines[-1] = moved
    return ["".join(line).strip(" ") for line in lines]


def _lonely(line: list[str]) -> bool:
    return sum(char not in NOT_AT_START for char in "".join(line)) <= 1
