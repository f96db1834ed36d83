"""What goes into a search and what comes out: plain records, shared with the dialog."""

from __future__ import annotations

from typing import Literal

import msgspec

Outcome = Literal["answer", "clarify", "none"]

MOST_CHOICES = 4
"""More than four choices cannot be held in the head while they are read out."""


class Query(msgspec.Struct, frozen=True):
    """A question. ``pinyin``: toned syllables if it was heard; ``nbest``: other texts it may have been; ``context``:
    the id of the item just answered, for follow-ups such as 那要多少钱, or empty."""

    text: str
    pinyin: tuple[str, ...] = ()
    nbest: tuple[str, ...] = ()
    context: str = ""


class Hit(msgspec.Struct, frozen=True):
    """One item found. ``confidence``: calibrated probability, 0..1, that it is what was asked."""

    id: str
    title: str
    confidence: float


class SearchResult(msgspec.Struct, frozen=True):
    """``outcome`` decides what to do; ``hits`` are ranked whatever the outcome; ``reason``: "" or "expired";
    ``ms``: milliseconds by stage."""

    outcome: Outcome
    hits: tuple[Hit, ...] = ()
    reason: str = ""
    ms: dict[str, float] = {}

    @property
    def choices(self) -> tuple[Hit, ...]:
        """What a clarify offers: at most four."""
        return self.hits[:MOST_CHOICES] if self.outcome == "clarify" else ()
