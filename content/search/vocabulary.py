"""The words a recogniser should expect: those of the pack's items and places, and the synonyms its search knows."""

from __future__ import annotations

import msgspec

from content.pack import Pack
from content.search.index import IndexInfo


def vocabulary(pack: Pack) -> tuple[str, ...]:
    """Titles, aliases, questions and names of the pack, then every member of its synonym groups, each once.

    Synonyms are the everyday words of the trade (医保, 社保卡): without them 医保 alone is heard as 一包.
    """
    groups: tuple[tuple[str, ...], ...] = ()
    if "search.info" in pack.blob_names():
        groups = msgspec.json.decode(pack.blob("search.info"), type=IndexInfo).lexicon.synonyms
    return tuple(dict.fromkeys((*pack.words(), *(word for group in groups for word in group))))
