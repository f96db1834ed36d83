"""One written form for all that is compared: half width, lower case, simplified characters, no control characters.

A question may be of any length; what exceeds ``MAX_CHARS`` is cut before any work is done on it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

MAX_CHARS = 400
"""Longest question that is looked at: a minute and a half of speech. What follows is not searched for."""

_RAW_FACTOR = 4
"""NFKC can lengthen or shorten; this many times ``MAX_CHARS`` is normalised before the cut."""

_NOT_WORD = re.compile(r"[\W_]+")
_SPACES = re.compile(r"\s+")


def normalise(text: str, limit: int | None = MAX_CHARS) -> str:
    """NFKC, lower case, simplified characters, control characters and surrogates gone, spaces single.

    Punctuation stays (the meaning model reads it). ``limit`` in characters; None: unlimited.
    """
    if limit is not None:
        text = text[: limit * _RAW_FACTOR]
    text = unicodedata.normalize("NFKC", text).lower().translate(_simplified())
    text = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    text = _SPACES.sub(" ", text).strip()
    return text if limit is None else text[:limit].rstrip()


def words_only(normalised: str) -> str:
    """Letters, digits and characters of a normalised text; no punctuation, no spaces."""
    return _NOT_WORD.sub("", normalised)


@cache
def _simplified() -> dict[int, str]:
    """Traditional -> simplified by single characters, from OpenCC's table (TSCharacters, Apache-2.0).

    Single characters, not phrases: questions and items go through the same table, so what matters is that both end
    the same, and a table of characters can do that at 172,000 questions without being noticed.
    """
    table = resources.files("opencc").joinpath("dictionary", "TSCharacters.txt").read_text("utf-8")
    pairs = (line.split() for line in table.splitlines() if line.strip())
    return {ord(fields[0]): fields[1] for fields in pairs if len(fields) > 1 and len(fields[0]) == 1}
