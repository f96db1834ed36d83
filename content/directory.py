"""The directory: towns with their centres, villages with their helper, office hours with holidays, request codes.

Hours and limits are content, not code: ``directory/hours.yaml`` and ``directory/codes.yaml``. Whether people answer
now, and when they answer again, is computed from the office hours and the public holidays of the ``holidays`` library
(make-up working weekends included); the clock is always passed in.
"""

from __future__ import annotations

import datetime as dt
import functools
from enum import StrEnum
from typing import Any

import msgspec

LONGEST_CLOSURE = 60
"""Days searched for the next opening; the longest public holiday is eight."""


class Town(msgspec.Struct, frozen=True, kw_only=True):
    """A town or street (镇、街道). ``id``: the nine-digit code of the National Bureau of Statistics.

    ``centre`` is the name of its service centre, ``window`` of its 办不成事 window ("cannot get it done").
    """

    id: str
    name: str
    centre: str = ""
    window: str = ""
    address: str = ""
    phone: str = ""
    sample: bool = True


class Village(msgspec.Struct, frozen=True, kw_only=True):
    """A village or community. ``id``: its twelve-digit code; ``town``: the town's; ``helper``: a role, never a name."""

    id: str
    name: str
    town: str
    helper: str = ""
    sample: bool = True


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """When people answer. ``weekdays``: 0 Monday .. 6 Sunday; ``holidays``: a country code such as CN, or empty.

    ``open_days`` and ``closed_days`` are single exceptions of the city and win over the rest. ``notice`` is the
    sentence for outside the hours.
    """

    opens: dt.time = dt.time(9)
    closes: dt.time = dt.time(17)
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    holidays: str = "CN"
    open_days: tuple[dt.date, ...] = ()
    closed_days: tuple[dt.date, ...] = ()
    notice: str = ""

    def is_working_day(self, day: dt.date) -> bool:
        if day in self.open_days or day in self.closed_days:
            return day in self.open_days
        if not self.holidays:
            return day.weekday() in self.weekdays
        calendar = _calendar(self.holidays, day.year)
        if self.weekdays == (0, 1, 2, 3, 4):
            return bool(calendar.is_working_day(day))
        return day.weekday() in self.weekdays and day not in calendar

    def is_staffed(self, now: dt.datetime) -> bool:
        """Whether a person answers at ``now`` (local time)."""
        return self.is_working_day(now.date()) and self.opens <= now.time().replace(tzinfo=None) < self.closes

    def next_opening(self, now: dt.datetime) -> dt.datetime:
        """The first moment from ``now`` on when a person answers; messages left before are answered first then.

        Raises ``ValueError`` when nobody answers within ``LONGEST_CLOSURE`` days.
        """
        if self.is_staffed(now):
            return now
        for days in range(LONGEST_CLOSURE):
            day = now.date() + dt.timedelta(days=days)
            opening = dt.datetime.combine(day, self.opens, tzinfo=now.tzinfo)
            if opening >= now and self.is_working_day(day):
                return opening
        raise ValueError(f"no working day within {LONGEST_CLOSURE} days of {now.date()}")


class Unit(StrEnum):
    """How a time limit is counted."""

    MINUTES = "minutes"  # 分钟
    HOURS = "hours"  # 小时
    WORKING_HOURS = "working-hours"  # 工作小时
    DAYS = "days"  # 天
    WORKING_DAYS = "working-days"  # 个工作日


class Limit(msgspec.Struct, frozen=True):
    """``amount`` of ``unit``."""

    amount: int
    unit: Unit

    def deadline(self, start: dt.datetime, hours: Hours) -> dt.datetime:
        """When the limit runs out. Working days end at closing time; the day of filing does not count."""
        match self.unit:
            case Unit.MINUTES:
                return start + dt.timedelta(minutes=self.amount)
            case Unit.HOURS:
                return start + dt.timedelta(hours=self.amount)
            case Unit.DAYS:
                return start + dt.timedelta(days=self.amount)
            case Unit.WORKING_HOURS:
                return _after_working_time(start, dt.timedelta(hours=self.amount), hours)
            case Unit.WORKING_DAYS:
                day = start.date()
                for _ in range(self.amount):
                    day = hours.next_opening(dt.datetime.combine(day + dt.timedelta(days=1), dt.time())).date()
                return dt.datetime.combine(day, hours.closes, tzinfo=start.tzinfo)


class Limits(msgspec.Struct, frozen=True):
    """A request's three clocks: 转派 (dispatch), 首答 (first answer), 办结 (completion)."""

    dispatch: Limit
    first_answer: Limit
    completion: Limit


class RequestCode(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the three-level request classification. ``level`` 1..3; ``parent``: its code, or empty at level 1."""

    id: str
    name: str
    level: int
    parent: str
    department: str
    limits: Limits
    words: tuple[str, ...] = ()


def _after_working_time(start: dt.datetime, length: dt.timedelta, hours: Hours) -> dt.datetime:
    moment = hours.next_opening(start)
    while True:
        closing = dt.datetime.combine(moment.date(), hours.closes, tzinfo=moment.tzinfo)
        if moment + length <= closing:
            return moment + length
        length -= closing - moment
        moment = hours.next_opening(closing)


@functools.cache
def _calendar(country: str, year: int) -> Any:
    import holidays

    return holidays.country_holidays(country, years=year)
