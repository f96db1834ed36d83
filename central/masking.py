"""What is shown of personal data before somebody gave a reason to see it: enough to recognise, not enough to use."""

from __future__ import annotations

import re

_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)")
_LONG = re.compile(r"(?<!\d)\d{11,19}(?!\d)")
"""Bank cards, social security numbers and whatever else is that long."""
_CALLED = re.compile(r"((?:我叫|我是|姓名[是为:：]?|联系人[是为:：]?)\s*)([\u4e00-\u9fff]{2,4}?)(?=[，。,；;、\s]|$)")

_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


def name(text: str) -> str:
    """王秀兰 -> 王**."""
    return text[:1] + "*" * (len(text) - 1)


def phone(text: str) -> str:
    """13800001234 -> 138****1234; what is too short to hide is hidden whole."""
    digits = re.sub(r"\D", "", text.translate(_FULL_WIDTH))
    if len(digits) < 7:
        return "*" * len(text)
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"


def identity(text: str) -> str:
    """An identity or other long number: the ends only."""
    return f"{text[:2]}{'*' * (len(text) - 4)}{text[-2:]}" if len(text) > 6 else "*" * len(text)


def free_text(text: str) -> str:
    """A citizen's own words with telephone, identity and account numbers and stated names hidden."""
    shown = text.translate(_FULL_WIDTH)
    shown = _IDENTITY.sub(lambda found: identity(found[0]), shown)
    shown = _MOBILE.sub(lambda found: phone(found[0]), shown)
    shown = _LANDLINE.sub(lambda found: phone(found[0]), shown)
    shown = _LONG.sub(lambda found: identity(found[0]), shown)
    return _CALLED.sub(lambda found: found[1] + name(found[2]), shown)


def field(key: str, text: str) -> str:
    """A named personal field, masked the way its name asks for."""
    match key:
        case "name":
            return name(text)
        case "phone":
            return phone(text)
        case "identity":
            return identity(text)
        case _:
            return free_text(text)
