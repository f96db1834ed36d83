"""Reading one mapping of a marked document field by field; what is missing or wrong becomes a finding, not a crash."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping
from typing import TypeVar

from content.findings import Finding
from content.marked import Document, Path, Value

T = TypeVar("T")

_TRUE = frozenset({"是", "true", "True", "yes"})
_FALSE = frozenset({"否", "false", "False", "no"})

MAXIMUM_TEXT = 2_000
"""Characters in one field; longer text is a mistake (a whole web page pasted in)."""


class Fields:
    """A mapping at ``path`` of ``document``. Findings go to ``findings``; a reader goes on after each."""

    def __init__(self, document: Document, path: Path, value: Value, findings: list[Finding]) -> None:
        self.document = document
        self.path = path
        self.findings = findings
        self._seen: set[str] = set()
        self._values: dict[str, Value] = {}
        if isinstance(value, dict):
            self._values = value
        else:
            self.report("type", "这里要写“名称: 内容”的形式")

    def report(self, rule: str, message: str, *inside: str | int) -> None:
        line = self.document.line(*self.path, *inside)
        self.findings.append(Finding(self.document.file, line, rule, message, blocking=True))

    def has(self, key: str) -> bool:
        return self._values.get(key) is not None

    def value(self, key: str) -> Value:
        self._seen.add(key)
        return self._values.get(key)

    def text(self, key: str, required: bool = True) -> str:
        """One line of text, outer blanks removed; empty when absent."""
        value = self.value(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            if required:
                self.report("missing", f"缺少“{key}”", key)
            return ""
        if not isinstance(value, str):
            self.report("type", f"“{key}”应当是一句文字", key)
            return ""
        return self._bounded(key, value)

    def texts(self, key: str, required: bool = True) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        value = self.value(key)
        if isinstance(value, str):
            value = [value]
        if value is None or value == []:
            if required:
                self.report("missing", f"缺少“{key}”", key)
            return ()
        if not isinstance(value, list):
            self.report("type", f"“{key}”应当是一列文字，每条前面加“- ”", key)
            return ()
        found = []
        for index, entry in enumerate(value):
            if isinstance(entry, str) and entry.strip():
                found.append(self._bounded(key, entry, index))
            elif entry is None or isinstance(entry, str):
                self.report("empty", f"“{key}”第{index + 1}条是空的", key, index)
            else:
                self.report("type", f"“{key}”第{index + 1}条应当是文字（有冒号的请加引号）", key, index)
        return tuple(found)

    def choice(self, key: str, table: Mapping[str, T], required: bool = True) -> T | None:
        """One of a closed set of names."""
        text = self.text(key, required)
        if not text:
            return None
        if text not in table:
            self.report("unknown-name", f"“{key}”没有“{text}”{_suggest(text, table)}", key)
            return None
        return table[text]

    def date(self, key: str, required: bool = True) -> dt.date | None:
        text = self.text(key, required)
        if not text:
            return None
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            self.report("date", f"“{key}”要写成 2026-01-31 这样的日期，现在是“{text[:20]}”", key)
            return None

    def flag(self, key: str, default: bool) -> bool:
        text = self.text(key, required=False)
        if not text:
            return default
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        self.report("type", f"“{key}”只能写“是”或“否”", key)
        return default

    def number(self, key: str, default: float | None = None) -> float | None:
        text = self.text(key, required=default is None)
        if not text:
            return default
        try:
            return float(text)
        except ValueError:
            self.report("type", f"“{key}”应当是数字，现在是“{text[:20]}”", key)
            return default

    def records(self, key: str, required: bool = True) -> list[Fields]:
        """A list of mappings; texts in the list are skipped here (see ``entries``)."""
        return [entry for entry in self.entries(key, required) if isinstance(entry, Fields)]

    def entries(self, key: str, required: bool = True) -> list[Fields | str]:
        """A list whose entries are texts or mappings."""
        value = self.value(key)
        if value is None or value == []:
            if required:
                self.report("missing", f"缺少“{key}”", key)
            return []
        if not isinstance(value, list):
            self.report("type", f"“{key}”应当是一列，每条前面加“- ”", key)
            return []
        found: list[Fields | str] = []
        for index, entry in enumerate(value):
            if isinstance(entry, str) and entry.strip():
                found.append(self._bounded(key, entry, index))
            elif isinstance(entry, dict):
                found.append(Fields(self.document, (*self.path, key, index), entry, self.findings))
            else:
                self.report("empty", f"“{key}”第{index + 1}条是空的或者写法不对", key, index)
        return found

    def record(self, key: str, required: bool = True) -> Fields | None:
        value = self.value(key)
        if value is None:
            if required:
                self.report("missing", f"缺少“{key}”", key)
            return None
        return Fields(self.document, (*self.path, key), value, self.findings)

    def names(self) -> tuple[str, ...]:
        return tuple(self._values)

    def finish(self) -> None:
        """Report keys nobody asked for: most are misspelt."""
        for key in self._values:
            if key not in self._seen:
                self.report("unknown-key", f"不认识“{key}”{_suggest(key, self._seen)}", key)

    def _bounded(self, key: str, text: str, *inside: int) -> str:
        text = text.strip()
        if len(text) > MAXIMUM_TEXT:
            self.report("too-long", f"“{key}”有{len(text)}个字，最多{MAXIMUM_TEXT}个", key, *inside)
            return text[:MAXIMUM_TEXT]
        return text


def root(document: Document, findings: list[Finding]) -> Fields:
    return Fields(document, (), document.value, findings)


def _suggest(text: str, known: Mapping[str, object] | set[str]) -> str:
    close = difflib.get_close_matches(text, list(known), n=1, cutoff=0.3)
    if close:
        return f"，是不是“{close[0]}”？"
    return f"，可以写：{'、'.join(sorted(known)[:20])}" if known else ""
