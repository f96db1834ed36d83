"""Cutting a text into what is spoken at once: sentences, and pieces of a long one so that sound comes early."""

from __future__ import annotations

import re

from speech.english import is_english

_END = re.compile(
    r"(?<=[。！？；!?;\n])(?![。！？；!?;”’」』）)])"
    r"|(?<=[。！？!?][”’」』）)])(?![。！？；!?;，、])"
    r"|(?<=[a-z]\.)(?=\s+[A-Z])"
)
_BREATH = re.compile(r"(?<=[，、：,:])")

FIRST_PIECE = 14
"""Characters: a first piece of this length is rendered in well under a second."""

LATER_PIECE = 40
"""Characters: what follows is rendered while the piece before it plays."""

LETTERS = 4
"""Letters of English that last as long as a Chinese character."""


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of ``text`` with their final punctuation; blanks around and empty ones are removed."""
    return tuple(sentence.strip() for sentence in _END.split(text) if sentence.strip())


def split_pieces(sentence: str, first: int = FIRST_PIECE, later: int = LATER_PIECE) -> tuple[str, ...]:
    """``sentence`` cut at commas: the first piece of at most ``first`` characters where that can be, others ``later``.

    A stretch without any comma is cut only when longer than ``later``, and then anywhere. Joined again, the pieces are
    the sentence.
    """
    if is_english(sentence):
        return _english_pieces(sentence, first * LETTERS, later * LETTERS)
    if len(sentence) <= first:
        return (sentence,)
    clauses = [part for clause in _BREATH.split(sentence) for part in _chunks(clause, later)]
    pieces: list[str] = []
    for clause in clauses:
        room = first if len(pieces) == 1 else later
        if pieces and len(pieces[-1]) + len(clause) <= room:
            pieces[-1] += clause
        else:
            pieces.append(clause)
    return tuple(pieces)


def _chunks(clause: str, longest: int) -> list[str]:
    return [clause[start : start + longest] for start in range(0, len(clause), longest)]


def _english_pieces(sentence: str, first: int, later: int) -> tuple[str, ...]:
    """Cut after words, the first piece at a comma where there is an early one."""
    pieces: list[str] = []
    for word in re.findall(r"\S+\s*", sentence):
        room = first if len(pieces) == 1 else later
        if pieces and len(pieces[-1]) + len(word) <= room and not (len(pieces) == 1 and pieces[0].rstrip()[-1] in ",:"):
            pieces[-1] += word
        else:
            pieces.append(word)
    return tuple(pieces)
