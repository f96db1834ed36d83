"""What comes first in pinyin: the trade's own words and people's names, as a phrase table for rime.

A phrase stands first only where its whole pinyin was typed, so a rare one disturbs nobody. Words are whatever the
pack's titles and synonyms say more than once, up to eight characters; names are every surname with every given name of
``names.toml``.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

NAMES = Path(__file__).with_name("names.toml")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
LONGEST_PIECE = 8
LONGEST_WORD = 14
FORMAT = b"1"
"""Changed when the table is made otherwise."""

SURNAME_READINGS = {
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "曾": "zeng",
    "覃": "qin",
    "任": "ren",
    "郏": "jia",
    "尹": "yin",
}
"""Where a surname is read otherwise than the character is."""


def words(vocabulary: Iterable[str]) -> dict[str, int]:
    """Pieces of Chinese text that occur at least twice, and whole short entries, with how often."""
    whole: Counter[str] = Counter()
    pieces: Counter[str] = Counter()
    for entry in vocabulary:
        for run in _HAN.findall(entry):
            if 2 <= len(run) <= LONGEST_WORD:
                whole[run] += 1
            for size in range(2, LONGEST_PIECE + 1):
                pieces.update(run[i : i + size] for i in range(len(run) - size + 1))
    return dict(whole) | {piece: count for piece, count in pieces.items() if count >= 2}


@lru_cache(maxsize=1)
def names() -> tuple[tuple[str, str], ...]:
    """(name, pinyin) of every surname, given name and both together, the commoner first."""
    from pypinyin import lazy_pinyin  # slow to import

    lists = tomllib.loads(NAMES.read_text(encoding="utf-8"))
    surnames = dict.fromkeys(lists["surnames"].split())
    given = {name: "".join(lazy_pinyin(name)) for name in dict.fromkeys(lists["given"].split())}
    read = {name: SURNAME_READINGS.get(name) or "".join(lazy_pinyin(name)) for name in surnames}
    both = [(one + other, read[one] + given[other]) for one in read for other in given]
    return (*read.items(), *((name, pinyin) for name, pinyin in given.items() if len(name) > 1), *both)


def table(vocabulary: Iterable[str]) -> Iterator[str]:
    """Lines ``text<TAB>pinyin<TAB>weight`` of rime's phrase table; trade words before names of the same sound."""
    from pypinyin import Style, lazy_pinyin

    counted = words(vocabulary)
    for text, count in counted.items():
        code = "".join(lazy_pinyin(text, style=Style.NORMAL, v_to_u=False))
        if code.isascii() and code.isalpha():
            yield f"{text}\t{code}\t{100_000 + min(count, 9_999) + len(text)}"
    listed = names()
    for place, (text, code) in enumerate(listed):
        if text not in counted:
            yield f"{text}\t{code}\t{max(1, len(listed) - place)}"


def write(path: Path, vocabulary: Iterable[str]) -> bool:
    """Write the table, unless the one there was made of the same words and names; whether it was written."""
    vocabulary = tuple(vocabulary)
    digest = hashlib.sha256("\n".join(vocabulary).encode() + NAMES.read_bytes() + FORMAT).hexdigest()
    head = f"# made of {digest}\n"
    if path.exists():
        with path.open(encoding="utf-8") as file:
            if file.readline() == head:
                return False
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_text(head + "\n".join(table(vocabulary)) + "\n", encoding="utf-8")
    partial.replace(path)
    return True
