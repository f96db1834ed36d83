"""synonyms.yaml: groups of words of one meaning, each word in one group only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from content.findings import Finding, Severity
from content.marked import MarkedError, parse
from content.source import Source

NAME = "synonyms.yaml"


def synonyms(source: Source) -> Iterator[Finding]:
    path = Path(source.directory) / NAME
    if not path.exists():
        return
    try:
        document = parse(path.read_bytes(), str(path))
    except MarkedError as error:
        yield error.finding
        return
    if not isinstance(document.value, list):
        yield Finding(document.file, 1, "synonyms", "应当是一列同义词组，像 - [医保, 医疗保险]", blocking=True)
        return
    first: dict[str, int] = {}
    for index, group in enumerate(document.value):
        line = document.line(index)
        words = [word for word in group if isinstance(word, str)] if isinstance(group, list) else []
        if not isinstance(group, list) or len(words) != len(group) or len(words) < 2:
            yield Finding(document.file, line, "synonyms", "每组至少两个词，写成 [医保, 医疗保险]", blocking=True)
        for word in words:
            if word in first and first[word] != line:
                message = f"“{word}”在第{first[word]}行的组里已经有了"
                yield Finding(document.file, line, "synonyms", message, Severity.WARNING)
            first.setdefault(word, line)
