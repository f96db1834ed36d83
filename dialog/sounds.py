"""How alike two short utterances sound: syllables compared by initial, glide, vowel and ending.

What is compared are the readings of a recogniser that had nothing to go by but the sound, so the costs are those of
mishearing, not of misspelling: 打印 comes out as 大爷 (yin, ye), 人工 as 神功 (r, sh), 办完了 as 办完脸 (le, lian).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from content.search.pinyin import split

DROPPED, ADDED = 0.9, 0.6
"""Cost of a syllable that was not heard, and of one heard too much (a breath, the room)."""

_ALIKE = (
    ({"zh", "z", "j"}, 0.25),
    ({"ch", "c", "q"}, 0.25),
    ({"sh", "s", "x"}, 0.25),
    ({"n", "l"}, 0.2),
    ({"l", "r"}, 0.3),
    ({"h", "f"}, 0.25),
    ({"r", "sh"}, 0.35),
    ({"b", "p"}, 0.35),
    ({"d", "t"}, 0.35),
    ({"g", "k"}, 0.35),
    ({"k", "h"}, 0.35),
    ({"g", "h"}, 0.45),
    ({"zh", "ch"}, 0.4),
    ({"z", "c"}, 0.4),
    ({"j", "q"}, 0.4),
    ({"b", "m"}, 0.4),
    ({"m", "n"}, 0.4),
    ({"", "h"}, 0.4),
    ({"", "r"}, 0.4),
)
"""Initials that are taken for each other, and the cost; any other two cost 0.7."""

_OTHER_INITIAL = 0.7
_GLIDE, _ENDING, _NASAL = 0.15, 0.3, 0.1
_VOWELS = ({"a", "e"}, {"o", "e"}, {"o", "u"}, {"e", "i"}, {"i", "v"}, {"u", "v"}, {"a", "o"})
_VOWEL, _OTHER_VOWEL = 0.3, 0.6
_WHOLE = {"y": "i", "w": "u"}


def likeness(heard: Sequence[str], meant: Sequence[str]) -> float:
    """1 for the same syllables, 0 for nothing in common; toneless pinyin as ``dialog.commands.sound`` gives it."""
    longest = max(len(heard), len(meant))
    return max(0.0, 1 - _distance(tuple(heard), tuple(meant)) / longest) if longest else 0.0


def _distance(heard: tuple[str, ...], meant: tuple[str, ...]) -> float:
    """The least cost of taking ``meant`` for ``heard``, syllables dropped and added."""
    row = [DROPPED * count for count in range(len(meant) + 1)]
    for one in heard:
        following = [row[0] + ADDED]
        for count, other in enumerate(meant):
            following.append(
                min(row[count] + _cost(one, other), row[count + 1] + ADDED, following[count] + DROPPED),
            )
        row = following
    return row[-1]


@lru_cache(maxsize=16384)
def _cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    initial, glide, vowel, ending = _parts(one)
    initial_, glide_, vowel_, ending_ = _parts(other)
    cost = 0.0
    if initial != initial_:
        pair = {initial, initial_}
        cost += min((price for alike, price in _ALIKE if pair <= alike), default=_OTHER_INITIAL)
    if vowel != vowel_:
        cost += _VOWEL if any({vowel, vowel_} <= alike for alike in _VOWELS) else _OTHER_VOWEL
    if glide != glide_:
        cost += _GLIDE
    if ending != ending_:
        cost += _NASAL if {ending, ending_} == {"n", "ng"} else _ENDING
    return min(1.0, cost)


def _parts(syllable: str) -> tuple[str, str, str, str]:
    """Initial, glide, vowel, ending: zhuang is zh, u, a, ng; yin is "", "", i, n; liu is l, i, o, u."""
    initial, final = split(syllable)
    final = {"iu": "iou", "ui": "uei", "un": "uen"}.get(final, final) if initial else final
    if not initial and final[:1] in _WHOLE:
        glide, rest = _WHOLE[final[0]], final[1:]
        whole = rest if rest[:1] == glide else glide + rest
        final = "v" + rest[1:] if final[:2] == "yu" else whole
    elif initial in ("j", "q", "x") and final[:1] == "u":
        final = "v" + final[1:]
    ending = next((end for end in ("ng", "n", "r") if final.endswith(end) and len(final) > len(end)), "")
    core = final[: len(final) - len(ending)] if ending else final
    glide = core[0] if len(core) > 1 and core[0] in "iuv" else ""
    core = core[len(glide) :]
    if len(core) > 1 and not ending:
        core, ending = core[0], core[1:]
    return initial, glide, core, ending
