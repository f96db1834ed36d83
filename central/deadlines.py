"""Time limits and graded reminders of a ticket. Pure: limits and office hours come from the pack or from configuration.

What is left after hours is the first thing next morning: its clock starts at the next opening, and the work list is
sorted by (start, received), so that last night's messages come before today's first.
"""

from __future__ import annotations

import datetime as dt
from enum import IntEnum, StrEnum

import msgspec

from content.directory import Hours, Limit, Limits, Unit

DEFAULT_LIMITS = Limits(Limit(5, Unit.MINUTES), Limit(48, Unit.HOURS), Limit(5, Unit.WORKING_DAYS))
"""Dispatch within 5 minutes, first answer within 48 hours, done within 5 working days."""


class Clock(StrEnum):
    """A ticket's three clocks."""

    DISPATCH = "dispatch"
    FIRST_ANSWER = "first-answer"
    COMPLETION = "completion"


CLOCK_NAMES = {Clock.DISPATCH: "转派", Clock.FIRST_ANSWER: "首次答复", Clock.COMPLETION: "办结"}


class Grade(IntEnum):
    """How urgent a reminder is. Each is sent once a clock; a higher one goes further up."""

    NONE = 0
    SOON = 1  # 临期提醒: to the one who has it
    LATE = 2  # 超期催办: to the department
    OVERDUE = 3  # 督办: to the administrators


GRADE_NAMES = {Grade.NONE: "", Grade.SOON: "临期提醒", Grade.LATE: "超期催办", Grade.OVERDUE: "领导督办"}


class Reminders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shares of the time limit at which each grade begins."""

    soon: float = 0.75
    late: float = 1.0
    overdue: float = 1.5


class Deadlines(msgspec.Struct, frozen=True):
    """``start``: when the clocks began; the rest: when each runs out."""

    start: dt.datetime
    dispatch: dt.datetime
    first_answer: dt.datetime
    completion: dt.datetime


def deadlines(received: dt.datetime, limits: Limits, hours: Hours) -> Deadlines:
    """For a ticket received at ``received`` (local time). Nobody works at night: the clocks start in the morning."""
    start = hours.next_opening(received)
    return Deadlines(
        start,
        limits.dispatch.deadline(start, hours),
        limits.first_answer.deadline(start, hours),
        limits.completion.deadline(start, hours),
    )


def grade(start: dt.datetime, due: dt.datetime, now: dt.datetime, reminders: Reminders) -> Grade:
    """How urgent it is at ``now``."""
    limit = (due - start).total_seconds()
    used = (now - start).total_seconds() / limit if limit > 0 else float("inf")
    if used >= reminders.overdue:
        return Grade.OVERDUE
    if used >= reminders.late:
        return Grade.LATE
    return Grade.SOON if used >= reminders.soon else Grade.NONE


def next_reminder(start: dt.datetime, due: dt.datetime, given: Grade, reminders: Reminders) -> dt.datetime | None:
    """When the next grade above ``given`` begins, perhaps in the past; None after the last."""
    limit = due - start
    shares = ((Grade.SOON, reminders.soon), (Grade.LATE, reminders.late), (Grade.OVERDUE, reminders.overdue))
    return next((start + limit * share for level, share in shares if level > given), None)
