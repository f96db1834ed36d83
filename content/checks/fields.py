"""Walking the texts of an item with the path each was written at, for rules that look at wording."""

from __future__ import annotations

from collections.abc import Iterator

from content.authoring import SourceItem
from content.findings import Finding, Severity
from content.marked import Path
from content.model import Item

SPOKEN_KEYS = frozenset({"标题", "问法", "口播", "材料", "时限", "费用", "步骤", "注意", "适用对象"})
"""Fields the kiosk or the phone reads aloud."""


def texts(item: Item) -> Iterator[tuple[Path, str]]:
    """Every authored text of an item that a citizen reads or hears, with its path in the file."""
    yield ("标题",), item.title
    for key, values in (("别名", item.aliases), ("问法", item.questions)):
        yield from (((key, index), text) for index, text in enumerate(values))
    yield ("口播",), item.spoken
    if item.audience:
        yield ("适用对象",), item.audience
    for index, material in enumerate(item.materials):
        yield ("材料", index, "名称"), material.name
        if material.copies:
            yield ("材料", index, "份数"), material.copies
        if material.note:
            yield ("材料", index, "说明"), material.note
    yield ("时限", "承诺"), item.time_limit.promised
    if item.time_limit.statutory:
        yield ("时限", "法定"), item.time_limit.statutory
    yield ("费用",), item.fee
    for key, values in (("步骤", item.steps), ("注意", item.notes)):
        yield from (((key, index), text) for index, text in enumerate(values))
    for index, basis in enumerate(item.basis):
        yield ("依据", index, "名称"), basis.title
        if basis.article:
            yield ("依据", index, "条款"), basis.article


def at(entry: SourceItem, path: Path, rule: str, message: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(entry.document.file, entry.document.line(*path), rule, message, severity)
