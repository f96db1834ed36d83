"""What a front end counts for the central service's statistics: sessions, questions, what they came to, their topics.

    usage = Usage(date.today)
    usage.session()
    searcher = CountingSearch(searcher, usage, vocabulary(pack))     # counts every question that is searched for
    report_hourly(usage, outbox, clock)                              # as health parcels: central.health names the keys

A topic is made of the pack's own words and nothing else: the title of the item that answered, or the words of the pack
that occur in the question. A citizen's words, a name among them, are in none (docs/decisions/0045).
"""

from __future__ import annotations

import copy
import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from kiosk.event_ids import EventId

if TYPE_CHECKING:  # the search takes a second to import, and the kiosk's first picture does not wait for it
    from content.search.query import Query, SearchResult
    from dialog.pack_knowledge import Search
    from kiosk.ports import Diary
    from offline_cache.outbox import Outbox

EVERY = 3600.0
"""Seconds between two reports."""
MOST_TOPICS = 50
"""Of each kind in one report; the commonest."""
MOST_WORDS = 3
WORD = range(2, 9)
"""Characters of a word that may stand in a topic: longer ones are whole questions."""
JOINED = "、"

OUTCOMES = {"answer": "answered", "clarify": "clarified", "none": "unanswered"}


class Usage:
    """Counts of one front end since its last report. May be told from any thread."""

    def __init__(self, today: Callable[[], dt.date]) -> None:
        self._today = today
        self._lock = threading.Lock()
        self._day = today()
        self._counts: Counter[str] = Counter()
        self._topics: Counter[str] = Counter()
        self._unanswered: Counter[str] = Counter()

    def session(self) -> None:
        self._count("sessions")

    def printed(self) -> None:
        self._count("printed")

    def asked(self, outcome: str, topic: str) -> None:
        """A question came to ``outcome`` (answer, clarify or none)."""
        with self._lock:
            self._counts["asked"] += 1
            self._counts[OUTCOMES[outcome]] += 1
            if topic:
                (self._unanswered if outcome == "none" else self._topics)[topic] += 1

    def take(self) -> dict[str, str]:
        """The report as the plain part of a health parcel, and start anew; empty when nothing happened."""
        with self._lock:
            day, counts = self._day, self._counts
            topics, unanswered = self._topics, self._unanswered
            self._day, self._counts = self._today(), Counter()
            self._topics, self._unanswered = Counter(), Counter()
        if not counts:
            return {}
        said = {"day": day.isoformat(), **{name: str(number) for name, number in counts.items()}}
        for name, counted in (("topics", topics), ("unanswered_topics", unanswered)):
            if counted:
                said[name] = msgspec.json.encode(dict(counted.most_common(MOST_TOPICS))).decode()
        return said

    def due(self) -> bool:
        """Whether a new day has begun since the counting started: a report is about one day."""
        return self._today() != self._day

    def _count(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1


class Held:
    """Questions that were asked for the case that somebody asks them; ``count`` them when somebody did."""

    def __init__(self, usage: Usage) -> None:
        self._usage = usage
        self._asked: list[tuple[str, str]] = []

    def asked(self, outcome: str, topic: str) -> None:
        self._asked.append((outcome, topic))

    def count(self) -> None:
        for outcome, topic in self._asked:
            self._usage.asked(outcome, topic)


class Topics:
    """Which of the pack's words a question is about. ``words``: the pack's vocabulary."""

    def __init__(self, words: Sequence[str]) -> None:
        self._all = frozenset(word for word in words if JOINED not in word)
        self._words = frozenset(word for word in self._all if len(word) in WORD)

    def of_title(self, title: str) -> str:
        return title if title in self._all else ""

    def of_question(self, text: str) -> str:
        """The longest words first, none inside another, in the order of the alphabet; empty when there are none."""
        found: list[str] = []
        taken = [False] * len(text)
        for length in reversed(WORD):
            for start in range(len(text) - length + 1):
                if text[start : start + length] in self._words and not any(taken[start : start + length]):
                    taken[start : start + length] = [True] * length
                    found.append(text[start : start + length])
        return JOINED.join(sorted(set(found[:MOST_WORDS])))


class CountingSearch:
    """A searcher that counts what was asked of it. ``words``: the pack's vocabulary."""

    def __init__(self, searcher: Search, usage: Usage | Held, words: Sequence[str]) -> None:
        self._searcher, self._usage, self._topics = searcher, usage, Topics(words)

    def counting(self, usage: Usage | Held) -> CountingSearch:
        """The same searcher, counted somewhere else."""
        other = copy.copy(self)
        other._usage = usage
        return other

    def search(self, query: Query, n: int) -> SearchResult:
        result = self._searcher.search(query, n)
        topic = self._topics.of_title(result.hits[0].title) if result.outcome == "answer" and result.hits else ""
        self._usage.asked(result.outcome, topic or self._topics.of_question(query.text))
        return result


class CountingDiary:
    """A diary that counts sessions and slips on the way."""

    def __init__(self, diary: Diary, usage: Usage) -> None:
        self._diary, self._usage = diary, usage

    def note(self, event: EventId, **values: str | int | float | bool) -> None:
        self._diary.note(event, **values)
        if event is EventId.SESSION_STARTED:
            self._usage.session()
        elif event is EventId.ERRAND_ENDED and values.get("kind") == "print" and values.get("outcome") == "done":
            self._usage.printed()


def report(usage: Usage, outbox: Outbox, now: dt.datetime) -> bool:
    """Put the counts into the outbox; whether there were any. What cannot be written is lost: it is only counts."""
    from offline_cache.outbox import OutboxError
    from offline_cache.wire import Kind

    said = usage.take()
    if not said:
        return False
    try:
        outbox.put(Kind.HEALTH, plain=said, secret=b"", now=now)
    except (OutboxError, OSError):
        return False
    return True


def report_hourly(usage: Usage, outbox: Outbox, clock: Callable[[], dt.datetime]) -> threading.Event:
    """A thread that reports every hour and when a day ends; set the event to end it with a last report."""
    stop = threading.Event()

    def run() -> None:
        waited = 0.0
        while not stop.wait(60.0):
            waited += 60.0
            if waited >= EVERY or usage.due():
                report(usage, outbox, clock())
                waited = 0.0
        report(usage, outbox, clock())

    threading.Thread(target=run, name="usage", daemon=True).start()
    return stop
