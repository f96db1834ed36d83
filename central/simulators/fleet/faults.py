"""What goes wrong, when and where: drawn from the seed before the run begins. Pure."""

from __future__ import annotations

import datetime as dt
import random

import msgspec


class Faults(msgspec.Struct, frozen=True):
    """How often, for each terminal unless it says otherwise. Hours are means of exponential lengths."""

    partitions_a_week: float = 1.0
    partition_hours: float = 8.0
    long_partition_share: float = 0.05  # of terminals: cut off for a week, visited with a telephone as hot spot
    lossy_share: float = 0.2  # of terminals
    lost_requests: float = 0.15  # on a lossy line
    lost_answers: float = 0.15
    slow_share: float = 0.2  # of terminals: every answer may come too late
    too_slow: float = 0.1
    full_disks_a_month: float = 1.0
    full_disk_hours: float = 4.0
    power_cuts_a_week: float = 1.0
    skewed_share: float = 0.2  # of terminals; their clock is minutes to years wrong
    central_restarts_a_week: float = 7.0
    central_down_seconds: float = 300.0
    failovers_a_week: float = 14.0  # of the database
    failover_seconds: float = 300.0


NONE = Faults(*([0.0] * len(Faults.__struct_fields__)))
"""A perfect world."""


class Span(msgspec.Struct, frozen=True):
    """From ``start`` until before ``end``."""

    start: dt.datetime
    end: dt.datetime

    def holds(self, moment: dt.datetime) -> bool:
        return self.start <= moment < self.end


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """One terminal's troubles. ``skew``: seconds its clock is ahead. ``cuts``: (when, after how many disk writes)."""

    partitions: tuple[Span, ...]
    visits: tuple[dt.datetime, ...]
    full: tuple[Span, ...]
    cuts: tuple[tuple[dt.datetime, int], ...]
    lost_requests: float
    lost_answers: float
    too_slow: float
    skew: float


def fate(faults: Faults, start: dt.datetime, days: int, chance: random.Random) -> Fate:
    """What one terminal will go through."""
    partitions = _spans(faults.partitions_a_week * days / 7, faults.partition_hours, start, days, chance)
    visits: tuple[dt.datetime, ...] = ()
    if days > 9 and chance.random() < faults.long_partition_share:
        begin = start + dt.timedelta(days=chance.uniform(0, days - 8))
        partitions = (*partitions, Span(begin, begin + dt.timedelta(days=7)))
        visits = tuple(begin + dt.timedelta(days=day, hours=3) for day in (2, 5))
    lossy, slow = chance.random() < faults.lossy_share, chance.random() < faults.slow_share
    skewed = chance.random() < faults.skewed_share
    wrong = chance.choice((1, -1)) * 10 ** chance.uniform(2, 8)
    cuts = sorted(
        (start + dt.timedelta(days=chance.uniform(0, days)), chance.randrange(0, 40))
        for _ in range(_poisson(faults.power_cuts_a_week * days / 7, chance))
    )
    return Fate(
        partitions=partitions,
        visits=visits,
        full=_spans(faults.full_disks_a_month * days / 30, faults.full_disk_hours, start, days, chance),
        cuts=tuple(cuts),
        lost_requests=faults.lost_requests if lossy else 0.0,
        lost_answers=faults.lost_answers if lossy else 0.0,
        too_slow=faults.too_slow if slow else 0.0,
        skew=wrong if skewed else 0.0,
    )


def outages(a_week: float, seconds: float, start: dt.datetime, days: int, chance: random.Random) -> tuple[Span, ...]:
    """Of the central service or its database."""
    return _spans(a_week * days / 7, seconds / 3600, start, days, chance)


def _spans(count: float, hours: float, start: dt.datetime, days: int, chance: random.Random) -> tuple[Span, ...]:
    made = []
    for _ in range(_poisson(count, chance)):
        begin = start + dt.timedelta(days=chance.uniform(0, days))
        made.append(Span(begin, begin + dt.timedelta(hours=chance.expovariate(1 / hours))))
    return tuple(sorted(made, key=lambda span: span.start))


def _poisson(mean: float, chance: random.Random) -> int:
    """How many, when ``mean`` are expected: arrivals of a Poisson process within one unit of time."""
    if mean <= 0:
        return 0
    count, elapsed = 0, chance.expovariate(mean)
    while elapsed < 1:
        count, elapsed = count + 1, elapsed + chance.expovariate(mean)
    return count
