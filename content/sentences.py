"""Splitting a spoken text into sentences, the unit of synthesis, of clips and of the ear's patience."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[。！？；!?;\n])(?![”’」』）)])")


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of ``text`` with their final punctuation, blanks and empty ones removed."""
    return tuple(sentence.strip() for sentence in _END.split(text) if sentence.strip())
