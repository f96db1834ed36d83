"""Texts a caller writes down while they are said: numbers whose digits stand apart (三，三，一，零) are said slower."""

from __future__ import annotations

import re

PACE = 0.7
"""Of the caller's own pace. With the pauses a digit then takes about 0.6 s and a group of four 2.5 s, which an old hand
can write; 0.3 s a digit, as ordinary speech has it, cannot be followed."""

_DIGIT = "[零一二三四五六七八九0-9]"
_APART = re.compile(rf"{_DIGIT}(?:[，,] ?{_DIGIT}){{2,}}")


def pace(text: str) -> float:
    """Relative to the caller's pace."""
    return PACE if _APART.search(text) else 1.0
