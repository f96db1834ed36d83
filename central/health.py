"""A terminal's own report: what it runs, how it is, what it counted. Parsed leniently: an old terminal is still heard.

It comes as the plain part of a ``health`` parcel (exactly once, so the counts of a day may be added up) or as the body
of ``POST /api/poll`` (as often as it likes; only its state is taken). All values are strings on the wire:

    software, profile (of a terminal image), content, content_date (2026-11-22), paper (plenty | low | out | unknown),
    waiting (parcels in the outbox), faults: JSON list of event names;
    services: JSON list of what can be done there now (``offline_cache.wire.Site``);
    release, outcome (started | installed | failed), reason: about a release;
    day, sessions, asked, answered, clarified, unanswered, printed: counted since the last report, for that day;
    topics, unanswered_topics: JSON object of topic -> count; a topic is words of the pack joined by 、, nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from offline_cache.rollout import Outcome

COUNTS = ("sessions", "asked", "answered", "clarified", "unanswered", "printed")
MOST_COUNT = 100_000
"""A count above this is not believed: no kiosk has so many sessions between two reports."""
MOST_TOPICS = 200
MOST_FAULTS = 50
MOST_SERVICES = 20
LONGEST_TEXT = 64

T = TypeVar("T")


class ReleaseWord(msgspec.Struct, frozen=True):
    """What the terminal says about one release."""

    release: str
    outcome: Outcome
    reason: str = ""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """See the module. What was not said is empty or None."""

    software: str = ""
    profile: str = ""
    content: str = ""
    content_date: dt.date | None = None
    paper: str = ""
    waiting: int | None = None
    faults: tuple[str, ...] | None = None
    services: tuple[str, ...] | None = None
    release: ReleaseWord | None = None
    day: dt.date | None = None
    counts: dict[str, int] = {}
    topics: dict[str, int] = {}
    unanswered_topics: dict[str, int] = {}


def parse(plain: Mapping[str, str]) -> Health:
    """Never raises: what cannot be read is left out."""
    faults = _json(plain.get("faults", ""), list[str])
    services = _json(plain.get("services", ""), list[str])
    outcome = plain.get("outcome", "")
    word = None
    if plain.get("release") and outcome in set(Outcome):
        word = ReleaseWord(_short(plain["release"]), Outcome(outcome), _short(plain.get("reason", "")))
    return Health(
        software=_short(plain.get("software", "")),
        profile=_short(plain.get("profile", "")),
        content=_short(plain.get("content", "")),
        content_date=_date(plain.get("content_date", "")),
        paper=_short(plain.get("paper", "")),
        waiting=_count(plain.get("waiting", "")),
        faults=None if faults is None else tuple(_short(fault) for fault in faults[:MOST_FAULTS]),
        services=None if services is None else tuple(_short(service) for service in services[:MOST_SERVICES]),
        release=word,
        day=_date(plain.get("day", "")),
        counts={name: number for name in COUNTS if (number := _count(plain.get(name, "")))},
        topics=_topics(plain.get("topics", "")),
        unanswered_topics=_topics(plain.get("unanswered_topics", "")),
    )


def known_topics(topics: Mapping[str, int], words: frozenset[str]) -> dict[str, int]:
    """Only topics made of the pack's own words: whatever else a terminal sends, no citizen's sentence is kept."""
    return {topic: count for topic, count in topics.items() if all(word in words for word in topic.split("、"))}


def _short(text: str) -> str:
    return text[:LONGEST_TEXT]


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= MOST_COUNT else None


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _topics(text: str) -> dict[str, int]:
    found = _json(text, dict[str, int]) or {}
    kept = [(topic, count) for topic, count in found.items() if topic and 0 < count <= MOST_COUNT]
    return {topic: count for topic, count in kept[:MOST_TOPICS] if len(topic) <= LONGEST_TEXT}


def _json(text: str, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(text.encode(), type=kind)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
