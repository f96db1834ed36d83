"""What the numbers say: hot topics, sudden rises as an early warning, satisfaction, answer rate. Counts only."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from central.tables import Day, Rating, Ticket, Topic

RECENT_DAYS = 7
BASE_DAYS = 28
LEAST_BASE_DAYS = 14
"""Days with anything at all among the base days, before a rise means something."""
FEWEST = 5
"""Fewer than this in the recent days is not a rise."""
SURPRISE = 3.0
"""Standard deviations above what the base days let expect (counts are taken as Poisson)."""
LEAST_SHOWN = 3
"""An unanswered topic asked less often than this is not listed: it could be one person's."""


class Rise(msgspec.Struct, frozen=True):
    """``expected``: in ``RECENT_DAYS`` days, from the ``BASE_DAYS`` before. ``surprise``: in standard deviations."""

    topic: str
    recent: int
    expected: float
    surprise: float


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Of a span of days. Shares are None where there was nothing to share."""

    first: dt.date
    last: dt.date
    sessions: int
    asked: int
    answer_share: float | None
    tickets: int
    punctual_share: float | None
    answer_days: float | None
    ratings: tuple[int, int, int, int, int]
    satisfied_share: float | None
    per_day: tuple[tuple[dt.date, int, int], ...]
    by_code: tuple[tuple[str, int], ...]
    by_department: tuple[tuple[str, int, int, int], ...]
    hot: tuple[tuple[str, int], ...]
    unanswered: tuple[tuple[str, int], ...]
    rises: tuple[Rise, ...]


def rises(counts: Mapping[str, Mapping[dt.date, int]], today: dt.date) -> tuple[Rise, ...]:
    """Topics that came up more often in the last days than the weeks before let expect; the most surprising first.

    The comparison is of whole weeks, so that a quiet Sunday is not a fall and a busy Monday not a rise. Without a
    history nothing rises: in a service's first weeks everything is new.
    """
    start = today - dt.timedelta(days=RECENT_DAYS - 1)
    base = start - dt.timedelta(days=BASE_DAYS)
    heard = {day for days in counts.values() for day in days if base <= day < start}
    if len(heard) < LEAST_BASE_DAYS:
        return ()
    found = []
    for topic, days in counts.items():
        recent = sum(count for day, count in days.items() if start <= day <= today)
        before = sum(count for day, count in days.items() if base <= day < start)
        expected = before * RECENT_DAYS / BASE_DAYS
        # One more than expected in the root: a topic never heard before needs FEWEST, not one.
        surprise = (recent - expected) / math.sqrt(expected + 1)
        if recent >= FEWEST and surprise >= SURPRISE:
            found.append(Rise(topic, recent, expected, surprise))
    return tuple(sorted(found, key=lambda rise: (-rise.surprise, rise.topic)))


def overview(session: Session, last: dt.date, days: int, zone: dt.tzinfo) -> Overview:
    """The ``days`` days up to ``last``."""
    first = last - dt.timedelta(days=days - 1)
    since = dt.datetime.combine(first, dt.time(), tzinfo=zone)
    before = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=zone)
    inside = (Ticket.received >= since, Ticket.received < before)
    sums = session.execute(
        sa.select(sa.func.sum(Day.sessions), sa.func.sum(Day.asked), sa.func.sum(Day.answered)).where(
            Day.day >= first, Day.day <= last
        )
    ).one()
    sessions, asked, answered = (int(value or 0) for value in sums)
    rows = session.execute(
        sa.select(
            Ticket.code, Ticket.department, Ticket.received, Ticket.start, Ticket.first_answer_due, Ticket.answered_at
        ).where(*inside)
    ).all()
    scores = [0] * 5
    query = sa.select(Rating.score, sa.func.count()).where(Rating.at >= since, Rating.at < before)
    for score, count in session.execute(query.group_by(Rating.score)):
        scores[score - 1] = count
    done = [row for row in rows if row.answered_at is not None]
    waits = [(row.answered_at - row.received).total_seconds() / 86400 for row in done]
    per_day = {first + dt.timedelta(days=number): [0, 0] for number in range(days)}
    for row in rows:
        per_day[row.received.astimezone(zone).date()][0] += 1
    for day, count in session.execute(
        sa.select(Day.day, sa.func.sum(Day.sessions)).where(Day.day >= first, Day.day <= last).group_by(Day.day)
    ):
        per_day[day][1] = int(count)
    return Overview(
        first=first,
        last=last,
        sessions=sessions,
        asked=asked,
        answer_share=answered / asked if asked else None,
        tickets=len(rows),
        punctual_share=sum(row.answered_at <= row.first_answer_due for row in done) / len(done) if done else None,
        answer_days=sum(waits) / len(waits) if waits else None,
        ratings=(scores[0], scores[1], scores[2], scores[3], scores[4]),
        satisfied_share=(scores[3] + scores[4]) / sum(scores) if sum(scores) else None,
        per_day=tuple((day, counts[0], counts[1]) for day, counts in per_day.items()),
        by_code=_most([row.code for row in rows if row.code]),
        by_department=_departments(rows),
        hot=_topics(session, "asked", first, last, 1),
        unanswered=_topics(session, "unanswered", first, last, LEAST_SHOWN),
        rises=rises(_per_topic(session, last, zone), last),
    )


def _most(names: list[str], most: int = 15) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most])


def _departments(rows: Iterable[Any]) -> tuple[tuple[str, int, int, int], ...]:
    """(department, all, answered, answered in time), the busiest first."""
    table: dict[str, list[int]] = {}
    for row in rows:
        if not row.department:
            continue
        line = table.setdefault(row.department, [0, 0, 0])
        line[0] += 1
        if row.answered_at is not None:
            line[1] += 1
            line[2] += row.answered_at <= row.first_answer_due
    return tuple(
        (name, line[0], line[1], line[2]) for name, line in sorted(table.items(), key=lambda one: (-one[1][0], one[0]))
    )


def _topics(session: Session, kind: str, first: dt.date, last: dt.date, least: int) -> tuple[tuple[str, int], ...]:
    total = sa.func.sum(Topic.count)
    query = (
        sa.select(Topic.topic, total)
        .where(Topic.kind == kind, Topic.day >= first, Topic.day <= last)
        .group_by(Topic.topic)
        .having(total >= least)
        .order_by(total.desc(), Topic.topic)
        .limit(20)
    )
    return tuple((topic, int(count)) for topic, count in session.execute(query))


def _per_topic(session: Session, last: dt.date, zone: dt.tzinfo) -> dict[str, dict[dt.date, int]]:
    """What was asked and what was filed (under its code, marked), by day, for the early warning."""
    first = last - dt.timedelta(days=RECENT_DAYS + BASE_DAYS)
    found: dict[str, dict[dt.date, int]] = {}
    query = sa.select(Topic.topic, Topic.day, sa.func.sum(Topic.count)).where(Topic.day >= first)
    for topic, day, count in session.execute(query.group_by(Topic.topic, Topic.day)):
        found.setdefault(topic, {})[day] = int(count)
    since = dt.datetime.combine(first, dt.time(), tzinfo=zone)
    for code, received in session.execute(
        sa.select(Ticket.code, Ticket.received).where(Ticket.received >= since, Ticket.code != "")
    ):
        days, day = found.setdefault(f"#{code}", {}), received.astimezone(zone).date()
        days[day] = days.get(day, 0) + 1
    return found
