"""Counting failures, so that nobody tries codes one after another. In the database: all processes see it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from central.tables import Throttle


def blocked(session: Session, subject: str, most: int, window: dt.timedelta, now: dt.datetime) -> bool:
    """Whether ``subject`` has reached ``most`` within ``window``."""
    row = session.get(Throttle, subject)
    return row is not None and now - row.since < window and row.count >= most


def count(session: Session, subject: str, window: dt.timedelta, now: dt.datetime) -> int:
    """One more; returns how many within the window that the first one opened."""
    row = session.get(Throttle, subject, with_for_update=True)
    if row is None:
        row = Throttle(subject=subject, count=0, since=now)
        session.add(row)
    if now - row.since >= window:
        row.count, row.since = 0, now
    row.count += 1
    session.flush()
    return row.count


def forget(session: Session, subject: str) -> None:
    """It succeeded."""
    session.execute(sa.delete(Throttle).where(Throttle.subject == subject))
