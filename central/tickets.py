"""Tickets in the database: each change of state goes through ``central.lifecycle``, leaves a step and an audit line."""

from __future__ import annotations

import datetime as dt

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from central import audit, lifecycle, watches
from central.deadlines import CLOCK_NAMES, GRADE_NAMES, Clock, Grade, Reminders, grade, next_reminder
from central.lifecycle import NAMES, OPEN, Action, LifecycleError
from central.service import Central
from central.tables import Reminder, Step, Ticket
from offline_cache.wire import TicketState as State


def facts(row: Ticket) -> lifecycle.Ticket:
    """What the rules look at."""
    return lifecycle.Ticket(
        state=State(row.state),
        department=row.department,
        answer=row.answer,
        rating=row.rating,
        callback=row.callback,
        answered_at=row.answered_at,
        redirects=row.redirects,
        reopenings=row.reopenings,
    )


def perform(central: Central, session: Session, row: Ticket, action: Action, actor: str) -> None:
    """Apply ``action`` inside a writing session. Raises ``LifecycleError``."""
    now = central.now()
    known = central.directory.departments
    if isinstance(action, lifecycle.Dispatch) and known and action.department not in known:
        raise LifecycleError("没有这个部门，请从名单里选择")
    after = lifecycle.apply(facts(row), action, now)
    for name in after.__struct_fields__:
        setattr(row, name, getattr(after, name))
    row.state = after.state.value
    if isinstance(action, lifecycle.Dispatch):
        row.dispatched_at = now
    if isinstance(action, lifecycle.Reopen):
        _restart(central, row, now)
    plan_reminder(central, row)
    session.add(
        Step(
            ticket=row.id,
            at=now,
            actor=actor,
            action=lifecycle.ACTION_NAMES[type(action)],
            state=row.state,
            department=row.department,
            note=_note(action),
        )
    )
    audit.note(session, now, actor, lifecycle.ACTION_NAMES[type(action)], row.number or row.key, NAMES[after.state])
    watches.tell(central, session, row)


def by_id(session: Session, identifier: int, *, lock: bool = False) -> Ticket | None:
    """``lock``: other processes wait until this transaction is over."""
    return session.get(Ticket, identifier, with_for_update=True if lock else None)


def by_number(session: Session, number: str) -> list[Ticket]:
    """Usually one; a terminal that lost its counter may have given a number twice."""
    return list(session.scalars(sa.select(Ticket).where(Ticket.number == number).order_by(Ticket.id)))


def steps(session: Session, ticket: int) -> list[Step]:
    return list(session.scalars(sa.select(Step).where(Step.ticket == ticket).order_by(Step.id)))


def work_list(
    session: Session, *, states: tuple[State, ...] = (), department: str = "", callback: bool = False, limit: int = 200
) -> list[Ticket]:
    """Open work, what has to be done first on top: last night's messages before this morning's."""
    query = sa.select(Ticket).order_by(Ticket.start, Ticket.received, Ticket.id).limit(limit)
    if states:
        query = query.where(Ticket.state.in_([state.value for state in states]))
    if department:
        query = query.where(Ticket.department == department)
    if callback:
        query = query.where(Ticket.callback)
    return list(session.scalars(query))


def next_due(row: Ticket) -> tuple[Clock, dt.datetime] | None:
    """The clock that runs for the ticket now; None when it is answered."""
    state = State(row.state)
    if state not in OPEN:
        return None
    if state in lifecycle.WAITING:
        return Clock.DISPATCH, row.dispatch_due
    return Clock.FIRST_ANSWER, row.first_answer_due


def urgency(row: Ticket, now: dt.datetime, reminders: Reminders) -> Grade:
    """How late it is."""
    due = next_due(row)
    return Grade.NONE if due is None else grade(row.start, due[1], now, reminders)


def remind(central: Central) -> int:
    """Give every reminder that is due and was not given yet; returns how many. Run once a minute, by any process."""
    now, given = central.now(), 0
    with central.database.writing() as session:
        for row in session.scalars(sa.select(Ticket).where(Ticket.remind_at <= now)):
            level = urgency(row, now, central.config.reminders)
            due = next_due(row)
            if due is None:
                row.remind_at = None
                continue
            clock = due[0]
            row.remind_at = next_reminder(row.start, due[1], level, central.config.reminders)
            if level is Grade.NONE:
                continue
            identity = (row.id, clock.value, int(level), row.reopenings)
            if session.get(Reminder, identity) is not None:
                continue
            session.add(Reminder(ticket=row.id, clock=clock.value, grade=int(level), round=row.reopenings, at=now))
            row.grade = int(level)
            text = f"{CLOCK_NAMES[clock]}{GRADE_NAMES[level]}"
            session.add(
                Step(
                    ticket=row.id,
                    at=now,
                    actor=audit.SYSTEM,
                    action=text,
                    state=row.state,
                    department=row.department,
                )
            )
            given += 1
    return given


def plan_reminder(central: Central, row: Ticket) -> None:
    """When the clock that runs from now on reminds for the first time."""
    due = next_due(row)
    row.grade = 0
    row.remind_at = None if due is None else next_reminder(row.start, due[1], Grade.NONE, central.config.reminders)


def _restart(central: Central, row: Ticket, now: dt.datetime) -> None:
    """A reopened ticket gets new time limits."""
    from central.deadlines import deadlines

    limits = deadlines(now, central.directory.limits(row.code), central.directory.hours)
    row.start = limits.start
    row.dispatch_due, row.first_answer_due = limits.dispatch, limits.first_answer
    row.completion_due = limits.completion


def _note(action: Action) -> str:
    """The text that belongs to the step."""
    words = msgspec.to_builtins(action)
    return str(words.get("text") or words.get("reason") or words.get("note") or words.get("score") or "")
