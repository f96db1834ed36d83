"""Titles and questions of different items that sound alike: the ear, and the recogniser, cannot tell them apart.

Same syllables without tones is an error; the same after folding the accents people here have (zh/z, n/l, h/f, -n/-ng)
is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from content.authoring import SourceItem
from content.checks.fields import at
from content.findings import Finding, Severity
from content.marked import Path
from content.search.pinyin import Accents, syllables

_NOT_SAID = re.compile(r"[^\w]|_")


def collisions(entries: tuple[SourceItem, ...]) -> Iterator[Finding]:
    """Each later text that sounds like an earlier one of another item."""
    accents = Accents()
    exact: dict[tuple[str, ...], tuple[SourceItem, str]] = {}
    alike: dict[tuple[str, ...], tuple[SourceItem, str]] = {}
    for entry in entries:
        for path, text in _asked(entry):
            sound = tuple(syllables(_NOT_SAID.sub("", text).lower()))
            if not sound:
                continue
            other = exact.setdefault(sound, (entry, text))
            if other[0] is not entry:
                message = f"“{text}”和事项 {other[0].item.id} 的“{other[1]}”读音一样，分不清要办哪件，请换个说法"
                yield at(entry, path, "same-sound", message)
                continue
            other = alike.setdefault(tuple(accents.fold(syllable) for syllable in sound), (entry, text))
            if other[0] is not entry:
                message = f"“{text}”和事项 {other[0].item.id} 的“{other[1]}”在本地口音里读音一样"
                yield at(entry, path, "near-sound", message, Severity.WARNING)


def _asked(entry: SourceItem) -> Iterator[tuple[Path, str]]:
    yield ("标题",), entry.item.title
    for key, values in (("别名", entry.item.aliases), ("问法", entry.item.questions)):
        yield from (((key, index), text) for index, text in enumerate(values))
