"""A long text cut into parts, between which a terminal that cannot hear while it speaks stops to listen."""

from __future__ import annotations

from collections.abc import Sequence

from speech.english import is_english
from speech.sentences import LETTERS, split_sentences

PART = 36
"""Characters after whose sentence a part ends: about nine seconds at the calm pace."""

LEAST = 14
"""Characters of a last part; a shorter rest is not worth a pause."""


def in_parts(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """The sentences of ``texts`` in parts of at least ``PART`` characters; sentences stay whole."""
    parts: list[tuple[str, ...]] = []
    sentences: tuple[str, ...] = ()
    for sentence in split_sentences("\n".join(texts)):
        sentences = (*sentences, sentence)
        if _length(sentences) >= PART:
            parts.append(sentences)
            sentences = ()
    if sentences and parts and _length(sentences) < LEAST:
        parts[-1] = (*parts[-1], *sentences)
    elif sentences:
        parts.append(sentences)
    return parts


def _length(sentences: Sequence[str]) -> float:
    return sum(len(one) / (LETTERS if is_english(one) else 1) for one in sentences)
