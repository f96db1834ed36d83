"""Labelled messages: a header, then ``label<TAB>text``, one a line, UTF-8."""

from __future__ import annotations

from pathlib import Path

import msgspec

from content.search.text import normalise

MAX_CHARS = 600
"""What of a message is read: the matter is in its first sentences."""


class DispatchError(Exception):
    """The text says what is wrong with the file and what to do, in one line."""


class Example(msgspec.Struct, frozen=True):
    label: str
    text: str


def read_examples(path: Path) -> tuple[Example, ...]:
    """Raises ``DispatchError`` for a file that cannot be read or a line that is not label, tab, text."""
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except OSError as error:
        raise DispatchError(f"{path} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise DispatchError(f"{path} is not UTF-8 text; save it as UTF-8 and try again") from error
    examples = []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        label, tab, text = line.partition("\t")
        if not tab or not label.strip() or not text.strip():
            raise DispatchError(f"{path} line {number}: write the label, a tab and the message")
        examples.append(Example(label.strip(), clean(text)))
    if not examples:
        raise DispatchError(f"{path} has no messages: a header line, then label<TAB>text")
    return tuple(examples)


def clean(text: str) -> str:
    """A message as the model reads it."""
    return normalise(text, MAX_CHARS)
