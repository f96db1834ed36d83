"""Words that mean the same, and names of places: what the index knows about language beside the items' own words.

Synonyms are groups (content/wenling/synonyms.yaml). A text that contains a member of a group carries the group as a
mark, in the index and in the question alike: 娃娃 then meets 新生儿 without the two becoming one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from content.search.text import normalise, words_only


class Lexicon(msgspec.Struct, frozen=True):
    """``synonyms``: groups of words of one meaning. ``places``: towns, streets and villages of the area."""

    synonyms: tuple[tuple[str, ...], ...] = ()
    places: tuple[str, ...] = ()


class Marker:
    """Finds the synonym groups and the place names in a text of words only."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._groups: dict[str, list[int]] = {}
        for number, group in enumerate(lexicon.synonyms):
            for word in group:
                self._groups.setdefault(words_only(normalise(word)), []).append(number)
        self._groups.pop("", None)
        self._words = _any_of(self._groups)
        self._names = {words_only(normalise(name)): name for name in lexicon.places}
        self._names.pop("", None)
        self._places = _any_of(self._names)

    def groups(self, words: str) -> list[int]:
        """Numbers of the groups a member of which is in ``words``; a longer member hides a shorter one inside it."""
        return sorted({number for found in self._words.findall(words) for number in self._groups[found]})

    def covered(self, words: str) -> list[tuple[int, int, tuple[int, ...]]]:
        """Where members stand: start, end, groups."""
        return [(m.start(), m.end(), tuple(self._groups[m.group()])) for m in self._words.finditer(words)]

    def places(self, words: str) -> tuple[str, ...]:
        """Names of the places in ``words``, as the directory writes them."""
        return tuple(dict.fromkeys(self._names[found] for found in self._places.findall(words)))

    def without_places(self, words: str) -> str:
        """The words with place names taken out: 泽国镇 in a question says where, not what."""
        return self._places.sub("", words) or words


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def short_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names with, after each, the form people use: 泽国镇, 泽国."""
    suffixes = ("街道", "镇", "乡")
    found = []
    for name in names:
        found.append(name)
        for suffix in suffixes:
            stem = name.removesuffix(suffix)
            if stem != name and len(stem) >= 2:
                found.append(stem)
    return tuple(dict.fromkeys(found))
