"""YAML that remembers its lines: plain values (text, list, mapping) and where each of them was written.

Every scalar is text, as the clerk wrote it: no yes/no, date or octal surprises. Anchors, tags, several documents in a
file, doubled keys and deep nesting are refused, since an author never means them and a reader may be attacked by them.
"""

from __future__ import annotations

import unicodedata
from typing import TypeAlias

import msgspec
import yaml

from content.findings import Finding

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
Path: TypeAlias = "tuple[str | int, ...]"

MAXIMUM_BYTES = 2_000_000
MAXIMUM_DEPTH = 12

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")


class Document(msgspec.Struct, frozen=True):
    """One file's value. ``lines`` maps a path such as ("材料", 0, "名称") to its line, counted from 1."""

    file: str
    value: Value
    lines: dict[Path, int]

    def line(self, *path: str | int) -> int:
        """The line of ``path``, or of the nearest enclosing thing that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class MarkedError(Exception):
    """The file cannot be read; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def parse(data: bytes, file: str) -> Document:
    """Read one YAML document. Raises ``MarkedError`` with file, line and one sentence."""
    text = decode(data, file)
    try:
        return _Composer(file).compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise _failure(file, line, "yaml", f"格式读不懂：{_reason(error)}") from error
    except yaml.YAMLError as error:
        raise _failure(file, 1, "yaml", f"格式读不懂（{' '.join(str(error).split())}）") from error


def decode(data: bytes, file: str) -> str:
    """Bytes of a file an author saved -> text; refuses what is not plain UTF-8 text."""
    if len(data) > MAXIMUM_BYTES:
        raise _failure(
            file, 1, "too-big", f"文件有{len(data) // 1_000_000}兆，超过{MAXIMUM_BYTES // 1_000_000}兆，请拆开"
        )
    if data.startswith(b"\xef\xbb\xbf"):
        raise _failure(file, 1, "encoding", "文件开头有BOM标记，请另存为“UTF-8（无BOM）”")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _failure(file, 1, "encoding", "文件是UTF-16编码，请另存为UTF-8")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        name = "GBK" if _decodes(data, "gb18030") else "未知"
        raise _failure(file, line, "encoding", f"文件不是UTF-8编码（看起来是{name}），请另存为UTF-8") from error
    for number, content in enumerate(text.split("\n"), 1):
        for character in content:
            if character in _INVISIBLE or (character != "\r" and unicodedata.category(character) == "Cc"):
                if character == "\t":
                    continue
                raise _failure(file, number, "control-character", f"有看不见的控制字符 U+{ord(character):04X}，请删掉")
    return text


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _failure(file: str, line: int, rule: str, message: str) -> MarkedError:
    return MarkedError(Finding(file, line, rule, message, blocking=True))


_EXPLAINED = {
    "cannot start any token": "行首不要用制表符（Tab），用空格；符号开头的文字加引号",
    "mapping values are not allowed": "这一行多了一个冒号，或者上一行缩进不对；文字里的冒号请用“：”或者加引号",
    "did not find expected ',' or ']'": "方括号没有写完",
    "did not find expected ',' or '}'": "花括号没有写完",
    "could not find expected ':'": "这里少了冒号，或者冒号后面没有空格",
    "did not find expected key": "缩进和上一行对不齐",
    "did not find expected '-' indicator": "列表的短横线没有对齐",
    "found unexpected end of stream": "引号没有写完",
}
"""What the parser says -> what the author should look for."""


def _reason(error: yaml.MarkedYAMLError) -> str:
    problem = " ".join((error.problem or error.context or "unknown").split())
    return next((advice for part, advice in _EXPLAINED.items() if part in problem), problem)


class _Composer:
    """Builds the value from parser events, so that depth and doubled keys are seen as they come."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: dict[Path, int] = {}

    def compose(self, text: str) -> Document:
        value: Value = None
        documents = 0
        # Containers being filled, each with its path and, for a mapping, the key that waits for its value.
        stack: list[tuple[list[Value] | dict[str, Value], Path, str | None]] = []
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            line = event.start_mark.line + 1 if event.start_mark is not None else 1
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _failure(self._file, line, "yaml", "一个文件只写一条，请去掉多余的“---”")
                continue
            if isinstance(event, yaml.AliasEvent):
                raise _failure(self._file, line, "yaml", "不支持用“*”引用别处的内容，请直接写出来")
            if isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
                continue
            if not isinstance(event, yaml.NodeEvent):
                continue
            if event.anchor or getattr(event, "tag", None):
                raise _failure(self._file, line, "yaml", "不支持“&”“!”这类标记；要写这些符号请加引号")
            if isinstance(event, yaml.ScalarEvent):
                plain_null = event.style in (None, "") and event.value in _NULLS
                new: Value = None if plain_null else event.value
            elif isinstance(event, yaml.MappingStartEvent):
                new = {}
            else:
                new = []
            path = self._place(stack, new, line)
            if path is None:
                continue
            if not stack and not path:
                value = new
            self._lines.setdefault(path, line)  # a mapping entry keeps the line of its key
            if isinstance(new, (list, dict)):
                if len(stack) >= MAXIMUM_DEPTH:
                    raise _failure(self._file, line, "yaml", f"层次太深，最多{MAXIMUM_DEPTH}层")
                stack.append((new, path, None))
        return Document(self._file, value, self._lines)

    def _place(
        self, stack: list[tuple[list[Value] | dict[str, Value], Path, str | None]], new: Value, line: int
    ) -> Path | None:
        """Put ``new`` into the innermost container; its path, or None when it was a mapping's key."""
        if not stack:
            return ()
        container, path, key = stack[-1]
        if isinstance(container, list):
            container.append(new)
            return (*path, len(container) - 1)
        if key is None:
            if not isinstance(new, str):
                raise _failure(self._file, line, "yaml", "冒号前面只能是文字")
            if new in container:
                raise _failure(self._file, line, "duplicate-key", f"“{new}”写了两遍")
            stack[-1] = (container, path, new)
            self._lines[(*path, new)] = line
            return None
        container[key] = new
        stack[-1] = (container, path, None)
        return (*path, key)
