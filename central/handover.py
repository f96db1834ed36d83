"""Keeps a conversation between kiosk and phone for half an hour, once; what it says, this service cannot read."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from central.service import Central
from central.tables import Handover
from central.throttle import blocked, count
from offline_cache.wire import MAX_HANDOVER_BYTES, HandoverPut, HandoverTake

LIFE = dt.timedelta(minutes=30)
MOST_MISSES = 30
"""Wrong codes from one terminal within ``LIFE``: 590,490 codes are not to be tried out."""


class HandoverTakenError(Exception):
    """The locator is in use, or is none."""


def put(central: Central, box: HandoverPut) -> None:
    """Raises ``HandoverTakenError``."""
    now = central.clock()
    if not box.locator or len(box.locator) > 64 or len(box.box) > MAX_HANDOVER_BYTES:
        raise HandoverTakenError
    try:
        with central.database.writing() as session:
            session.execute(sa.delete(Handover).where(Handover.expires < now))
            session.execute(sa.insert(Handover).values(id=box.locator, data=box.box, expires=now + LIFE))
    except sa.exc.IntegrityError as error:
        raise HandoverTakenError from error


def take(central: Central, terminal: str, wanted: HandoverTake) -> HandoverPut | None:
    """Given out once; None when there is nothing (any more)."""
    now, subject = central.clock(), f"handover:{terminal}"
    with central.database.writing() as session:
        if blocked(session, subject, MOST_MISSES, LIFE, now):
            return None
        row = session.get(Handover, wanted.locator, with_for_update=True)
        if row is None or row.expires < now:
            count(session, subject, LIFE, now)
            return None
        session.delete(row)
        return HandoverPut(locator=row.id, box=row.data)
