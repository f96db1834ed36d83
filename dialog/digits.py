"""Digits as people say, press and print them: 三三一零 or 幺三八 in, groups that can be followed out.

A ticket's number has eleven digits, ``TTTT-NNNNN-CC``; the last two are check digits (ISO 7064 MOD 97-10), so that one
misheard or mistyped digit, or two swapped, is noticed before anyone is asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pypinyin import lazy_pinyin

TICKET_DIGITS = 11
TICKET_GROUPS = (4, 5, 2)
CODE_DIGITS = 4
PHONE_DIGITS = 11
PHONE_GROUPS = (3, 4, 4)
HANDOVER_DIGITS = 6
HANDOVER_GROUPS = (3, 3)

_SOUNDS = {
    **{"ling": "0", "dong": "0", "yi": "1", "yao": "1", "er": "2", "liang": "2", "san": "3", "si": "4", "shi": "4"},
    **{"wu": "5", "liu": "6", "qi": "7", "guai": "7", "ba": "8", "jiu": "9", "gou": "9"},
}
"""Toneless syllable -> digit. 是 and 十 stand for 四: many here do not tell s from sh, and check digits settle it."""

_AROUND = re.compile(r"^(?:我的|编号|号码|电话|手机|校验码|是|号|为|：|:|，|,|的)+|(?:，|,|。|吧|对|号)+$")


def read(text: str) -> str:
    """The digits in an utterance or a typed text, or "" when there is anything else in it."""
    plain = unicodedata.normalize("NFKC", text)
    plain = _AROUND.sub("", re.sub(r"[\s\-—–·]", "", plain))
    found = []
    for piece in re.findall(r"\d|\D", plain):
        if piece.isdigit() and piece.isascii():
            found.append(piece)
        elif piece not in "，,。、.":
            digit = _SOUNDS.get(lazy_pinyin(piece)[0])
            if digit is None:
                return ""
            found.append(digit)
    return "".join(found)


def shown(digits: str, groups: Sequence[int] = ()) -> str:
    """``digits`` with a dash between groups."""
    return "-".join(split(digits, groups))


def split(digits: str, groups: Sequence[int]) -> list[str]:
    """``digits`` cut into ``groups``; what is left over is the last."""
    parts, rest = [], digits
    for size in groups:
        if rest:
            parts.append(rest[:size])
            rest = rest[size:]
    return [*parts, rest] if rest else parts


def is_ticket(digits: str) -> bool:
    """Whether the check digits are right."""
    return len(digits) == TICKET_DIGITS and digits.isascii() and digits.isdigit() and int(digits) % 97 == 1


def is_one_short(digits: str, wanted: int) -> bool:
    """Whether just one of ``wanted`` digits is missing: most likely one of two equal neighbours was not heard."""
    return len(digits) == wanted - 1


def is_phone(digits: str) -> bool:
    """A mobile number, or a fixed line with or without its area code."""
    return bool(re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}|[2-8]\d{6,7}", digits))
