"""Written text to text for the ear: every digit and sign becomes the words a clerk would say.

    带上A4纸2份，09:00-17:00到第3窗口  →  带上A四纸两份，九点到十七点到第三窗口

Three steps, each a table: look-alike characters to their plain form, numbers to words (``spoken_text_rules``), and the
signs that are left to words or to a pause.
"""

from __future__ import annotations

import re
import unicodedata

from speech.english import in_words, is_english
from speech.spoken_text_numbers import digit_by_digit
from speech.spoken_text_rules import apply_rules

_PLAIN = {
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
    **{chr(0xFF21 + letter): chr(0x41 + letter) for letter in range(26)},
    **{chr(0xFF41 + letter): chr(0x61 + letter) for letter in range(26)},
    **{chr(0x2460 + number): f"{number + 1}，" for number in range(20)},  # ①
    **{chr(0x2160 + number): str(number + 1) for number in range(12)},  # Ⅰ
    **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)),
    "½": "1/2",
    "％": "%",
    "＋": "+",
    "－": "-",
    "．": ".",
    "／": "/",
    "＝": "=",
    "\u3000": " ",
    "\u00a0": " ",
    "\u200b": "",
    "\ufeff": "",
}
_KEPT_SUPERSCRIPTS = frozenset("²³")
"""Part of a unit (m²)."""

_SIGNS: tuple[tuple[str, str], ...] = (
    (r"(?<=[A-Za-z一-龥])@(?=[A-Za-z一-龥])", "艾特"),
    (r"(?<=[A-Za-z])\.(?=[A-Za-z一-龥])", "点"),
    (r"(?<=[一-龥])\s*/\s*(?=[一-龥])", "或者"),
    (r"≥|>=", "不少于"),
    (r"≤|<=", "不超过"),
    (r"[>＞]", "大于"),
    (r"[<＜]", "小于"),
    (r"[=]", "等于"),
    (r"[+]", "加"),
    (r"[&＆]", "和"),
    (r"[×]", "乘"),
    (r"[÷]", "除以"),
    (r"[℃]", "摄氏度"),
    (r"[㎡]", "平方米"),
    (r"%", "百分号"),
    (r"‰", "千分号"),
    (r"[#＃]", "井号"),
    (r"\*+", "星号"),
    (r"[¥￥]", "人民币"),
    (r"→", "，"),
    (r"(?<=[一-龥])\s*[~～]\s*(?=[一-龥])", "到"),
    (r"(?<=[年月日点半分一二三四五六七八九十])\s*[-–—]{1,2}\s*(?=[一二三四五六七八九十零两])", "到"),
    (r"[,]", "，"),
    (r"[;]", "；"),
    (r"(?<=[一-龥])\.(?=\s|$)", "。"),
)

_COMPILED = tuple((re.compile(pattern), words) for pattern, words in _SIGNS)


def speakable(text: str) -> str:
    """``text`` with numbers, dates, times, amounts and signs in words; no ASCII digit is left. Never raises."""
    plain = _plain(text)
    if is_english(plain):
        return in_words(plain)
    spoken = apply_rules(plain)
    for pattern, words in _COMPILED:
        spoken = pattern.sub(words, spoken)
    return digit_by_digit(spoken)


def _plain(text: str) -> str:
    """NFC, and the many forms of a digit or a letter as the ASCII one."""
    return "".join(_plain_sign(sign) for sign in unicodedata.normalize("NFC", text))


def _plain_sign(sign: str) -> str:
    if sign in _KEPT_SUPERSCRIPTS:
        return sign
    if sign in _PLAIN:
        return _PLAIN[sign]
    if not sign.isascii() and unicodedata.category(sign) == "Nd":
        return str(unicodedata.digit(sign))
    return sign
