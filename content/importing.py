"""Taking over a city's existing question base: JSON lines in, validated entries and a list of bad lines out.

One entry a line: ``{"id": "...", "title": "...", "questions": ["..."], "answer": "..."}``; questions and answer may be
empty or absent. Reading is a stream: memory does not grow with the file. A bad line is reported by number and left
out; a file that is no JSON lines file at all, or in the wrong encoding, is refused as a whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from content.model import ImportedItem

LONGEST_LINE = 1_000_000
"""Bytes. An answer of this size is a book."""
LONGEST_ID = 100
LONGEST_TITLE = 500
LONGEST_QUESTION = 500
LONGEST_ANSWER = 100_000
"""Characters."""
MOST_QUESTIONS = 200

_ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")


class ImportFileError(Exception):
    """The file as a whole cannot be imported. The text says why and what to do."""


class BadLine(msgspec.Struct, frozen=True):
    """``number`` counts from 1."""

    number: int
    reason: str


class _Line(msgspec.Struct, frozen=True):
    id: str
    title: str
    questions: tuple[str, ...] | None = ()
    answer: str | None = ""


def read_entries(
    path: Path, on_bad: Callable[[BadLine], None], on_bytes: Callable[[int], None] = lambda done: None
) -> Iterator[ImportedItem]:
    """The good entries of a file, in order, each id once. ``on_bytes`` is told how far the file has been read.

    Raises ``ImportFileError`` when the file cannot be read, is not UTF-8, or holds no good entry.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read ({error.strerror})") from error
    with file:
        yield from _entries(file, str(path), on_bad, on_bytes)


def _entries(
    file: BinaryIO, name: str, on_bad: Callable[[BadLine], None], on_bytes: Callable[[int], None]
) -> Iterator[ImportedItem]:
    seen: set[str] = set()
    decoder = msgspec.json.Decoder(_Line)
    number = done = 0
    for line in _lines(file):
        number += 1
        done += len(line)
        if number == 1:
            _check_encoding(line, name)
        on_bytes(done)
        if not line.strip():
            continue
        entry = _entry(line, decoder)
        if isinstance(entry, str):
            on_bad(BadLine(number, entry))
        elif entry.id in seen:
            on_bad(BadLine(number, f"the id {entry.id} was used before"))
        else:
            seen.add(entry.id)
            yield entry
    if not seen:
        example = '{"id": "...", "title": "...", "questions": [], "answer": ""}'
        raise ImportFileError(f"{name} has no entry; a line is {example}")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of at most ``LONGEST_LINE`` + 1 bytes; the rest of a longer one is read past in pieces."""
    while line := file.readline(LONGEST_LINE + 1):
        whole = line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE + 1)
        yield whole


def _check_encoding(line: bytes, name: str) -> None:
    if line.startswith(b"\xef\xbb\xbf"):
        raise ImportFileError(f"{name} starts with a byte order mark; save it as UTF-8 without BOM")
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportFileError(f"{name} is UTF-16; save it as UTF-8")
    try:
        line.decode()
    except UnicodeDecodeError:
        if len(line) > LONGEST_LINE:
            return
        raise ImportFileError(f"{name} is not UTF-8 (perhaps GBK: iconv -f GB18030 -t UTF-8 converts it)") from None


def _entry(line: bytes, decoder: msgspec.json.Decoder[_Line]) -> ImportedItem | str:
    """The entry, or why the line is bad."""
    if len(line) > LONGEST_LINE:
        return f"longer than {LONGEST_LINE} bytes"
    try:
        raw = decoder.decode(line)
    except UnicodeDecodeError:
        return "not UTF-8"
    except (msgspec.DecodeError, RecursionError) as error:
        return f"not an entry: {error}"
    entry = ImportedItem(
        id=_clean(raw.id),
        title=_clean(raw.title),
        questions=tuple(dict.fromkeys(filter(None, (_clean(question) for question in raw.questions or ())))),
        answer=_clean(raw.answer or "", keep_lines=True),
    )
    return _problem(entry) or entry


def _clean(text: str, keep_lines: bool = False) -> str:
    """Zero-width characters out, line ends and tabs to blanks (answers keep their lines), outer blanks off."""
    text = _ZERO_WIDTH.sub("", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return text.strip() if keep_lines else " ".join(text.split())


def _problem(entry: ImportedItem) -> str:
    if not entry.id:
        return "the id is empty"
    if not entry.title:
        return "the title is empty"
    if len(entry.id) > LONGEST_ID or len(entry.title) > LONGEST_TITLE:
        return f"the id or the title is longer than {LONGEST_ID} or {LONGEST_TITLE} characters"
    if len(entry.questions) > MOST_QUESTIONS:
        return f"more than {MOST_QUESTIONS} questions"
    if any(len(question) > LONGEST_QUESTION for question in entry.questions):
        return f"a question is longer than {LONGEST_QUESTION} characters"
    if len(entry.answer) > LONGEST_ANSWER:
        return f"the answer is longer than {LONGEST_ANSWER} characters"
    for text in (entry.id, entry.title, *entry.questions, entry.answer):
        for character in text:
            category = unicodedata.category(character)
            if (category == "Cc" and character != "\n") or category == "Cs":
                return f"control character U+{ord(character):04X}"
    return ""
