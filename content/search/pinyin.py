"""Text -> toneless syllables, and the accents under which two syllables count as the same.

A recogniser hears sounds; an accent merges some of them. ``Accents`` folds each syllable to the representative of all
syllables it may be confused with: with zh/z and an/ang, zhang, zang, zhan and zan become one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
from pypinyin import lazy_pinyin

DEFAULT_ACCENTS = ("zh/z", "ch/c", "sh/s", "n/l", "h/f", "an/ang", "en/eng", "in/ing")
"""Mergers heard along the lower Yangtze and in the south-west; a deployment names its own."""

_INITIALS = ("zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s")
_TONE = re.compile(r"[1-5]$")
_MARKS = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêḿńňǹ", "aaaaeeeeiiiioooouuuuvvvvvemnnn")


class AccentError(ValueError):
    """A merger that is not written as two initials or two finals with a slash between."""


class Accents(msgspec.Struct, frozen=True):
    """Which sounds are the same here: mergers such as ``zh/z`` (initials) or ``an/ang`` (finals)."""

    mergers: tuple[str, ...] = DEFAULT_ACCENTS

    def __post_init__(self) -> None:
        for merger in self.mergers:
            left, slash, right = merger.partition("/")
            if not (slash and left.isalpha() and right.isalpha() and (left in _INITIALS) == (right in _INITIALS)):
                raise AccentError(f"accent {merger!r} is not two initials (zh/z) or two finals (an/ang)")

    def fold(self, syllable: str) -> str:
        """The representative of all syllables that sound like ``syllable`` here."""
        return _fold(self.mergers, syllable)


@lru_cache(maxsize=8192)
def _fold(mergers: tuple[str, ...], syllable: str) -> str:
    initial, final = split(syllable)
    for merger in mergers:
        one, other = sorted(merger.split("/"), key=lambda part: (len(part), part))
        if one in _INITIALS:
            initial = one if initial == other else initial
        elif final.endswith(other) and not final.endswith(one):
            final = final[: -len(other)] + one
    return initial + final


def split(syllable: str) -> tuple[str, str]:
    """Initial and final: ``zhang`` -> (zh, ang), ``an`` -> ("", an)."""
    initial = next((known for known in _INITIALS if syllable.startswith(known)), "")
    return initial, syllable[len(initial) :]


def plain(syllable: str) -> str:
    """A syllable as a recogniser writes it (``zhang1``, ``zhāng``, ``lü4``, ``lu:4``) without its tone."""
    bare = _TONE.sub("", syllable.strip().lower()).translate(_MARKS)
    return bare.replace("u:", "v").replace("ue", "ve") if bare[:1] in "nl" else bare.replace("u:", "v")


def syllables(words: str) -> list[str]:
    """The toneless syllables of a text without punctuation; what is no Chinese character stands for itself, by
    character. One element a character, always."""
    pieces = lazy_pinyin(words, errors=_one_by_one, v_to_u=False)
    return [plain(piece) if len(piece) > 1 else piece for piece in pieces]


def _one_by_one(unknown: str) -> Any:
    return list(unknown)  # the library takes a list, its annotation does not say so


def folded(sounds: Iterable[str], accents: Accents) -> list[str]:
    return [accents.fold(sound) for sound in sounds]
