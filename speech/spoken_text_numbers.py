"""Numbers as Chinese words: cardinals, digit strings, amounts of money, times of day. Input is ASCII digits."""

from __future__ import annotations

from collections.abc import Sequence

_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_LONGEST_CARDINAL = 12
"""Digits: a longer number is nobody's amount and is read digit by digit."""


def digit_by_digit(text: str, one: str = "一") -> str:
    """Every ASCII digit as its own word, all else kept; 1 as ``one`` (幺 in telephone and room numbers)."""
    return "".join(one if sign == "1" else _DIGITS.get(sign, sign) for sign in text)


def in_groups(digits: str, sizes: Sequence[int], one: str = "一") -> str:
    """Digit by digit with a short pause between groups; ``sizes`` repeats its last element as often as needed."""
    groups, start = [], 0
    position = 0
    while start < len(digits):
        size = sizes[min(position, len(sizes) - 1)]
        groups.append(digit_by_digit(digits[start : start + size], one))
        start, position = start + size, position + 1
    return "，".join(groups)


def cardinal(digits: str) -> str:
    """``"120"`` 一百二十, ``"2000"`` 两千, ``"3.50"`` 三点五零, ``"007"`` 零零七; very long ones digit by digit."""
    whole, _, fraction = digits.partition(".")
    if not whole:
        whole = "0"
    if len(whole) > _LONGEST_CARDINAL or (len(whole) > 1 and whole.startswith("0")):
        spoken = digit_by_digit(whole)
    else:
        import cn2an

        spoken = str(cn2an.an2cn(whole, "low"))
        for unit in "千万亿":
            # People say 两千, 两万, 两亿, but 十二万 and 一万二千.
            if spoken.startswith(f"二{unit}"):
                spoken = "两" + spoken[1:]
            spoken = spoken.replace(f"亿二{unit}", f"亿两{unit}")
    return spoken + (f"点{digit_by_digit(fraction)}" if fraction else "")


def counted(digits: str) -> str:
    """A number before a measure word: 2 is 两."""
    return "两" if digits == "2" else cardinal(digits)


def money(digits: str) -> str:
    """Yuan with jiao and fen: ``"10.5"`` 十元五角, ``"0.08"`` 八分, ``"2"`` 两元."""
    whole, _, fraction = digits.partition(".")
    if len(fraction) > 2 and fraction.strip("0"):
        return f"{cardinal(digits)}元"
    jiao, fen = (fraction + "0")[:1], (fraction + "00")[1:2]
    parts = []
    if whole.strip("0") or not (jiao + fen).strip("0"):
        parts.append(f"{counted(whole.lstrip('0') or '0')}元")
    if jiao != "0":
        parts.append(f"{counted(jiao)}角")
    if fen != "0":
        zero = "零" if parts and jiao == "0" else ""
        parts.append(f"{zero}{counted(fen)}分")
    return "".join(parts)


def clock(hour: str, minute: str, second: str = "") -> str:
    """``"09", "00"`` 九点, ``"8", "30"`` 八点半, ``"14", "05"`` 十四点零五分."""
    spoken = f"{counted(str(int(hour)))}点"
    if second and int(second):
        return f"{spoken}{_two(minute)}分{_two(second)}秒"
    match int(minute):
        case 0:
            return spoken
        case 30:
            return f"{spoken}半"
        case _:
            return f"{spoken}{_two(minute)}分"


def _two(digits: str) -> str:
    """Minutes or seconds: a leading zero is said."""
    value = int(digits)
    return f"零{cardinal(str(value))}" if 0 < value < 10 else cardinal(str(value))


def date(year: str, month: str, day: str = "") -> str:
    """``"2026", "01", "05"`` 二零二六年一月五日."""
    spoken = f"{digit_by_digit(year)}年" if year else ""
    spoken += f"{cardinal(str(int(month)))}月" if month else ""
    return spoken + (f"{cardinal(str(int(day)))}日" if day else "")
