"""What government text writes and how a clerk says it; one rule a line of the table at the end, applied in order."""

from __future__ import annotations

import re
from collections.abc import Callable

_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


def digit_by_digit(text: str, one: str = "一") -> str:
    """Every ASCII digit as its own word; 1 as ``one`` (幺 in telephone numbers)."""
    return "".join(one if sign == "1" else _DIGITS.get(sign, sign) for sign in text)


def apply_rules(text: str) -> str:
    for pattern, spoken in _RULES:
        text = pattern.sub(spoken, text)
    return text


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = ()
