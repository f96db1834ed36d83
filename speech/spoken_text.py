"""Written text to text for the ear: every digit and sign becomes the words a clerk would say."""

from __future__ import annotations

import functools
import unicodedata
from typing import Any

from speech.spoken_text_rules import apply_rules, digit_by_digit


def speakable(text: str) -> str:
    """``text`` with numbers, dates, times, amounts and signs in words; no ASCII digit is left. Never raises."""
    plain = unicodedata.normalize("NFC", text)
    return digit_by_digit(_general(apply_rules(plain)))


def _general(text: str) -> str:
    """What our rules left: cardinal numbers, units, dates of other forms (wetext)."""
    if not any(sign.isascii() and (sign.isdigit() or sign in "%+-/") for sign in text):
        return text
    try:
        return str(_normaliser().normalize(text))
    except Exception:  # noqa: BLE001 - a citizen's text may hold anything; what is left is read digit by digit
        return text


@functools.cache
def _normaliser() -> Any:
    from wetext import Normalizer

    return Normalizer(lang="zh", operator="tn")
