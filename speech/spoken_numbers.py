"""Numbers between the ear and the eye: 一三六二八零 as people write it (136280), and digits as people say them.

``written`` is inverse text normalisation: wetext's grammar for amounts, phone and document numbers, and our own rules
where its style is not how a Chinese citizen writes: dates (2016年3月5号, not 2016/03/05), times of day (上午9点半),
article numbers (第二十三条 stays as statutes print it).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

_DIGIT = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"幺": "1", "两": "2", "〇": "0"}
_NUMERAL = "零〇一二两三四五六七八九十百"
_DATE = re.compile(
    rf"(?:([零〇一二三四五六七八九]{{2}}|[零〇一二三四五六七八九]{{4}})年)?(?:([{_NUMERAL}]{{1,2}})月)?(?:([{_NUMERAL}]{{1,3}})([日号]))?"
)
_TIME = re.compile(rf"(凌晨|早上|早晨|上午|中午|下午|傍晚|晚上)([{_NUMERAL}]{{1,3}})点(?:([{_NUMERAL}]{{1,3}})分)?")
_KEPT = re.compile(
    rf"第[{_NUMERAL}千]+[条章节款项]|[零一二三四五六七八九十][一二三四五六七八九十]?[站网窗]通?办?|一二三四五"
)


@cache
def _grammar() -> Any:
    import wetext

    return wetext.Normalizer(lang="zh", operator="itn")


def _value(numeral: str) -> str:
    """二十三 -> 23, 二零一六 -> 2016, 零五 -> 5."""
    if all(c in _DIGIT for c in numeral):
        digits = "".join(_DIGIT[c] for c in numeral)
        return digits if len(digits) > 2 else digits.lstrip("0") or "0"
    import cn2an

    return str(cn2an.cn2an(numeral.replace("〇", "零"), "smart"))


def _date(match: re.Match[str]) -> str:
    year, month, day, unit = match.groups()
    parts = [_value(year) + "年" if year else "", _value(month) + "月" if month else ""]
    return "".join(parts) + (_value(day) + unit if day else "")


def _time(match: re.Match[str]) -> str:
    part, hour, minute = match.groups()
    return f"{part}{_value(hour)}点" + (f"{_value(minute)}分" if minute else "")


def _rules(text: str) -> list[tuple[str, bool]]:
    """The text in pieces; True: finished, the grammar must not touch it."""
    pieces: list[tuple[str, bool]] = []
    position = 0
    while position < len(text):
        for pattern, render in ((_TIME, _time), (_KEPT, lambda m: m.group()), (_DATE, _date)):
            match = pattern.match(text, position)
            if match and match.group() and not (pattern is _DATE and not _is_date(match)):
                try:
                    pieces.append((render(match), True))
                except ValueError:
                    continue
                position = match.end()
                break
        else:
            if pieces and not pieces[-1][1]:
                pieces[-1] = (pieces[-1][0] + text[position], False)
            else:
                pieces.append((text[position], False))
            position += 1
    return pieces


def _is_date(match: re.Match[str]) -> bool:
    """一月, 三号 alone may be a word or a window (三号窗口): a date has a year, or a month with a day."""
    year, month, day, _ = match.groups()
    return bool(year) or (bool(month) and bool(day))


@lru_cache(maxsize=4096)
def written(text: str) -> str:
    """Characters as spoken -> text as people write it. Text without numerals comes back as it is."""
    if not any(c in _DIGIT or c in "十百千万亿" for c in text):
        return text
    pieces = (piece if done else _grammar().normalize(piece) for piece, done in _rules(text))
    return "".join(pieces).replace(" ", "")  # the grammar groups long numbers


_DIGITS = re.compile(r"\d+(?:\.\d+)?(%?)")


def said(text: str) -> str:
    """Digits in a recogniser's text -> characters as they were said; long runs and years digit by digit."""

    def spell(match: re.Match[str]) -> str:
        number, percent = match.group().rstrip("%"), match.group(1)
        follows = text[match.end() : match.end() + 1]
        plain = number.isdigit()
        if plain and (len(number) > 4 or number[0] == "0" or (len(number) == 4 and follows == "年")):
            return "".join("零一二三四五六七八九"[int(c)] for c in number)
        import cn2an

        return ("百分之" if percent else "") + str(cn2an.an2cn(number, "low"))

    return _DIGITS.sub(spell, text)
