"""Syllables: how this program spells pinyin, and how text and the recogniser's tokens become syllables.

A syllable is a lower-case string with the tone as its last character: ``yi1``, ``nv3`` (ü is v), ``de5`` (neutral).
Toneless: ``yi``, ``nv``, ``de``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import msgspec

_TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
_INITIALS = frozenset(
    [
        "b",
        "p",
        "m",
        "f",
        "d",
        "t",
        "n",
        "l",
        "g",
        "k",
        "h",
        "j",
        "q",
        "x",
        "zh",
        "ch",
        "sh",
        "r",
        "z",
        "c",
        "s",
        "y",
        "w",
    ]
)
_SPELT = {"○": "ling2"}


def toneless(syllable: str) -> str:
    return syllable.rstrip("12345")


@lru_cache(maxsize=1024)
def final_of(token: str) -> tuple[str, str]:
    """A token such as ``uǎn`` as its letters and its tone: ``("uan", "3")``."""
    letters: list[str] = []
    tone = "5"
    for character in unicodedata.normalize("NFD", token):
        if character in _TONES:
            tone = _TONES[character]
        elif character == "\u0308":
            letters[-1] = "v"
        else:
            letters.append(character.lower())
    return "".join(letters), tone


def join_tokens(tokens: Iterable[str]) -> tuple[str, ...]:
    """Syllables out of initials and toned finals, as the zipformer model emits them.

    A final without an initial is a syllable (``ér``); an initial that no final follows yet is left out.
    """
    syllables: list[str] = []
    initial = ""
    for token in tokens:
        if token in _INITIALS:
            initial = token
            continue
        if token in _SPELT:
            syllables.append(_SPELT[token])
        else:
            letters, tone = final_of(token)
            syllables.append(initial + letters + tone)
        initial = ""
    return tuple(syllables)


def is_initial(token: str) -> bool:
    """Whether a token of the zipformer model begins a syllable that another token completes."""
    return token in _INITIALS


@lru_cache(maxsize=65536)
def of_text(text: str) -> tuple[str, ...]:
    """Toned syllables of Chinese text, one a character; what is not Chinese is left out."""
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore"))


class Accents(msgspec.Struct, frozen=True):
    """Which sounds speakers here take for one another: ``zh/z`` (initials), ``an/ang`` (the end of a syllable)."""

    mergers: tuple[str, ...] = ()

    def fold(self, syllable: str) -> str:
        """One representative of all toneless syllables that sound like ``syllable`` here."""
        return _folded(self.mergers, syllable)


@lru_cache(maxsize=8192)
def _folded(mergers: tuple[str, ...], syllable: str) -> str:
    initial = next((known for known in (syllable[:2], syllable[:1]) if known in _INITIALS), "")
    final = syllable[len(initial) :]
    for merger in mergers:
        one, other = sorted(merger.split("/"), key=lambda sound: (len(sound), sound))
        if one in _INITIALS:
            initial = one if initial == other else initial
        elif final.endswith(other):
            final = final[: -len(other)] + one
    return initial + final
