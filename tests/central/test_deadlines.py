"""Time limits and reminders: the night does not count against anybody, and last night's messages come first."""

from __future__ import annotations

import datetime as dt

import pytest

from central.deadlines import DEFAULT_LIMITS, Grade, Reminders, deadlines, grade, next_reminder
from content.directory import Hours

ZONE = dt.timezone(dt.timedelta(hours=8))
HOURS = Hours()


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def test_in_office_hours_the_clocks_start_at_once() -> None:
    found = deadlines(at(23, 10), DEFAULT_LIMITS, HOURS)
    assert (found.start, found.dispatch, found.first_answer) == (at(23, 10), at(23, 10, 5), at(25, 10))


def test_a_message_of_the_night_starts_in_the_morning() -> None:
    assert deadlines(at(23, 22), DEFAULT_LIMITS, HOURS).start == at(24, 9)


def test_a_message_of_friday_night_starts_on_monday() -> None:
    assert deadlines(at(20, 18), DEFAULT_LIMITS, HOURS).start == at(23, 9)


def test_last_nights_messages_come_before_this_mornings_first() -> None:
    moments = [at(24, 9), at(23, 22), at(24, 8), at(23, 16)]
    order = sorted(moments, key=lambda moment: (deadlines(moment, DEFAULT_LIMITS, HOURS).start, moment))
    assert order == [at(23, 16), at(23, 22), at(24, 8), at(24, 9)]


@pytest.mark.parametrize(
    ("hours", "wanted"), [(0, Grade.NONE), (7.4, Grade.NONE), (7.5, Grade.SOON), (10, Grade.LATE), (15, Grade.OVERDUE)]
)
def test_reminders_rise_with_the_time_used(hours: float, wanted: Grade) -> None:
    start = at(23, 9)
    now = start + dt.timedelta(hours=hours)
    assert grade(start, start + dt.timedelta(hours=10), now, Reminders()) is wanted


def test_a_limit_of_nothing_is_overdue_at_once() -> None:
    assert grade(at(23, 9), at(23, 9), at(23, 9), Reminders()) is Grade.OVERDUE


def test_the_next_reminder_is_when_the_next_grade_begins() -> None:
    start, due = at(23, 9), at(23, 19)
    moment = next_reminder(start, due, Grade.NONE, Reminders())
    given = []
    while moment is not None:
        level = grade(start, due, moment, Reminders())
        assert grade(start, due, moment - dt.timedelta(seconds=1), Reminders()) < level
        given.append(level)
        moment = next_reminder(start, due, level, Reminders())
    assert given == [Grade.SOON, Grade.LATE, Grade.OVERDUE]
